//! The pages that a binary brings along: what browsers may keep and run, and who is answered with which page.

use super::{Heard, desk, desk_with};
use crate::end_to_end::Desk;
use reqwest::header::{HeaderMap, HeaderName};
use rust_embed::RustEmbed;
use server::{Ui, edge::AllowedOrigins};
use std::io::Read;
use store::Dialect;

/// A console and a widget as small as can be, embedded as the real ones are.
#[derive(RustEmbed)]
#[folder = "tests/end_to_end/edge/pages/console"]
struct Console;

#[derive(RustEmbed)]
#[folder = "tests/end_to_end/edge/pages/widget"]
struct Widget;

/// What was not built.
#[derive(RustEmbed)]
#[folder = "tests/end_to_end/edge/pages/nothing"]
#[allow_missing = true]
struct Nothing;

const SCRIPT: &str = "/assets/main-1a2b3c4d.js";
const BROTLI: &[u8] = include_bytes!("pages/console/assets/main-1a2b3c4d.js.br");
const WHOLE: &str = include_str!("pages/console/assets/main-1a2b3c4d.js");

async fn desk_with_pages() -> Desk {
    desk_with(Dialect::Sqlite, |config| config.ui = Ui::of::<Console, Widget>()).await
}

async fn desk_framed_by(origins: &str) -> Desk {
    desk_with(Dialect::Sqlite, |config| {
        config.ui = Ui::of::<Console, Widget>();
        config.edge.origins = AllowedOrigins::parse(origins).expect("origins");
    })
    .await
}

async fn get(desk: &Desk, path: &str, headers: &[(&'static str, &str)]) -> Heard {
    let pair = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), value.parse().expect("a value"))
    };
    let headers: HeaderMap = headers.iter().map(pair).collect();
    Heard::of(desk.http.get(desk.url(path)).headers(headers)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_of_the_console_is_its_page_and_no_other_is() {
    let desk = desk_with_pages().await;
    for path in ["/", "/sign-in", "/messages", "/messages/LW-7K3F9Q", "/settings/form/", "/index.html"] {
        let heard = get(&desk, path, &[("accept", "text/html")]).await;
        assert_eq!((heard.status, heard.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        assert!(heard.body.contains("The console of a test"), "{path}: {}", heard.body);
    }
    for path in [
        "/assets/main-of-yesterday.js",
        "/assets/",
        "/assets",
        "/nothing.js",
        "/favicon.ico",
        "/graphql/nothing",
        "/images/nothing/here",
        "/uploads",
        "/health/of/something",
        "/webhooks",
        "/widget/nothing",
        "/widget/assets/nothing.js",
    ] {
        let heard = get(&desk, path, &[("accept", "text/html")]).await;
        assert_eq!((heard.status, heard.body.as_str()), (404, ""), "{path}");
        assert_eq!(heard.header("cache-control"), "no-store", "{path}");
    }
    let posted = Heard::of(desk.http.post(desk.url("/messages"))).await;
    assert_eq!(posted.status, 404, "a page is read, not written to");
    let icon = get(&desk, "/icon.svg", &[]).await;
    assert_eq!((icon.status, icon.header("content-type")), (200, "image/svg+xml"));
    assert_eq!(icon.header("cache-control"), "no-cache");
    let answers = get(&desk, "/health", &[]).await;
    assert!(answers.body.contains("views"), "what is the API's stays the API's: {}", answers.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_has_a_nonce_for_its_styles_in_each_answer() {
    let desk = desk_with_pages().await;
    let nonce = async || {
        let heard = get(&desk, "/sign-in", &[("if-none-match", "*")]).await;
        assert_eq!(
            (heard.status, heard.header("etag")),
            (200, ""),
            "a page that was kept has a nonce of the past"
        );
        assert_eq!(heard.header("cache-control"), "no-cache");
        let policy = heard.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self';",
            "connect-src 'self';",
            "img-src 'self' blob: data:",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{part}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
        assert_eq!(nonce.len(), 32);
        assert!(heard.body.contains(&format!("<style nonce=\"{nonce}\">")), "{}", heard.body);
        assert!(heard.body.contains(&format!("content=\"{nonce}\"")) && !heard.body.contains("__CSP"));
        nonce.to_owned()
    };
    assert_ne!(nonce().await, nonce().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_with_a_name_says_it_for_sockets_too() {
    let desk = desk_with(Dialect::Sqlite, |config| {
        config.ui = Ui::of::<Console, Widget>();
        config.public_url = Some("https://desk.example.com".to_owned());
    })
    .await;
    for path in ["/", "/leave-message", "/embed", "/widget/try"] {
        let heard = get(&desk, path, &[]).await;
        let policy = heard.header("content-security-policy");
        assert!(policy.contains("connect-src 'self' wss://desk.example.com;"), "{path}: {policy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_named_by_its_hash_is_kept_for_good_and_sent_in_the_shortest_form() {
    let desk = desk_with_pages().await;
    let asset = get(&desk, SCRIPT, &[("accept-encoding", "gzip, deflate, br")]).await;
    assert_eq!(asset.header("content-encoding"), "br");
    assert_eq!(asset.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(asset.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(asset.header("vary"), "accept-encoding");
    assert_eq!(
        asset.header("cross-origin-resource-policy"),
        "same-origin",
        "the console's are nobody else's"
    );
    assert_eq!(asset.header("content-length"), BROTLI.len().to_string());

    let request = desk.http.get(desk.url(SCRIPT)).header("accept-encoding", "br;q=0, gzip");
    let response = request.send().await.expect("an answer");
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let mut text = String::new();
    let bytes = response.bytes().await.expect("bytes");
    flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).expect("gzip");
    assert_eq!(text, WHOLE);

    let plain = get(&desk, SCRIPT, &[]).await;
    assert_eq!((plain.header("content-encoding"), plain.body.as_str()), ("", WHOLE));
    let style = get(&desk, "/assets/main-1a2b3c4d.css", &[("accept-encoding", "br")]).await;
    assert_eq!((style.header("content-encoding"), style.body.as_str()), ("", "body { color: black }\n"));
    for form in [".br", ".gz"] {
        assert_eq!(
            get(&desk, &format!("{SCRIPT}{form}"), &[]).await.status,
            404,
            "a form is no file of its own"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_browser_knows_is_not_sent_again() {
    let desk = desk_with_pages().await;
    for path in
        [SCRIPT, "/icon.svg", "/widget.js", "/widget/assets/form-5e6f7a8b.js", "/embed", "/widget/try"]
    {
        let first = get(&desk, path, &[("accept-encoding", "br")]).await;
        let tag = first.header("etag");
        assert_eq!(first.status, 200, "{path}");
        assert!(tag.starts_with("W/\"") && tag.len() == 36, "{path}: {tag}");
        for known in [tag, tag.trim_start_matches("W/"), &format!("\"another\", {tag}"), "*"] {
            let again = get(&desk, path, &[("if-none-match", known)]).await;
            assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}: {known}");
            for header in
                ["etag", "cache-control", "vary", "content-security-policy", "cross-origin-resource-policy"]
            {
                assert_eq!(again.header(header), first.header(header), "{path}: {header}");
            }
        }
        assert_eq!(get(&desk, path, &[("if-none-match", "W/\"another\"")]).await.status, 200, "{path}");
        let head = Heard::of(desk.http.head(desk.url(path))).await;
        assert_eq!((head.status, head.header("etag"), head.body.as_str()), (200, tag, ""), "{path}");
        assert_ne!(head.header("content-length"), "0", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_site_may_load_the_widget_and_none_may_send_its_credentials() {
    let desk = desk_with_pages().await;
    let foreign = [("origin", "https://shop.example.com"), ("sec-fetch-site", "cross-site")];
    for (path, kept) in [
        ("/widget.js", "public, max-age=300"),
        ("/widget/assets/form-5e6f7a8b.js", "public, max-age=31536000, immutable"),
    ] {
        let heard = get(&desk, path, &foreign).await;
        assert_eq!((heard.status, heard.header("cache-control")), (200, kept), "{path}");
        assert_eq!(heard.header("content-type"), "text/javascript; charset=utf-8", "{path}");
        assert_eq!(heard.header("cross-origin-resource-policy"), "cross-origin", "{path}");
        assert_eq!(heard.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(heard.header("access-control-allow-credentials"), "", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_page_that_is_made_for_frames_may_be_framed_and_only_by_listed_sites() {
    for (origins, framing) in [
        ("", "frame-ancestors 'self'"),
        (
            "https://shop.example.com, https://www.example.com",
            "frame-ancestors 'self' https://shop.example.com https://www.example.com",
        ),
        ("*", "frame-ancestors *"),
    ] {
        let desk = desk_framed_by(origins).await;
        let policy = async |path: &str| {
            let heard = get(&desk, path, &[]).await;
            assert_eq!((heard.status, heard.header("cache-control")), (200, "no-cache"), "{path}");
            let policy = heard.header("content-security-policy").to_owned();
            for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"]
            {
                assert!(policy.contains(part), "{path}: {policy}");
            }
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            policy
        };
        let embed = policy("/embed").await;
        assert!(embed.ends_with(framing), "{origins:?}: {embed}");
        for path in ["/leave-message", "/widget/try", "/"] {
            let own = policy(path).await;
            assert!(own.ends_with("frame-ancestors 'none'"), "{origins:?}, {path}: {own}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_pages_people_read_what_this_is_and_programs_that_there_are_none() {
    let desk = desk().await;
    let told = get(&desk, "/", &[("accept", "application/json")]).await;
    assert_eq!((told.status, told.body.as_str()), (200, r#"{"ui":"absent"}"#));
    for accept in ["*/*", "text/html,application/xhtml+xml,application/json;q=0.9"] {
        let told = get(&desk, "/", &[("accept", accept)]).await;
        assert!(told.body.contains("POST /graphql") && told.body.contains("cargo xtask ui"), "{}", told.body);
    }
    let script = get(&desk, "/widget.js", &[("origin", "https://shop.example.com")]).await;
    assert_eq!((script.status, script.header("content-type")), (503, "text/javascript; charset=utf-8"));
    assert!(script.body.starts_with("console.warn(\"Leaveword"), "{}", script.body);
    assert_eq!(script.header("cross-origin-resource-policy"), "cross-origin");
    assert_eq!(script.header("cache-control"), "no-store");
    for path in ["/messages", "/leave-message", "/embed", "/assets/main-1a2b3c4d.js"] {
        assert_eq!(get(&desk, path, &[]).await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_half_is_served_without_the_other() {
    let desk = desk_with(Dialect::Sqlite, |config| config.ui = Ui::of::<Nothing, Widget>()).await;
    assert!(get(&desk, "/sign-in", &[]).await.body.contains("/sign-in.js"), "the server's own page");
    assert_eq!(get(&desk, "/widget.js", &[]).await.status, 200);
    let desk = desk_with(Dialect::Sqlite, |config| config.ui = Ui::of::<Console, Nothing>()).await;
    assert!(get(&desk, "/sign-in", &[]).await.body.contains("The console of a test"));
    assert_eq!(get(&desk, "/widget.js", &[]).await.status, 503);
    for path in ["/embed", "/leave-message", "/sign-in.js"] {
        assert_eq!(get(&desk, path, &[]).await.status, 404, "{path}");
    }
}

/// What is in this build, whatever that is: `cargo xtask test` builds the pages before, so there they are.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_embedded_is_whole() {
    let desk = desk_with(Dialect::Sqlite, |config| config.ui = Ui::embedded()).await;
    let home = get(&desk, "/", &[("accept", "text/html")]).await;
    assert_eq!(home.status, 200);
    if !Ui::embedded().has_console() {
        assert!(home.body.contains("cargo xtask ui"), "{}", home.body);
        return;
    }
    let named = ["src=\"", "href=\""].into_iter().flat_map(|before| home.body.split(before).skip(1));
    let own = named.filter_map(|rest| rest.split('"').next()).filter(|path| path.starts_with('/'));
    let own: Vec<_> = own.collect();
    assert!(own.iter().any(|path| path.starts_with("/assets/") && path.contains(".js")), "{}", home.body);
    for path in own {
        let file = get(&desk, path, &[("accept-encoding", "br, gzip")]).await;
        assert_eq!(file.status, 200, "{path}, which the page names");
        assert!(!file.header("content-type").starts_with("text/html"), "{path}");
    }
}
