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

/// From the commit to the request, of 99 in a hundred, in milliseconds.
const P99: f64 = 200.0;
/// As much of the asked rate has to have arrived, or the rest says nothing.
const ARRIVED: f64 = 0.98;

/// Some seconds of messages.
pub(crate) struct Round {
    messages_a_second: f64,
    p50: f64,
    p99: f64,
    most: f64,
}

impl Round {
    pub(crate) fn of(requests: &[f64], messages: usize, took: Duration) -> Result<Self, String> {
        if requests.is_empty() {
            return Err("nobody was told anything".into());
        }
        let at = |percent| percentile(requests.iter().copied(), percent);
        let messages_a_second = to_f64(messages) / took.as_secs_f64();
        Ok(Self { messages_a_second, p50: at(50), p99: at(99), most: at(100) })
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { messages_a_second, p50, p99, most } = self;
        write!(f, "{messages_a_second:.0} messages a second, ")?;
        write!(f, "p50 {p50:.1} ms, p99 {p99:.1} ms, most {most:.1} ms")
    }
}

pub(crate) fn report(database: &str, all: &[Round], scale: &Scale) -> String {
    let commit = machine::commit().map_or_else(String::new, |commit| format!(" Commit `{commit}`."));
    let Scale { messages_a_second, seconds } = scale;
    let mut text = format!(
        "{}.{commit}\n\n{database}\n\n{} rounds of {seconds} s with {messages_a_second} messages a second and one \
         webhook; the server, the visitors and the receiver share the machine.\n\n\
         | round | messages/s | p50 ms | p99 ms | most ms |\n\
         | ---: | ---: | ---: | ---: | ---: |\n",
        machine::description(),
        all.len()
    );
    for (number, round) in all.iter().enumerate() {
        let Round { messages_a_second, p50, p99, most } = round;
        let _ =
            writeln!(text, "| {} | {messages_a_second:.0} | {p50:.1} | {p99:.1} | {most:.1} |", number + 1);
    }
    text += "\n| | measured | bar | |\n| --- | ---: | ---: | --- |\n";
    let (_, p99, _) = spread(all.iter().map(|round| round.p99));
    let (least, _, _) = spread(all.iter().map(|round| round.messages_a_second));
    let verdict = |passed| if passed { "pass" } else { "**miss**" };
    let _ = writeln!(text, "| p99, median, ms | {p99:.1} | under {P99:.0} | {} |", verdict(p99 < P99));
    let wanted = f64::from(*messages_a_second) * ARRIVED;
    let arrived = verdict(least >= wanted);
    let _ = writeln!(text, "| messages/s, least | {least:.1} | at least {wanted:.1} | {arrived} |");
    text
}
