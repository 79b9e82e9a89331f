//! How much a rebuild holds in memory, writes at once, and leaves to its last transaction.

use crate::database::Dialect;
use std::time::Duration;

/// The bounds of one rebuild.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// What a view may hold back, in bytes: 48 MiB are some fifteen thousand messages.
    pub(crate) room: usize,
    /// … and how many rows of one table: small ones have long been left alone when they fill that.
    pub(crate) rows: usize,
    /// What of that a view writes in one transaction when there is no more room, beside what the transaction added to it.
    pub(crate) step: usize,
    /// How long a transaction of a run may take, about.
    pub(crate) transaction: Duration,
    /// The events that the last transaction, for which the followers stand, may have left to do.
    pub(crate) last: i64,
}

impl Bounds {
    /// Those of a database which a server serves meanwhile, or none.
    pub(super) fn of(dialect: Dialect, served: bool) -> Self {
        let (room, step, milliseconds) = match (dialect, served) {
            // Nobody waits for tables that nobody reads yet.
            (Dialect::Postgres, _) | (Dialect::Sqlite, false) => (48 << 20, 2 << 20, 2_000),
            // All views are in one transaction, and the server's followers wait for it: some hundred rows.
            (Dialect::Sqlite, true) => (4 << 20, 128 << 10, 50),
        };
        Self { room, rows: 12_000, step, transaction: Duration::from_millis(milliseconds), last: 500 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_a_server_runs_on_sqlite_a_transaction_of_six_views_adds_less_than_a_mebibyte() {
        assert!(6 * Bounds::of(Dialect::Sqlite, true).step < 1 << 20);
        let alone = Bounds::of(Dialect::Sqlite, false);
        assert!(alone.step >= 2 << 20, "nobody waits for it, and long transactions are faster");
    }
}
