//! What every answer says to browsers.

use super::{Heard, ask_with, desk, desk_with, submission};
use crate::end_to_end::Desk;
use serde_json::json;
use store::Dialect;

/// One answer of each kind, errors included.
async fn answers(desk: &Desk) -> Vec<(&'static str, Heard)> {
    let get = async |path: &str| Heard::of(desk.http.get(desk.url(path))).await;
    vec![
        ("an answer", ask_with(desk, &[], &submission()).await),
        ("a refused document", ask_with(desk, &[], &json!({"query": "{"})).await),
        ("401", ask_with(desk, &[], &json!({"query": "{ messages { totalCount } }"})).await),
        ("403", ask_with(desk, &[("origin", "https://evil.example")], &submission()).await),
        ("405", get("/graphql").await),
        ("406", ask_with(desk, &[("accept", "text/html")], &submission()).await),
        ("413", ask_with(desk, &[], &json!({"query": " ".repeat(17_000)})).await),
        ("415", ask_with(desk, &[("content-type", "text/plain")], &submission()).await),
        ("health", get("/health").await),
        ("nothing", get("/nothing/here").await),
        ("/sign-in", get("/sign-in").await),
        ("/sign-in.js", get("/sign-in.js").await),
        ("/sign-in.css", get("/sign-in.css").await),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_framed_by_nobody_sniffed_by_nobody_and_kept_by_nobody() {
    for (what, heard) in answers(&desk().await).await {
        let policy = heard.header("content-security-policy");
        for part in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action"] {
            assert!(policy.contains(part), "{what}: {policy}");
        }
        assert!(
            !policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"),
            "{what}: {policy}"
        );
        let runs_scripts = policy.contains("script-src");
        assert_eq!(
            runs_scripts,
            what.starts_with("/sign-in"),
            "{what}: only a page of ours runs scripts of ours"
        );
        assert_eq!(heard.header("x-content-type-options"), "nosniff", "{what}");
        assert_eq!(heard.header("referrer-policy"), "no-referrer", "{what}");
        assert_eq!(heard.header("cross-origin-opener-policy"), "same-origin", "{what}");
        assert_eq!(heard.header("cross-origin-resource-policy"), "same-origin", "{what}");
        assert_eq!(heard.header("cache-control"), "no-store", "{what}");
        assert!(heard.header("permissions-policy").contains("camera=()"), "{what}");
        assert_eq!(heard.header("strict-transport-security"), "", "{what}: nobody said that this is https");
        assert_eq!(heard.header("server"), "", "{what}");
        assert_eq!(heard.header("x-request-id").len(), 36, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_reached_by_https_says_so_for_a_year() {
    let desk =
        desk_with(Dialect::Sqlite, |config| config.public_url = Some("https://desk.example.com".to_owned()))
            .await;
    for (what, heard) in answers(&desk).await {
        assert_eq!(heard.header("strict-transport-security"), "max-age=31536000", "{what}");
    }
    let desk =
        desk_with(Dialect::Sqlite, |config| config.public_url = Some("http://desk.example.com".to_owned()))
            .await;
    for (what, heard) in answers(&desk).await {
        assert_eq!(heard.header("strict-transport-security"), "", "{what}");
    }
}
