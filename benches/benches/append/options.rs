//! What of it is run, and for how long.

use benches::arguments::Arguments;
use std::time::Duration;
use store::Dialect;

/// What can be named by `--sides`, in the order in which it is measured.
pub(crate) const POSTGRES: [&str; 9] =
    ["postgres-es", "ours", "ceiling", "disintegrate", "emmett", "new", "anonymous", "processes", "held"];
pub(crate) const SQLITE: [&str; 7] =
    ["sqlite-es", "sqlite-es-one-writer", "ours", "ceiling", "new", "anonymous", "held"];

/// What `--quick` leaves of both.
const QUICK: [&str; 4] = ["postgres-es", "sqlite-es", "ours", "ceiling"];

/// One run.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) databases: Vec<Dialect>,
    pub(crate) callers: Vec<usize>,
    pub(crate) sides: Option<Vec<String>>,
    /// How long each warm cell is measured; a cold one half as long.
    pub(crate) window: Duration,
    pub(crate) rounds: usize,
    /// So many existing streams.
    pub(crate) streams: usize,
    /// So many connections for each peer on PostgreSQL: ten is what each takes by itself, and with twenty or forty
    /// postgres-es was a little slower. Ours has those that its store takes.
    pub(crate) connections: u32,
    /// How often the head row is updated under a snapshot held open: fifty commits a second for an hour.
    pub(crate) held_updates: i64,
    /// Nothing was left out: the page may be written.
    pub(crate) whole: bool,
}

impl Options {
    pub(crate) fn parse(given: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let valued =
            ["database", "callers", "sides", "seconds", "rounds", "streams", "held-updates", "connections"];
        let given = Arguments::parse(given, &valued, &["quick"])?;
        let quick = given.has("quick");
        let databases: Vec<String> = given.list("database", vec!["postgres".into(), "sqlite".into()])?;
        let databases = databases.iter().map(|name| dialect(name)).collect::<Result<_, _>>()?;
        let sides: Vec<String> = given.list("sides", vec![])?;
        let known = |side: &&String| !POSTGRES.contains(&side.as_str()) && !SQLITE.contains(&side.as_str());
        if let Some(unknown) = sides.iter().find(known) {
            return Err(format!("--sides {unknown}: there is {POSTGRES:?} and {SQLITE:?}"));
        }
        let sides = match (sides.is_empty(), quick) {
            (false, _) => Some(sides),
            (true, true) => Some(QUICK.map(str::to_owned).to_vec()),
            (true, false) => None,
        };
        let partial = ["callers", "seconds", "rounds", "streams", "held-updates", "connections"];
        Ok(Self {
            databases,
            callers: given.list("callers", vec![1, 16, 64, 256])?,
            whole: sides.is_none() && !partial.iter().any(|flag| given.has(flag)),
            sides,
            window: Duration::from_secs_f64(
                given.value("seconds", if quick { 2.0_f64 } else { 3.0 })?.max(0.1),
            ),
            rounds: given.value("rounds", if quick { 1 } else { 3 })?,
            connections: given.value("connections", 10)?,
            streams: given.value("streams", 10_000)?,
            held_updates: given.value("held-updates", 180_000)?,
        })
    }

    /// Is this side to be measured?
    pub(crate) fn measures(&self, side: &str) -> bool {
        self.sides.as_ref().is_none_or(|sides| sides.iter().any(|it| it == side))
    }
}

fn dialect(name: &str) -> Result<Dialect, String> {
    match name {
        "postgres" => Ok(Dialect::Postgres),
        "sqlite" => Ok(Dialect::Sqlite),
        other => Err(format!("--database {other}: there is postgres and sqlite")),
    }
}
