//! The messages that have the tokens of what is looked for, in the list's order, as far as the list's filter and the reader's
//! scope go: asked of the database in one statement.

use super::TABLE;
use crate::{
    cursor::Key,
    error::QueryError,
    message_list::{self, MessageFilter, MessageOrder},
    reader::Reader,
};
use domain::search::Query;
use std::time::Duration;
use store::{Dialect, Row, Store, Value, word};

/// Where candidates are asked for, and how.
pub(super) struct Candidates<'a> {
    pub(super) store: &'a Store,
    pub(super) reader: &'a Reader,
    pub(super) filter: &'a MessageFilter,
    pub(super) search: &'a Query,
    pub(super) order: MessageOrder,
    pub(super) backwards: bool,
}

impl Candidates<'_> {
    /// So many of them beyond a place in the list; `None`: it took too long.
    pub(super) async fn beyond(
        &self,
        place: Option<&Key>,
        limit: i64,
        within: Duration,
    ) -> Result<Option<Vec<Row>>, QueryError> {
        let dialect = self.store.database().dialect();
        let (_, by, greatest_first) = order(self.order);
        let (direction, beyond) = if greatest_first == self.backwards { ("ASC", ">") } else { ("DESC", "<") };
        let (mut conditions, mut values) = self.filter.conditions(self.reader, dialect, None);
        let hashed = self.hashed();
        let said = match dialect {
            Dialect::Postgres => having(hashed, &mut values),
            Dialect::Sqlite => matching(&hashed, &mut values),
        };
        if let Some((value, id)) = place {
            values.push((*value).into());
            conditions += &if by == NUMBER {
                format!(" AND {by} {beyond} ${}", values.len())
            } else {
                values.push(id.as_str().into());
                format!(" AND ({by}, message_id) {beyond} (${}, ${})", values.len() - 1, values.len())
            };
        }
        values.push(limit.into());
        let id = if by == NUMBER { String::new() } else { format!(", message_id {direction}") };
        let sql = format!(
            "SELECT {}, {NUMBER} FROM ({said}) AS said CROSS JOIN {} WHERE message_id = found{conditions} \
             ORDER BY {by} {direction}{id} LIMIT ${}",
            message_list::COLUMNS,
            message_list::TABLE,
            values.len()
        );
        Ok(self.store.database().views.rows_within(within, &sql, &values).await?)
    }

    /// For every term, for each way in which it may be said, what a message has that says it.
    fn hashed(&self) -> Vec<Vec<Vec<i64>>> {
        let way = |tokens: &Vec<String>| {
            let mut hashed: Vec<i64> = tokens.iter().map(|token| self.store.hashed(token)).collect();
            hashed.sort_unstable();
            hashed.dedup();
            hashed
        };
        let mut terms: Vec<Vec<Vec<i64>>> = Vec::new();
        for ways in self.search.tokens() {
            let mut ways: Vec<_> = ways.iter().map(way).collect();
            ways.sort();
            ways.dedup();
            terms.push(ways);
        }
        terms
    }
}

/// What candidates of the two orders by submission are ordered by: the log's order, which the index has.
const NUMBER: &str = "number";

/// The list's name in cursors, the column it is ordered by, and whether the greatest comes first.
pub(super) fn order(order: MessageOrder) -> (&'static str, &'static str, bool) {
    match order {
        MessageOrder::NewestFirst => ("newest found", NUMBER, true),
        MessageOrder::OldestFirst => ("oldest found", NUMBER, false),
        // They are looked at in the log's order; what is found is sorted afterwards.
        MessageOrder::BestFirst => ("best found", NUMBER, true),
        MessageOrder::LastActivity | MessageOrder::DueFirst => order.parts(),
    }
}

/// PostgreSQL: by the index of tokens, or along the numbers when the tokens are in many messages; it knows by its statistics.
fn having(terms: Vec<Vec<Vec<i64>>>, values: &mut Vec<Value>) -> String {
    let mut conditions = Vec::with_capacity(terms.len());
    for ways in terms {
        let way = |tokens: Vec<i64>| {
            values.push(tokens.into());
            format!("tokens @> ${}", values.len())
        };
        conditions.push(format!("({})", ways.into_iter().map(way).collect::<Vec<_>>().join(" OR ")));
    }
    format!("SELECT message_id AS found, {NUMBER} FROM {TABLE} WHERE {}", conditions.join(" AND "))
}

/// SQLite: by its full-text index, which goes along the numbers in either direction. It is asked for hashes only: nothing that
/// was typed reaches it.
fn matching(terms: &[Vec<Vec<i64>>], values: &mut Vec<Value>) -> String {
    let way = |tokens: &Vec<i64>| {
        let words: Vec<_> = tokens.iter().map(|token| word(*token)).collect();
        format!("({})", words.join(" AND "))
    };
    let term = |ways: &Vec<Vec<i64>>| {
        let ways: Vec<_> = ways.iter().map(way).collect();
        format!("({})", ways.join(" OR "))
    };
    values.push(terms.iter().map(term).collect::<Vec<_>>().join(" AND ").into());
    format!(
        "SELECT {TABLE}.message_id AS found, words.rowid AS {NUMBER} FROM {TABLE}_words AS words \
         CROSS JOIN {TABLE} ON {TABLE}.number = words.rowid WHERE {TABLE}_words MATCH ${}",
        values.len()
    )
}
