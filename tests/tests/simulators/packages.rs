//! Packages from `PyPI` that sign and verify, written by others: what came over the wire is put before them.
//!
//! They are installed as `tests/packages/requirements.txt` says, into an environment below `target/`. Without Python 3 the
//! tests fail.

mod tests;

use super::Request;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
};

static INSTALLING: Mutex<()> = Mutex::new(());

/// Is this request to DingTalk signed as each package would have signed it with this secret?
pub(crate) fn agree_on_dingtalk(request: &Request, secret: &str) -> bool {
    agree(&json!({"vendor": "dingtalk", "query": request.query, "secret": secret}), 2)
}

/// Is this request to Feishu?
pub(crate) fn agree_on_feishu(request: &Request, secret: &str) -> bool {
    let body = String::from_utf8_lossy(&request.body);
    agree(&json!({"vendor": "feishu", "body": body, "secret": secret}), 1)
}

/// Does a receiver that knows this secret (`whsec_…`) take this webhook at this time?
pub(crate) fn agree_on_webhook(request: &Request, secret: &str, now: DateTime<Utc>) -> bool {
    let headers = request.headers.iter().map(|(name, value)| (name.to_string(), json!(text(value))));
    let headers = Value::Object(headers.collect());
    let body = String::from_utf8_lossy(&request.body);
    let now = now.timestamp();
    agree(&json!({"vendor": "webhook", "headers": headers, "body": body, "secret": secret, "now": now}), 1)
}

/// Is this request signed as Alibaba's own package signs it with this key?
pub(crate) fn agree_on_aliyun(request: &Request, id: &str, secret: &str) -> bool {
    let headers = request.headers.iter().map(|(name, value)| (name.to_string(), json!(text(value))));
    let headers = Value::Object(headers.collect());
    agree(
        &json!({"vendor": "aliyun", "query": request.query, "headers": headers, "id": id, "secret": secret}),
        1,
    )
}

/// The same of Tencent's.
pub(crate) fn agree_on_tencent(request: &Request, id: &str, secret: &str) -> bool {
    let headers = request.headers.iter().map(|(name, value)| (name.to_string(), json!(text(value))));
    let headers = Value::Object(headers.collect());
    let body = String::from_utf8_lossy(&request.body);
    agree(&json!({"vendor": "tencent", "body": body, "headers": headers, "id": id, "secret": secret}), 1)
}

fn text(value: &axum::http::HeaderValue) -> String {
    value.to_str().unwrap_or_default().to_owned()
}

/// All of so many packages, or none.
fn agree(question: &Value, packages: usize) -> bool {
    let answer: Value = serde_json::from_str(&ask(question)).expect("JSON");
    let said: Vec<bool> =
        answer.as_object().expect("an answer of each package").values().map(|it| it == true).collect();
    assert_eq!(said.len(), packages, "{answer}");
    assert!(said.iter().all(|it| *it == said[0]), "the packages do not agree with each other: {answer}");
    said[0]
}

fn ask(question: &Value) -> String {
    let script = folder().join("agree.py");
    let mut python = Command::new(installed());
    python.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut python = python.spawn().expect("Python runs");
    let mut input = python.stdin.take().expect("an input");
    writeln!(input, "{question}").expect("it listens");
    drop(input);
    let output = python.wait_with_output().expect("Python ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packages")
}

/// The Python that has the packages. A copy of the list tells whether they are those that it names.
fn installed() -> PathBuf {
    let environment = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
    let (python, copy) = (environment.join("bin/python"), environment.join("requirements.txt"));
    let list = folder().join("requirements.txt");
    let wanted = fs::read(&list).expect("the list");
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    if fs::read(&copy).ok().as_ref() != Some(&wanted) {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment));
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--no-deps", "-r"]).arg(&list));
        fs::write(&copy, &wanted).expect("written");
    }
    python
}

fn run(command: &mut Command) {
    let done = command.output().expect("Python runs: install Python 3 with venv and pip");
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}
