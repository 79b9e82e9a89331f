//! How mail is sent, read from the configuration.

use base64::{Engine, prelude::BASE64_STANDARD};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use std::sync::Arc;
use url::{Url, form_urlencoded};

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

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

pub(super) fn smtp_url(text: &str) -> Result<Url, MailFault> {
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
pub(super) fn trusting(url: &Url, authority: &[u8]) -> Result<Tls, MailFault> {
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
pub(super) fn hidden(url: &Url) -> Arc<[String]> {
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
