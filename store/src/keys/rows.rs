//! The rows of keys, one by one; an append writes its own with its events. Whoever calls holds the head's lock, so that
//! no append relies on a key meanwhile.

use crate::sql::{Tx, Value, placeholders};

/// Writes a new key, wrapped under the one above it.
pub(crate) async fn write(
    tx: &mut Tx,
    id: &str,
    above: &str,
    wrapped: Vec<u8>,
    now: i64,
) -> sqlx::Result<()> {
    let sql = "INSERT INTO keys (key_id, parent_id, wrapped, created_at) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, &[id.into(), above.into(), wrapped.into(), now.into()]).await?;
    Ok(())
}

/// Puts a key under another one, and does away with it as it was wrapped; `false`: it is not there, or not under that one.
pub(crate) async fn rewrap(
    tx: &mut Tx,
    id: &str,
    from: &str,
    (above, wrapped): (&str, &[u8]),
) -> sqlx::Result<bool> {
    let sql = "UPDATE keys SET parent_id = $2, wrapped = $3 WHERE key_id = $1 AND parent_id = $4 \
               AND destroyed_at IS NULL";
    let values = [id.into(), above.into(), wrapped.into(), from.into()];
    Ok(tx.execute(sql, &values).await? == 1)
}

/// Destroys these keys; that they were there stays.
pub(crate) async fn destroy(tx: &mut Tx, ids: &[String], now: i64) -> sqlx::Result<()> {
    let sql = format!(
        "UPDATE keys SET wrapped = NULL, destroyed_at = $1 WHERE key_id IN ({}) AND destroyed_at IS NULL",
        placeholders(2, ids.len())
    );
    let ids = ids.iter().map(|id| id.as_str().into());
    let values: Vec<Value> = [now.into()].into_iter().chain(ids).collect();
    tx.execute(&sql, &values).await?;
    Ok(())
}

/// Removes a key that nothing in the log was ever sealed with, as if it had never been. One that was destroyed stays told of.
pub(crate) async fn remove(tx: &mut Tx, id: &str) -> sqlx::Result<()> {
    tx.execute("DELETE FROM keys WHERE key_id = $1 AND destroyed_at IS NULL", &[id.into()]).await?;
    Ok(())
}
