//! Mail over SMTP: notices as plain text to each recipient by themselves, and to visitors what they asked for, as HTML as well.

mod setup;
#[cfg(test)]
mod tests;

pub use setup::MailFault;

use super::{
    vendor::{Notice, Outcome, Verdict, mailed, redact},
    visitors::VisitorMail,
};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MessageBuilder, MultiPart, header},
    transport::smtp::Error,
};
use lru::LruCache;
use setup::{hidden, smtp_url, trusting};
use std::{
    fmt,
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};
use store::Clock;
use tokio::time::{Instant, timeout_at};

/// For one recipient, from the connection to the last answer.
const EACH: Duration = Duration::from_secs(20);
/// For all of them: who was not reached by then is with the next try.
const TOTAL: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_secs(15);
/// So many mails are remembered as taken.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(10_000).expect("not zero");
const HEADER_BYTES: usize = 400;

/// Sends mail.
#[derive(Clone)]
pub struct Mailer {
    smtp: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    clock: Clock,
    /// What nobody is told, should the server repeat it.
    hidden: Arc<[String]>,
    /// Which notices were taken for whom: when one recipient is refused, the others get no second copy at the next try.
    taken: Arc<Mutex<LruCache<(String, String), ()>>>,
    /// Whom the next notice begins with: a few who take all the time do not always come before the same others.
    first: Arc<AtomicUsize>,
    /// How long one recipient may take, and all of them.
    limits: (Duration, Duration),
}

impl Mailer {
    /// Sends over `smtps://user:password@host` (TLS from the beginning) or `smtp://…?tls=required` (STARTTLS, which is meant as
    /// well when nothing is said), `opportunistic` (if the server can) or `none`. Beside Mozilla's list, `authority` vouches for
    /// the server: certificates in PEM.
    pub fn new(url: &str, from: &str, authority: Option<&[u8]>, clock: Clock) -> Result<Self, MailFault> {
        let url = smtp_url(url)?;
        let mut smtp =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str()).map_err(|_| MailFault::Url)?;
        if let Some(authority) = authority {
            smtp = smtp.tls(trusting(&url, authority)?);
        }
        let from = from.parse().map_err(|_| MailFault::From)?;
        let taken = Arc::new(Mutex::new(LruCache::new(REMEMBERED)));
        Ok(Self {
            smtp: smtp.timeout(Some(STEP)).build(),
            from,
            clock,
            hidden: hidden(&url),
            taken,
            first: Arc::default(),
            limits: (EACH, TOTAL),
        })
    }

    /// Sends a notice to each of them; `id` is the delivery's, the same at every try. Delivered is what all servers took.
    pub async fn send(&self, to: &[String], notice: &Notice, id: &str) -> Verdict {
        if to.is_empty() {
            return Verdict::new(
                Outcome::Configuration,
                "Nobody gets this channel's mail: give it recipients.",
            );
        }
        let mut taken = 0;
        let mut worst: Option<Verdict> = None;
        let (before, after) = to.split_at(self.first.fetch_add(1, Ordering::Relaxed) % to.len());
        let end = Instant::now() + self.limits.1;
        for address in after.iter().chain(before) {
            let key = (id.to_owned(), address.clone());
            if self.taken().contains(&key) {
                taken += 1;
                continue;
            }
            let verdict =
                if Instant::now() < end { self.send_one(address, notice, id, end).await } else { late() };
            if verdict.outcome == Outcome::Delivered {
                self.taken().put(key, ());
                taken += 1;
            } else if worst.as_ref().is_none_or(|worst| weight(verdict.outcome) > weight(worst.outcome)) {
                worst = Some(verdict);
            }
        }
        let Some(mut worst) = worst else {
            // Whoever sends it again by hand means everybody.
            for address in to {
                self.taken().pop(&(id.to_owned(), address.clone()));
            }
            return Verdict::new(Outcome::Delivered, format!("The mail server took it for {taken}."));
        };
        // One mailbox that is closed does not stop the mail of the others.
        if taken > 0 && worst.outcome == Outcome::Configuration {
            worst.outcome = Outcome::Payload;
        }
        worst.detail = format!("{} It was taken for {taken} of {}.", worst.detail, to.len());
        worst.partly = taken > 0;
        worst
    }

    /// Sends a visitor their mail, as text and as HTML. A mailbox that is closed is theirs, and says nothing of the channel.
    pub(super) async fn send_to_visitor(&self, letter: &VisitorMail, id: &str) -> Verdict {
        let whom = "the visitor's address";
        let Some(mail) = self.to_visitor(letter, id) else {
            return Verdict::new(Outcome::Payload, format!("Mail cannot be sent to {whom}."));
        };
        let sent = timeout_at(Instant::now() + self.limits.0, self.smtp.send(mail)).await;
        let mut verdict = match sent {
            Ok(Ok(_)) => Verdict::new(Outcome::Delivered, format!("The mail server took it for {whom}.")),
            Ok(Err(error)) => judge(&error, whom, &self.hidden),
            Err(_) => late(),
        };
        if verdict.outcome == Outcome::Configuration && !verdict.code.as_deref().is_some_and(is_of_password) {
            verdict.outcome = Outcome::Payload;
        }
        verdict
    }

    fn to_visitor(&self, letter: &VisitorMail, id: &str) -> Option<Message> {
        let both = MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone());
        self.head(&letter.to, &letter.subject, id)?.multipart(both).ok()
    }

    async fn send_one(&self, to: &str, notice: &Notice, id: &str, end: Instant) -> Verdict {
        let Some(mail) = self.mail(to, notice, id) else {
            let detail = format!("{} is no address that mail can be sent to.", masked(to));
            return Verdict::new(Outcome::Configuration, detail);
        };
        match timeout_at(end.min(Instant::now() + self.limits.0), self.smtp.send(mail)).await {
            Ok(Ok(_)) => Verdict::new(Outcome::Delivered, ""),
            Ok(Err(error)) => judge(&error, &masked(to), &self.hidden),
            Err(_) => late(),
        }
    }

    fn mail(&self, to: &str, notice: &Notice, id: &str) -> Option<Message> {
        let (subject, text) = mailed(notice, HEADER_BYTES);
        self.head(to, &subject, id)?
            // Without it the two below mean nothing (RFC 2045, 4), and some readers show what is encoded as it is.
            .header(header::MIME_VERSION_1_0)
            .header(header::ContentType::TEXT_PLAIN)
            .body(text)
            .ok()
    }

    /// What every mail begins with.
    fn head(&self, to: &str, subject: &str, id: &str) -> Option<MessageBuilder> {
        let domain = self.from.email.domain();
        let now = SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(self.clock.micros()).ok()?);
        let head = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.parse().ok()?))
            .subject(subject.to_owned())
            .date(now)
            // The same at every try: many readers show a copy once.
            .message_id(Some(format!(
                "<{}@{domain}>",
                id.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', ".")
            )))
            // Nobody's absence is told to the desk (RFC 3834).
            .header(AutoSubmitted);
        Some(head)
    }

    fn taken(&self) -> std::sync::MutexGuard<'_, LruCache<(String, String), ()>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Not now, then.
fn late() -> Verdict {
    Verdict::new(Outcome::Retry, "The mail server did not answer in time.")
}

/// Nobody has said how mail is sent.
pub(super) fn unset() -> Verdict {
    let detail =
        "This desk sends no mail: set LEAVEWORD_SMTP_URL and LEAVEWORD_MAIL_FROM, and start it again.";
    Verdict::new(Outcome::Configuration, detail)
}

/// What a mail says.
pub(super) fn text(notice: &Notice) -> String {
    let (subject, text) = mailed(notice, HEADER_BYTES);
    format!("{subject}\n\n{text}")
}

/// What may be tried again is tried again, whatever else is wrong.
fn weight(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Delivered => 0,
        Outcome::Payload => 1,
        Outcome::Configuration => 2,
        Outcome::Retry => 3,
    }
}

/// Does the server not let us in?
fn is_of_password(code: &str) -> bool {
    matches!(code, "530" | "534" | "535" | "538")
}

fn judge(error: &Error, whom: &str, hidden: &[String]) -> Verdict {
    let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let said = hidden.iter().fold(said, |said, hidden| said.replace(hidden.as_str(), "…"));
    let status = error.status().map(|status| status.to_string());
    // RFC 3463: 5.1 is about an address, 5.2 about a mailbox; 5.7 and what says nothing may be about the words.
    let is_mailbox = said.starts_with("5.1.") || said.starts_with("5.2.");
    let (outcome, sentence) = match status.as_deref() {
        Some(code) if is_of_password(code) && error.is_permanent() => (
            Outcome::Configuration,
            "The mail server does not let us in: LEAVEWORD_SMTP_URL has another name or password than it wants."
                .to_owned(),
        ),
        Some("551" | "553") if error.is_permanent() => closed(whom),
        Some("550" | "554") if error.is_permanent() && is_mailbox => closed(whom),
        Some(_) if error.is_permanent() => {
            (Outcome::Payload, format!("The mail server refuses this mail for {whom}."))
        }
        Some(_) => (Outcome::Retry, format!("The mail server does not take mail for {whom} now.")),
        None if error.is_tls() => (Outcome::Retry, "No secure connection to the mail server.".to_owned()),
        None if error.is_timeout() => (Outcome::Retry, "The mail server did not answer in time.".to_owned()),
        None => (Outcome::Retry, "The mail server could not be reached, or did not speak as one.".to_owned()),
    };
    let said = redact(&said, 300);
    let detail = if said.is_empty() { sentence } else { format!("{sentence} It said: “{said}”") };
    Verdict { code: status, ..Verdict::new(outcome, detail) }
}

fn closed(whom: &str) -> (Outcome, String) {
    (Outcome::Configuration, format!("The mail server does not take mail for {whom}."))
}

/// A recipient as attempts show them.
fn masked(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}…@{domain}")
}

/// “auto-generated”, whose name lettre does not know.
#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Who sends, without the server and its password.
impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("from", &self.from).finish_non_exhaustive()
    }
}
