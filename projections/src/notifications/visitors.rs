//! Replies, told to the visitors who wait for them: to the very address that they wrote with, in their language, with a link
//! that opens what is theirs once.
//!
//! A delivery is a reply, as for every channel; here those for one person are one letter, and nobody gets two within a quarter
//! of an hour. Whom nobody is to write to (they have written since, are blocked or erased) is looked up when it is sent.

mod letter;

pub(crate) use letter::VisitorMail;

use super::{
    errand::{Errand, Sent, Written},
    rows::{self, After, Due},
    sentences::Tongue,
    sms::{SmsText, SmsTo, unset},
    tell::{About, OfMessage, Tale},
    trial::Letter,
    vendor::Outcome,
};
use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::Aggregate;
use domain::{
    channel::{ChannelKind, Connected},
    contact::Contact,
    desk::Settings,
    ids::VisitorId,
    message::Message,
    visitor::Visitor,
};
use letter::Reply;
use std::collections::{BTreeMap, HashMap};
use store::{HandleError, Store, StoreError, TokenHash, restore_token};

/// As long as somebody is left in peace after a letter; what comes meanwhile is in the next one.
pub(super) const PAUSE: TimeDelta = TimeDelta::minutes(15);
/// As long as a link is good.
const LINK_LIFE: TimeDelta = TimeDelta::days(7);
/// As many letters are under way at once.
const AT_ONCE: usize = 8;
/// As many deliveries are looked at for them.
const MOST: usize = 100;

/// Somebody, and the replies that are for them.
struct Letters {
    contact: Contact,
    tales: Vec<Tale>,
}

/// Sends what was due at `now` to those whom it is for, as many letters as may be; the others wait. One look has one time: by a
/// later one somebody's peace would be over before all that waited for its end was looked at.
pub(super) async fn tell(
    errand: &Errand<'_>,
    mut due: Vec<Due>,
    at_once: usize,
    now: DateTime<Utc>,
) -> Result<(), HandleError> {
    due.truncate(MOST);
    let (store, channel_id) = (errand.shared.store(), errand.id.to_string());
    let (silent, waiting) = who_waits(errand, due).await?;
    let mut told = told(store, &channel_id, &waiting).await?;
    let (mut later, mut letters, mut recipients) = (Vec::new(), Vec::new(), HashMap::new());
    for ((visitor_id, _), waits) in waiting {
        let recipient = store.contact_print(&waits.contact.canonical);
        let until = told.get(&recipient).map(|at| *at + PAUSE).filter(|until| *until > now);
        if let Some(until) = until {
            later.extend(waits.tales.iter().map(|tale| not_before(&tale.due, until)));
        } else if letters.len() < at_once.min(AT_ONCE) {
            told.insert(recipient, now);
            let written = write(errand, visitor_id, waits).await?;
            recipients.extend(written.0.iter().map(|due| (due.delivery_id.clone(), recipient)));
            letters.push(written);
        }
    }
    rows::settle(store, &later).await?;
    let (sent, panic) = errand.send(silent, letters).await?;
    for (due, outcome, _) in &sent {
        let delivered = outcome.as_ref().is_some_and(|(_, verdict)| verdict.outcome == Outcome::Delivered);
        let recipient = due.first().filter(|_| delivered).and_then(|due| recipients.get(&due.delivery_id));
        if let Some(recipient) = recipient {
            store.remember_told(&channel_id, recipient, now.timestamp_micros()).await?;
        }
    }
    errand.conclude(sent).await?;
    panic.map_or(Ok(()), |panic| Err(panic.into()))
}

type Waiting = BTreeMap<(VisitorId, String), Letters>;

/// What is told to nobody, and the others by whom they are for.
async fn who_waits(errand: &Errand<'_>, due: Vec<Due>) -> Result<(Vec<Sent>, Waiting), HandleError> {
    let projections = &errand.shared.projections;
    let (mut silent, mut waiting) = (Vec::new(), Waiting::new());
    for tale in projections.tales(due, true).await? {
        let whom = match &tale.about {
            About::Message(message) => recipient(errand, &tale, message).await?,
            About::Channel(_) | About::Nothing => None,
        };
        let Some((visitor_id, contact)) = whom else {
            silent.push((vec![tale.due], None, None));
            continue;
        };
        let waits = waiting
            .entry((visitor_id, contact.canonical.clone()))
            .or_insert_with(|| Letters { contact, tales: vec![] });
        waits.tales.push(tale);
    }
    Ok((silent, waiting))
}

/// Who is to hear of a reply, and where; `None`: nobody.
async fn recipient(
    errand: &Errand<'_>,
    tale: &Tale,
    message: &OfMessage,
) -> Result<Option<(VisitorId, Contact)>, HandleError> {
    let store = errand.shared.store();
    let contact =
        message.contact.clone().filter(|contact| errand.channel.kind.reaches() == Some(contact.kind));
    let (Some(contact), Some(visitor_id)) =
        (contact.filter(|_| message.own && !message.answered), message.visitor_id)
    else {
        return Ok(None);
    };
    let rated = store.last_of_type(Message::TYPE, &message.id, "MessageRated").await?;
    if rated.is_some_and(|rated| rated.position > tale.due.position) {
        return Ok(None);
    }
    let visitor = store.load::<Visitor>(&visitor_id.to_string()).await?;
    let reachable = match &*visitor.aggregate {
        Visitor::Arrived(visitor) => !visitor.blocked && !visitor.erased,
        Visitor::NotArrived => false,
    };
    Ok(reachable.then_some((visitor_id, contact)))
}

/// When those who wait were last told.
async fn told(
    store: &Store,
    channel_id: &str,
    waiting: &Waiting,
) -> Result<HashMap<[u8; 32], DateTime<Utc>>, StoreError> {
    let prints: Vec<[u8; 32]> =
        waiting.values().map(|waits| store.contact_print(&waits.contact.canonical)).collect();
    let told = store.visitors_told(channel_id, &prints).await?;
    Ok(told.into_iter().map(|(recipient, at)| (recipient, store::micros(at))).collect())
}

/// One letter, and the link in it, which is kept before anything leaves.
async fn write(errand: &Errand<'_>, visitor_id: VisitorId, waits: Letters) -> Result<Written, HandleError> {
    let store = errand.shared.store();
    let due: Vec<Due> = waits.tales.iter().map(|tale| tale.due.clone()).collect();
    let id = match &due[..] {
        [one] => one.delivery_id.clone(),
        several => errand.digest_id(several),
    };
    let Some(base) = errand.shared.base.as_deref() else {
        let reason = "There is no link to send: set LEAVEWORD_PUBLIC_URL, start the server again, and resume the channel.";
        return Ok((due, Letter::Cannot(id, Outcome::Configuration, reason.to_owned()), None));
    };
    let token = restore_token();
    let until = (store.clock().now() + LINK_LIFE).timestamp_micros();
    store.write_restore_link(&TokenHash::of(&token), &visitor_id.to_string(), until).await?;
    let link = link(base, &token);
    if errand.channel.kind == ChannelKind::VisitorEmail {
        let mail = mail(errand.channel, errand.settings, &waits.contact.canonical, &waits.tales, &link);
        return Ok((due, Letter::Visitor(id, Box::new(mail)), None));
    }
    Ok((due, sms(errand, id, &waits, token, link), None))
}

/// The SMS for these replies: it names the last of the messages.
fn sms(errand: &Errand<'_>, id: String, waits: &Letters, token: String, link: String) -> Letter {
    let cannot = |id, reason: String| Letter::Cannot(id, Outcome::Configuration, reason);
    let Some(gate) = &errand.shared.sms else { return cannot(id, unset().detail) };
    let Some(message) = waits.tales.iter().rev().find_map(of_message) else {
        return cannot(id, "there is nothing to tell".to_owned());
    };
    let (locale, own) = (message.locale.as_ref(), errand.settings.desk.as_ref());
    let tongue = Tongue::of_visitor(locale.or(own.and_then(|desk| desk.locales.first())));
    let text = SmsText::Reply { reference: message.reference.clone(), token: token.clone(), link };
    let sms = SmsTo { to: &waits.contact, text, locale, tongue };
    match gate.compose(&sms, &id, errand.shared.store().clock().now()) {
        Ok(outgoing) => Letter::Sms(id, outgoing, vec![waits.contact.canonical.clone(), token]),
        Err(error) => cannot(id, error.to_string()),
    }
}

/// Where a link leads: what stands behind `#` is told to no server on the way, and to no page that is linked from there.
fn link(base: &str, token: &str) -> String {
    format!("{base}/leave-message#restore={token}")
}

/// The mail for these replies, in the language of whoever waits for them.
fn mail(channel: &Connected, settings: &Settings, to: &str, tales: &[Tale], link: &str) -> VisitorMail {
    let messages: Vec<&OfMessage> = tales.iter().filter_map(of_message).collect();
    let own = settings.desk.as_ref().and_then(|desk| desk.locales.first());
    let said = messages.iter().rev().find_map(|message| message.locale.as_ref());
    let replies: Vec<Reply<'_>> = messages
        .iter()
        .map(|message| Reply {
            reference: &message.reference,
            words: message
                .words
                .as_deref()
                .and_then(|words| letter::as_much(words, channel.rules.show_content)),
        })
        .collect();
    let desk = settings.desk.as_ref().map_or("", |desk| desk.name.as_str());
    VisitorMail::new(Tongue::of_visitor(said.or(own)), desk, to, &replies, link)
}

fn of_message(tale: &Tale) -> Option<&OfMessage> {
    match &tale.about {
        About::Message(message) => Some(message),
        About::Channel(_) | About::Nothing => None,
    }
}

/// What a visitor would get of a message, with a link that opens nothing; `None`: nothing is said of it.
pub(super) fn shown(
    channel: &Connected,
    settings: &Settings,
    base: Option<&str>,
    tale: &Tale,
) -> Option<String> {
    of_message(tale)?;
    let link = link(base.unwrap_or_default(), "…");
    Some(mail(channel, settings, "", std::slice::from_ref(tale), &link).text)
}

/// It waits until then.
fn not_before(due: &Due, until: DateTime<Utc>) -> After {
    After {
        delivery_id: due.delivery_id.clone(),
        was: due.next_at,
        state: if due.tries > 0 { "RETRYING" } else { "PENDING" },
        tries: due.tries,
        next_at: Some(until),
        alone: due.alone,
        picture: due.picture,
    }
}
