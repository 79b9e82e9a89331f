//! A view's new tables: made like those in use, filled beside them, put into their place.

mod postgres;
mod sqlite;
mod words;

use super::{
    RebuildError,
    turns::{self, Turns},
};
use crate::{database::Dialect, error::StoreError, follow::View, rename::Renames, sql::Tx, store::Store};
use std::sync::Arc;

/// What the names of new tables, indexes and checkpoints end in.
pub(super) const NEXT: &str = "__next";
/// What the names of tables end in that were in use, on SQLite.
const OLD: &str = "__old";

/// The new tables of a view.
pub(super) struct Shadow {
    pub(super) view: View,
    /// What the view's own statements get.
    pub(super) renames: Arc<Renames>,
    /// The name of its checkpoint.
    pub(super) checkpoint: String,
    /// Statements that make the indexes which only readers need: once all rows are in.
    later: Vec<String>,
    /// Statements that put it into the place of the one in use.
    flip: Vec<String>,
}

impl Shadow {
    /// What they are called.
    pub(super) fn of(view: &View) -> Self {
        let checkpoint = next(view.name);
        let renames = Renames::new(view.tables.iter().map(|table| ((*table).to_owned(), next(table))));
        Self { view: *view, renames: Arc::new(renames), checkpoint, later: Vec::new(), flip: Vec::new() }
    }

    /// Makes them, empty; what an earlier rebuild left behind is dropped. While a server runs, SQLite's indexes are made
    /// with them: to make one later would hold the one writer for as long as it takes.
    pub(super) async fn create(store: &Store, view: &View, served: bool) -> Result<Self, RebuildError> {
        let mut shadow = Self::of(view);
        for table in view.tables {
            shadow.discard(store, &next(table)).await?;
            shadow.discard(store, &old(table)).await?;
        }
        let mut tx = turns::begin(store).await?;
        for table in view.tables {
            match store.database().dialect() {
                Dialect::Postgres => shadow.create_on_postgres(&mut tx, table).await?,
                Dialect::Sqlite => shadow.create_on_sqlite(served, &mut tx, table).await?,
            }
        }
        let sql = "INSERT INTO checkpoints (name, version, position) VALUES ($1, $2, 0) \
                   ON CONFLICT (name, version) DO UPDATE SET position = 0";
        tx.execute(sql, &[shadow.checkpoint.as_str().into(), view.version.into()]).await?;
        tx.commit().await?;
        Ok(shadow)
    }

    /// Moves its checkpoint in the transaction that fills it. One that stands elsewhere is another rebuild's.
    pub(super) async fn advance(&self, tx: &mut Tx, from: i64, to: i64) -> Result<(), RebuildError> {
        let sql = "UPDATE checkpoints SET position = $4 WHERE name = $1 AND version = $2 AND position = $3";
        let key = [self.checkpoint.as_str().into(), self.view.version.into(), from.into(), to.into()];
        if tx.execute(sql, &key).await? == 1 { Ok(()) } else { Err(RebuildError::TakenOver) }
    }

    /// Makes the indexes that were left out, each in a transaction of its own.
    pub(super) async fn complete(&self, store: &Store) -> Result<(), RebuildError> {
        let mut turns = Turns::default();
        for sql in &self.later {
            turns.give_way(store).await?;
            let mut tx = turns::begin(store).await?;
            patient(&mut tx).await?;
            tx.execute(sql, &[]).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// On PostgreSQL a vacuum of the tables in use ends when somebody has waited for its lock for a second: for this
    /// lock, which is in the way of no reader and no writer.
    pub(super) async fn send_vacuum_away(&self, tx: &mut Tx) -> Result<(), RebuildError> {
        if matches!(tx, Tx::Postgres(_)) {
            for table in self.view.tables {
                tx.execute(&format!("LOCK TABLE {table} IN SHARE UPDATE EXCLUSIVE MODE"), &[]).await?;
            }
        }
        Ok(())
    }

    /// Gives the new tables the names of those in use, which are dropped, or on SQLite set aside.
    pub(super) async fn flip(&self, tx: &mut Tx, position: i64) -> Result<(), RebuildError> {
        self.advance(tx, position, position).await?;
        for sql in &self.flip {
            tx.execute(sql, &[]).await?;
        }
        let sql = "DELETE FROM checkpoints WHERE name = $1 AND version = $2";
        tx.execute(sql, &[self.checkpoint.as_str().into(), self.view.version.into()]).await?;
        Ok(())
    }

    /// Have they taken the place of those in use?
    pub(super) async fn is_in_use(&self, store: &Store) -> Result<bool, RebuildError> {
        let sql = "SELECT 1 AS one FROM checkpoints WHERE name = $1 AND version = $2";
        let key = [self.checkpoint.as_str().into(), self.view.version.into()];
        Ok(store.database().views.row(sql, &key).await?.is_none())
    }

    /// Is there a table of the view that is not the one in use?
    pub(super) async fn is_left(&self, store: &Store) -> Result<bool, StoreError> {
        let sql = match store.database().dialect() {
            Dialect::Postgres => "SELECT 1 AS one FROM pg_class WHERE oid = to_regclass($1)",
            Dialect::Sqlite => "SELECT 1 AS one FROM sqlite_master WHERE type = 'table' AND name = $1",
        };
        for table in self.view.tables {
            for name in [next(table), old(table)] {
                if store.database().views.row(sql, &[name.into()]).await?.is_some() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Drops them, when they will not come into use, and what was in use before.
    pub(super) async fn abandon(&self, store: &Store) -> Result<(), StoreError> {
        for table in self.view.tables {
            self.discard(store, &next(table)).await?;
        }
        self.discard_old(store).await?;
        let sql = "DELETE FROM checkpoints WHERE name = $1 AND version = $2";
        let key = [self.checkpoint.as_str().into(), self.view.version.into()];
        store.database().views.execute(sql, &key).await?;
        Ok(())
    }

    /// Drops what was in use, where it was only set aside.
    pub(super) async fn discard_old(&self, store: &Store) -> Result<(), StoreError> {
        for table in self.view.tables {
            self.discard(store, &old(table)).await?;
        }
        Ok(())
    }

    async fn discard(&self, store: &Store, table: &str) -> Result<(), StoreError> {
        match store.database().dialect() {
            Dialect::Postgres => {
                store.database().views.execute(&format!("DROP TABLE IF EXISTS {table}"), &[]).await?;
                Ok(())
            }
            Dialect::Sqlite => sqlite::discard(store, table).await,
        }
    }
}

fn next(name: &str) -> String {
    format!("{name}{NEXT}")
}

fn old(name: &str) -> String {
    format!("{name}{OLD}")
}

/// A statement that may take long and that nobody waits for.
async fn patient(tx: &mut Tx) -> sqlx::Result<()> {
    if matches!(tx, Tx::Postgres(_)) {
        tx.execute("SET LOCAL statement_timeout = 0", &[]).await?;
    }
    Ok(())
}

/// Rather gives up than lets others wait behind it. Shorter than PostgreSQL's look for deadlocks, which would end
/// somebody else's statement.
pub(super) async fn impatient(tx: &mut Tx, timeout: &str) -> sqlx::Result<()> {
    if matches!(tx, Tx::Postgres(_)) {
        tx.execute("SELECT set_config('lock_timeout', $1, true)", &[timeout.into()]).await?;
    }
    Ok(())
}
