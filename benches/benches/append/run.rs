//! All cells of one database, the sides by turns: A B C, A B C, …

use crate::{
    cells::{Cell, Prepared},
    options::Options,
    sqlite_es,
};
use std::future::Future;
use store::Dialect;

/// Measures everything that the options ask for.
pub(crate) async fn run(dialect: Dialect, options: &Options) -> Result<Vec<Cell>, String> {
    told("preparing streams");
    let mut prepared = Prepared::new(dialect, options).await?;
    let mut cells = Vec::new();
    for &callers in &options.callers {
        for round in 1..=options.rounds {
            told(&format!("{callers} callers, round {round} of {}", options.rounds));
            match dialect {
                Dialect::Postgres if options.measures("postgres-es") => {
                    keep(&mut cells, prepared.peer("postgres-es", 0, callers)).await?;
                }
                Dialect::Sqlite => {
                    for (side, connections) in
                        [("sqlite-es", 1), ("sqlite-es-pool", sqlite_es::DEFAULT_CONNECTIONS)]
                    {
                        if options.measures(side) {
                            keep(&mut cells, prepared.peer(side, connections, callers)).await?;
                        }
                    }
                }
                Dialect::Postgres => {}
            }
            // The ceiling's batches are as large as ours were.
            if options.measures("ours") || options.measures("ceiling") {
                let cell = prepared.ours("ours", false, callers).await?;
                let batch = cell.batch.unwrap_or(1.0);
                keep(&mut cells, async { Ok(cell) }).await?;
                if options.measures("ceiling") {
                    keep(&mut cells, prepared.ceiling(batch, callers)).await?;
                }
            }
        }
    }
    Ok(cells)
}

async fn keep(cells: &mut Vec<Cell>, cell: impl Future<Output = Result<Cell, String>>) -> Result<(), String> {
    let cell = cell.await?;
    told(&format!(
        "  {:<15} {:>9.0}/s   p50 {:>8.2} ms   p99 {:>8.2} ms   cold {:>7.0}/s   retries {:>6}   failed {} {}",
        cell.side,
        cell.warm.per_second(),
        cell.warm.latencies.percentile(50),
        cell.warm.latencies.percentile(99),
        cell.cold.per_second(),
        cell.warm.retries,
        cell.warm.failed,
        cell.batch.map_or_else(String::new, |batch| format!("batch {batch:.1}")),
    ));
    if let Some(failure) = cell.warm.failure.as_ref().or(cell.cold.failure.as_ref()) {
        told(&format!("  the first failure: {failure}"));
    }
    cells.push(cell);
    Ok(())
}

#[expect(clippy::print_stderr, reason = "how far it has come")]
fn told(what: &str) {
    eprintln!("{what}");
}
