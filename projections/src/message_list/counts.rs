//! How many messages there are of each kind that folders are made of, counted as events come in: a desk looks at them
//! all the time, and nobody counts three hundred thousand rows for that.

use super::{Listed, MessageFilter, TABLE};
use crate::{Projections, Reader, error::QueryError, fold::Touched, reader::NOBODY};
use domain::{ids::CategoryId, message::MessageStatus};
use std::collections::BTreeMap;
use store::{Column, HandleError, Kind, Tx, Value};

/// A row for each kind that there are messages of.
pub(super) const COUNTS: &str = "message_list_5_counts";

const COLUMNS: [Column; 9] = [
    ("status", Kind::Text),
    ("holder", Kind::Text),
    ("spam", Kind::Int),
    ("archived", Kind::Int),
    ("overdue", Kind::Int),
    ("deleted", Kind::Int),
    ("assignee_id", Kind::Text),
    ("team_id", Kind::Text),
    ("messages", Kind::Int),
];

/// What messages are counted by: a kind is one of each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column, and a fact of its own")]
pub(super) struct CountedBy {
    pub(super) status: &'static str,
    pub(super) assignee_id: Option<String>,
    pub(super) team_id: Option<String>,
    pub(super) spam: bool,
    pub(super) archived: bool,
    pub(super) overdue: bool,
    pub(super) deleted: bool,
}

impl CountedBy {
    /// Who has it; nobody: an empty text.
    pub(super) fn holder(&self) -> String {
        self.assignee_id.clone().or(self.team_id.clone()).unwrap_or(NOBODY.to_owned())
    }

    fn row(self, messages: i64) -> Vec<Value> {
        let holder = self.holder();
        vec![
            self.status.into(),
            holder.into(),
            i64::from(self.spam).into(),
            i64::from(self.archived).into(),
            i64::from(self.overdue).into(),
            i64::from(self.deleted).into(),
            self.assignee_id.into(),
            self.team_id.into(),
            messages.into(),
        ]
    }
}

/// Moves the messages that a run touched from the kinds they were of to those they are of.
pub(super) async fn count(tx: &mut Tx, listed: &mut Touched<Listed>) -> Result<(), HandleError> {
    let mut changed: BTreeMap<CountedBy, i64> = BTreeMap::new();
    for (_, row) in listed.rows_mut() {
        let (before, after) = (row.counted.take(), row.counted_by()?);
        if before.as_ref() != Some(&after) {
            if let Some(before) = before {
                *changed.entry(before).or_default() -= 1;
            }
            *changed.entry(after).or_default() += 1;
        }
    }
    let rows: Vec<_> =
        changed.into_iter().filter(|(_, by)| *by != 0).map(|(kind, by)| kind.row(by)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let add = format!(
        "ON CONFLICT (status, holder, spam, archived, overdue, deleted) \
         DO UPDATE SET messages = {COUNTS}.messages + excluded.messages"
    );
    tx.insert_many(COUNTS, &COLUMNS, rows, &add).await?;
    // A kind that there is nothing of any more has no row, as if there had never been anything.
    tx.execute(&format!("DELETE FROM {COUNTS} WHERE messages = 0"), &[]).await?;
    Ok(())
}

impl Projections {
    /// How many messages wait for a word of the desk's, those of a category or all: `OPEN` ones in the default list. For the
    /// desk's availability, which is nobody's eyes: it says how many, and of whom is not asked.
    ///
    /// Those of a category are gone through, found by their status: as many as wait.
    pub async fn waiting(&self, category_id: Option<&CategoryId>) -> Result<u32, QueryError> {
        let (table, messages) =
            if category_id.is_some() { (TABLE, "COUNT(*)") } else { (COUNTS, "COALESCE(SUM(messages), 0)") };
        let mut sql = format!(
            "SELECT CAST({messages} AS bigint) AS waiting FROM {table} \
             WHERE status = $1 AND spam = 0 AND archived = 0 AND deleted = 0"
        );
        let mut values = vec![Value::from(MessageStatus::Open.name())];
        if let Some(CategoryId(id)) = category_id {
            sql += " AND category_id = $2";
            values.push(id.as_str().into());
        }
        let row = self.store.database().views.row(&sql, &values).await?;
        let waiting = row.map(|row| row.int("waiting")).transpose()?.unwrap_or_default();
        Ok(u32::try_from(waiting).unwrap_or(u32::MAX))
    }
}

/// How many messages of a filter there are, for the folders of an inbox. Each is what the list finds when the filter
/// asks for that, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageCounts {
    /// 待回复.
    pub open: i64,
    /// 已回复.
    pub replied: i64,
    /// 待跟进.
    pub follow_up: i64,
    /// 已处理.
    pub resolved: i64,
    /// 已关闭.
    pub closed: i64,
    /// Those that were told to wait too long.
    pub overdue: i64,
    /// Those that nobody has.
    pub unassigned: i64,
    /// Those that the reader has.
    pub mine: i64,
    /// All of them.
    pub total: i64,
}

/// Where a filter's messages are counted, and what one row counts for.
pub(super) fn counted_in(filter: &MessageFilter) -> (&'static str, &'static str) {
    if filter.is_of_counted_kinds() { (COUNTS, "SUM(messages)") } else { (TABLE, "COUNT(*)") }
}

impl Projections {
    /// How many messages there are of each kind, as far as the reader sees them.
    pub async fn message_counts(
        &self,
        reader: &Reader,
        filter: &MessageFilter,
    ) -> Result<MessageCounts, QueryError> {
        if filter.search.is_some() {
            return Err(QueryError::NotCounted);
        }
        let (table, messages) = counted_in(filter);
        let (conditions, mut values) = filter.conditions(reader, self.store.database().dialect(), None);
        values.push(reader.own().unwrap_or_default().into());
        let sql = format!(
            "SELECT status, overdue, CASE WHEN holder = '' THEN 1 ELSE 0 END AS unassigned, \
             CASE WHEN holder = ${} THEN 1 ELSE 0 END AS mine, CAST({messages} AS bigint) AS messages \
             FROM {table} WHERE 1 = 1{conditions} GROUP BY 1, 2, 3, 4",
            values.len()
        );
        let mut counts = MessageCounts::default();
        for row in self.store.database().views.rows(&sql, &values).await? {
            let messages = row.int("messages")?;
            let of_status = match MessageStatus::named(&row.text("status")?) {
                Some(MessageStatus::Open) => &mut counts.open,
                Some(MessageStatus::Replied) => &mut counts.replied,
                Some(MessageStatus::FollowUp) => &mut counts.follow_up,
                Some(MessageStatus::Resolved) => &mut counts.resolved,
                Some(MessageStatus::Closed) => &mut counts.closed,
                None => return Err(store::StoreError::Setup("message_list holds a bad status".into()).into()),
            };
            *of_status += messages;
            counts.total += messages;
            counts.overdue += row.int("overdue")? * messages;
            counts.unassigned += row.int("unassigned")? * messages;
            // Nobody's messages are not those of a reader who is nobody.
            counts.mine += row.int("mine")? * (1 - row.int("unassigned")?) * messages;
        }
        Ok(counts)
    }
}
