//! Deliveries as people look at them, and ask for them again.

use super::rows;
use crate::{Page, PageRequest, Projections, error::QueryError, message_list, opening};
use chrono::{DateTime, Utc};
use domain::{
    contact::Contact,
    ids::{ChannelId, MessageId},
    personal::Personal,
};
use std::collections::BTreeMap;
use store::{Row, StoreError, Value, micros, placeholders};

/// A delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Its id; receivers of generic webhooks know it as `webhook-id`.
    pub id: String,
    /// Which channel it is for.
    pub channel: ChannelId,
    /// PENDING, DELIVERED, RETRYING, DEAD or SKIPPED.
    pub state: String,
    /// What happened, such as `message.submitted`.
    pub event_type: String,
    /// Of which message.
    pub message: Option<MessageId>,
    /// The position of the event.
    pub position: i64,
    /// When it is tried next, unless it is over.
    pub next_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed, in microseconds.
    pub changed_at: i64,
}

/// A request that was made for a delivery, perhaps among others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRow {
    /// When.
    pub at: DateTime<Utc>,
    /// What HTTP said.
    pub http_status: Option<i64>,
    /// What the vendor said.
    pub vendor_code: Option<String>,
    /// DELIVERED, RETRY, CONFIGURATION or PAYLOAD.
    pub outcome: String,
    /// In words.
    pub detail: Option<String>,
    /// How long it took.
    pub milliseconds: i64,
}

/// Which deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Of one of these channels.
    pub channels: Option<Vec<ChannelId>>,
    /// In one of these states.
    pub states: Option<Vec<String>>,
    /// Of this message.
    pub message: Option<MessageId>,
}

/// What is to be delivered once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redeliver {
    /// One delivery.
    One(String),
    /// All of a channel that are dead.
    Dead(ChannelId),
    /// All of a channel whose events stand between these positions, both of them included.
    Range(ChannelId, i64, i64),
}

const COLUMNS: &str =
    "delivery_id, channel_id, state, event_type, message_id, position, next_at, created_at, changed_at";
/// As many attempts of a delivery are shown, the newest of them.
const ATTEMPTS: i64 = 50;
/// As many are made due in one transaction.
const AT_ONCE: i64 = 500;
/// As many of a channel are counted.
const MOST_COUNTED: i64 = 10_000;

impl DeliveryFilter {
    /// ` WHERE …` with its values.
    fn conditions(&self) -> (Vec<String>, Vec<Value>) {
        let (mut conditions, mut values) = (vec![], vec![]);
        let mut one_of = |column: &str, wanted: Vec<Value>| {
            conditions.push(match wanted.is_empty() {
                true => "1 = 0".to_owned(),
                false => format!("{column} IN ({})", placeholders(values.len() + 1, wanted.len())),
            });
            values.extend(wanted);
        };
        if let Some(channels) = &self.channels {
            one_of("channel_id", channels.iter().map(|id| id.to_string().into()).collect());
        }
        if let Some(states) = &self.states {
            one_of("state", states.iter().map(|state| state.as_str().into()).collect());
        }
        if let Some(message) = self.message {
            one_of("message_id", vec![message.to_string().into()]);
        }
        (conditions, values)
    }
}

impl Projections {
    /// A page of deliveries, the newest events first.
    pub async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> Result<Page<DeliveryRow>, QueryError> {
        const LIST: &str = "deliveries";
        let window = page.window(LIST)?;
        let (direction, beyond) = if window.backwards { ("ASC", ">") } else { ("DESC", "<") };
        let (mut conditions, mut values) = filter.conditions();
        if let Some((position, id)) = &window.beyond {
            let at = values.len();
            conditions.push(format!("(position, delivery_id) {beyond} (${}, ${})", at + 1, at + 2));
            values.extend([(*position).into(), id.as_str().into()]);
        }
        values.push((window.size + 1).into());
        let condition = all_of(&conditions);
        let sql = format!(
            "SELECT {COLUMNS} FROM deliveries {condition} \
             ORDER BY position {direction}, delivery_id {direction} LIMIT ${}",
            values.len()
        );
        let rows = self.store.database().log.rows(&sql, &values).await?;
        let rows = rows.iter().map(delivery).collect::<Result<_, _>>()?;
        Ok(window.page(LIST, rows, |row: &DeliveryRow| (row.position, row.id.clone())))
    }

    /// How many there are of them.
    pub async fn delivery_count(&self, filter: &DeliveryFilter) -> Result<i64, QueryError> {
        let (conditions, values) = filter.conditions();
        let condition = all_of(&conditions);
        let sql = format!("SELECT COUNT(*) AS deliveries FROM deliveries {condition}");
        let row = self.store.database().log.row(&sql, &values).await?;
        Ok(row.map(|row| row.int("deliveries")).transpose()?.unwrap_or_default())
    }

    /// The contacts of these messages, masked: enough to recognise them. Of one that was erased there is none.
    pub async fn masked_contacts(
        &self,
        messages: &[MessageId],
    ) -> Result<BTreeMap<MessageId, String>, QueryError> {
        if messages.is_empty() {
            return Ok(BTreeMap::new());
        }
        let sql = format!(
            "SELECT message_id, contact FROM {} WHERE message_id IN ({})",
            message_list::TABLE,
            placeholders(1, messages.len())
        );
        let ids: Vec<Value> = messages.iter().map(|id| id.to_string().into()).collect();
        let rows = self.store.database().views.rows(&sql, &ids).await?;
        let sealed = rows.iter().map(|row| row.text_or_null("contact")).collect::<Result<_, _>>()?;
        let mut opened = opening::open(&self.store, sealed).await?;
        let mut found = BTreeMap::new();
        for row in &rows {
            let contact: Option<Personal<Contact>> = opened.next()?;
            let masked = contact.as_ref().and_then(Personal::clear).map(Contact::masked);
            if let (Ok(id), Some(masked)) = (row.text("message_id")?.parse(), masked) {
                found.insert(id, masked);
            }
        }
        Ok(found)
    }

    /// One delivery.
    pub async fn delivery(&self, id: &str) -> Result<Option<DeliveryRow>, QueryError> {
        let sql = format!("SELECT {COLUMNS} FROM deliveries WHERE delivery_id = $1");
        let row = self.store.database().log.row(&sql, &[id.into()]).await?;
        Ok(row.as_ref().map(delivery).transpose()?)
    }

    /// Deliveries that changed after a time and id, the earliest first.
    pub async fn deliveries_changed(
        &self,
        channel: Option<ChannelId>,
        (after, id): (i64, &str),
        limit: i64,
    ) -> Result<Vec<DeliveryRow>, QueryError> {
        let mut values: Vec<Value> = vec![after.into(), id.into(), limit.into()];
        let of = match channel {
            Some(channel) => {
                values.push(channel.to_string().into());
                " AND channel_id = $4"
            }
            None => "",
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM deliveries WHERE (changed_at, delivery_id) > ($1, $2){of} \
             ORDER BY changed_at, delivery_id LIMIT $3"
        );
        let rows = self.store.database().log.rows(&sql, &values).await?;
        Ok(rows.iter().map(delivery).collect::<Result<_, _>>()?)
    }

    /// The attempts of these deliveries, the oldest first; of each at most the newest fifty.
    pub async fn attempts(
        &self,
        deliveries: &[String],
    ) -> Result<BTreeMap<String, Vec<AttemptRow>>, QueryError> {
        let mut found: BTreeMap<String, Vec<AttemptRow>> = BTreeMap::new();
        if deliveries.is_empty() {
            return Ok(found);
        }
        let list = placeholders(2, deliveries.len());
        let sql = format!(
            "SELECT * FROM (SELECT delivery_id, at, http_status, vendor_code, outcome, detail, milliseconds, \
             ROW_NUMBER() OVER (PARTITION BY delivery_id ORDER BY at DESC) AS place \
             FROM delivery_tries JOIN delivery_attempts ON delivery_attempts.attempt_id = delivery_tries.attempt_id \
             WHERE delivery_id IN ({list})) AS newest WHERE place <= $1 ORDER BY at"
        );
        let ids = deliveries.iter().map(|id| Value::from(id.as_str()));
        let values: Vec<Value> = [ATTEMPTS.into()].into_iter().chain(ids).collect();
        for row in self.store.database().log.rows(&sql, &values).await? {
            let attempt = AttemptRow {
                at: micros(row.int("at")?),
                http_status: row.int_or_null("http_status")?,
                vendor_code: row.text_or_null("vendor_code")?,
                outcome: row.text("outcome")?,
                detail: row.text_or_null("detail")?,
                milliseconds: row.int("milliseconds")?,
            };
            found.entry(row.text("delivery_id")?).or_default().push(attempt);
        }
        Ok(found)
    }

    /// Makes deliveries due once more, with the same id; says how many. What nobody is to hear of any more, or is of a
    /// channel that is no more, stays over when it is sent. What died with a picture goes on with that one.
    pub async fn redeliver(&self, what: &Redeliver) -> Result<u64, QueryError> {
        match what {
            // No delivery's, and PostgreSQL would not take it as a text.
            Redeliver::One(id) if id.contains('\0') => Ok(0),
            Redeliver::One(id) => self.make_due(vec![id.as_str().into()]).await,
            Redeliver::Dead(channel) => {
                self.redeliver_range(*channel, (0, i64::MAX), " AND state = 'DEAD'").await
            }
            Redeliver::Range(channel, from, until) => {
                self.redeliver_range(*channel, (*from, *until), "").await
            }
        }
    }

    /// A few at a time, by their events' places: nobody waits for all of them, and what dies meanwhile is not taken again.
    async fn redeliver_range(
        &self,
        channel: ChannelId,
        (mut from, until): (i64, i64),
        which: &str,
    ) -> Result<u64, QueryError> {
        let sql = format!(
            "SELECT delivery_id, position FROM deliveries WHERE channel_id = $1 AND position >= $2 \
             AND position <= $3{which} ORDER BY position LIMIT $4"
        );
        let mut made = 0;
        loop {
            let values = [channel.to_string().into(), from.into(), until.into(), AT_ONCE.into()];
            let rows = self.store.database().log.rows(&sql, &values).await?;
            let Some(last) = rows.last() else { return Ok(made) };
            from = last.int("position")?.saturating_add(1);
            let ids = rows.iter().map(|row| row.text("delivery_id").map(Value::from));
            made += self.make_due(ids.collect::<Result<_, _>>()?).await?;
        }
    }

    async fn make_due(&self, ids: Vec<Value>) -> Result<u64, QueryError> {
        let sql = format!(
            "UPDATE deliveries SET state = 'PENDING', tries = 0, next_at = $1, changed_at = $1, \
             picture = CASE WHEN state = 'DEAD' THEN picture ELSE 0 END \
             WHERE delivery_id IN ({}) AND channel_id IN (SELECT channel_id FROM channel_addresses)",
            placeholders(2, ids.len())
        );
        let now = Value::from(self.store.clock().micros());
        let values: Vec<Value> = [now].into_iter().chain(ids).collect();
        Ok(self.store.database().log.execute(&sql, &values).await?)
    }

    /// How a channel is doing.
    pub async fn channel_health(&self, id: ChannelId) -> Result<super::Health, QueryError> {
        Ok(rows::health(&self.store, &id.to_string()).await?)
    }

    /// How many deliveries of a channel wait, and how many are dead: ten thousand at most.
    pub async fn channel_backlog(&self, id: ChannelId) -> Result<(i64, i64), QueryError> {
        let of = |which: &str| {
            format!(
                "(SELECT COUNT(*) FROM (SELECT delivery_id FROM deliveries WHERE channel_id = $1 AND {which} \
                 LIMIT {MOST_COUNTED}) AS counted)"
            )
        };
        let sql =
            format!("SELECT {} AS waiting, {} AS dead", of("next_at IS NOT NULL"), of("state = 'DEAD'"));
        let row = self.store.database().log.row(&sql, &[id.to_string().into()]).await?;
        let Some(row) = row else { return Ok((0, 0)) };
        Ok((row.int("waiting")?, row.int("dead")?))
    }
}

/// `WHERE …`, or nothing.
fn all_of(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) }
}

fn delivery(row: &Row) -> Result<DeliveryRow, StoreError> {
    let bad = |what: &str| StoreError::Setup(format!("deliveries holds a bad {what}"));
    let message = row.text_or_null("message_id")?;
    Ok(DeliveryRow {
        id: row.text("delivery_id")?,
        channel: row.text("channel_id")?.parse().map_err(|_| bad("channel_id"))?,
        state: row.text("state")?,
        event_type: row.text("event_type")?,
        message: message.map(|id| id.parse().map_err(|_| bad("message_id"))).transpose()?,
        position: row.int("position")?,
        next_at: row.int_or_null("next_at")?.map(micros),
        created_at: micros(row.int("created_at")?),
        changed_at: row.int("changed_at")?,
    })
}
