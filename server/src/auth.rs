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

/// The first language the caller asks for; weights are given in falling order by every browser.
pub(crate) fn language(headers: &HeaderMap) -> Option<Locale> {
    let wanted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    wanted.split(',').find_map(|tag| Locale::parse(tag.split(';').next()?.trim()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_first_that_is_one() {
        let asked = |value: &'static str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value.parse().expect("a value"))]);
            language(&headers).map(|locale| locale.to_string())
        };
        assert_eq!(asked("zh-CN,zh;q=0.9,en;q=0.8").as_deref(), Some("zh-CN"));
        assert_eq!(asked("*, de;q=0.5").as_deref(), Some("de"));
        assert_eq!(asked("*"), None);
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        assert_eq!(bearer("bearer lws_x").as_deref(), Some("lws_x"));
        assert_eq!(bearer("Basic eDp5"), None);
    }
}
