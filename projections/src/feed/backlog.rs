//! What a subscriber has missed, from the log, a page at a time.

use super::Wants;
use crate::{Projections, error::QueryError};
use cqrs_es::Aggregate;
use domain::{ids::VisitorId, message::Message};
use store::{LogFilter, RecordedEvent, StoreError};

/// As many events as are read at once.
const PAGE: i64 = 200;
/// A visitor with more messages than this is looked for in the whole log.
const MOST_OWN: i64 = 200;

/// A page of the log, of what may concern a subscriber.
pub(super) struct Page {
    pub(super) events: Vec<RecordedEvent>,
    /// Nothing that concerns them is missing up to here.
    pub(super) until: i64,
    /// That is as far as was asked.
    pub(super) is_last: bool,
}

impl Projections {
    /// The first events after a position and up to another that may concern them.
    pub(super) async fn backlog(&self, wants: &Wants, after: i64, until: i64) -> Result<Page, QueryError> {
        if after >= until {
            return Ok(Page { events: vec![], until: after, is_last: true });
        }
        let limited = |filter| LogFilter { until: Some(until), ..filter };
        let events = match wants {
            Wants::Desk { id: Some(id), .. } => {
                let stream = limited(LogFilter::stream(Message::TYPE, &id.to_string()));
                self.store.read(&stream, after, PAGE).await?
            }
            Wants::Desk { id: None, .. } => {
                self.store.read(&limited(LogFilter::default()), after, PAGE).await?
            }
            Wants::Own(visitor) => match self.own_streams(*visitor, until).await? {
                Some(own) => self.store.read_streams(Message::TYPE, &own, (after, until), PAGE).await?,
                None => self.store.read(&limited(LogFilter::default()), after, PAGE).await?,
            },
        };
        let is_last = i64::try_from(events.len()).is_ok_and(|read| read < PAGE);
        let last = events.last().map_or(until, |last| last.position);
        Ok(Page { events, until: if is_last { until } else { last }, is_last })
    }

    /// The ids of everything that a visitor has left up to a position, deleted or not; `None`: too many to name.
    async fn own_streams(&self, visitor: VisitorId, until: i64) -> Result<Option<Vec<String>>, QueryError> {
        if !self.wait_long_for(&["visitor_messages"], until).await? {
            return Err(StoreError::Database(sqlx::Error::PoolTimedOut).into());
        }
        let sql = "SELECT message_id FROM visitor_messages WHERE visitor_id = $1 LIMIT $2";
        let values = [visitor.to_string().into(), (MOST_OWN + 1).into()];
        let rows = self.store.database().views.rows(sql, &values).await?;
        let few = i64::try_from(rows.len()).is_ok_and(|found| found <= MOST_OWN);
        let ids = rows.iter().map(|row| Ok(row.text("message_id")?));
        few.then(|| ids.collect::<Result<_, QueryError>>()).transpose()
    }
}
