//! Idempotency keys: the second use is answered with the first one's receipt, for seven days.

use crate::{
    append::Receipt,
    error::{AppendError, StoreError},
    sql::{Row, Tx},
    store::Store,
};

/// How long a key is remembered: 7 days, in microseconds.
const REMEMBERED: i64 = 7 * 24 * 60 * 60 * 1_000_000;

const FIND: &str = "SELECT input, receipt FROM idempotency WHERE scope = $1 AND recorded_at > $2";

/// A caller's idempotency key: an HMAC over actor, mutation and key, and one over the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// Which use of which key.
    pub scope: [u8; 32],
    /// Of what.
    pub input: [u8; 32],
}

impl Store {
    /// What a key was answered before, when it was: a look ahead of the append, which looks again under its lock.
    pub async fn receipt_of(&self, key: Option<&Idempotency>) -> Result<Option<Receipt>, AppendError> {
        let Some(key) = key else { return Ok(None) };
        let values = [key.scope.as_slice().into(), (self.clock().micros() - REMEMBERED).into()];
        let row = self.database().log.row(FIND, &values).await?;
        row.map(|row| receipt(&row, key)).transpose()
    }
}

/// What a key was answered before, when it was.
pub(crate) async fn earlier(
    tx: &mut Tx,
    key: Option<&Idempotency>,
    now: i64,
) -> Result<Option<Receipt>, AppendError> {
    let Some(key) = key else { return Ok(None) };
    let row = tx.row(FIND, &[key.scope.as_slice().into(), (now - REMEMBERED).into()]).await?;
    row.map(|row| receipt(&row, key)).transpose()
}

fn receipt(row: &Row, key: &Idempotency) -> Result<Receipt, AppendError> {
    if row.bytes("input")? != key.input {
        return Err(AppendError::KeyReused);
    }
    let receipt = serde_json::from_str(&row.text("receipt")?);
    Ok(receipt.map_err(|error| StoreError::Json { place: "an idempotency receipt".to_owned(), error })?)
}

/// Remembers what a key is answered, and forgets keys that are too old.
pub(crate) async fn remember(
    tx: &mut Tx,
    key: Option<&Idempotency>,
    receipt: &Receipt,
    now: i64,
) -> Result<(), AppendError> {
    let Some(key) = key else { return Ok(()) };
    tx.execute("DELETE FROM idempotency WHERE recorded_at <= $1", &[(now - REMEMBERED).into()]).await?;
    let receipt = serde_json::json!(receipt).to_string();
    tx.execute(
        "INSERT INTO idempotency (scope, input, receipt, recorded_at) VALUES ($1, $2, $3, $4)",
        &[key.scope.as_slice().into(), key.input.as_slice().into(), receipt.into(), now.into()],
    )
    .await?;
    Ok(())
}
