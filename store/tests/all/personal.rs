//! Personal data: sealed from the first byte, bound to its place, gone with its key.

use super::{append, key, said, stream};
use serde_json::{Value, json};
use store::{
    AppendError, Dialect, LogFilter, Store, StoreError, StreamKey, on_both_databases, testing::TestDatabase,
};

on_both_databases!(
    words_are_sealed_where_they_are_stored_and_open_when_they_are_read,
    a_sealed_value_that_was_changed_or_moved_is_a_fault_and_never_an_erasure,
    destroying_a_key_erases_what_it_sealed_and_all_below_it,
    nothing_is_appended_under_a_destroyed_key,
    a_payload_in_the_clear_is_never_written,
);

const WORDS: &str = "请问我的订单什么时候发货？";

async fn opened(store: &Store) -> Result<Vec<Value>, StoreError> {
    let events = store.read(&LogFilter::default(), 0, 100).await?;
    let mut payloads = events.iter().map(store::RecordedEvent::payload).collect::<Result<Vec<Value>, _>>()?;
    let mut borrowed: Vec<&mut Value> = payloads.iter_mut().collect();
    store.open_personal(&mut borrowed).await?;
    Ok(payloads.iter().map(|payload| payload["Said"]["words"]["$personal"].clone()).collect())
}

async fn words_are_sealed_where_they_are_stored_and_open_when_they_are_read(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    store.append(append(vec![stream("a", 0, vec![said(WORDS), said(WORDS)])])).await.expect("appended");
    let rows = store.database().log.rows("SELECT payload FROM events", &[]).await.expect("readable");
    let stored: Vec<String> = rows.iter().map(|row| row.text("payload").expect("text")).collect();
    assert!(stored.iter().all(|payload| payload.contains(r#""sealed""#) && !payload.contains("订单")));
    assert_ne!(stored[0], stored[1], "the same words sealed twice look different");
    assert_eq!(opened(&store).await.expect("opens"), [json!({"clear": WORDS}), json!({"clear": WORDS})]);
}

/// Puts the payload of the first event in the place of the second's.
async fn move_payload(store: &Store) {
    let sql =
        "UPDATE events SET payload = (SELECT payload FROM events WHERE position = 1) WHERE position = 2";
    store.database().log.execute(sql, &[]).await.expect("moved");
}

async fn a_sealed_value_that_was_changed_or_moved_is_a_fault_and_never_an_erasure(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    store.append(append(vec![stream("a", 0, vec![said(WORDS), said("别的")])])).await.expect("appended");
    move_payload(&store).await;
    assert!(matches!(opened(&store).await, Err(StoreError::Seal { key_id }) if key_id == "test/a"));
}

async fn destroying_a_key_erases_what_it_sealed_and_all_below_it(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let mut below = stream("message", 0, vec![said(WORDS)]);
    below.key = Some(StreamKey { id: "test/message".into(), parent: Some("test/visitor".into()) });
    let other = stream("other", 0, vec![said("还在")]);
    store
        .append(append(vec![stream("visitor", 0, vec![said("李雷")]), below, other]))
        .await
        .expect("appended");
    store.destroy_key("test/visitor").await.expect("destroyed");
    store.destroy_key("test/visitor").await.expect("destroyed once more");
    let read = opened(&store).await.expect("opens");
    assert_eq!(read, [json!("erased"), json!("erased"), json!({"clear": "还在"})]);
}

async fn nothing_is_appended_under_a_destroyed_key(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    store.append(append(vec![stream("a", 0, vec![said(WORDS)])])).await.expect("appended");
    store.destroy_key("test/a").await.expect("destroyed");
    let again = store.append(append(vec![stream("a", 1, vec![said(WORDS)])])).await;
    assert!(matches!(again, Err(AppendError::Erased)));
    let mut below = stream("b", 0, vec![said(WORDS)]);
    below.key = Some(StreamKey { parent: Some("test/a".into()), ..key("b") });
    assert!(matches!(store.append(append(vec![below])).await, Err(AppendError::Erased)));
}

async fn a_payload_in_the_clear_is_never_written(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let store = database.open(TestDatabase::clock()).await;
    let mut keyless = stream("a", 0, vec![said(WORDS)]);
    keyless.key = None;
    assert!(matches!(store.append(append(vec![keyless])).await, Err(AppendError::Store(_))));
    assert_eq!(store.head().await.expect("a head"), 0);
}
