//! Which messages have which tags, in the order in which they were left, for the list's filter.

use crate::event::event_of;
use domain::message::{Message, MessageEvent};
use std::collections::{BTreeMap, BTreeSet};
use store::{BoxFuture, Column, HandleError, Kind, RecordedEvent, Tx, Value};

/// Where the rows stand.
pub(crate) const TABLE: &str = "message_tags_2";
/// When each message was left, which an event that tags it does not say.
const LEFT: &str = "message_tags_2_left";
/// Every table of the view.
pub(crate) const TABLES: &[&str] = &[TABLE, LEFT];

const MESSAGE: Column = ("message_id", Kind::Text);
const SUBMITTED: Column = ("submitted_at", Kind::Int);

/// Takes a run of events: an event names exactly the tags that were not there, and those that were.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let (mut left, mut tagged) = (Vec::new(), Vec::new());
        for recorded in run {
            let id = recorded.aggregate_id.as_str();
            match recorded.event_type.as_str() {
                "MessageSubmitted" => {
                    let at = event_of::<Message>(recorded)?.at();
                    left.push(vec![id.into(), at.timestamp_micros().into()]);
                }
                "MessageTagged" => {
                    let MessageEvent::MessageTagged(event) = event_of::<Message>(recorded)? else {
                        return Err("this event tags nothing".into());
                    };
                    tagged.push((id, event));
                }
                _ => {}
            }
        }
        tx.insert_keyed(LEFT, &[MESSAGE, SUBMITTED], left).await?;
        let ids: BTreeSet<String> = tagged.iter().map(|(id, _)| (*id).to_owned()).collect();
        let mut submitted = BTreeMap::new();
        for row in
            tx.rows_of(LEFT, "message_id", "message_id, submitted_at", ids.into_iter().collect()).await?
        {
            submitted.insert(row.text("message_id")?, row.int("submitted_at")?);
        }
        for (id, event) in tagged {
            let at = submitted.get(id).ok_or_else(|| format!("{id} is tagged, and was never left"))?;
            let row = |tag: &domain::ids::Tag| -> Vec<Value> { vec![id.into(), tag.0.as_str().into()] };
            let added = |tag| row(tag).into_iter().chain([(*at).into()]).collect();
            let added = event.added.iter().map(added).collect();
            tx.insert_many(TABLE, &[MESSAGE, ("tag", Kind::Text), SUBMITTED], added, "").await?;
            for removed in &event.removed {
                let sql = format!("DELETE FROM {TABLE} WHERE message_id = $1 AND tag = $2");
                tx.execute(&sql, &row(removed)).await?;
            }
        }
        Ok(())
    })
}
