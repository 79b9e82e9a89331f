//! What a view may open and hash while it writes: the store is lent to its transaction.
//!
//! On PostgreSQL keys are looked up over the transaction's own connection: whoever holds one and waits for a second can wait
//! for ever.

use crate::{
    database::Dialect,
    error::StoreError,
    keys::KeyRing,
    seal,
    sql::{Row, Side, Tx, Value},
    store::Store,
};
use std::collections::BTreeSet;

/// Who is asked for keys.
pub(crate) enum Asked<'a> {
    /// The log, over whatever connection is free.
    Log(&'a Side),
    /// A transaction, over its own.
    Tx(&'a mut Tx),
}

impl Asked<'_> {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Log(Side::Postgres(_)) | Self::Tx(Tx::Postgres(_)) => Dialect::Postgres,
            Self::Log(Side::Sqlite { .. }) | Self::Tx(Tx::Sqlite(_)) => Dialect::Sqlite,
        }
    }

    pub(crate) async fn rows(&mut self, sql: &str, values: &[Value]) -> sqlx::Result<Vec<Row>> {
        match self {
            Self::Log(log) => log.rows(sql, values).await,
            Self::Tx(tx) => tx.written_rows(sql, values).await,
        }
    }
}

impl Tx {
    /// From now on what is sealed can be opened within it.
    pub(crate) fn lend(&mut self, store: &Store) {
        *self.lent() = Some(store.clone());
    }

    /// As [`Store::open_personal`], within the transaction, but one value that does not open is not in the way of all that
    /// come after it: it becomes `"erased"`, too. Says of each how many sealed values in it did not open.
    pub async fn open_what_opens(
        &mut self,
        values: &mut [&mut serde_json::Value],
    ) -> Result<Vec<usize>, StoreError> {
        let store = self.borrowed()?;
        let mut needed = BTreeSet::new();
        for value in values.iter_mut() {
            seal::keys_needed(value, &mut needed);
        }
        let from = match self {
            Self::Postgres(_) => Asked::Tx(self),
            Self::Sqlite(_) => Asked::Log(&store.database().log),
        };
        let ring = KeyRing::load_sound(from, store.master(), needed).await?;
        let mut shut = Vec::with_capacity(values.len());
        for value in values {
            shut.push(seal::open_what_opens(value, &|id| ring.known(id)));
        }
        store.measures().unopened.inc_by(shut.iter().sum::<usize>() as u64);
        Ok(shut)
    }

    /// As [`Store::hashed`], each of them.
    pub fn hashed<T: AsRef<str>>(
        &mut self,
        tokens: impl IntoIterator<Item = T>,
    ) -> Result<Vec<i64>, StoreError> {
        Ok(self.borrowed()?.hashes().of(tokens))
    }

    fn borrowed(&mut self) -> Result<Store, StoreError> {
        let none = || StoreError::Setup("nothing can be opened within this transaction".to_owned());
        self.lent().clone().ok_or_else(none)
    }
}
