//! Requests leave, and answers come back: no redirects, no proxy, a time for everything, and only to where [`Guard`] lets them.
//!
//! TLS is rustls with ring (docs/decisions/0006) and Mozilla's roots, so that the program needs nothing of the machine that it
//! runs on.

mod names;
#[cfg(test)]
mod tests;

use super::{
    guard::{Guard, Reach, Target},
    vendor::{AddressFault, Answer, Kind, Outcome, Outgoing, Verdict, redact},
};
use names::{Lookup, Names, NotPermitted};
use reqwest::{
    Client, Error, Response,
    header::{ACCEPT, HeaderMap, RETRY_AFTER},
    redirect::Policy,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::{fmt, sync::Arc, time::Duration};
use store::Clock;
use tokio::time::{Instant, timeout_at};

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(5);
/// Until the answer is there, and a second more for each half a megabyte that is sent.
const TOTAL: Duration = Duration::from_secs(15);
const PER_SECOND: usize = 512 << 10;
/// As much of an answer is read.
const MOST_ANSWER: usize = 16 * 1024;
/// A connection that nobody used for so long is closed: before most receivers do.
const IDLE: Duration = Duration::from_secs(15);
const MOST_IDLE: usize = 8;
const US: &str = concat!("Leaveword/", env!("CARGO_PKG_VERSION"));

/// Sends requests.
#[derive(Clone)]
pub struct Sender {
    guard: Guard,
    clock: Clock,
    /// One for each reach: a connection that one may use is not lent to another.
    global: Client,
    allowed: Client,
    configured: Client,
}

/// Why there is no answer. Tells nothing of the address but what its host's name led to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendFault {
    /// The channel's address may not be asked.
    #[error("The channel's address {0}.")]
    Address(#[from] AddressFault),
    /// Its host's name leads nowhere that may be asked.
    #[error(
        "The receiver's name leads into a network that is not public, so nothing was sent. If it is meant to be there, \
         name the network in LEAVEWORD_PRIVATE_NETWORKS."
    )]
    Private,
    /// The host's name is not known.
    #[error("The receiver's name could not be looked up.")]
    Name,
    /// Nothing there takes connections.
    #[error("The receiver could not be reached: {0}.")]
    Connect(String),
    /// It is somebody else, or does not speak TLS.
    #[error("No secure connection to the receiver: {0}.")]
    Tls(String),
    /// It took longer than it may.
    #[error("The receiver did not answer within {0} seconds; it may have taken the notice.")]
    TimedOut(u64),
    /// The connection ended before the answer.
    #[error("The connection to the receiver ended before its answer; it may have taken the notice: {0}.")]
    Broken(String),
}

impl SendFault {
    /// What it means for the delivery.
    pub fn verdict(&self) -> Verdict {
        let outcome = match self {
            Self::Address(_) | Self::Private => Outcome::Configuration,
            Self::Name | Self::Connect(_) | Self::Tls(_) | Self::TimedOut(_) | Self::Broken(_) => {
                Outcome::Retry
            }
        };
        Verdict::new(outcome, self.to_string())
    }
}

impl Sender {
    /// A sender within the limits of a guard.
    pub fn new(guard: Guard, clock: Clock) -> Self {
        Self::with_lookup(guard, clock, &names::of_the_system())
    }

    fn with_lookup(guard: Guard, clock: Clock, lookup: &Lookup) -> Self {
        let tls = tls();
        let client = |reach| client(tls.clone(), Names::new(guard.clone(), reach, lookup.clone()));
        let [global, allowed, configured] = [Reach::Global, Reach::Allowed, Reach::Configured].map(client);
        Self { guard, clock, global, allowed, configured }
    }

    /// Can a channel of this kind have this address?
    pub fn check(&self, kind: Kind, address: &str) -> Result<(), AddressFault> {
        self.guard.check(kind, address).map(drop)
    }

    /// Sends a request once to where the operator has said that it goes, wherever that is.
    pub(super) async fn send_configured(&self, outgoing: Outgoing) -> Result<Answer, SendFault> {
        let target = Target { url: outgoing.url.clone(), reach: Reach::Configured };
        self.send_to(target, outgoing).await
    }

    /// Sends a request once.
    pub async fn send(&self, kind: Kind, outgoing: Outgoing) -> Result<Answer, SendFault> {
        self.send_to(self.guard.target(kind, &outgoing.url)?, outgoing).await
    }

    /// What comes back is without what opens the receiver.
    async fn send_to(&self, target: Target, outgoing: Outgoing) -> Result<Answer, SendFault> {
        let unheard = outgoing.unheard();
        let Target { url, reach } = target;
        let client = match reach {
            Reach::Global => &self.global,
            Reach::Allowed => &self.allowed,
            Reach::Configured => &self.configured,
        };
        let total = total(outgoing.body.len());
        let mut request = client.post(url).header(ACCEPT, "*/*").body(outgoing.body);
        for (name, value) in outgoing.headers {
            request = request.header(name, value);
        }
        let end = Instant::now() + total;
        let sent = timeout_at(end, request.send()).await.map_err(|_| SendFault::TimedOut(total.as_secs()))?;
        let response = sent.map_err(|error| fault(&error))?;
        let (status, retry_after) = (response.status().as_u16(), header(response.headers()));
        let body = read(response, end).await;
        Ok(unheard(Answer { status, retry_after, body, at: self.clock.now() }))
    }
}

/// How long a request with so many bytes may take.
fn total(bytes: usize) -> Duration {
    TOTAL + Duration::from_secs(u64::try_from(bytes / PER_SECOND).unwrap_or(u64::MAX))
}

/// As much of an answer as there is room for, and as has come until then: what is cut off says nothing any more.
async fn read(mut response: Response, end: Instant) -> Vec<u8> {
    let mut read = Vec::new();
    while let Ok(Ok(Some(data))) = timeout_at(end, response.chunk()).await {
        let room = MOST_ANSWER - read.len();
        read.extend_from_slice(&data[..data.len().min(room)]);
        if read.len() == MOST_ANSWER {
            break;
        }
    }
    read
}

fn header(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    (text.len() <= 100).then(|| text.to_owned())
}

fn client(tls: ClientConfig, names: Names) -> Client {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(names)
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(MOST_IDLE)
        .user_agent(US)
        .build()
        .expect("a client of fixed settings")
}

fn tls() -> ClientConfig {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks what rustls speaks")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// Which fault is at the bottom of an error.
fn fault(error: &Error) -> SendFault {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    let causes: Vec<_> = causes.collect();
    let innermost = causes.last().map(ToString::to_string).unwrap_or_default();
    let words = redact(&innermost, 200);
    if let Some(refused) = causes.iter().find_map(|cause| cause.downcast_ref::<NotPermitted>()) {
        return match refused {
            NotPermitted::Private => SendFault::Private,
            NotPermitted::Unknown => SendFault::Name,
        };
    }
    match () {
        () if causes.iter().any(|cause| is_tls(*cause)) => SendFault::Tls(words),
        // What is an address to browsers, but not to HTTP.
        () if error.is_builder() => AddressFault::NotAnAddress.into(),
        () if error.is_connect() => SendFault::Connect(words),
        () => SendFault::Broken(words),
    }
}

/// Is it TLS's own error, however often it was wrapped?
fn is_tls(cause: &(dyn std::error::Error + 'static)) -> bool {
    let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    cause.is::<rustls::Error>() || inner.is_some_and(|inner| is_tls(inner))
}

/// Nothing of its connections.
impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("guard", &self.guard).finish_non_exhaustive()
    }
}
