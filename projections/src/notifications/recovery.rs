//! Codes for whoever lost what they came with: six digits to the very contact that they wrote with.
//!
//! Whoever asks is answered before anybody looks whether that contact is known: neither the answer nor its time tells. A code is
//! no delivery. It is tried once, for it is good for ten minutes, and who gets none asks again.

use super::{
    Notifier, RETRY, Shared, mail,
    sentences::Tongue,
    sms::{SmsText, SmsTo, unset},
    tell::tell_own,
    vendor::{Outcome, Verdict},
    visitors::VisitorMail,
};
use crate::{
    MessageFilter, MessageOrder, MessageRow, Page, PageRequest, Projections, Reader, error::QueryError,
};
use chrono::TimeDelta;
use domain::{
    access::Reach,
    actor::Actor,
    channel::ChannelKind,
    contact::{Contact, ContactKind},
    ids::{MessageId, VisitorId},
    locale::Locale,
    search::Query,
    visitor::Visitor,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use store::{HandleError, Rate, Taken, recovery_code};
use tokio::time::timeout;

/// As many are looked for and sent at once; whoever asks beyond that gets none, and asks again.
pub(super) const AT_ONCE: usize = 32;
/// As long as a code is good.
const GOOD: TimeDelta = TimeDelta::minutes(10);
/// Codes that are sent to phones, all of them together, for each costs the desk money: 200 an hour. Who is not known costs nothing
/// and is not counted, so that nobody uses them up with numbers that they made up.
const TEXTED: Rate = Rate { step: 60 * 60 * 1_000_000 / 200, burst: 200 };
/// Messages that are looked at for one contact, a page at a time.
const PAGE: i32 = 50;
const PAGES: usize = 4;
/// … and as many beside them that ended before they were full, for a search has no more time on a machine that is busy.
const CUT_SHORT: usize = 4;
/// As often a page is asked for again that the machine had no time for: what is too broad by itself is so again.
const AGAIN: usize = 3;
/// For so long it is looked for whoever wrote with a contact. They were told that a code is on its way, so nobody else tries again;
/// but others wait for their seat.
const LOOKED_FOR: Duration = Duration::from_secs(20);

impl Notifier {
    /// Sends a code to a contact, if its owner wrote with it. What becomes of it is not told to whoever asked.
    pub fn send_code(&self, contact: Contact, locale: Option<Locale>) {
        let Ok(seat) = self.shared.codes.clone().try_acquire_owned() else {
            tracing::warn!("so many ask for codes at once that some get none");
            return;
        };
        let (shared, ending) = (self.shared.clone(), self.shared.ending.clone());
        self.tasks.spawn(async move {
            let outcome = ending.run_until_cancelled(send(&shared, &contact, locale.as_ref())).await;
            if let Some(Err(error)) = outcome {
                tracing::error!(%error, "a code could not be made");
            }
            drop(seat);
        });
    }
}

async fn send(shared: &Arc<Shared>, contact: &Contact, locale: Option<&Locale>) -> Result<(), HandleError> {
    let store = shared.store();
    // When it was asked for: of two codes the later one is good, whichever was found first.
    let now = store.clock().now();
    let Ok(found) = timeout(LOOKED_FOR, shared.projections.who_wrote_with(contact)).await else {
        tracing::warn!("so much is searched for that a code was not sent");
        return Ok(());
    };
    let visitor_id = found?.map(|id| id.to_string());
    let settings = shared.projections.desk().await?;
    let own = settings.desk.as_ref().and_then(|desk| desk.locales.first());
    let tongue = Tongue::of_visitor(locale.or(own));
    let (code, print) = (recovery_code(), store.contact_print(&contact.canonical));
    let until = (now + GOOD).timestamp_micros();
    let code_print = store.code_print(&print, &code);
    let is_last = store.write_recovery_code(&print, &code_print, visitor_id.as_deref(), until).await?;
    if visitor_id.is_none() || !is_last {
        return Ok(());
    }
    let id = store::random::uuid(now).to_string();
    let began = tokio::time::Instant::now();
    let (kind, verdict) = match contact.kind {
        ContactKind::Email => {
            let desk = settings.desk.as_ref().map_or("", |desk| desk.name.as_str());
            let letter = VisitorMail::with_code(tongue, desk, &contact.canonical, &code);
            let verdict = match &shared.mailer {
                Some(mailer) => mailer.send_to_visitor(&letter, &id).await,
                None => mail::unset(),
            };
            (ChannelKind::VisitorEmail, verdict)
        }
        ContactKind::Phone => {
            let hour = store.derive("limit of texted codes", &[]);
            if store.take(&hour, TEXTED).await? != Taken::Yes {
                shared.measures.code_withheld();
                tracing::warn!("so many codes go to phones within an hour that one was not sent");
                return Ok(());
            }
            let sms = SmsTo { to: contact, text: SmsText::Code(code), locale, tongue };
            (ChannelKind::VisitorSms, by_sms(shared, &sms, &id).await)
        }
    };
    shared.measures.attempt(kind, verdict.outcome, Some(began.elapsed()));
    if verdict.outcome != Outcome::Delivered {
        // Neither who nor what the receiver said, which may repeat it.
        let (kind, outcome, code) = (kind.name(), verdict.outcome, verdict.code.as_deref());
        tracing::warn!(kind, ?outcome, code, "a code that a visitor asked for was not sent");
    }
    Ok(())
}

async fn by_sms(shared: &Arc<Shared>, sms: &SmsTo<'_>, id: &str) -> Verdict {
    let Some(gate) = &shared.sms else { return unset() };
    match gate.compose(sms, id, shared.store().clock().now()) {
        Ok(outgoing) => match shared.sender.send_configured(outgoing).await {
            Ok(answer) => gate.judge(&answer),
            Err(fault) => fault.verdict(),
        },
        Err(error) => Verdict::new(Outcome::Configuration, error.to_string()),
    }
}

impl Projections {
    /// Of the visitors who gave this contact last, in what they wrote themselves, and who are not gone, the one who wrote last.
    /// What a member wrote down for somebody, what is spam and what is deleted proves nothing.
    pub(crate) async fn who_wrote_with(&self, contact: &Contact) -> Result<Option<VisitorId>, HandleError> {
        let typed = match contact.kind {
            ContactKind::Email => format!("\"{}\"", contact.canonical),
            ContactKind::Phone => contact.canonical.clone(),
        };
        let Ok(search) = Query::read(&typed) else { return Ok(None) };
        let reader = Reader::of_messages(Actor::System("recovery"), &Reach::Desk)?;
        let region = self.desk().await?.phone_region().to_owned();
        let is_it = |row: &MessageRow| {
            let given = row.contact.as_ref().and_then(|it| Contact::parse(&it.value, &region).ok());
            given.is_some_and(|given| given.canonical == contact.canonical)
        };
        let (mut last, mut others) = (None, BTreeSet::new());
        for archived in [false, true] {
            let filter = MessageFilter { archived, search: Some(search.clone()), ..MessageFilter::default() };
            let (mut after, mut full, mut cut_short) = (None, 0, 0);
            while full < PAGES && cut_short < CUT_SHORT {
                let page = PageRequest::forward(Some(PAGE), after.take());
                let page = self.in_time(&reader, &filter, &page).await?;
                for (_, row) in &page.rows {
                    let is_later = last.as_ref().is_none_or(|(at, _)| row.submitted_at > *at);
                    let may_be = is_later && is_it(row) && !others.contains(&row.visitor_id);
                    if !may_be || !self.can_return(row.id, row.visitor_id).await? {
                        continue;
                    }
                    if self.last_own(&reader, row.visitor_id).await?.is_some_and(|row| is_it(&row)) {
                        last = Some((row.submitted_at, row.visitor_id));
                        break;
                    }
                    others.insert(row.visitor_id);
                }
                if page.looked_at.is_some() {
                    cut_short += 1;
                } else {
                    full += 1;
                }
                after = page.looked_at.clone().or(page.rows.last().map(|(cursor, _)| cursor.clone()));
                if last.is_some() || !page.has_next {
                    break;
                }
            }
        }
        Ok(last.map(|(_, visitor_id)| visitor_id))
    }

    /// A page of a search, as soon as there is a turn and time for it.
    async fn in_time(
        &self,
        reader: &Reader,
        filter: &MessageFilter,
        page: &PageRequest,
    ) -> Result<Page<MessageRow>, QueryError> {
        let mut again = 0;
        loop {
            match self.messages(reader, filter, MessageOrder::NewestFirst, page).await {
                Err(QueryError::Busy) => {}
                Err(QueryError::TooBroad) if again < AGAIN => again += 1,
                told => return told,
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// The last message that a visitor wrote themselves. The contact in it is who they are by now: whoever once wrote in another's
    /// name is not let in to what that other wrote since.
    async fn last_own(&self, reader: &Reader, of: VisitorId) -> Result<Option<MessageRow>, HandleError> {
        let mut last: Option<MessageRow> = None;
        for archived in [false, true] {
            let filter = MessageFilter { archived, visitor_id: Some(of), ..MessageFilter::default() };
            let page = PageRequest::forward(Some(PAGE), None);
            for (_, row) in self.messages(reader, &filter, MessageOrder::NewestFirst, &page).await?.rows {
                let is_later = last.as_ref().is_none_or(|last| row.submitted_at > last.submitted_at);
                if is_later && tell_own(&self.store, row.id).await? {
                    last = Some(row);
                    break;
                }
            }
        }
        Ok(last)
    }

    /// Did this visitor write the message themselves, and are they there?
    async fn can_return(&self, message: MessageId, visitor: VisitorId) -> Result<bool, HandleError> {
        let visitor = self.store.load::<Visitor>(&visitor.to_string()).await?;
        let is_there = match &*visitor.aggregate {
            Visitor::Arrived(visitor) => !visitor.erased,
            Visitor::NotArrived => false,
        };
        Ok(is_there && tell_own(&self.store, message).await?)
    }
}
