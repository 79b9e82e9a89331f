//! Visitors, as the desk sees them.

use super::contact::Contact;
use crate::{caller::Asks, fault, page::connection, scalar::DateTime};
use async_graphql::{
    Context, Error, ID, Object, Result,
    connection::{Connection, EmptyFields},
};
use domain::ids::VisitorId;
use projections::{MessageRow, PageRequest, Reader, ShownContact, VisitorRow, VisitorStanding};

#[derive(Default)]
pub(crate) struct StaffVisitorQuery;

/// How many wait for an answer, counted when asked.
struct RequestCount(Reader);

/// What a list of requests has beside them.
#[Object]
impl RequestCount {
    /// How many there are.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let count = ctx.projections().erasure_request_count(&self.0).await;
        count.map_err(|error| fault::of_query(ctx.caller(), &error))
    }
}

/// A visitor who asked for everything of theirs to be erased.
struct ErasureRequest {
    row: VisitorRow,
    reader: Reader,
}

/// A wish to be erased that nobody has answered.
#[Object]
impl ErasureRequest {
    /// Whose.
    async fn visitor(&self) -> StaffVisitor {
        let everybodys = self.reader.of_contacts().is_some_and(|reader| reader.sees_everybodys());
        StaffVisitor::remembered(&self.row, everybodys)
    }

    /// Since when.
    async fn requested_at(&self) -> Option<DateTime> {
        self.row.standing.erasure_requested_at.map(DateTime)
    }

    /// Why, in their words.
    async fn reason(&self) -> Option<&str> {
        self.row.erasure_reason.as_ref().and_then(|reason| reason.text())
    }
}

#[Object]
impl StaffVisitorQuery {
    /// Visitors who asked to be erased and have not been, whoever has waited longest first, a page at a time (20 unless
    /// told, at most 100). Needs `visitors.erase`.
    async fn erasure_requests(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<String, ErasureRequest, RequestCount, EmptyFields>> {
        let reader = ctx.reader()?;
        let page = ctx.projections().erasure_requests(&reader, &PageRequest::forward(first, after)).await;
        let page = page.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        Ok(connection(page, RequestCount(reader.clone()), |row| ErasureRequest {
            row,
            reader: reader.clone(),
        }))
    }
}

/// A visitor, as the desk sees them.
pub(crate) struct StaffVisitor {
    id: VisitorId,
    name: Option<String>,
    contact: Option<ShownContact>,
    /// `None`: it is looked up when it is asked for.
    standing: Option<VisitorStanding>,
}

impl StaffVisitor {
    async fn standing(&self, ctx: &Context<'_>) -> Result<VisitorStanding> {
        match self.standing {
            Some(standing) => Ok(standing),
            None => ctx.neighbours().standing(ctx, self.id).await,
        }
    }

    /// With name and contact as given with a message.
    pub(crate) fn of_message(row: &MessageRow) -> Self {
        let name = row.name.as_ref().and_then(|name| name.text()).map(str::to_owned);
        Self { id: row.visitor_id, name, contact: row.contact.clone(), standing: None }
    }

    /// With name and contact as given last, or the contact's mask.
    fn remembered(row: &VisitorRow, contact: bool) -> Self {
        let name = row.name.as_ref().and_then(|name| name.text()).map(str::to_owned);
        Self { id: row.id, name, contact: row.shown_contact(contact), standing: Some(row.standing) }
    }

    /// A visitor by id; name and contact only for those who see a message of theirs, and its contact.
    pub(crate) async fn within(ctx: &Context<'_>, reader: &Reader, id: VisitorId) -> Result<Option<Self>> {
        let faulty = |error| fault::of_query(ctx.caller(), &error);
        let Some(row) = ctx.projections().visitor(id).await.map_err(faulty)? else { return Ok(None) };
        let sees = async |reader: &Reader| {
            let seen = ctx.projections().visitor_message_counts(reader, &[id]).await.map_err(faulty)?;
            Ok::<bool, Error>(reader.sees_everybodys() || !seen.is_empty())
        };
        if !sees(reader).await? {
            return Ok(Some(Self { id, name: None, contact: None, standing: Some(row.standing) }));
        }
        let contact = match reader.of_contacts() {
            Some(reader) => sees(&reader).await?,
            None => false,
        };
        Ok(Some(Self::remembered(&row, contact)))
    }
}

/// A visitor, as the desk sees them.
#[Object]
impl StaffVisitor {
    /// Their id.
    async fn id(&self) -> ID {
        ID(self.id.to_string())
    }

    /// The name they gave; null when they gave none, or once erased.
    async fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// How to reach them; null once erased.
    async fn contact(&self) -> Option<Contact> {
        self.contact.clone().map(Into::into)
    }

    /// Did the host site say who they are?
    async fn verified(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.standing(ctx).await?.verified)
    }

    /// May they leave no messages?
    async fn blocked(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.standing(ctx).await?.blocked)
    }

    /// Were they erased?
    async fn erased(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.standing(ctx).await?.erased)
    }

    /// When they asked to be erased; null when they did not.
    async fn erasure_requested_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        Ok(self.standing(ctx).await?.erasure_requested_at.map(DateTime))
    }

    /// How many messages they have left.
    async fn message_count(&self, ctx: &Context<'_>) -> Result<i64> {
        ctx.neighbours().message_count(ctx, self.id).await
    }
}
