//! What is remembered of a visitor, for the next form.

use crate::{
    Projections,
    error::QueryError,
    fold::{Folded, Table, fold},
    opening::{self, column},
};
use domain::{
    contact::Contact,
    ids::VisitorId,
    personal::Personal,
    text::Name,
    visitor::{Visitor, VisitorEvent},
};
use store::{BoxFuture, HandleError, Kind, RecordedEvent, Row, Tx, Value};

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

/// Takes a run of events into what is remembered.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move { fold::<Remembered>(tx, run).await?.write(tx).await })
}

/// A row while events are folded into it, name and contact sealed.
struct Remembered {
    name: Option<String>,
    contact: Option<String>,
}

impl Folded for Remembered {
    type Aggregate = Visitor;
    const TABLE: Table = Table {
        name: "visitors",
        key: "visitor_id",
        fixed: &[],
        changing: &[("name", Kind::Text), ("contact", Kind::Text)],
        read: &["name", "contact"],
    };

    fn begin(_recorded: &RecordedEvent, event: VisitorEvent) -> Result<Option<Self>, HandleError> {
        let VisitorEvent::VisitorArrived(_) = event else { return Ok(None) };
        Ok(Some(Self { name: None, contact: None }))
    }

    fn read(row: &Row) -> Result<Self, HandleError> {
        Ok(Self { name: row.text_or_null("name")?, contact: row.text_or_null("contact")? })
    }

    fn apply(&mut self, _recorded: &RecordedEvent, event: VisitorEvent) -> Result<(), HandleError> {
        match event {
            VisitorEvent::VisitorArrived(_) => {}
            VisitorEvent::ContactRemembered(event) => {
                self.name = event.name.as_ref().map(column).transpose()?;
                self.contact = Some(column(&event.contact)?);
            }
        }
        Ok(())
    }

    fn fixed(&mut self) -> Vec<Value> {
        vec![]
    }

    fn changing(&self) -> Result<Vec<Value>, HandleError> {
        Ok(vec![self.name.clone().into(), self.contact.clone().into()])
    }
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
