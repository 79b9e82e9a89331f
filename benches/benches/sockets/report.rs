//! What is said of the rounds.

use crate::{Scale, load::to_f64};
use benches::{
    machine,
    numbers::{percentile, spread},
};
use std::{
    fmt::{self, Write},
    time::Duration,
};

/// From the commit to the push, of 99 in a hundred, in milliseconds.
const P99: f64 = 100.0;
/// The server's memory, in MiB.
const MEMORY: f64 = 300.0;

/// Some seconds of changes.
pub(crate) struct Round {
    changes_a_second: f64,
    pushes_a_second: f64,
    p50: f64,
    p99: f64,
    most: f64,
}

impl Round {
    pub(crate) fn of(pushes: &[f64], changes: usize, took: Duration) -> Result<Self, String> {
        if pushes.is_empty() {
            return Err("nobody was told anything".into());
        }
        let seconds = took.as_secs_f64();
        let at = |percent| percentile(pushes.iter().copied(), percent);
        Ok(Self {
            changes_a_second: to_f64(changes) / seconds,
            pushes_a_second: to_f64(pushes.len()) / seconds,
            p50: at(50),
            p99: at(99),
            most: at(100),
        })
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { changes_a_second, pushes_a_second, p50, p99, most } = self;
        write!(f, "{changes_a_second:.0} changes and {pushes_a_second:.0} pushes a second, ")?;
        write!(f, "p50 {p50:.1} ms, p99 {p99:.1} ms, most {most:.1} ms")
    }
}

pub(crate) fn report(database: &str, all: &[Round], scale: &Scale, peak: f64) -> String {
    let commit = machine::commit().map_or_else(String::new, |commit| format!(" Commit `{commit}`."));
    let Scale { subscribers, told, changes_a_second, seconds } = scale;
    let mut text = format!(
        "{}.{commit}\n\n{database}\n\n{subscribers} sockets, {} rounds of {seconds} s with {changes_a_second} changes a \
         second, each told to {told} of them; the server, its clients and PostgreSQL share the machine.\n\n\
         | round | changes/s | pushes/s | p50 ms | p99 ms | most ms |\n\
         | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        machine::description(),
        all.len()
    );
    for (number, round) in all.iter().enumerate() {
        let Round { changes_a_second, pushes_a_second, p50, p99, most } = round;
        let _ = writeln!(
            text,
            "| {} | {changes_a_second:.0} | {pushes_a_second:.0} | {p50:.1} | {p99:.1} | {most:.1} |",
            number + 1
        );
    }
    text += "\n| | measured | bar | |\n| --- | ---: | ---: | --- |\n";
    let (_, p99, _) = spread(all.iter().map(|round| round.p99));
    for (name, measured, bar) in
        [("p99, median, ms", p99, P99), ("peak memory of the server, MiB", peak, MEMORY)]
    {
        let verdict = if measured < bar { "pass" } else { "**miss**" };
        let _ = writeln!(text, "| {name} | {measured:.1} | under {bar:.0} | {verdict} |");
    }
    text
}
