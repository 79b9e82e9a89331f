//! A bucket of an S3-compatible store: three requests, each signed, each with an end in time, each made again when it may
//! help. A file there is whole by S3's own rule: a `PUT` that breaks off leaves none.
//!
//! Signed by hand (docs/decisions/0028-an-object-store-is-three-signed-requests.md).

mod place;
mod signature;

pub use place::{BucketPlace, BucketPlaceFault};

use crate::clock::Clock;
use reqwest::{Client, Method, Response, StatusCode, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use signature::sign;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, timeout_at};

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(5);
/// Until one answer is there.
const ONE: Duration = Duration::from_secs(10);
/// Until it is given up.
const TOTAL: Duration = Duration::from_secs(20);
/// So often a request is made at most, and how long it waits before the next, doubling.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);
/// More than any file of ours has.
const MOST_BYTES: usize = 32 << 20;
/// As much is read of what a refusal says.
const MOST_WORDS: usize = 4 << 10;

/// A bucket, and what asks it.
#[derive(Debug)]
pub(crate) struct Bucket {
    place: BucketPlace,
    clock: Clock,
    client: Client,
}

/// Why a bucket did not do what it was asked. Tells nothing of what opens it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BucketFault {
    #[error("the bucket could not be reached: {0}")]
    Unreached(String),
    #[error("the bucket did not answer in time")]
    TimedOut,
    #[error("the bucket answered {0} {1}")]
    Refused(StatusCode, String),
    #[error("the bucket's file is larger than any of ours")]
    TooLarge,
}

impl BucketFault {
    /// May it be otherwise in a moment?
    fn may_pass(&self) -> bool {
        match self {
            Self::Unreached(_) | Self::TimedOut => true,
            Self::Refused(status, _) => {
                status.is_server_error()
                    || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(status)
            }
            Self::TooLarge => false,
        }
    }
}

impl Bucket {
    pub(crate) fn new(place: BucketPlace, clock: Clock) -> Self {
        let client = Client::builder()
            .tls_backend_preconfigured(tls())
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .build()
            .expect("a client of fixed settings");
        Self { place, clock, client }
    }

    pub(crate) async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), BucketFault> {
        self.ask(&Method::PUT, name, bytes).await.map(drop)
    }

    pub(crate) async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, BucketFault> {
        absent_is_none(self.ask(&Method::GET, name, &[]).await)
    }

    pub(crate) async fn remove(&self, name: &str) -> Result<(), BucketFault> {
        absent_is_none(self.ask(&Method::DELETE, name, &[]).await).map(drop)
    }

    /// Asks until there is an answer that stays the same, or no time is left.
    async fn ask(&self, method: &Method, name: &str, bytes: &[u8]) -> Result<Vec<u8>, BucketFault> {
        let end = Instant::now() + TOTAL;
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            match self.ask_once(method, name, bytes, end).await {
                Err(fault) if fault.may_pass() && Instant::now() + pause < end => {
                    tracing::warn!(%fault, "the bucket is asked again");
                    sleep(pause).await;
                    pause *= 2;
                }
                answered => return answered,
            }
        }
        self.ask_once(method, name, bytes, end).await
    }

    async fn ask_once(
        &self,
        method: &Method,
        name: &str,
        bytes: &[u8],
        end: Instant,
    ) -> Result<Vec<u8>, BucketFault> {
        let end = end.min(Instant::now() + ONE);
        let (host, path) = (self.place.host(), self.place.path(name));
        let signed = sign(&self.place, method.as_str(), &path, bytes, self.clock.now());
        let mut request =
            self.client.request(method.clone(), format!("{}://{host}{path}", self.place.scheme()));
        for (name, value) in signed {
            request = request.header(name, value);
        }
        if *method == Method::PUT {
            request = request.header("content-type", "application/octet-stream").body(bytes.to_vec());
        }
        let sent = timeout_at(end, request.send()).await.map_err(|_| BucketFault::TimedOut)?;
        let response = sent.map_err(|error| BucketFault::Unreached(cause(&error.without_url())))?;
        let status = response.status();
        if status.is_success() {
            return read(response, MOST_BYTES, end).await?.ok_or(BucketFault::TooLarge);
        }
        let said = read(response, MOST_WORDS, end).await.ok().flatten().unwrap_or_default();
        Err(BucketFault::Refused(status, code_of(&String::from_utf8_lossy(&said))))
    }
}

/// A file that is not there is none; a bucket that is not there is a fault.
fn absent_is_none(answered: Result<Vec<u8>, BucketFault>) -> Result<Option<Vec<u8>>, BucketFault> {
    match answered {
        Err(BucketFault::Refused(StatusCode::NOT_FOUND, code)) if code == "NoSuchKey" => Ok(None),
        answered => answered.map(Some),
    }
}

/// `None`: it is longer than that.
async fn read(mut response: Response, most: usize, end: Instant) -> Result<Option<Vec<u8>>, BucketFault> {
    let mut bytes = Vec::new();
    loop {
        let chunk = timeout_at(end, response.chunk()).await.map_err(|_| BucketFault::TimedOut)?;
        let chunk = chunk.map_err(|error| BucketFault::Unreached(cause(&error.without_url())))?;
        let Some(chunk) = chunk else { return Ok(Some(bytes)) };
        if bytes.len() + chunk.len() > most {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
}

/// What is at the bottom of an error.
fn cause(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    causes.last().map_or_else(|| error.to_string(), ToString::to_string)
}

/// The word between `<Code>` and `</Code>`, which is all that is told of a refusal: what else it says may name a key.
fn code_of(said: &str) -> String {
    let code = said.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let code = code.map_or("", |(code, _)| code);
    code.chars().filter(char::is_ascii_alphanumeric).take(100).collect()
}

fn tls() -> ClientConfig {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks what rustls speaks")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_refusal_its_code_is_told_and_nothing_else() {
        let said = "<Error><Code>InvalidAccessKeyId</Code><AWSAccessKeyId>AKIA</AWSAccessKeyId></Error>";
        assert_eq!(code_of(said), "InvalidAccessKeyId");
        assert_eq!(code_of("<html>502</html>"), "");
    }

    #[test]
    fn a_file_that_is_not_there_is_none_and_a_bucket_that_is_not_there_a_fault() {
        let refused = |code: &str| Err(BucketFault::Refused(StatusCode::NOT_FOUND, code.to_owned()));
        assert!(absent_is_none(refused("NoSuchKey")).is_ok_and(|file| file.is_none()));
        assert!(absent_is_none(refused("NoSuchBucket")).is_err());
    }
}
