//! Which messages have which tags, for the list's filter.

use crate::event::event_of;
use domain::message::{Message, MessageEvent};
use store::{BoxFuture, HandleError, Kind, RecordedEvent, Tx, Value};

/// Where the rows stand.
pub(crate) const TABLE: &str = "message_tags";

/// Takes a run of events: an event names exactly the tags that were not there, and those that were.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        for recorded in run.iter().filter(|recorded| recorded.event_type == "MessageTagged") {
            let MessageEvent::MessageTagged(tagged) = event_of::<Message>(recorded)? else {
                return Err("this event tags nothing".into());
            };
            let row = |tag: &domain::ids::Tag| -> Vec<Value> {
                vec![recorded.aggregate_id.as_str().into(), tag.0.as_str().into()]
            };
            let added = tagged.added.iter().map(row).collect();
            tx.insert_many(TABLE, &[("message_id", Kind::Text), ("tag", Kind::Text)], added, "").await?;
            for removed in &tagged.removed {
                let sql = format!("DELETE FROM {TABLE} WHERE message_id = $1 AND tag = $2");
                tx.execute(&sql, &row(removed)).await?;
            }
        }
        Ok(())
    })
}
