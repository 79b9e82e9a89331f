//! Visitors: what is remembered of them for the next form, and how they stand with the desk.

use crate::{
    Page, PageRequest, Projections, Reader, ShownContact,
    error::QueryError,
    fold::{Folded, Table, fold},
    opening::{self, column},
    reader::Sight,
};
use chrono::{DateTime, Utc};
use domain::{
    contact::Contact,
    ids::VisitorId,
    personal::Personal,
    text::{Name, Reason},
    visitor::{Visitor, VisitorEvent},
};
use store::{BoxFuture, HandleError, Kind, RecordedEvent, Row, Store, StoreError, Tx, Value, any_of, micros};

/// A visitor as they are remembered.
#[derive(Clone, Debug)]
pub struct VisitorRow {
    /// Who.
    pub id: VisitorId,
    /// The name they last gave.
    pub name: Option<Personal<Name>>,
    /// The contact they last gave.
    pub contact: Option<Personal<Contact>>,
    /// How they stand with the desk.
    pub standing: VisitorStanding,
    /// Why they want to be erased, when they said.
    pub erasure_reason: Option<Personal<Reason>>,
}

/// How a visitor stands with the desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VisitorStanding {
    /// Did the host site say who they are?
    pub verified: bool,
    /// May they leave no messages?
    pub blocked: bool,
    /// Are they gone for ever?
    pub erased: bool,
    /// When they asked to be erased, if they did.
    pub erasure_requested_at: Option<DateTime<Utc>>,
}

impl VisitorRow {
    /// A visitor whom the view has not seen yet.
    pub fn new(id: VisitorId) -> Self {
        Self { id, name: None, contact: None, standing: VisitorStanding::default(), erasure_reason: None }
    }

    /// The contact, or its mask; `None` once it was erased.
    pub fn shown_contact(&self, clear: bool) -> Option<ShownContact> {
        let sight = Sight { contacts: clear, ..Sight::default() };
        self.contact.as_ref().and_then(|contact| sight.show(contact))
    }
}

/// Takes a run of events into what is remembered.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move { fold::<Remembered>(tx, run).await?.write(tx).await })
}

/// A row while events are folded into it, name and contact sealed.
#[derive(Default)]
struct Remembered {
    name: Option<String>,
    contact: Option<String>,
    verified: bool,
    blocked: bool,
    erased: bool,
    erasure_requested_at: Option<i64>,
    erasure_reason: Option<String>,
}

impl Remembered {
    /// What the host site says fills the next form; what it leaves out stays as it was.
    fn remember(
        &mut self,
        name: Option<&Personal<Name>>,
        email: Option<&Personal<Contact>>,
        phone_number: Option<&Personal<Contact>>,
    ) -> Result<(), HandleError> {
        if let Some(name) = name {
            self.name = Some(column(name)?);
        }
        if let Some(contact) = phone_number.or(email) {
            self.contact = Some(column(contact)?);
        }
        Ok(())
    }
}

impl Folded for Remembered {
    type Aggregate = Visitor;
    const TABLE: Table = Table {
        name: "visitors",
        key: "visitor_id",
        fixed: &[],
        changing: &[
            ("name", Kind::Text),
            ("contact", Kind::Text),
            ("verified", Kind::Int),
            ("blocked", Kind::Int),
            ("erased", Kind::Int),
            ("erasure_requested_at", Kind::Int),
            ("erasure_reason", Kind::Text),
        ],
        read: &["name", "contact", "verified", "blocked", "erased", "erasure_requested_at", "erasure_reason"],
    };

    fn begin(_recorded: &RecordedEvent, event: VisitorEvent) -> Result<Option<Self>, HandleError> {
        let VisitorEvent::VisitorArrived(_) = event else { return Ok(None) };
        Ok(Some(Self::default()))
    }

    fn read(row: &Row) -> Result<Self, HandleError> {
        Ok(Self {
            name: row.text_or_null("name")?,
            contact: row.text_or_null("contact")?,
            verified: row.int("verified")? == 1,
            blocked: row.int("blocked")? == 1,
            erased: row.int("erased")? == 1,
            erasure_requested_at: row.int_or_null("erasure_requested_at")?,
            erasure_reason: row.text_or_null("erasure_reason")?,
        })
    }

    fn apply(&mut self, _recorded: &RecordedEvent, event: VisitorEvent) -> Result<(), HandleError> {
        match event {
            VisitorEvent::VisitorArrived(_) | VisitorEvent::VisitorReturned(_) => {}
            VisitorEvent::ContactRemembered(event) => {
                self.name = event.name.as_ref().map(column).transpose()?;
                self.contact = Some(column(&event.contact)?);
            }
            VisitorEvent::VisitorIdentified(event) => {
                self.verified = true;
                self.remember(event.name.as_ref(), event.email.as_ref(), event.phone_number.as_ref())?;
            }
            VisitorEvent::VisitorCorrected(event) => {
                self.remember(event.name.as_ref(), event.email.as_ref(), event.phone_number.as_ref())?;
            }
            VisitorEvent::VisitorBlocked(_) => self.blocked = true,
            VisitorEvent::VisitorUnblocked(_) => self.blocked = false,
            VisitorEvent::ErasureRequested(event) => {
                self.erasure_requested_at = Some(event.at.timestamp_micros());
                self.erasure_reason = event.reason.as_ref().map(column).transpose()?;
            }
            VisitorEvent::VisitorErased(_) => self.erased = true,
        }
        Ok(())
    }

    fn fixed(&mut self) -> Vec<Value> {
        vec![]
    }

    fn changing(&self) -> Result<Vec<Value>, HandleError> {
        Ok(vec![
            self.name.clone().into(),
            self.contact.clone().into(),
            i64::from(self.verified).into(),
            i64::from(self.blocked).into(),
            i64::from(self.erased).into(),
            self.erasure_requested_at.into(),
            self.erasure_reason.clone().into(),
        ])
    }
}

const STANDING: &str = "visitor_id, verified, blocked, erased, erasure_requested_at";
/// The list's name in cursors.
const REQUESTS: &str = "erasures";
/// Who asked to be erased and has not been answered.
const WAITING: &str = "erasure_requested_at IS NOT NULL AND erased = 0";

impl Projections {
    /// How each of these visitors stands: one question for a whole page. Whom the view has not seen is left out.
    pub async fn standings(&self, of: &[VisitorId]) -> Result<Vec<(VisitorId, VisitorStanding)>, QueryError> {
        let sql = format!("SELECT {STANDING} FROM visitors WHERE visitor_id {}", any_of(self.dialect(), 1));
        let rows = self.store.database().views.rows(&sql, &[Value::texts(of)]).await?;
        let bad = |_| StoreError::Setup("visitors holds a bad visitor_id".to_owned());
        let row = |row: &Row| Ok((row.text("visitor_id")?.parse().map_err(bad)?, standing(row)?));
        rows.iter().map(row).collect()
    }

    /// What is remembered of a visitor, and how they stand.
    pub async fn visitor(&self, id: VisitorId) -> Result<Option<VisitorRow>, QueryError> {
        let condition = "visitor_id = $1";
        Ok(read(&self.store, condition, &[id.to_string().into()]).await?.pop())
    }

    /// Visitors who asked to be erased and have not been, whoever has waited longest first. For those who may erase.
    pub async fn erasure_requests(
        &self,
        reader: &Reader,
        page: &PageRequest,
    ) -> Result<Page<VisitorRow>, QueryError> {
        reader.erases()?;
        let window = page.window(REQUESTS)?;
        let (direction, beyond) = if window.backwards { ("DESC", "<") } else { ("ASC", ">") };
        let mut values: Vec<Value> = vec![(window.size + 1).into()];
        let mut condition = WAITING.to_owned();
        if let Some((at, id)) = &window.beyond {
            condition += &format!(" AND (erasure_requested_at, visitor_id) {beyond} ($2, $3)");
            values.extend([(*at).into(), id.as_str().into()]);
        }
        condition += &format!(" ORDER BY erasure_requested_at {direction}, visitor_id {direction} LIMIT $1");
        let rows = read(&self.store, &condition, &values).await?;
        let at = |row: &VisitorRow| row.standing.erasure_requested_at.map_or(0, |at| at.timestamp_micros());
        Ok(window.page(REQUESTS, rows, |row| (at(row), row.id.to_string())))
    }

    /// How many they are.
    pub async fn erasure_request_count(&self, reader: &Reader) -> Result<i64, QueryError> {
        reader.erases()?;
        let sql = format!("SELECT COUNT(*) AS visitors FROM visitors WHERE {WAITING}");
        let row = self.store.database().views.row(&sql, &[]).await?;
        Ok(row.map(|row| row.int("visitors")).transpose()?.unwrap_or_default())
    }
}

fn standing(row: &Row) -> Result<VisitorStanding, QueryError> {
    Ok(VisitorStanding {
        verified: row.int("verified")? == 1,
        blocked: row.int("blocked")? == 1,
        erased: row.int("erased")? == 1,
        erasure_requested_at: row.int_or_null("erasure_requested_at")?.map(micros),
    })
}

async fn read(store: &Store, condition: &str, values: &[Value]) -> Result<Vec<VisitorRow>, QueryError> {
    let sql = format!("SELECT {STANDING}, name, contact, erasure_reason FROM visitors WHERE {condition}");
    let rows = store.database().views.rows(&sql, values).await?;
    let mut sealed = Vec::with_capacity(rows.len() * 3);
    for row in &rows {
        sealed.extend([row.text_or_null("name")?, row.text_or_null("contact")?]);
        sealed.push(row.text_or_null("erasure_reason")?);
    }
    let mut opened = opening::open(store, sealed).await?;
    let visitor = |row: &Row| {
        let bad = |_| StoreError::Setup("visitors holds a bad visitor_id".to_owned());
        Ok(VisitorRow {
            id: row.text("visitor_id")?.parse().map_err(bad)?,
            name: opened.next()?,
            contact: opened.next()?,
            standing: standing(row)?,
            erasure_reason: opened.next()?,
        })
    };
    rows.iter().map(visitor).collect()
}
