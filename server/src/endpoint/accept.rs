//! In which form an answer is wanted, and in which a request came.

use axum::http::{HeaderMap, HeaderValue, header};

/// The forms of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status says whether the request was any good.
    GraphQl,
    /// `application/json`: whoever asks for it looks at the body, and is told 200 for every request that could be read.
    Json,
    /// Whoever takes anything: called `application/json`, which everything reads, and with a status that says something.
    Any,
}

impl MediaType {
    /// As it stands in `Content-Type`.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json | Self::Any => "application/json; charset=utf-8",
        })
    }
}

const GRAPHQL: &str = "graphql-response+json";
const JSON: &str = "json";

/// How much a form is wanted: its weight in thousandths, and how exactly it was named.
type Wanted = (u32, u8);

/// Named as it is, by no wildcard.
const NAMED: u8 = 3;

/// The form that is wanted most; `None`: neither is.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<MediaType> {
    let mut values = headers.get_all(header::ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return Some(MediaType::Any);
    }
    let ranges: Vec<(String, u32)> = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(range)
        .collect();
    match (wanted(&ranges, GRAPHQL), wanted(&ranges, JSON)) {
        ((0, _), (0, _)) => None,
        (first, second) if first == second && first.1 < NAMED => Some(MediaType::Any),
        (first, second) if first >= second => Some(MediaType::GraphQl),
        _ => Some(MediaType::Json),
    }
}

/// The most exact range decides (RFC 9110, 12.5.1).
fn wanted(ranges: &[(String, u32)], wanted: &str) -> Wanted {
    let exactness = |name: &str| match name.split_once('/') {
        Some(("*", "*")) => Some(1),
        Some(("application", "*")) => Some(2),
        Some(("application", subtype)) if subtype == wanted => Some(NAMED),
        _ => None,
    };
    let matching = ranges.iter().filter_map(|(name, weight)| Some((exactness(name)?, *weight)));
    matching.max().map_or((0, 0), |(exactness, weight)| (weight, exactness))
}

/// A media range without its parameters, and its weight.
fn range(text: &str) -> (String, u32) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| thousandths(value.trim()))
    });
    (name, weight.unwrap_or(1_000))
}

/// `0.5` as 500; what is no weight is none.
fn thousandths(text: &str) -> u32 {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let thousandths = format!("{rest:0<3}").get(..3).and_then(|rest| rest.parse::<u32>().ok());
    match (whole, thousandths) {
        ("1", _) => 1_000,
        ("0", Some(thousandths)) => thousandths,
        _ => 0,
    }
}

/// Did the request come as JSON, in UTF-8?
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = given.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    is_json && charset.is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(accept: &[&str]) -> Option<MediaType> {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(header::ACCEPT, value.parse().expect("a value"));
        }
        negotiate(&headers)
    }

    #[test]
    fn the_form_that_is_wanted_most_is_given() {
        use MediaType::{Any, GraphQl, Json};
        for (accept, expected) in [
            (vec![], Some(Any)),
            (vec!["*/*"], Some(Any)),
            (vec!["application/*;q=0.8"], Some(Any)),
            (vec!["application/graphql-response+json"], Some(GraphQl)),
            (vec!["application/json"], Some(Json)),
            (vec!["APPLICATION/JSON; charset=utf-8"], Some(Json)),
            (vec!["application/graphql-response+json, application/json"], Some(GraphQl)),
            (vec!["application/json, application/graphql-response+json"], Some(GraphQl)),
            (vec!["application/graphql-response+json;q=0.5, application/json;q=0.9"], Some(Json)),
            (vec!["application/json, text/plain, */*"], Some(Json)),
            (vec!["application/graphql-response+json;q=0, */*"], Some(Json)),
            (vec!["text/html", "application/json;q=0.001"], Some(Json)),
            (vec!["text/html"], None),
            (vec!["application/json;q=0"], None),
            (vec![""], None),
        ] {
            assert_eq!(asked(&accept), expected, "{accept:?}");
        }
    }

    #[test]
    fn a_request_comes_as_json_in_utf_8() {
        for (kind, expected) in [
            ("application/json", true),
            ("Application/JSON; Charset=\"UTF-8\"", true),
            ("application/json; charset=gbk", false),
            ("application/graphql", false),
            ("application/json-patch+json", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().expect("a value"))]);
            assert_eq!(is_json(&headers), expected, "{kind}");
        }
    }
}
