//! What is remembered of a visitor, for the next form.

use crate::{
    Projections,
    error::QueryError,
    event::event_of,
    opening::{self, column},
};
use domain::{
    contact::Contact,
    ids::VisitorId,
    personal::Personal,
    text::Name,
    visitor::{Visitor, VisitorEvent},
};
use store::{BoxFuture, HandleError, RecordedEvent, Tx};

/// A visitor as they are remembered.
#[derive(Clone, Debug)]
pub struct VisitorRow {
    /// Who.
    pub id: VisitorId,
    /// The name they last gave.
    pub name: Option<Personal<Name>>,
    /// The contact they last gave.
    pub contact: Option<Personal<Contact>>,
}

/// Takes one event into what is remembered.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    recorded: &'a RecordedEvent,
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let id = recorded.aggregate_id.as_str();
        match event_of::<Visitor>(recorded)? {
            None => {}
            Some(VisitorEvent::VisitorArrived(_)) => {
                tx.execute("INSERT INTO visitors (visitor_id) VALUES ($1)", &[id.into()]).await?;
            }
            Some(VisitorEvent::ContactRemembered(event)) => {
                let (name, contact) = (event.name.as_ref().map(column).transpose()?, column(&event.contact)?);
                let sql = "UPDATE visitors SET name = $2, contact = $3 WHERE visitor_id = $1";
                tx.execute(sql, &[id.into(), name.into(), contact.into()]).await?;
            }
        }
        Ok(())
    })
}

impl Projections {
    /// What is remembered of a visitor.
    pub async fn visitor(&self, id: VisitorId) -> Result<Option<VisitorRow>, QueryError> {
        let sql = "SELECT name, contact FROM visitors WHERE visitor_id = $1";
        let Some(row) = self.store.database().views.row(sql, &[id.to_string().into()]).await? else {
            return Ok(None);
        };
        let sealed = vec![row.text_or_null("name")?, row.text_or_null("contact")?];
        let mut opened = opening::open(&self.store, sealed).await?;
        Ok(Some(VisitorRow { id, name: opened.next()?, contact: opened.next()? }))
    }
}
