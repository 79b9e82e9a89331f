//! Which pages may ask. Browsers say whose page a request comes from, and keep answers from pages that we do not name.
//!
//! There are no cookies: a foreign page that asks brings nobody's rights along. What is refused here is refused so that a
//! page which nobody has listed is not a client of this desk at all.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{fmt, net::IpAddr, sync::Arc};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a page of another origin may send, and read of an answer.
const SENT: HeaderValue = HeaderValue::from_static("accept, accept-language, authorization, content-type");
const READ: HeaderValue = HeaderValue::from_static("retry-after, x-request-id");
/// A browser asks again after ten minutes.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Sites whose pages may ask, beside our own.
#[derive(Clone, Debug, Default)]
pub struct AllowedOrigins(Allowed);

#[derive(Clone, Debug, Default)]
enum Allowed {
    #[default]
    Own,
    Listed(Arc<[String]>),
    All,
}

/// Whose page a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// One of ours, or no page.
    Own,
    /// A page that may ask; what its browser is to be told.
    Allowed(HeaderValue),
    /// A page that may not.
    Foreign,
}

impl AllowedOrigins {
    /// Origins with commas between them, or `*`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        match parts[..] {
            [] => Ok(Self(Allowed::Own)),
            ["*"] => Ok(Self(Allowed::All)),
            _ => {
                let origin = |part: &&str| {
                    origin_of(part)
                        .filter(|origin| origin.len() == part.trim_end_matches('/').len())
                        .ok_or_else(|| {
                            format!("is a list of origins such as https://shop.example.com, or *, not {part}")
                        })
                };
                let origins = parts.iter().map(origin).collect::<Result<Vec<_>, _>>()?;
                Ok(Self(Allowed::Listed(origins.into())))
            }
        }
    }

    /// What is sent back is what we were told, never what was asked with.
    fn listed(&self, asked: &str) -> Option<HeaderValue> {
        match &self.0 {
            Allowed::Own => None,
            Allowed::Listed(origins) => {
                let listed = origins.iter().find(|origin| *origin == asked)?;
                HeaderValue::from_str(listed).ok()
            }
            Allowed::All => Some(HeaderValue::from_static("*")),
        }
    }

    /// Whose pages may frame what is made to be framed, as `frame-ancestors` says it.
    pub(crate) fn framing(&self) -> String {
        match &self.0 {
            Allowed::Own => "'self'".to_owned(),
            Allowed::Listed(origins) => format!("'self' {}", origins.join(" ")),
            Allowed::All => "*".to_owned(),
        }
    }

    /// Whose page asks. `public_url`: the address under which others reach us.
    pub(crate) fn of(&self, headers: &HeaderMap, public_url: Option<&str>) -> Origin {
        let Some(origin) = headers.get(header::ORIGIN) else {
            // A browser that says nothing of whose page it is, but that it is somebody else's.
            return match headers.get(SITE).is_some_and(|site| site == "cross-site") {
                true => Origin::Foreign,
                false => Origin::Own,
            };
        };
        let Ok(asked) = origin.to_str() else { return Origin::Foreign };
        match is_own(asked, headers, public_url) {
            true => Origin::Own,
            false => self.listed(asked).map_or(Origin::Foreign, Origin::Allowed),
        }
    }
}

/// As much of an origin is logged.
const LONGEST_TOLD: usize = 100;

/// Stops what a foreign page asks, answers its browser's question before, and tells it what the page may read.
pub(crate) async fn judge(
    origins: AllowedOrigins,
    public_url: Option<Arc<str>>,
    mut request: Request,
    next: Next,
) -> Response {
    let origin = origins.of(request.headers(), public_url.as_deref());
    let asks_before = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &origin {
        Origin::Foreign => {
            let asked = request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
            let origin: String = asked.unwrap_or_default().chars().take(LONGEST_TOLD).collect();
            tracing::warn!(
                origin,
                "a page of this origin was refused: LEAVEWORD_ALLOWED_ORIGINS lists other sites, LEAVEWORD_PUBLIC_URL says where \
                 the desk itself is"
            );
            crate::endpoint::foreign_page()
        }
        Origin::Own | Origin::Allowed(_) if asks_before => StatusCode::NO_CONTENT.into_response(),
        Origin::Own | Origin::Allowed(_) => {
            request.extensions_mut().insert(origin.clone());
            next.run(request).await
        }
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Origin::Allowed(listed) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, listed);
        if asks_before {
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, PUT"));
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, SENT);
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        } else {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, READ);
        }
    }
    response
}

/// The same for what a page shows: an `<img>` says of its page at most that it is another's, and brings nothing along but
/// the address, which is what opens the picture.
pub(crate) async fn judge_shown(
    origins: AllowedOrigins,
    public_url: Option<Arc<str>>,
    request: Request,
    next: Next,
) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        return judge(origins, public_url, request, next).await;
    }
    let mut response = next.run(request).await;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
    response
}

/// Without a public address our own page is the one at the `Host` that was asked, when that cannot have been made to
/// point here by whoever owns a name: `localhost` or a bare address.
fn is_own(origin: &str, headers: &HeaderMap, public_url: Option<&str>) -> bool {
    if let Some(url) = public_url {
        return origin_of(url).is_some_and(|own| own == origin);
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let asked = origin.split_once("://").map_or("", |(_, host)| host);
    asked == host && is_bare(host)
}

fn is_bare(host: &str) -> bool {
    let name =
        host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse::<IpAddr>().is_ok()
}

/// The origin of an address: scheme, host in lower case, and the port when it is not the scheme's own.
fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let default = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let host = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
    let host = host.strip_suffix(default).unwrap_or(&host);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
    (!host.is_empty() && host.chars().all(is_plain)).then(|| format!("{scheme}://{host}"))
}

impl fmt::Display for AllowedOrigins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Allowed::Own => f.write_str("none but its own"),
            Allowed::Listed(origins) => f.write_str(&origins.join(",")),
            Allowed::All => f.write_str("*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), value.parse().expect("a value"))
        };
        pairs.iter().map(pair).collect()
    }

    fn of(allowed: &str, public_url: Option<&str>, pairs: &[(&'static str, &str)]) -> Origin {
        AllowedOrigins::parse(allowed).expect("origins").of(&headers(pairs), public_url)
    }

    #[test]
    fn no_origin_is_no_page_and_our_own_is_ours() {
        assert_eq!(of("", None, &[]), Origin::Own);
        let url = Some("https://desk.example.com");
        assert_eq!(of("", url, &[("origin", "https://desk.example.com")]), Origin::Own);
        assert_eq!(of("", url, &[("origin", "http://desk.example.com")]), Origin::Foreign);
        assert_eq!(of("", url, &[("origin", "https://desk.example.com.evil.example")]), Origin::Foreign);
        assert_eq!(of("", url, &[("origin", "null")]), Origin::Foreign);
        assert_eq!(of("", None, &[("sec-fetch-site", "cross-site")]), Origin::Foreign);
        assert_eq!(of("", None, &[("sec-fetch-site", "same-origin")]), Origin::Own);
    }

    #[test]
    fn without_a_public_address_only_a_bare_host_is_ours() {
        let asked = |origin, host| of("", None, &[("origin", origin), ("host", host)]);
        assert_eq!(asked("http://localhost:8080", "localhost:8080"), Origin::Own);
        assert_eq!(asked("http://127.0.0.1:8080", "127.0.0.1:8080"), Origin::Own);
        assert_eq!(asked("http://[::1]:8080", "[::1]:8080"), Origin::Own);
        assert_eq!(asked("http://127.0.0.1:9090", "127.0.0.1:8080"), Origin::Foreign);
        assert_eq!(asked("http://rebound.example", "rebound.example"), Origin::Foreign);
    }

    #[test]
    fn a_listed_origin_is_told_what_the_list_says_and_no_other_is() {
        let list = "https://shop.example.com, http://127.0.0.1:3000";
        let asked = |origin| of(list, Some("https://desk.example.com"), &[("origin", origin)]);
        let told = |text: &'static str| Origin::Allowed(HeaderValue::from_static(text));
        assert_eq!(asked("https://shop.example.com"), told("https://shop.example.com"));
        assert_eq!(asked("http://127.0.0.1:3000"), told("http://127.0.0.1:3000"));
        assert_eq!(asked("https://evil.example"), Origin::Foreign);
        assert_eq!(of("*", None, &[("origin", "https://evil.example")]), told("*"));
    }

    #[test]
    fn a_list_holds_origins_and_nothing_more() {
        for good in ["https://shop.example.com/", "HTTPS", ""] {
            assert_eq!(AllowedOrigins::parse(good).is_ok(), good != "HTTPS", "{good}");
        }
        for bad in [
            "shop.example.com",
            "https://shop.example.com/path",
            "ftp://shop.example.com",
            "*,https://a.b",
            "https://*.example.com",
        ] {
            assert!(AllowedOrigins::parse(bad).is_err(), "{bad}");
        }
    }
}
