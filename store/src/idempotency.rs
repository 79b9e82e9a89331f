//! Idempotency keys: the second use is answered with the first one's receipt, for seven days.

use crate::{
    append::Receipt,
    error::{AppendError, StoreError},
    sql::Row,
    store::Store,
};

/// How long a key is remembered: 7 days, in microseconds.
pub(crate) const REMEMBERED: i64 = 7 * 24 * 60 * 60 * 1_000_000;

/// A caller's idempotency key: an HMAC over actor, mutation and key, and one over the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// Which use of which key.
    pub scope: [u8; 32],
    /// Of what.
    pub input: [u8; 32],
}

impl Store {
    /// What a key was answered before, when it was: asked before a refusal, which a repeat may not deserve. An append
    /// looks for itself, under its lock.
    pub async fn receipt_of(&self, key: Option<&Idempotency>) -> Result<Option<Receipt>, AppendError> {
        let Some(key) = key else { return Ok(None) };
        let sql =
            "SELECT input, id, version, position FROM idempotency WHERE scope = $1 AND recorded_at > $2";
        let values = [key.scope.as_slice().into(), (self.clock().micros() - REMEMBERED).into()];
        let Some(row) = self.database().log.row(sql, &values).await? else { return Ok(None) };
        match row.bytes("input")? == key.input {
            true => Ok(Some(receipt(&row)?)),
            false => Err(AppendError::KeyReused),
        }
    }
}

/// The receipt in a row of `idempotency`.
pub(crate) fn receipt(row: &Row) -> Result<Receipt, StoreError> {
    Ok(Receipt { id: row.text("id")?, version: row.int("version")?, position: row.int("position")? })
}
