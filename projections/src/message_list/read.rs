//! The questions that the list answers, each as far as the reader sees it.

use super::{FollowUpRow, MessageFilter, MessageOrder, MessageRow, NEVER, TABLE, counts};
use crate::{
    Page, PageRequest, Projections, Reader,
    error::QueryError,
    message_tags,
    opening::{self, Opened},
    rating,
};
use domain::{
    ids::{CategoryId, MemberId, MessageId, TeamId, VisitorId},
    message::{Assignee, MessageStatus, Priority, VisitorStatus},
    reference::Reference,
};
use std::fmt::Display;
use store::{Dialect, Row, Store, Value, any_of, micros};

/// As many messages as belong to an earlier one and are shown with it.
const MOST_RELATED: i64 = 100;

pub(crate) const COLUMNS: &str = "message_id, version, reference, visitor_id, status, visitor_status, category_id, \
     related_to, name, contact, content, submitted_at, last_activity_at, first_replied_at, assignee_id, team_id, due_at, overdue, \
     priority, tags, follow_up_due_at, follow_up_by, follow_up_note, spam, archived, deleted, rating, rating_comment, \
     rated_at";

impl Projections {
    /// A page of the list, as far as the reader sees it.
    pub async fn messages(
        &self,
        reader: &Reader,
        filter: &MessageFilter,
        order: MessageOrder,
        page: &PageRequest,
    ) -> Result<Page<MessageRow>, QueryError> {
        if let Some(search) = &filter.search {
            return self.found(reader, (filter, search), order, page).await;
        }
        if order == MessageOrder::BestFirst {
            return Err(QueryError::NothingIsBest);
        }
        let (list, ordered_by, greatest_first) = order.parts();
        let window = page.window(list)?;
        let descending = greatest_first != window.backwards;
        let (direction, beyond) = if descending { ("DESC", "<") } else { ("ASC", ">") };
        let along = filter.along_tag(order);
        let untagged = along.map(|_| MessageFilter { tag: vec![], ..filter.clone() });
        let rest = untagged.as_ref().unwrap_or(filter);
        let (mut conditions, mut values) = rest.conditions(reader, self.dialect(), Some(order));
        let (from, by, id) = match along {
            // Those with the tag in their own order: gathered first, a tag that many have would take long.
            Some(tag) => {
                values.push(tag.0.as_str().into());
                let tagged = format!(
                    "(SELECT message_id AS tagged_id, submitted_at AS tagged_at FROM {} WHERE tag = ${}) AS tagged \
                     CROSS JOIN {TABLE}",
                    message_tags::TABLE,
                    values.len()
                );
                conditions += " AND message_id = tagged_id";
                (tagged, "tagged_at", "tagged_id")
            }
            None => (TABLE.to_owned(), ordered_by, "message_id"),
        };
        if let Some((value, beyond_id)) = &window.beyond {
            let (a, b) = (values.len() + 1, values.len() + 2);
            conditions += &format!(" AND ({by}, {id}) {beyond} (${a}, ${b})");
            values.extend([(*value).into(), beyond_id.as_str().into()]);
        }
        values.push((window.size + 1).into());
        let sql = format!(
            "SELECT {COLUMNS} FROM {from} WHERE 1 = 1{conditions} ORDER BY {by} {direction}, {id} {direction} LIMIT ${}",
            values.len()
        );
        let rows = read(&self.store, reader, &sql, &values).await?;
        Ok(window.page(list, rows, |row| order.key(row)))
    }

    /// How many there are.
    pub async fn message_count(&self, reader: &Reader, filter: &MessageFilter) -> Result<i64, QueryError> {
        if filter.search.is_some() {
            return Err(QueryError::NotCounted);
        }
        let (conditions, values) = filter.conditions(reader, self.dialect(), None);
        let (table, messages) = counts::counted_in(filter);
        let sql =
            format!("SELECT CAST({messages} AS bigint) AS messages FROM {table} WHERE 1 = 1{conditions}");
        count(&self.store, &sql, &values).await
    }

    /// At most so many messages of a visitor, deleted ones included, in the order of their ids after one of them; none
    /// that was left before that position is missing. `None`: the list is not that far yet. For the rule that follows
    /// an erasure, which is nobody's eyes: nothing of a person is in it.
    pub async fn messages_of(
        &self,
        of: VisitorId,
        as_of: i64,
        after: Option<MessageId>,
        limit: usize,
    ) -> Result<Option<Vec<MessageId>>, QueryError> {
        if !self.wait_for(&["message_list"], as_of).await? {
            return Ok(None);
        }
        let sql = format!(
            "SELECT message_id FROM {TABLE} WHERE visitor_id = $1 AND message_id > $2 ORDER BY message_id LIMIT $3"
        );
        let after = after.map_or_else(String::new, |after| after.to_string());
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values = [of.to_string().into(), after.into(), limit.into()];
        let rows = self.store.database().views.rows(&sql, &values).await?;
        let bad = |_| store::StoreError::Setup("message_list holds a bad message_id".to_owned());
        let id = |row: &Row| Ok(row.text("message_id")?.parse().map_err(bad)?);
        rows.iter().map(id).collect::<Result<_, QueryError>>().map(Some)
    }

    /// A message by its id; a deleted one only for those who may delete.
    pub async fn message(&self, reader: &Reader, id: MessageId) -> Result<Option<MessageRow>, QueryError> {
        self.message_by(reader, "message_id", id.to_string()).await
    }

    /// A message by its reference; a deleted one only for those who may delete.
    pub async fn message_by_reference(
        &self,
        reader: &Reader,
        reference: &Reference,
    ) -> Result<Option<MessageRow>, QueryError> {
        self.message_by(reader, "reference", reference.as_str().to_owned()).await
    }

    /// The one message that has this in a column where no other has it.
    async fn message_by(
        &self,
        reader: &Reader,
        column: &str,
        value: String,
    ) -> Result<Option<MessageRow>, QueryError> {
        let found = self.message_within(reader, column, value).await?;
        Ok(found.filter(|row| !row.deleted || reader.sight(row.holder()).deleted))
    }

    /// The same, deleted or not.
    pub(crate) async fn message_within(
        &self,
        reader: &Reader,
        column: &str,
        value: String,
    ) -> Result<Option<MessageRow>, QueryError> {
        let (scope, holders) = reader.scope(self.dialect(), true, 2);
        let values: Vec<Value> = [value.into()].into_iter().chain(holders).collect();
        let sql = format!("SELECT {COLUMNS} FROM {TABLE} WHERE {column} = $1{scope}");
        Ok(read(&self.store, reader, &sql, &values).await?.pop())
    }

    /// The messages that belong to each of these earlier ones, in the order in which they were left; at most 100 each.
    pub async fn related_from(
        &self,
        reader: &Reader,
        of: &[MessageId],
    ) -> Result<Vec<MessageRow>, QueryError> {
        let (list, scope, values) = self.many(reader, of);
        let sql = format!(
            "SELECT {COLUMNS} FROM (SELECT {COLUMNS}, ROW_NUMBER() OVER \
             (PARTITION BY related_to ORDER BY submitted_at, message_id) AS place FROM {TABLE} \
             WHERE related_to {list} AND deleted = 0{scope}) AS related \
             WHERE place <= {MOST_RELATED} ORDER BY submitted_at, message_id"
        );
        read(&self.store, reader, &sql, &values).await
    }

    /// These messages, as far as the reader sees them.
    pub async fn messages_by_id(
        &self,
        reader: &Reader,
        ids: &[MessageId],
    ) -> Result<Vec<MessageRow>, QueryError> {
        let (list, scope, values) = self.many(reader, ids);
        let sql = format!("SELECT {COLUMNS} FROM {TABLE} WHERE message_id {list} AND deleted = 0{scope}");
        read(&self.store, reader, &sql, &values).await
    }

    /// How many messages each of these visitors has left, as far as the reader sees them; none: they are left out.
    pub async fn visitor_message_counts(
        &self,
        reader: &Reader,
        of: &[VisitorId],
    ) -> Result<Vec<(VisitorId, i64)>, QueryError> {
        let (list, scope, values) = self.many(reader, of);
        let sql = format!(
            "SELECT visitor_id, COUNT(*) AS messages FROM {TABLE} \
             WHERE visitor_id {list} AND deleted = 0{scope} GROUP BY visitor_id"
        );
        let rows = self.store.database().views.rows(&sql, &values).await?;
        let bad = |_| store::StoreError::Setup("message_list holds a bad visitor_id".to_owned());
        let count = |row: &Row| Ok((row.text("visitor_id")?.parse().map_err(bad)?, row.int("messages")?));
        rows.iter().map(count).collect()
    }

    /// That a column is one of these ids, the reader's scope after it, and the values of both.
    fn many(&self, reader: &Reader, ids: &[impl Display]) -> (String, String, Vec<Value>) {
        let (scope, holders) = reader.scope(self.dialect(), true, 2);
        (any_of(self.dialect(), 1), scope, [Value::texts(ids)].into_iter().chain(holders).collect())
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.store.database().dialect()
    }
}

async fn count(store: &Store, sql: &str, values: &[Value]) -> Result<i64, QueryError> {
    let row = store.database().views.row(sql, values).await?;
    // The sum of nothing is null.
    Ok(row.map(|row| row.int_or_null("messages")).transpose()?.flatten().unwrap_or_default())
}

async fn read(
    store: &Store,
    reader: &Reader,
    sql: &str,
    values: &[Value],
) -> Result<Vec<MessageRow>, QueryError> {
    let rows = store.database().views.rows(sql, values).await?;
    opened(store, reader, &rows).await
}

/// These rows, their personal data opened as far as the reader may see it.
pub(crate) async fn opened(
    store: &Store,
    reader: &Reader,
    rows: &[Row],
) -> Result<Vec<MessageRow>, QueryError> {
    let mut sealed = Vec::with_capacity(rows.len() * 5);
    for row in rows {
        sealed.extend([row.text_or_null("name")?, Some(row.text("contact")?), Some(row.text("content")?)]);
        sealed.extend([row.text_or_null("follow_up_note")?, row.text_or_null("rating_comment")?]);
    }
    let mut opened = opening::open(store, sealed).await?;
    rows.iter().map(|row| message(reader, row, &mut opened)).collect()
}

fn message(reader: &Reader, row: &Row, opened: &mut Opened) -> Result<MessageRow, QueryError> {
    let bad = |what: &str| store::StoreError::Setup(format!("message_list holds a bad {what}"));
    let (name, contact, content) = (opened.next()?, opened.required()?, opened.required()?);
    let (note, rating) = (opened.next()?, rating::opened(row, opened)?);
    let follow_up = match (row.int_or_null("follow_up_due_at")?, row.text_or_null("follow_up_by")?) {
        (None, _) => None,
        (Some(due_at), by) => {
            let by = by.and_then(|by| by.parse().ok()).ok_or_else(|| bad("follow_up_by"))?;
            Some(FollowUpRow { due_at: micros(due_at), note, by })
        }
    };
    let tags = serde_json::from_str(&row.text("tags")?).map_err(|_| bad("list of tags"))?;
    let assignee_id: Option<MemberId> = row.text_or_null("assignee_id")?.and_then(|id| id.parse().ok());
    let team_id: Option<TeamId> = row.text_or_null("team_id")?.and_then(|id| id.parse().ok());
    let holder = assignee_id.map(Assignee::Member).or(team_id.map(Assignee::Team));
    let sight = reader.sight(holder);
    Ok(MessageRow {
        id: row.text("message_id")?.parse().map_err(|_| bad("message_id"))?,
        version: row.int("version")?,
        reference: row.text("reference")?,
        visitor_id: row.text("visitor_id")?.parse().map_err(|_| bad("visitor_id"))?,
        status: MessageStatus::named(&row.text("status")?).ok_or_else(|| bad("status"))?,
        visitor_status: VisitorStatus::named(&row.text("visitor_status")?)
            .ok_or_else(|| bad("visitor_status"))?,
        category_id: row.text_or_null("category_id")?.map(CategoryId),
        related_to: row.text_or_null("related_to")?.and_then(|id| id.parse().ok()),
        name,
        contact: sight.show(&contact),
        content,
        submitted_at: micros(row.int("submitted_at")?),
        last_activity_at: micros(row.int("last_activity_at")?),
        first_replied_at: row.int_or_null("first_replied_at")?.map(micros),
        assignee_id,
        team_id,
        due_at: Some(row.int("due_at")?).filter(|due_at| *due_at < NEVER).map(micros),
        overdue: row.int("overdue")? == 1,
        priority: Priority::named(&row.text("priority")?).ok_or_else(|| bad("priority"))?,
        tags,
        follow_up,
        rating,
        spam: row.int("spam")? == 1,
        archived: row.int("archived")? == 1,
        deleted: row.int("deleted")? == 1,
        reviews_shown: sight.reviews,
    })
}
