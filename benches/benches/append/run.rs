//! All cells of one database, the sides by turns: A B C, A B C, …

use crate::{
    cells::{Cell, Prepared},
    held::Held,
    options::Options,
    processes, sqlite_es,
    workload::Mix,
};
use store::Dialect;

/// With so many callers the rows are measured that are measured with one number of callers only.
pub(crate) const MANY: usize = 64;

/// What was measured.
pub(crate) struct Measured {
    pub(crate) cells: Vec<Cell>,
    /// What has to be known besides.
    pub(crate) notes: Vec<String>,
}

/// Measures everything that the options ask for.
pub(crate) async fn run(dialect: Dialect, options: &Options) -> Result<Measured, String> {
    told("preparing streams");
    let prepared = Prepared::new(dialect, options).await?;
    let mut run = Run { dialect, options, prepared, cells: vec![] };
    for &callers in &options.callers {
        for round in 1..=options.rounds {
            told(&format!("{callers} callers, round {round} of {}", options.rounds));
            run.peers(callers).await?;
            run.ours_and_ceiling(callers).await?;
            for cell in run.prepared.others(callers).await? {
                run.keep(cell);
            }
        }
    }
    if options.measures("new") {
        run.new_streams().await?;
    }
    if options.measures("anonymous") {
        told(&format!("visitors without a token, {MANY} callers"));
        for _ in 0..options.rounds {
            let cell = run.prepared.ours("anonymous", true, Mix::New, MANY).await?;
            run.keep(cell);
        }
    }
    if options.measures("processes") && dialect == Dialect::Postgres {
        told(&format!("one process and four, {MANY} callers"));
        for _ in 0..options.rounds {
            for (side, processes) in [("one process", 1), ("four processes", 4)] {
                let config = &run.prepared.database.config;
                let cell = processes::measure(config, options, side, processes, MANY)?;
                run.keep(cell);
            }
        }
    }
    if options.measures("held") {
        run.held().await?;
    }
    Ok(Measured { cells: run.cells, notes: run.prepared.notes.clone() })
}

struct Run<'a> {
    dialect: Dialect,
    options: &'a Options,
    prepared: Prepared,
    cells: Vec<Cell>,
}

impl Run<'_> {
    async fn peers(&mut self, callers: usize) -> Result<(), String> {
        match self.dialect {
            Dialect::Postgres => {
                if self.options.measures("postgres-es") {
                    let cell = self.prepared.peer("postgres-es", 0, Mix::Half, callers).await?;
                    self.keep(cell);
                }
            }
            Dialect::Sqlite => {
                for (side, connections) in
                    [("sqlite-es", sqlite_es::DEFAULT_CONNECTIONS), ("sqlite-es-one-writer", 1)]
                {
                    if self.options.measures(side) {
                        let cell = self.prepared.peer(side, connections, Mix::Half, callers).await?;
                        self.keep(cell);
                    }
                }
            }
        }
        Ok(())
    }

    /// The ceiling's batches are as large as ours were.
    async fn ours_and_ceiling(&mut self, callers: usize) -> Result<(), String> {
        let (ours, ceiling) = (self.options.measures("ours"), self.options.measures("ceiling"));
        if ours || ceiling {
            let cell = self.prepared.ours("ours", false, Mix::Half, callers).await?;
            let batch = cell.batch.unwrap_or(1.0);
            self.keep(cell);
            if ceiling {
                let cell = self.prepared.ceiling(batch, callers).await?;
                self.keep(cell);
            }
        }
        Ok(())
    }

    /// Without existing streams nobody is in another's way: what is left is the path itself.
    async fn new_streams(&mut self) -> Result<(), String> {
        told(&format!("new streams only, {MANY} callers"));
        for _ in 0..self.options.rounds {
            let (side, connections) = match self.dialect {
                Dialect::Postgres => ("postgres-es, new only", 0),
                Dialect::Sqlite => ("sqlite-es, new only", sqlite_es::DEFAULT_CONNECTIONS),
            };
            let cell = self.prepared.peer(side, connections, Mix::New, MANY).await?;
            self.keep(cell);
            let cell = self.prepared.ours("ours, new only", false, Mix::New, MANY).await?;
            self.keep(cell);
        }
        Ok(())
    }

    async fn held(&mut self) -> Result<(), String> {
        told(&format!("a snapshot held open, {} updates, {MANY} callers", self.options.held_updates));
        let held = Held::hold(&self.prepared, self.options.held_updates).await?;
        for _ in 0..self.options.rounds {
            let (side, connections) = match self.dialect {
                Dialect::Postgres => ("postgres-es, held", 0),
                Dialect::Sqlite => ("sqlite-es, held", sqlite_es::DEFAULT_CONNECTIONS),
            };
            let cell = self.prepared.peer(side, connections, Mix::Half, MANY).await?;
            self.keep(cell);
            let cell = self.prepared.ours("ours, held", false, Mix::Half, MANY).await?;
            self.keep(cell);
        }
        held.release().await
    }

    fn keep(&mut self, cell: Cell) {
        told(&format!(
            "  {:<20} {:>8.0}/s   p50 {:>7.2} ms   p99 {:>7.2} ms   cold {:>7.0}/s   repeated {:>6}   failed {} {}",
            cell.side,
            cell.warm.per_second(),
            cell.warm.latencies.percentile(50),
            cell.warm.latencies.percentile(99),
            cell.cold.per_second(),
            cell.warm.retries,
            cell.warm.failed,
            cell.batch.map_or_else(String::new, |batch| format!("  {batch:.1} events a commit")),
        ));
        if let Some(failure) = cell.warm.failure.as_ref().or(cell.cold.failure.as_ref()) {
            told(&format!("  the first failure: {failure}"));
        }
        self.cells.push(cell);
    }
}

#[expect(clippy::print_stderr, reason = "how far it has come")]
fn told(what: &str) {
    eprintln!("{what}");
}
