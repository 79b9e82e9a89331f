//! Several server processes on one database: this program started again as often, each with its part of the callers.

use crate::{
    cells::Cell,
    histogram::Histogram,
    measure::{self, Sample},
    options::Options,
    ours::Ours,
    workload::Workload,
};
use benches::arguments::Arguments;
use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};
use store::{DatabaseUrl, StoreConfig};

/// The hidden sub-command that makes this program one of the processes.
pub(crate) const WORKER: &str = "worker";

/// Measures so many processes with so many callers in all; they start together.
pub(crate) fn measure(
    config: &StoreConfig,
    options: &Options,
    side: &'static str,
    processes: usize,
    callers: usize,
) -> Result<Cell, String> {
    let DatabaseUrl::Postgres(url) = &config.database else {
        return Err("several processes need PostgreSQL".to_owned());
    };
    let mut workers = Vec::new();
    for number in 0..processes {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.args([WORKER, "--url", url]).arg("--key").arg(&config.master_key_file);
        command.args(["--callers", &(callers / processes).to_string(), "--number", &number.to_string()]);
        command.args(["--streams", &options.streams.to_string()]);
        command.args(["--seconds", &options.window.as_secs_f64().to_string()]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        workers.push(Worker::of(child.map_err(|error| error.to_string())?)?);
    }
    for worker in &mut workers {
        worker.expect("ready")?;
    }
    for worker in &mut workers {
        worker.start()?;
    }
    let mut cell = Cell { side, callers, cold: Sample::default(), warm: Sample::default(), batch: None };
    for mut worker in workers {
        cell.cold.add(&worker.sample(options.window / 2)?);
        cell.warm.add(&worker.sample(options.window)?);
        worker.end()?;
    }
    Ok(cell)
}

/// The other end: opens a store, says that it is ready, waits for the word, measures, and tells.
#[expect(clippy::print_stdout, reason = "it answers the process that started it")]
pub(crate) async fn work(given: impl IntoIterator<Item = String>) -> Result<(), String> {
    let given = Arguments::parse(given, &["url", "key", "callers", "number", "streams", "seconds"], &[])?;
    let config = StoreConfig {
        database: DatabaseUrl::Postgres(given.value("url", String::new())?),
        master_key_file: given.value("key", String::new())?.into(),
        images: std::path::PathBuf::new(),
        bucket: None,
    };
    let (callers, number) = (given.value("callers", 1)?, given.value("number", 0_usize)?);
    let window = Duration::from_secs_f64(given.value("seconds", 1.0)?);
    let ours = Arc::new(Ours::open(&config, false).await?);
    let workload = Arc::new(Workload::mixed(given.value("streams", 10_000)?, number));
    println!("ready");
    std::io::stdin().read_line(&mut String::new()).map_err(|error| error.to_string())?;
    for (window, seed) in [(window / 2, 0), (window, 1)] {
        let seed = 1_000 + number as u64 * 2 + seed;
        let sample = measure::measure(&ours, &workload, callers, window, seed).await;
        println!("{} {} {} {}", sample.done, sample.retries, sample.failed, sample.latencies.text());
    }
    ours.close().await;
    Ok(())
}

struct Worker {
    child: Child,
    answers: BufReader<Box<dyn Read>>,
}

impl Worker {
    fn of(mut child: Child) -> Result<Self, String> {
        let stdout = child.stdout.take().ok_or("a worker without an output")?;
        Ok(Self { child, answers: BufReader::new(Box::new(stdout)) })
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(|error| error.to_string())?;
        Ok(line.trim().to_owned())
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        let line = self.line()?;
        if line == word { Ok(()) } else { Err(format!("a worker said {line:?} instead of {word}")) }
    }

    fn start(&mut self) -> Result<(), String> {
        let stdin = self.child.stdin.as_mut().ok_or("a worker without an input")?;
        writeln!(stdin, "go").map_err(|error| error.to_string())
    }

    fn sample(&mut self, window: Duration) -> Result<Sample, String> {
        let line = self.line()?;
        let told = || format!("a worker said {line:?} instead of what it measured");
        let mut words = line.splitn(4, ' ');
        let mut number = || words.next().and_then(|word| word.parse().ok()).ok_or_else(told);
        let (done, retries, failed) = (number()?, number()?, number()?);
        let latencies = Histogram::from_text(words.next().unwrap_or_default()).ok_or_else(told)?;
        Ok(Sample { window, done, retries, failed, failure: None, latencies })
    }

    fn end(mut self) -> Result<(), String> {
        let status = self.child.wait().map_err(|error| error.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("a worker ended with {status}")) }
    }
}
