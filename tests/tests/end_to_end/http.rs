//! What HTTP lets in, and what it does not.

use super::Desk;
use serde_json::{Value, json};
use store::{Dialect, testing::soon};

/// One database is enough here: nothing of this reaches it.
async fn desk() -> Desk {
    Desk::start(Dialect::Sqlite).await
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_and_documents_have_a_limit() {
    let desk = desk().await;
    // A client of its own: the server hangs up on whoever sends too much.
    let client = crate::http::client().no_proxy().build().expect("a client");
    let request = client.post(desk.url("/graphql")).header("content-type", "application/json");
    let answer = request.body(" ".repeat(300 * 1024 + 1)).send().await.expect("an answer");
    assert_eq!(answer.status(), 413);
    let long = format!("{{ desk {{ name }} }}{}", " ".repeat(16 * 1024));
    assert_eq!(desk.ask(None, &long, json!({})).await.status, 413);
    let reply = "𠮷".repeat(20_000);
    let longest =
        "mutation($c: String!) { replyToMessage(input: {messageId: \"x\", content: $c}) { receipt { id } } }";
    assert_eq!(
        desk.ask(None, longest, json!({"c": reply})).await.code(),
        "UNAUTHENTICATED",
        "the longest reply fits"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_a_request_id_of_our_own() {
    let desk = desk().await;
    let request = desk.http.get(desk.url("/health")).header("x-request-id", "theirs");
    let answer = request.send().await.expect("an answer");
    let id = answer.headers()["x-request-id"].to_str().expect("text").to_owned();
    assert_eq!(id.len(), 36, "{id}");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_how_far_each_view_is_and_what_stands_still() {
    let desk = desk().await;
    desk.submit().await;
    let health = || async {
        let answer = desk.http.get(desk.url("/health")).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    soon("every view is up to date", || async {
        let (status, report) = health().await;
        let views = report["views"].as_array().expect("views").clone();
        status == 200 && views.len() == projections::VIEWS.len() && views.iter().all(|view| view["lag"] == 0)
    })
    .await;
    let url = store::DatabaseUrl::Sqlite(desk.database.directory.join("data"));
    let database = store::Database::open(&url).await.expect("opens");
    database.views.execute("DROP TABLE message_entries_3", &[]).await.expect("broken");
    desk.submit().await;
    soon("the broken view is named", || async {
        let (status, report) = health().await;
        let broken = report["views"][1].clone();
        status == 503 && broken["name"] == "message_entries" && broken["error"].is_string()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_opens_the_address_is_told_what_this_is_and_where_the_api_is() {
    let desk = desk().await;
    let page = desk.http.get(desk.url("/")).send().await.expect("an answer");
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-type"].to_str().is_ok_and(|kind| kind.starts_with("text/plain")));
    let told = page.text().await.expect("text");
    assert!(told.contains("POST /graphql") && told.contains("留言台"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_in_page_is_served_and_nobody_may_frame_it() {
    let desk = desk().await;
    let page = desk.http.get(desk.url("/sign-in")).send().await.expect("an answer");
    let policy = page.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.contains("frame-ancestors 'none'"));
    assert!(page.text().await.expect("text").contains("/sign-in.js"));
    for (path, kind) in [("/sign-in.js", "text/javascript"), ("/sign-in.css", "text/css")] {
        let asset = desk.http.get(desk.url(path)).send().await.expect("an answer");
        assert!(
            asset.headers()["content-type"].to_str().is_ok_and(|given| given.starts_with(kind)),
            "{path}"
        );
    }
}
