//! How much a rebuild holds in memory, writes at once, and leaves to its last transaction.

use crate::database::Dialect;
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

/// The bounds of one rebuild.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// What all views together may hold back, in bytes. What small ones do not take, large ones have.
    pub(crate) room: usize,
    /// How many rows of one table a view may hold: small ones have long been left alone when they fill that.
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
            (Dialect::Postgres, _) | (Dialect::Sqlite, false) => (112 << 20, 2 << 20, 2_000),
            // All views are in one transaction, and the server's followers wait for it: some hundred rows.
            (Dialect::Sqlite, true) => (24 << 20, 64 << 10, 50),
        };
        Self { room, rows: 12_000, step, transaction: Duration::from_millis(milliseconds), last: 500 }
    }
}

/// What all views of a rebuild hold at a moment.
#[derive(Debug)]
pub(super) struct Room {
    views: usize,
    taken: AtomicUsize,
}

impl Room {
    pub(super) fn of(views: usize) -> Self {
        Self { views: views.max(1), taken: AtomicUsize::new(0) }
    }

    /// A view holds so much now, and held so much before: is that too much for it? It is, when all have more than there is, and
    /// it has more than its share.
    pub(super) fn is_short(&self, room: usize, before: usize, now: usize) -> bool {
        self.holds(before, now) > room && now > room / self.views
    }

    /// A view holds so much now, and held so much before; says what all hold.
    pub(super) fn holds(&self, before: usize, now: usize) -> usize {
        match now.checked_sub(before) {
            Some(more) => self.taken.fetch_add(more, Ordering::Relaxed) + more,
            None => self.taken.fetch_sub(before - now, Ordering::Relaxed) - (before - now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_a_server_runs_on_sqlite_a_transaction_of_all_views_adds_less_than_a_mebibyte() {
        // As many as `projections` has, and some more.
        assert!(16 * Bounds::of(Dialect::Sqlite, true).step <= 1 << 20);
        let alone = Bounds::of(Dialect::Sqlite, false);
        assert!(alone.step >= 2 << 20, "nobody waits for it, and long transactions are faster");
    }

    #[test]
    fn whoever_has_more_than_their_share_lets_go_when_all_have_more_than_there_is() {
        let room = Room::of(4);
        assert!(!room.is_short(100, 0, 90), "what others do not take");
        assert!(!room.is_short(100, 0, 20), "less than its share");
        assert!(room.is_short(100, 90, 91));
        assert!(!room.is_short(100, 91, 70), "there is enough again");
        assert!(!room.is_short(100, 20, 25));
        assert!(room.is_short(100, 0, 30), "by then there are 125");
    }
}
