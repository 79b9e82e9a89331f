//! Where it was measured and how: what stands above the tables.

use crate::{options::Options, run::MANY, sqlite_es};
use benches::{databases, machine};
use std::fmt::Write;
use store::{Dialect, testing};

/// Machine, database, versions and pools.
pub(crate) async fn text(dialect: Dialect, options: &Options) -> Result<String, String> {
    let database = match dialect {
        Dialect::Postgres => {
            let server = testing::postgres_server();
            databases::refuse_without_fsync(&server).await?;
            databases::postgres(&server).await?
        }
        Dialect::Sqlite => databases::sqlite().await?,
    };
    let folder = std::env::temp_dir();
    let syncs =
        machine::syncs_per_second(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let commit = machine::commit().map_or_else(String::new, |commit| format!(" Commit `{commit}`."));
    let mut text = format!("{}.{commit}\n\n", machine::description());
    let _ = writeln!(text, "{database} The disk takes {syncs:.0} writes of 8 KiB a second, one by one.\n");
    let _ = writeln!(
        text,
        "{} rounds of {:.1} s cold and {:.1} s warm each; {} existing streams; {}. \"Held\": the head row was \
         updated {} times under the snapshot, which is fifty commits a second for an hour; {MANY} callers.",
        options.rounds,
        options.window.as_secs_f64() / 2.0,
        options.window.as_secs_f64(),
        options.streams,
        peers(dialect, options),
        options.held_updates,
    );
    Ok(text)
}

fn peers(dialect: Dialect, options: &Options) -> String {
    let version = machine::version_of;
    match dialect {
        Dialect::Postgres => format!(
            "postgres-es {}, disintegrate-postgres {} and emmett-postgresql {} with {} connections each",
            version("postgres-es"),
            version("disintegrate-postgres"),
            emmett(),
            options.connections
        ),
        Dialect::Sqlite => format!(
            "sqlite-es {} with the {} connections of its own pool, and with one",
            version("sqlite-es"),
            sqlite_es::DEFAULT_CONNECTIONS
        ),
    }
}

/// As its package.json pins it.
fn emmett() -> &'static str {
    let pinned = include_str!("../../peers/emmett/package.json").split("emmett-postgresql\": \"").nth(1);
    pinned.and_then(|rest| rest.split('"').next()).unwrap_or("of unknown version")
}
