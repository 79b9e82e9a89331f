//! Notices by mail: plain text, over SMTP, to each recipient by themselves.

#[cfg(test)]
mod tests;

use super::vendor::{Notice, Outcome, Verdict, mailed, redact};
use base64::{Engine, prelude::BASE64_STANDARD};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header},
    transport::smtp::{
        Error,
        client::{Certificate, Tls, TlsParameters},
    },
};
use lru::LruCache;
use std::{
    fmt,
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};
use store::Clock;
use url::{Url, form_urlencoded};

/// For one recipient, from the connection to the last answer.
const TOTAL: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_secs(15);
/// So many mails are remembered as taken.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(10_000).expect("not zero");
const HEADER_BYTES: usize = 400;
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

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
}

/// What is wrong with the configuration of mail. Tells nothing of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailFault {
    /// It cannot be read.
    #[error(
        "is not an address such as smtps://user:password@mail.example.com or smtp://mail.example.com?tls=required"
    )]
    Url,
    /// Who vouches for the server cannot be read.
    #[error("holds no certificates in PEM: -----BEGIN CERTIFICATE-----")]
    Authority,
    /// Who sends cannot be read.
    #[error("is not a sender such as desk@example.com or Desk <desk@example.com>")]
    From,
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
        Ok(Self { smtp: smtp.timeout(Some(STEP)).build(), from, clock, hidden: hidden(&url), taken })
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
        for address in to {
            let key = (id.to_owned(), address.clone());
            if self.taken().contains(&key) {
                taken += 1;
                continue;
            }
            let verdict = self.send_one(address, notice, id).await;
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

    async fn send_one(&self, to: &str, notice: &Notice, id: &str) -> Verdict {
        let Some(mail) = self.mail(to, notice, id) else {
            let detail = format!("{} is no address that mail can be sent to.", masked(to));
            return Verdict::new(Outcome::Configuration, detail);
        };
        match tokio::time::timeout(TOTAL, self.smtp.send(mail)).await {
            Ok(Ok(_)) => Verdict::new(Outcome::Delivered, ""),
            Ok(Err(error)) => judge(&error, to, &self.hidden),
            Err(_) => Verdict::new(Outcome::Retry, "The mail server did not answer in time."),
        }
    }

    fn mail(&self, to: &str, notice: &Notice, id: &str) -> Option<Message> {
        let (subject, text) = mailed(notice, HEADER_BYTES);
        let domain = self.from.email.domain();
        let now = SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(self.clock.micros()).ok()?);
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.parse().ok()?))
            .subject(subject)
            .date(now)
            // The same at every try: many readers show a copy once.
            .message_id(Some(format!(
                "<{}@{domain}>",
                id.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', ".")
            )))
            // Nobody's absence is told to the desk (RFC 3834).
            .header(AutoSubmitted)
            // Without it the two below mean nothing (RFC 2045, 4), and some readers show what is encoded as it is.
            .header(header::MIME_VERSION_1_0)
            .header(header::ContentType::TEXT_PLAIN)
            .body(text)
            .ok()
    }

    fn taken(&self) -> std::sync::MutexGuard<'_, LruCache<(String, String), ()>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

fn smtp_url(text: &str) -> Result<Url, MailFault> {
    let mut url = Url::parse(text).map_err(|_| MailFault::Url)?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(MailFault::Url);
    }
    match (url.scheme(), url.query()) {
        ("smtps", None) | ("smtp", Some("tls=required" | "tls=opportunistic")) => {}
        ("smtp", None) => url.set_query(Some("tls=required")),
        ("smtp", Some("tls=none")) => url.set_query(None),
        _ => return Err(MailFault::Url),
    }
    Ok(url)
}

/// The same way to TLS as the address says, with somebody who vouches for the server.
fn trusting(url: &Url, authority: &[u8]) -> Result<Tls, MailFault> {
    let bad = |_| MailFault::Authority;
    if !authority.windows(BEGIN.len()).any(|part| part == BEGIN) {
        return Err(MailFault::Authority);
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    let certificates = Certificate::from_pem(authority).map_err(bad)?;
    let parameters = TlsParameters::builder(host).add_root_certificate(certificates).build().map_err(bad)?;
    Ok(match (url.scheme(), url.query()) {
        ("smtps", _) => Tls::Wrapper(parameters),
        (_, Some("tls=required")) => Tls::Required(parameters),
        (_, Some("tls=opportunistic")) => Tls::Opportunistic(parameters),
        (_, _) => Tls::None,
    })
}

/// The password, and what it is sent as (RFC 4616).
fn hidden(url: &Url) -> Arc<[String]> {
    let decoded = |text: &str| {
        let form = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
        form_urlencoded::parse(form.as_bytes()).map(|(_, value)| value.into_owned()).collect::<String>()
    };
    let Some(password) = url.password() else { return Arc::new([]) };
    let (name, clear) = (decoded(url.username()), decoded(password));
    let sent = BASE64_STANDARD.encode(format!("\0{name}\0{clear}"));
    let alone = BASE64_STANDARD.encode(&clear);
    [password.to_owned(), clear, sent, alone].into_iter().filter(|text| !text.is_empty()).collect()
}

fn judge(error: &Error, to: &str, hidden: &[String]) -> Verdict {
    let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let said = hidden.iter().fold(said, |said, hidden| said.replace(hidden.as_str(), "…"));
    let status = error.status().map(|status| status.to_string());
    let (outcome, sentence) = match status.as_deref() {
        Some("530" | "534" | "535" | "538" | "550" | "551" | "553" | "554") if error.is_permanent() => {
            let sentence = match status.as_deref() {
                Some("530" | "534" | "535" | "538") => {
                    "The mail server does not let us in: LEAVEWORD_SMTP_URL has another name or password than it wants."
                        .to_owned()
                }
                _ => format!("The mail server does not take mail for {}.", masked(to)),
            };
            (Outcome::Configuration, sentence)
        }
        Some(_) if error.is_permanent() => {
            (Outcome::Payload, format!("The mail server refuses this mail for {}.", masked(to)))
        }
        Some(_) => (Outcome::Retry, format!("The mail server does not take mail for {} now.", masked(to))),
        None if error.is_tls() => (Outcome::Retry, "No secure connection to the mail server.".to_owned()),
        None if error.is_timeout() => (Outcome::Retry, "The mail server did not answer in time.".to_owned()),
        None => (Outcome::Retry, "The mail server could not be reached, or did not speak as one.".to_owned()),
    };
    let said = redact(&said, 300);
    let detail = if said.is_empty() { sentence } else { format!("{sentence} It said: “{said}”") };
    Verdict { code: status, ..Verdict::new(outcome, detail) }
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
