//! What is said of the rounds.

use crate::load::Asked;
use benches::{
    machine,
    numbers::{percentile, spread},
};
use std::fmt::{self, Write};

/// The better of the peers uses so many times the processors' time that ours does.
const BAR: f64 = 3.0;

/// The names of the sides, in the order of their turns.
const NAMES: [&str; 3] = ["leaveword", "postgraphile", "mercurius"];

/// One side's part of a round; times in milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Turn {
    a_second: f64,
    /// Of the server's process, for each request.
    server: f64,
    /// Of PostgreSQL's, for each request.
    postgres: f64,
    p50: f64,
    p95: f64,
}

impl Turn {
    pub(crate) fn of(asked: &Asked, (server, postgres): (f64, f64)) -> Self {
        let requests = u32::try_from(asked.latencies.len()).map_or(f64::MAX, f64::from).max(1.0);
        let at = |percent| percentile(asked.latencies.iter().copied(), percent);
        Self {
            a_second: requests / asked.took.as_secs_f64(),
            server: server / requests,
            postgres: postgres / requests,
            p50: at(50),
            p95: at(95),
        }
    }

    fn together(&self) -> f64 {
        self.server + self.postgres
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { a_second, server, postgres, p50, p95 } = self;
        write!(
            f,
            "{a_second:.0} requests a second, {server:.3} ms of its own and {postgres:.3} ms of PostgreSQL's time each, "
        )?;
        write!(f, "p50 {p50:.2} ms, p95 {p95:.2} ms")
    }
}

/// A turn of each side.
pub(crate) struct Round([Turn; 3]);

impl TryFrom<Vec<Turn>> for Round {
    type Error = String;

    fn try_from(turns: Vec<Turn>) -> Result<Self, String> {
        turns.try_into().map(Self).map_err(|turns: Vec<Turn>| format!("{} turns in a round", turns.len()))
    }
}

/// Where and how it was measured.
pub(crate) struct Setting {
    pub(crate) database: String,
    pub(crate) messages: u64,
    pub(crate) open: i64,
    pub(crate) seconds: u64,
    pub(crate) warm_up: u64,
    pub(crate) connections: usize,
    /// Of each side's process at the end, in MiB.
    pub(crate) memory: Vec<f64>,
}

pub(crate) fn report(setting: &Setting, all: &[Round]) -> String {
    let commit = machine::commit().map_or_else(String::new, |commit| format!(" Commit `{commit}`."));
    let Setting { database, messages, open, seconds, warm_up, connections, memory } = setting;
    let mut text = format!(
        "{}.{commit}\n\n{database}\n\n{messages} messages, {open} of them open. {} rounds of {seconds} s for each side after \
         {warm_up} s of warm-up, {connections} connections; the servers, the load and PostgreSQL share the machine. {}.\n\n\
         | side | server, CPU ms a request: median (least … most) | PostgreSQL, CPU ms a request | requests/s | p50 ms | \
         p95 ms | resident MiB |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        machine::description(),
        all.len(),
        versions(),
    );
    for (side, name) in NAMES.iter().enumerate() {
        let of = |value: fn(&Turn) -> f64| spread(all.iter().map(|round| value(&round.0[side])));
        let shown = |(least, median, most): (f64, f64, f64)| format!("{median:.3} ({least:.3} … {most:.3})");
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {:.0} | {:.2} | {:.2} | {:.0} |",
            shown(of(|turn| turn.server)),
            shown(of(|turn| turn.postgres)),
            of(|turn| turn.a_second).1,
            of(|turn| turn.p50).1,
            of(|turn| turn.p95).1,
            memory.get(side).copied().unwrap_or_default(),
        );
    }
    text += "\n| ratio, round by round | median (least … most) | bar | |\n| --- | ---: | ---: | --- |\n";
    text += &ratios("server's CPU", all, |turn| turn.server, true);
    text += &ratios("server's and PostgreSQL's CPU", all, Turn::together, false);
    text
}

/// Each peer's by ours, and the better one's, which is held against the bar when there is one.
fn ratios(what: &str, all: &[Round], of: fn(&Turn) -> f64, is_judged: bool) -> String {
    let by = |peer: &dyn Fn(&[f64; 2]) -> f64| {
        spread(all.iter().map(|Round([ours, one, other])| peer(&[of(one), of(other)]) / of(ours).max(1e-9)))
    };
    let [_, one, other] = NAMES;
    let mut text = String::new();
    let rows: [(String, (f64, f64, f64)); 3] = [
        (format!("{one} ÷ ours"), by(&|peers| peers[0])),
        (format!("{other} ÷ ours"), by(&|peers| peers[1])),
        ("the better of the two ÷ ours".to_owned(), by(&|peers| peers[0].min(peers[1]))),
    ];
    for (number, (name, (least, median, most))) in rows.into_iter().enumerate() {
        let (bar, verdict) = match (is_judged && number == 2, median >= BAR) {
            (true, true) => (format!("{BAR:.1}"), "pass"),
            (true, false) => (format!("{BAR:.1}"), "**miss**"),
            (false, _) => ("–".to_owned(), ""),
        };
        let _ =
            writeln!(text, "| {what}: {name} | {median:.2} ({least:.2} … {most:.2}) | {bar} | {verdict} |");
    }
    text
}

/// As the peers' package.json pin them.
fn versions() -> String {
    let postgraphile = include_str!("../../peers/postgraphile/package.json");
    let mercurius = include_str!("../../peers/mercurius/package.json");
    let of = |file: &'static str, name: &str| {
        let pinned = file.split(&format!("\"{name}\": \"")).nth(1).and_then(|rest| rest.split('"').next());
        format!("{name} {}", pinned.unwrap_or("of unknown version"))
    };
    let node = std::process::Command::new("node").arg("--version").output();
    let node = node.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    format!(
        "Node {}, {}, {} with {}, and {} under both",
        node.unwrap_or_default().trim_start_matches('v'),
        of(postgraphile, "postgraphile"),
        of(mercurius, "mercurius"),
        of(mercurius, "fastify"),
        of(mercurius, "pg"),
    )
}
