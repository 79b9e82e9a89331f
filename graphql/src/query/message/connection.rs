//! A page of messages. As the library's own connection, but for pages of a search that looked at more than they have.

use super::Message;
use crate::{caller::Asks, fault};
use async_graphql::{
    Context, Object, Result,
    connection::{Edge, EmptyFields, PageInfo},
};
use projections::{MessageFilter, MessageRow, Page, QueryError, Reader};

/// A page of messages.
pub(super) struct MessageConnection {
    pub(super) page: Page<MessageRow>,
    /// Was it asked for from the end?
    pub(super) backwards: bool,
    pub(super) reader: Reader,
    pub(super) filter: MessageFilter,
}

#[Object]
impl MessageConnection {
    /// Information to aid in pagination. Of a search, a page may be shorter than was asked for, or empty, and have a next one:
    /// so many messages were looked at that did not say it. `endCursor` is then after the last of those.
    async fn page_info(&self) -> PageInfo {
        let Page { rows, has_previous, has_next, looked_at } = &self.page;
        let edge = |row: Option<&(String, MessageRow)>| row.map(|(cursor, _)| cursor.clone());
        let (looked_before, looked_after) = match looked_at {
            Some(at) if self.backwards => (Some(at), None),
            at => (None, at.as_ref()),
        };
        PageInfo {
            has_previous_page: *has_previous,
            has_next_page: *has_next,
            start_cursor: looked_before.cloned().or_else(|| edge(rows.first())),
            end_cursor: looked_after.cloned().or_else(|| edge(rows.last())),
        }
    }

    /// A list of edges.
    async fn edges(&self) -> Vec<Edge<String, Message, EmptyFields>> {
        self.page.rows.iter().map(|(cursor, row)| Edge::new(cursor.clone(), self.message(row))).collect()
    }

    /// A list of nodes.
    async fn nodes(&self) -> Vec<Message> {
        self.page.rows.iter().map(|(_, row)| self.message(row)).collect()
    }

    /// How many there are; null of a search, for all that it finds would have to be opened.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        match ctx.projections().message_count(&self.reader, &self.filter).await {
            Err(QueryError::NotCounted) => Ok(None),
            counted => counted.map(Some).map_err(|error| fault::of_query(ctx.caller(), &error)),
        }
    }
}

impl MessageConnection {
    fn message(&self, row: &MessageRow) -> Message {
        Message { row: row.clone(), reader: self.reader.clone(), as_of: None }
    }
}
