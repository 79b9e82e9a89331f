//! One request: written, posted, and judged; and the same as a test, or as a preview that nobody gets.

use super::{
    Notifier, Shared, attached,
    channels::{Channels, address, opened},
    echo, mail,
    notice::Voice,
    rate::{self, pace},
    rows::{Attempt, Due},
    sms,
    tell::About,
    vendor::{self, AddressFault, CannotCompose, Kind, Mention, Notice, Outcome, Outgoing, Secret},
    visitors::{self, VisitorMail},
    zone::zone_of,
};
use crate::error::QueryError;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use cqrs_es::Aggregate;
use domain::{
    channel::{Channel, ChannelAddress, ChannelKind, ChannelState, Connected, type_of},
    ids::{ChannelId, MessageId},
    message::Message,
};
use store::{HandleError, LogFilter, Store, StoreError};

/// As much of what came back is kept, in bytes.
const KEPT: usize = 2_048;

/// What came of a request, whatever it was made by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    pub(crate) code: Option<String>,
    pub(crate) wait: Option<TimeDelta>,
    pub(crate) gone: bool,
    /// Of several recipients some have it: it is not the notice that is wrong.
    pub(crate) partly: bool,
}

/// A request that is ready to be made.
pub(crate) enum Letter {
    /// By HTTP; the last is what people said in it.
    Http(String, Kind, Outgoing, Vec<String>),
    /// A file, which WeCom has to be given before it shows it.
    File(String, Box<attached::ToShow>),
    /// By mail.
    Mail(String, Vec<String>, Box<Notice>),
    /// To a visitor, by mail.
    Visitor(String, Box<VisitorMail>),
    /// To a visitor, by SMS; the last is what is not to be repeated.
    Sms(String, Outgoing, Vec<String>),
    /// It cannot be made: which outcome that is, and why.
    Cannot(String, Outcome, String),
}

impl Letter {
    /// What the receiver knows it by.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Http(id, ..)
            | Self::File(id, ..)
            | Self::Mail(id, ..)
            | Self::Visitor(id, _)
            | Self::Sms(id, ..)
            | Self::Cannot(id, ..) => id,
        }
    }

    /// Is there anything to be sent?
    pub(crate) fn leaves(&self) -> bool {
        match self {
            Self::Http(..) | Self::File(..) | Self::Mail(..) | Self::Visitor(..) | Self::Sms(..) => true,
            Self::Cannot(..) => false,
        }
    }
}

/// Writes a notice in the channel's form.
pub(crate) fn letter(
    channel: &Connected,
    address: &ChannelAddress,
    id: &str,
    notice: Notice,
    now: DateTime<Utc>,
) -> Letter {
    let id = id.to_owned();
    if channel.kind.reaches().is_some() {
        let reason = "This channel tells visitors of replies, each by what they left: reply to a message of your own to try it.";
        return Letter::Cannot(id, Outcome::Payload, reason.to_owned());
    }
    let Some(kind) = Kind::of(channel.kind) else {
        // Beside those who always get it, whoever is mentioned.
        let mentioned = notice.mentions.iter().filter_map(|mention| match mention {
            Mention::User(email) if email.contains('@') => Some(email.clone()),
            Mention::User(_) | Mention::Mobile(_) | Mention::All => None,
        });
        let mut to: Vec<String> = address.emails.iter().cloned().chain(mentioned).collect();
        to.sort_unstable();
        to.dedup();
        if to.is_empty() {
            return Letter::Cannot(
                id,
                Outcome::Configuration,
                "nobody gets this mail: name recipients".to_owned(),
            );
        }
        return Letter::Mail(id, to, Box::new(notice));
    };
    let said = echo::said_in(&notice);
    written(address, kind, id, said, now, |address, id| {
        vendor::compose(kind, channel.rules.format.as_deref(), address, &notice, id, now)
    })
}

/// What is composed for the channel's address; `said` is what people said in it.
pub(crate) fn written(
    address: &ChannelAddress,
    kind: Kind,
    id: String,
    said: Vec<String>,
    now: DateTime<Utc>,
    compose: impl FnOnce(&vendor::Address, &str) -> Result<Outgoing, CannotCompose>,
) -> Letter {
    let address = match read(address, now) {
        Ok(address) => address,
        Err(reason) => return Letter::Cannot(id, Outcome::Configuration, reason),
    };
    match compose(&address, &id) {
        Ok(outgoing) => Letter::Http(id, kind, outgoing, said),
        Err(error) => Letter::Cannot(id, outcome_of(error), error.to_string()),
    }
}

/// A channel's address as requests are composed with; or why it cannot be.
pub(crate) fn read(address: &ChannelAddress, now: DateTime<Utc>) -> Result<vendor::Address, String> {
    let Some(url) = address.url.as_ref().and_then(|url| url.parse().ok()) else {
        return Err("the channel has no address that can be read: revise it".to_owned());
    };
    let secrets = address.signing(now).map(|secret| Secret(secret.to_owned())).collect();
    Ok(vendor::Address { url, secrets })
}

/// Is it the channel that is wrong, or what is to be said?
pub(crate) fn outcome_of(error: CannotCompose) -> Outcome {
    match error {
        CannotCompose::Format | CannotCompose::Secret => Outcome::Configuration,
        CannotCompose::TooLong | CannotCompose::Picture | CannotCompose::FileSize => Outcome::Payload,
    }
}

/// Makes a request, and says what came of it.
pub(crate) async fn post(shared: &Shared, letter: Letter) -> (Attempt, Verdict) {
    let clock = shared.store().clock();
    let (at, began) = (clock.now(), tokio::time::Instant::now());
    let (status, judged) = match letter {
        Letter::Http(_, kind, outgoing, said) => match shared.sender.send(kind, outgoing).await {
            Ok(answer) => {
                let status = answer.status;
                let judged = vendor::judge(kind, &answer);
                (Some(status), echo::unsaid(judged, &said))
            }
            Err(fault) => (None, fault.verdict()),
        },
        Letter::File(_, file) => attached::show(shared, *file).await,
        Letter::Mail(id, to, notice) => match &shared.mailer {
            Some(mailer) => {
                let judged = mailer.send(&to, &notice, &id).await;
                (None, echo::unsaid(judged, &echo::said_in(&notice)))
            }
            None => (None, mail::unset()),
        },
        Letter::Visitor(id, mail) => match &shared.mailer {
            Some(mailer) => (None, echo::unsaid(mailer.send_to_visitor(&mail, &id).await, &mail.said())),
            None => (None, mail::unset()),
        },
        Letter::Sms(_, outgoing, said) => match &shared.sms {
            Some(gate) => match shared.sender.send_configured(outgoing).await {
                Ok(answer) => {
                    let status = answer.status;
                    (Some(status), echo::unsaid(gate.judge(&answer), &said))
                }
                Err(fault) => (None, fault.verdict()),
            },
            None => (None, sms::unset()),
        },
        Letter::Cannot(_, outcome, detail) => (None, vendor::Verdict::new(outcome, detail)),
    };
    let mut detail = judged.detail;
    while detail.len() > KEPT {
        detail.pop();
    }
    let wait = judged.wait.and_then(|wait| TimeDelta::from_std(wait).ok());
    let milliseconds = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    let attempt = Attempt {
        id: store::random::uuid(at).to_string(),
        at,
        http_status: status,
        vendor_code: judged.code.clone(),
        outcome: name(judged.outcome),
        detail,
        milliseconds,
    };
    let vendor::Verdict { outcome, code, gone, partly, .. } = judged;
    (attempt, Verdict { outcome, code, wait, gone, partly })
}

fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "DELIVERED",
        Outcome::Retry => "RETRY",
        Outcome::Configuration => "CONFIGURATION",
        Outcome::Payload => "PAYLOAD",
    }
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Did the receiver take it?
    pub delivered: bool,
    /// When.
    pub at: DateTime<Utc>,
    /// What HTTP said.
    pub http_status: Option<u16>,
    /// What the vendor said.
    pub vendor_code: Option<String>,
    /// DELIVERED, RETRY, CONFIGURATION or PAYLOAD.
    pub outcome: &'static str,
    /// In words.
    pub detail: String,
    /// How long it took.
    pub milliseconds: i64,
}

impl Tried {
    /// The channel has sent as much as it may; the next one may go then.
    fn not_yet(at: DateTime<Utc>, then: DateTime<Utc>) -> Self {
        let then = then.to_rfc3339_opts(SecondsFormat::Secs, true);
        Self {
            delivered: false,
            at,
            http_status: None,
            vendor_code: None,
            outcome: name(Outcome::Retry),
            detail: format!(
                "Nothing was sent: the channel has sent as much as it may. Test it again after {then}."
            ),
            milliseconds: 0,
        }
    }
}

impl Notifier {
    /// Can a channel of this kind have this address, as things are configured?
    pub fn check_address(&self, kind: ChannelKind, address: &str) -> Result<(), AddressFault> {
        match Kind::of(kind) {
            Some(kind) => self.shared.sender.check(kind, address),
            None => Ok(()),
        }
    }

    /// Really sends a test, also on a channel that is paused. It counts against the rate, and when that leaves none it says so and
    /// sends nothing. It counts neither for nor against the channel's health. `None`: there is no such channel.
    pub async fn try_channel(&self, id: ChannelId) -> Result<Option<Tried>, QueryError> {
        let shared = &self.shared;
        let store = shared.store();
        let Some(channel) = connected(store, id).await? else { return Ok(None) };
        let Some(address) = address(store, id).await? else { return Ok(None) };
        let settings = shared.projections.desk().await?;
        let now = store.clock().now();
        let notice = Voice::new(&channel, &settings, zone_of(&settings), shared.base.as_deref()).test(now);
        let test = store::random::uuid(now).to_string();
        let channel_id = id.to_string();
        let pace = pace(store, &channel, &channel_id, now).await?;
        if pace.free(now) == 0 {
            return Ok(Some(Tried::not_yet(now, pace.next(now))));
        }
        let letter = letter(&channel, &address, &test, notice, now);
        let counted = if letter.leaves() {
            rate::count(store, (&channel_id, channel.kind), &pace, &test).await?
        } else {
            None
        };
        let (attempt, verdict) = post(shared, letter).await;
        if let Some(counted) = counted {
            counted.answered(store).await;
        }
        Ok(Some(Tried {
            delivered: verdict.outcome == Outcome::Delivered,
            at: attempt.at,
            http_status: attempt.http_status,
            vendor_code: attempt.vendor_code,
            outcome: attempt.outcome,
            detail: attempt.detail,
            milliseconds: attempt.milliseconds,
        }))
    }

    /// What a channel would say of a message that was just left: the very body that its vendor would get. `None`: there is
    /// no such channel, or no such message.
    pub async fn preview(&self, id: ChannelId, message: MessageId) -> Result<Option<String>, QueryError> {
        let shared = &self.shared;
        let store = shared.store();
        let Some(channel) = connected(store, id).await? else { return Ok(None) };
        let Some(address) = address(store, id).await? else { return Ok(None) };
        let first = store.read(&LogFilter::stream(Message::TYPE, &message.to_string()), 0, 1).await?;
        let Some(first) = first.first() else { return Ok(None) };
        let due = Due {
            delivery_id: "preview".to_owned(),
            position: first.position,
            event_type: type_of(&first.aggregate_type, &first.event_type).to_string(),
            tries: 0,
            next_at: first.recorded_at,
            alone: false,
            picture: 0,
        };
        let words = channel.kind != ChannelKind::Webhook;
        let tales = shared.projections.tales(vec![due], words).await?;
        let Some(tale) = tales.first().filter(|tale| !matches!(tale.about, About::Nothing)) else {
            return Ok(None);
        };
        let settings = shared.projections.desk().await?;
        if channel.kind.reaches().is_some() {
            return Ok(visitors::shown(&channel, &settings, shared.base.as_deref(), tale));
        }
        let voice = Voice::new(&channel, &settings, zone_of(&settings), shared.base.as_deref());
        let notice = voice.one(tale);
        Ok(Some(match letter(&channel, &address, "preview", notice, store.clock().now()) {
            Letter::Http(_, _, outgoing, _) => String::from_utf8_lossy(&outgoing.body).into_owned(),
            Letter::File(_, file) => file.name,
            Letter::Mail(_, _, notice) => mail::text(&notice),
            Letter::Visitor(_, mail) => mail.text,
            Letter::Sms(_, outgoing, _) => outgoing.url.to_string(),
            Letter::Cannot(_, _, reason) => reason,
        }))
    }
}

/// A channel as it is now, while it is connected; whom it mentions is opened.
async fn connected(store: &Store, id: ChannelId) -> Result<Option<Connected>, StoreError> {
    let unreadable = |error: HandleError| StoreError::Setup(format!("a channel cannot be told: {error}"));
    // Folded with the places of what is sealed in it, without which it cannot be opened.
    let channels = Channels::as_of(store, i64::MAX).await.map_err(unreadable)?;
    let Some(channel) = channels.any(id).cloned() else { return Ok(None) };
    match opened(store, channel).await? {
        Channel::Connected(channel) if channel.state != ChannelState::Disconnected => Ok(Some(*channel)),
        Channel::Connected(_) | Channel::NotConnected => Ok(None),
    }
}
