//! Whose pages may ask (case 4).

use super::{Heard, ask_with, desk, desk_with, submission, submitted};
use crate::end_to_end::Desk;
use domain::access::Role;
use reqwest::Method;
use serde_json::json;
use server::edge::AllowedOrigins;
use store::Dialect;

const SHOP: &str = "https://shop.example.com";

async fn with_the_shop() -> Desk {
    desk_with(Dialect::Sqlite, |config| {
        config.public_url = Some("https://desk.example.com".to_owned());
        config.edge.origins =
            AllowedOrigins::parse(&format!("https://www.example.com,{SHOP}")).expect("origins");
    })
    .await
}

async fn preflight(desk: &Desk, origin: &str) -> Heard {
    let request = desk.http.request(Method::OPTIONS, desk.url("/graphql")).header("origin", origin);
    Heard::of(
        request
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type"),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_nobody_has_listed_is_refused_whatever_it_sends_along() {
    let desk = desk().await;
    let staff = desk.member(Role::Admin).await;
    let bearer = format!("Bearer {staff}");
    for headers in [
        vec![("origin", "https://evil.example")],
        vec![("origin", "https://evil.example"), ("authorization", bearer.as_str())],
        vec![("origin", "https://evil.example"), ("cookie", "sid=x; __Host-sid=x")],
        vec![("origin", "null")],
        vec![("origin", "http://localhost:1")],
        vec![("sec-fetch-site", "cross-site")],
    ] {
        let heard = ask_with(&desk, &headers, &submission()).await;
        assert_eq!((heard.status, heard.code().as_str()), (403, "FORBIDDEN"), "{headers:?}");
        assert_eq!(
            heard.header("access-control-allow-origin"),
            "",
            "no origin is told that it may read this"
        );
    }
    assert_eq!(preflight(&desk, "https://evil.example").await.status, 403);
    assert_eq!(submitted(&desk).await, 0);
    // Our own page, and whoever is no page at all.
    let own = desk.url("");
    for headers in [
        vec![("origin", own.as_str()), ("sec-fetch-site", "same-origin")],
        vec![],
        vec![("sec-fetch-site", "none")],
    ] {
        assert_eq!(ask_with(&desk, &headers, &submission()).await.status, 200, "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_brings_nobody_in() {
    let desk = desk().await;
    let staff = desk.member(Role::Admin).await;
    let cookie = format!("sid={staff}; __Host-sid={staff}; session={staff}; token={staff}");
    let heard =
        ask_with(&desk, &[("cookie", &cookie)], &json!({"query": "{ messages { totalCount } }"})).await;
    assert_eq!((heard.status, heard.code().as_str()), (401, "UNAUTHENTICATED"));
    assert_eq!(heard.header("set-cookie"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_page_may_ask_and_read_and_never_with_credentials_of_the_browsers() {
    let desk = with_the_shop().await;
    let before = preflight(&desk, SHOP).await;
    assert_eq!((before.status, before.header("access-control-allow-origin")), (204, SHOP));
    assert_eq!(before.header("access-control-allow-methods"), "POST, PUT");
    for name in ["authorization", "content-type", "accept-language"] {
        assert!(before.header("access-control-allow-headers").contains(name), "{name}");
    }
    let heard = ask_with(&desk, &[("origin", SHOP)], &submission()).await;
    assert_eq!((heard.status, heard.header("access-control-allow-origin")), (200, SHOP));
    assert!(heard.header("access-control-expose-headers").contains("retry-after"));
    // Also what is refused may be read, or a page could not say why.
    let refused = ask_with(&desk, &[("origin", SHOP)], &json!([])).await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (400, SHOP));
    for heard in [&before, &heard, &refused] {
        assert_eq!(heard.header("access-control-allow-credentials"), "");
        assert!(heard.headers.get_all("vary").iter().any(|vary| vary == "origin"));
    }
    for origin in [
        "https://shop.example.com.evil.example",
        "http://shop.example.com",
        "https://SHOP.example.com",
        "https://shop.example.com:8443",
    ] {
        let heard = ask_with(&desk, &[("origin", origin)], &submission()).await;
        assert_eq!((heard.status, heard.header("access-control-allow-origin")), (403, ""), "{origin}");
        assert_eq!(preflight(&desk, origin).await.status, 403, "{origin}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_members_session_is_not_taken_from_another_origin_than_our_own() {
    let desk = with_the_shop().await;
    let staff = format!("Bearer {}", desk.member(Role::Agent).await);
    let asked = json!({"query": "{ viewer { id } }"});
    let from =
        async |origin: &str| ask_with(&desk, &[("origin", origin), ("authorization", &staff)], &asked).await;
    let heard = from(SHOP).await;
    assert_eq!((heard.status, heard.code().as_str()), (403, "FORBIDDEN"));
    assert_eq!(from("https://desk.example.com").await.status, 200);
    // A visitor's token is what listed pages are for.
    let visitor = format!("Bearer {}", desk.submit().await.0);
    let heard = ask_with(
        &desk,
        &[("origin", SHOP), ("authorization", &visitor)],
        &json!({"query": "{ visitor { id } }"}),
    )
    .await;
    assert_eq!(heard.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_star_every_page_may_ask_and_none_is_told_its_own_name() {
    let desk =
        desk_with(Dialect::Sqlite, |config| config.edge.origins = AllowedOrigins::parse("*").expect("all"))
            .await;
    let heard = ask_with(&desk, &[("origin", "https://any.example")], &submission()).await;
    assert_eq!((heard.status, heard.header("access-control-allow-origin")), (200, "*"));
    assert_eq!(preflight(&desk, "https://any.example").await.header("access-control-allow-origin"), "*");
}
