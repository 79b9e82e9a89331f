//! Codes for whoever lost what they came with: six digits to the very contact that they wrote with.
//!
//! Whoever asks is answered before anybody looks whether that contact is known: neither the answer nor its time tells. A code is
//! no delivery. It is tried once, for it is good for ten minutes, and who gets none asks again.

use super::{
    Notifier, Shared, mail,
    sentences::Tongue,
    sms::{SmsText, SmsTo, unset},
    tell::tell_own,
    vendor::{Outcome, Verdict},
    visitors::VisitorMail,
};
use crate::{MessageFilter, MessageOrder, PageRequest, Projections, Reader};
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
use std::sync::Arc;
use store::{HandleError, recovery_code};

/// As many are looked for and sent at once; whoever asks beyond that gets none, and asks again.
pub(super) const AT_ONCE: usize = 32;
/// As long as a code is good.
const GOOD: TimeDelta = TimeDelta::minutes(10);
/// Messages that are looked at for one contact, a page at a time.
const PAGE: i32 = 50;
const PAGES: usize = 4;

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
    let Some(visitor_id) = shared.projections.who_wrote_with(contact).await? else { return Ok(()) };
    let store = shared.store();
    let settings = shared.projections.desk().await?;
    let own = settings.desk.as_ref().and_then(|desk| desk.locales.first());
    let tongue = Tongue::of(locale.or(own));
    let now = store.clock().now();
    let (code, print) = (recovery_code(), store.contact_print(&contact.canonical));
    let until = (now + GOOD).timestamp_micros();
    store
        .write_recovery_code(&print, &store.code_print(&print, &code), &visitor_id.to_string(), until)
        .await?;
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
    /// Of the visitors who wrote with this contact themselves and are not gone, the one who did so last. What a member wrote down
    /// for somebody, what is spam and what is deleted proves nothing.
    pub(crate) async fn who_wrote_with(&self, contact: &Contact) -> Result<Option<VisitorId>, HandleError> {
        let typed = match contact.kind {
            ContactKind::Email => format!("\"{}\"", contact.canonical),
            ContactKind::Phone => contact.canonical.clone(),
        };
        let Ok(search) = Query::read(&typed) else { return Ok(None) };
        let reader = Reader::of_messages(Actor::System("recovery"), &Reach::Desk)?;
        let region = self.desk().await?.phone_region().to_owned();
        let mut last = None;
        for archived in [false, true] {
            let filter = MessageFilter { archived, search: Some(search.clone()), ..MessageFilter::default() };
            let mut after = None;
            for _ in 0..PAGES {
                let page = PageRequest::forward(Some(PAGE), after.take());
                let page = self.messages(&reader, &filter, MessageOrder::NewestFirst, &page).await?;
                for (_, row) in &page.rows {
                    let given = row.contact.as_ref().and_then(|it| Contact::parse(&it.value, &region).ok());
                    let is_it = given.is_some_and(|given| given.canonical == contact.canonical);
                    let is_later = last.as_ref().is_none_or(|(at, _)| row.submitted_at > *at);
                    if is_it && is_later && self.can_return(row.id, row.visitor_id).await? {
                        last = Some((row.submitted_at, row.visitor_id));
                        break;
                    }
                }
                after = page.looked_at.clone().or(page.rows.last().map(|(cursor, _)| cursor.clone()));
                if last.is_some() || !page.has_next {
                    break;
                }
            }
        }
        Ok(last.map(|(_, visitor_id)| visitor_id))
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
