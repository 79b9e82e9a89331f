//! One cell: a side freshly opened, measured cold, and then measured warm.

#[cfg(feature = "peers")]
use crate::disintegrate;
use crate::{
    ceiling,
    emmett::Emmett,
    measure,
    measure::{Sample, Side},
    options::Options,
    ours::Ours,
    postgres_es, sqlite_es,
    workload::{Mix, Workload},
};
use std::sync::Arc;
use store::{DatabaseUrl, Dialect, Store, testing::TestDatabase};

/// One round of one side with so many callers.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) side: &'static str,
    pub(crate) callers: usize,
    pub(crate) cold: Sample,
    pub(crate) warm: Sample,
    /// Events in one commit, for those who batch.
    pub(crate) batch: Option<f64>,
}

/// A database with everybody's tables and streams.
pub(crate) struct Prepared {
    pub(crate) database: TestDatabase,
    /// What has to be known besides: who cannot be measured here, and why.
    pub(crate) notes: Vec<String>,
    options: Options,
    cells: usize,
    emmett: Option<Emmett>,
}

impl Prepared {
    pub(crate) async fn new(dialect: Dialect, options: &Options) -> Result<Self, String> {
        let database = TestDatabase::new(dialect).await;
        Ours::prepare(&database.config, options.streams).await?;
        let ours = Ours::open(&database.config, false).await?;
        match &database.config.database {
            DatabaseUrl::Postgres(url) => postgres_es::prepare(url, ours.store(), options.streams).await?,
            DatabaseUrl::Sqlite(_) => {
                sqlite_es::prepare(&database.directory.join("plain.db"), ours.store(), options.streams)
                    .await?;
            }
        }
        ceiling::prepare(ours.store()).await?;
        let mut prepared = Self { database, notes: vec![], options: options.clone(), cells: 0, emmett: None };
        prepared.prepare_others(ours.store()).await?;
        ours.close().await;
        Ok(prepared)
    }

    #[cfg_attr(not(feature = "peers"), expect(clippy::unused_async, reason = "without a peer to wait for"))]
    async fn prepare_others(&mut self, store: &Store) -> Result<(), String> {
        let DatabaseUrl::Postgres(url) = &self.database.config.database else { return Ok(()) };
        if self.options.measures("disintegrate") {
            #[cfg(feature = "peers")]
            self.notes.extend(disintegrate::prepare(url, store, self.options.streams).await?);
            #[cfg(not(feature = "peers"))]
            self.notes.push("Not measured: disintegrate, without the feature `peers`.".to_owned());
        }
        if self.options.measures("emmett") {
            match Emmett::prepare(url, store, self.options.streams, self.options.connections) {
                Ok(emmett) => self.emmett = Some(emmett),
                Err(why) => self.notes.push(format!("Not measured here: emmett ({}).", why.trim())),
            }
        }
        Ok(())
    }

    /// The peers that keep their events in another way than ours, as far as they can be measured here.
    #[cfg_attr(not(feature = "peers"), expect(clippy::unused_async, reason = "without a peer to wait for"))]
    pub(crate) async fn others(&mut self, callers: usize) -> Result<Vec<Cell>, String> {
        let mut cells = Vec::new();
        #[cfg(feature = "peers")]
        if let DatabaseUrl::Postgres(url) = &self.database.config.database
            && self.options.measures("disintegrate")
        {
            let pool = disintegrate::pool(url, self.options.connections).await?;
            let peer = Arc::new(disintegrate::open(pool.clone()));
            cells.push(self.cell("disintegrate", &peer, Mix::Half, callers).await);
            pool.close().await;
        }
        self.cells += 1;
        if let Some(emmett) = &self.emmett {
            cells.push(emmett.measure(callers, self.options.window, self.cells)?);
        }
        Ok(cells)
    }

    /// The crates as they come: on PostgreSQL one of them, on SQLite with so many connections.
    pub(crate) async fn peer(
        &mut self,
        side: &'static str,
        connections: u32,
        mix: Mix,
        callers: usize,
    ) -> Result<Cell, String> {
        match &self.database.config.database {
            DatabaseUrl::Postgres(url) => {
                let pool = postgres_es::pool(url, self.options.connections).await?;
                let peer = Arc::new(postgres_es::open(pool.clone()));
                let cell = self.cell(side, &peer, mix, callers).await;
                pool.close().await;
                Ok(cell)
            }
            DatabaseUrl::Sqlite(_) => {
                let pool = sqlite_es::pool(&self.database.directory.join("plain.db"), connections).await?;
                let peer = Arc::new(sqlite_es::open(pool.clone()));
                let cell = self.cell(side, &peer, mix, callers).await;
                pool.close().await;
                Ok(cell)
            }
        }
    }

    /// Ours; anonymous callers each become a visitor.
    pub(crate) async fn ours(
        &mut self,
        side: &'static str,
        anonymous: bool,
        mix: Mix,
        callers: usize,
    ) -> Result<Cell, String> {
        let ours = Arc::new(Ours::open(&self.database.config, anonymous).await?);
        let before = head(ours.store()).await?;
        let mut cell = self.cell(side, &ours, mix, callers).await;
        cell.batch = Some(events_per_commit(ours.store(), before).await?);
        ours.close().await;
        Ok(cell)
    }

    /// The ceiling, in batches of so many events.
    pub(crate) async fn ceiling(&mut self, batch: f64, callers: usize) -> Result<Cell, String> {
        let ours = Ours::open(&self.database.config, false).await?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small positive number"
        )]
        let events = batch.round().max(1.0) as usize;
        let cold = ceiling::measure(ours.store(), events, self.options.window / 2).await?;
        let warm = ceiling::measure(ours.store(), events, self.options.window).await?;
        ours.close().await;
        Ok(Cell { side: "ceiling", callers, cold, warm, batch: Some(batch.round().max(1.0)) })
    }

    /// The cold half is also what warms up for the other.
    async fn cell<S: Side>(
        &mut self,
        side: &'static str,
        measured: &Arc<S>,
        mix: Mix,
        callers: usize,
    ) -> Cell {
        self.cells += 1;
        let workload = Arc::new(match mix {
            Mix::Half => Workload::mixed(self.options.streams, self.cells),
            Mix::New => Workload::new_streams(),
        });
        let (seed, window) = (self.cells as u64 * 2, self.options.window);
        let cold = measure::measure(measured, &workload, callers, window / 2, seed).await;
        let warm = measure::measure(measured, &workload, callers, window, seed + 1).await;
        Cell { side, callers, cold, warm, batch: None }
    }
}

async fn head(store: &Store) -> Result<i64, String> {
    store.head().await.map_err(|error| error.to_string())
}

/// How many events a commit had since a position, on average. PostgreSQL marks each row with its transaction; on
/// SQLite a batch's events follow each other by a microsecond, and the next batch comes later than that.
async fn events_per_commit(store: &Store, after: i64) -> Result<f64, String> {
    let sql = match store.database().dialect() {
        Dialect::Postgres => {
            "SELECT count(*) AS events, count(DISTINCT xmin::text) AS commits FROM events WHERE position > $1"
        }
        Dialect::Sqlite => {
            "SELECT count(*) AS events, coalesce(sum(gap), 0) AS commits FROM \
             (SELECT recorded_at - lag(recorded_at, 1, 0) OVER (ORDER BY position) > 1 AS gap \
             FROM events WHERE position > $1)"
        }
    };
    let row = store.database().log.row(sql, &[after.into()]).await;
    let row = row.map_err(|error| error.to_string())?.ok_or("a count without a row")?;
    let int = |name| row.int(name).map_err(|error| error.to_string());
    #[expect(clippy::cast_precision_loss, reason = "a mean of counts")]
    let mean = |events: i64, commits: i64| events as f64 / commits.max(1) as f64;
    Ok(mean(int("events")?, int("commits")?))
}
