//! npm's `@event-driven-io/emmett-postgresql`, in a node process of its own: benches/peers/emmett.

use crate::{cells::Cell, framework, measure::Sample};
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    process::{Command, Output},
    time::Duration,
};
use store::Store;

/// What the node process is told in every case.
pub(crate) struct Emmett {
    asked: Value,
}

impl Emmett {
    /// Installs what its lock file names, and makes the streams that everybody begins with. The error says why it cannot
    /// be measured here.
    pub(crate) fn prepare(
        url: &str,
        store: &Store,
        existing: usize,
        connections: u32,
    ) -> Result<Self, String> {
        run(Command::new("node").arg("--version")).map_err(|why| format!("node does not run: {why}"))?;
        if !folder().join("node_modules").exists() {
            let mut install = Command::new("npm");
            install.args(["ci", "--no-audit", "--no-fund"]).current_dir(folder());
            run(&mut install).map_err(|why| format!("npm ci: {why}"))?;
        }
        // The payloads that the others write in the clear.
        let mut payloads =
            framework::rows(store, 1).map(|row| serde_json::from_str(&row.4).unwrap_or_default());
        let mut payload = || payloads.next().map_or(Value::Null, |payload: Value| payload);
        let asked = json!({
            "url": url, "connections": connections, "streams": existing,
            "submitted": payload(), "replied": payload(),
        });
        let emmett = Self { asked };
        emmett.node(&json!({ "prepare": true }))?;
        Ok(emmett)
    }

    /// A new process, measured cold and then warm.
    pub(crate) fn measure(&self, callers: usize, window: Duration, cell: usize) -> Result<Cell, String> {
        let windows = [window / 2, window];
        let output = self.node(&json!({
            "callers": callers, "cell": cell, "windows": windows.map(|it| it.as_secs_f64() * 1000.0),
        }))?;
        let (said, failure) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let samples = said.lines().zip(windows).map(|(line, window)| sample(line, window, &failure));
        let samples: Option<Vec<Sample>> = samples.collect();
        match samples.map(<[Sample; 2]>::try_from) {
            Some(Ok([cold, warm])) => Ok(Cell { side: "emmett", callers, cold, warm, batch: None }),
            _ => Err(format!("emmett said {said:?}\n{failure}")),
        }
    }

    fn node(&self, more: &Value) -> Result<Output, String> {
        let mut asked = self.asked.clone();
        for (name, value) in more.as_object().into_iter().flatten() {
            asked[name] = value.clone();
        }
        run(Command::new("node").arg("append.mjs").arg(asked.to_string()).current_dir(folder()))
    }
}

fn folder() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/peers/emmett").into()
}

fn run(command: &mut Command) -> Result<Output, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(output)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn sample(line: &str, window: Duration, failure: &str) -> Option<Sample> {
    let mut words = line.split(' ');
    let mut number = || words.next()?.parse().ok();
    let (done, retries, failed) = (number()?, number()?, number()?);
    let failure = (failed > 0).then(|| failure.trim().to_owned());
    let mut sample = Sample { window, done, retries, failed, failure, ..Sample::default() };
    for micros in words.next()?.split(',').filter(|it| !it.is_empty()) {
        sample.latencies.count(Duration::from_micros(micros.parse().ok()?));
    }
    Some(sample)
}
