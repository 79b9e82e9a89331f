//! Who is it? Reads the header; the rules are `commands/src/accounts.rs`.

use crate::request_id::RequestId;
use axum::http::{HeaderMap, header};
use commands::{Caller, CommandError, Commands};
use domain::{actor::Actor, locale::Locale};
use std::net::IpAddr;

/// The caller of a request: by `Authorization: Bearer …`, in the language of `Accept-Language`.
pub(crate) async fn caller(
    commands: &Commands,
    headers: &HeaderMap,
    RequestId(correlation_id): RequestId,
    address: Option<IpAddr>,
) -> Result<graphql::Request, CommandError> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| bearer(value.to_str().ok()?));
    let known = match &bearer {
        Some(token) => commands.authenticate(token).await?,
        None => None,
    };
    let token_unknown = headers.contains_key(header::AUTHORIZATION) && known.is_none();
    let actor = known.unwrap_or(Actor::Anonymous);
    let reach = commands.reach_of(actor).await?;
    let caller = Caller { actor, token_unknown, locale: language(headers), correlation_id, address };
    Ok(graphql::Request::new(caller, bearer, reach))
}

/// The token of `Bearer …`.
pub(crate) fn bearer(value: &str) -> Option<String> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// Of the languages that the caller asks for the one that they like best of those we speak, else the one that they like
/// best (RFC 9110, 12.5.4): of the same weight the first, and none whose weight is 0. Any language, `*`, asks for none.
pub(crate) fn language(headers: &HeaderMap) -> Option<Locale> {
    let fields = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|field| field.to_str().ok());
    let mut wanted: Vec<(u16, Locale)> =
        fields.flat_map(|field| field.split(',')).filter_map(range).collect();
    wanted.retain(|(weight, _)| *weight > 0);
    // Sorting keeps the order of those that weigh the same.
    wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let spoken = wanted.iter().position(|(_, locale)| graphql::Language::spoken(locale).is_some());
    wanted.into_iter().nth(spoken.unwrap_or_default()).map(|(_, locale)| locale)
}

/// `de;q=0.5`: a language and its weight in thousandths; `None`: it is none, or weighed in no way that is known.
fn range(range: &str) -> Option<(u16, Locale)> {
    let mut parts = range.split(';').map(str::trim);
    let locale = Locale::parse(parts.next()?).ok()?;
    match (parts.next(), parts.next()) {
        (None, _) => Some((1_000, locale)),
        (Some(weight), None) => Some((thousandths(weight)?, locale)),
        (Some(_), Some(_)) => None,
    }
}

/// `q=0.5` (RFC 9110, 12.4.2): from 0 to 1, with at most three digits after the point.
fn thousandths(weight: &str) -> Option<u16> {
    let weight = weight.strip_prefix("q=").or_else(|| weight.strip_prefix("Q="))?;
    let (whole, rest) = weight.split_once('.').unwrap_or((weight, ""));
    if rest.len() > 3 || !rest.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let rest: u16 = format!("{rest:0<3}").parse().ok()?;
    match whole {
        "0" => Some(rest),
        "1" if rest == 0 => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The language of these fields.
    fn asked(fields: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(header::ACCEPT_LANGUAGE, field.parse().expect("a value"));
        }
        language(&headers).map(|locale| locale.to_string())
    }

    #[test]
    fn the_language_is_the_one_that_is_liked_best_of_those_we_speak() {
        for (wanted, given) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Some("zh-CN")),
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", Some("en")),
            ("en;q=0.2, de;q=0.5, zh-TW;q=0.499", Some("de")),
            ("de;q=0.8, en;q=0.8", Some("de")),
            ("en;q=0, ja, de;q=0.001", Some("de")),
            ("*, de;q=0.5", Some("de")),
            ("ja;q=0.5, ko", Some("ko")),
            ("en ; q=0.1 , DE;Q=1.000", Some("de")),
            ("*", None),
            ("en;q=0", None),
            ("", None),
        ] {
            assert_eq!(asked(&[wanted]).as_deref(), given, "{wanted}");
        }
        assert_eq!(asked(&["ja", "de"]).as_deref(), Some("de"), "fields are one list");
    }

    #[test]
    fn what_is_weighed_in_no_known_way_is_not_asked_for() {
        for wrong in ["q=2", "q=1.001", "q=0.1234", "q=x", "q=-1", "q=0.5;q=1", "level=1", "q=", "q=.5"] {
            assert_eq!(asked(&[&format!("en;{wrong}, de;q=0.1")]).as_deref(), Some("de"), "{wrong}");
        }
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        assert_eq!(bearer("bearer lws_x").as_deref(), Some("lws_x"));
        assert_eq!(bearer("Basic eDp5"), None);
    }
}
