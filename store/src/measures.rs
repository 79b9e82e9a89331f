//! What the store measures of itself, for whoever watches it: Prometheus' kinds and names
//! (<https://prometheus.io/docs/practices/naming/>). Nothing of what is in a command, and no label.

use crate::{
    database::{Database, Dialect},
    error::StoreError,
    store::Store,
};
use prometheus_client::{
    metrics::{
        counter::Counter,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use std::time::Duration;

/// Counted as it happens.
#[derive(Clone, Debug)]
pub(crate) struct Measures {
    /// Commands of a batch.
    pub(crate) batch: Histogram,
    /// Seconds that the writing of a batch took, commit included.
    pub(crate) writing: Histogram,
    /// Seconds from a decided command to its answer.
    pub(crate) append: Histogram,
    /// Events that were appended by this process.
    pub(crate) events: Counter,
    /// Commands that were decided on what others had moved on.
    pub(crate) overtaken: Counter,
    /// Commands that were refused because too many waited.
    pub(crate) busy: Counter,
    /// Sealed values that a view took as erased because they did not open.
    pub(crate) unopened: Counter,
}

impl Measures {
    pub(crate) fn new() -> Self {
        // From a quarter of a millisecond to eight seconds.
        let seconds = || Histogram::new(exponential_buckets(0.000_25, 2.0, 16));
        Self {
            batch: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
            writing: seconds(),
            append: seconds(),
            events: Counter::default(),
            overtaken: Counter::default(),
            busy: Counter::default(),
            unopened: Counter::default(),
        }
    }
}

/// How the database is, asked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Burden {
    /// PostgreSQL: how long the oldest snapshot has been held. While it is, nothing that was overwritten since can be
    /// tidied away, the log's head first of all.
    OldestSnapshot(Duration),
    /// SQLite: how many bytes its write-ahead logs have. They grow while a reader reads.
    WriteAheadLog(u64),
}

impl Store {
    /// Names what is measured, under the given registry's prefix.
    pub fn register_measures(&self, registry: &mut Registry) {
        let measures = self.measures().clone();
        registry.register("append_batch_commands", "Commands written in one transaction", measures.batch);
        registry.register_with_unit(
            "append_batch",
            "How long the transaction of a batch took",
            Unit::Seconds,
            measures.writing,
        );
        registry.register_with_unit(
            "append",
            "How long a command took from its decision to its answer",
            Unit::Seconds,
            measures.append,
        );
        registry.register("appended_events", "Events appended by this process", measures.events);
        registry.register(
            "append_overtaken",
            "Commands decided on a state that another had changed meanwhile",
            measures.overtaken,
        );
        registry.register("append_busy", "Commands refused because too many were waiting", measures.busy);
        registry.register(
            "view_unopened_values",
            "Sealed values that did not open when a view took them: changed, or without their key",
            measures.unopened,
        );
    }

    /// How many commands wait to be written.
    pub fn waiting_commands(&self) -> usize {
        self.queue().waiting()
    }

    /// What the database bears: to be asked now and then.
    pub async fn burden(&self) -> Result<Burden, StoreError> {
        if self.database().dialect() == Dialect::Sqlite {
            let Database { log, views } = self.database();
            return Ok(Burden::WriteAheadLog(log.write_ahead_bytes() + views.write_ahead_bytes()));
        }
        let sql = "SELECT coalesce((extract(epoch FROM max(clock_timestamp() - xact_start)) * 1000000)::bigint, 0) \
                   AS micros FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND datname = current_database() \
                   AND pid <> pg_backend_pid()";
        let row = self.database().views.row(sql, &[]).await?;
        let micros = row.map(|row| row.int("micros")).transpose()?.unwrap_or_default();
        Ok(Burden::OldestSnapshot(Duration::from_micros(u64::try_from(micros).unwrap_or_default())))
    }
}
