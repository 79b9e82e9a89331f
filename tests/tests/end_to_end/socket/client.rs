//! npm's `graphql-ws` as a client: installed as `tests/web/graphql-ws/package-lock.json` says. Without Node the test fails.

use super::super::Desk;
use serde_json::{Value, json};
use std::path::PathBuf;
use store::Dialect;
use tokio::process::Command;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web/graphql-ws");

async fn run(program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(program);
    command.args(arguments).envs(variables.iter().copied()).current_dir(PathBuf::from(FOLDER));
    let done =
        command.output().await.unwrap_or_else(|error| panic!("{program}: {error}; install Node 20 or newer"));
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{program} {arguments:?}: {out}{err}");
    out.into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn graphql_ws_resumes_after_each_change_and_is_refused_by_the_protocols_codes() {
    run("npm", &["ci", "--no-audit", "--no-fund"], &[]).await;
    let desk = Desk::start(Dialect::Sqlite).await;
    let staff = desk.administrator().await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(desk.submit().await.1);
    }
    let url = desk.url("/graphql/ws").replace("http", "ws");
    let variables =
        [("LEAVEWORD_URL", url.as_str()), ("LEAVEWORD_TOKEN", &staff), ("LEAVEWORD_CHANGES", "4")];
    let said = run("node", &["resume.mjs"], &variables).await;
    let mut lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let refused = lines.pop().expect("a last line");
    let told: Vec<&str> = lines.iter().filter_map(|change| change["messageId"].as_str()).collect();
    assert_eq!(told, ids);
    assert_eq!(refused, json!(["BAD_REQUEST", 4403, "UNAUTHENTICATED"]));
}
