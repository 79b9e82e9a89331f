//! What HTTP lets in, and what it does not.

use super::{Desk, SUBMIT, input};
use serde_json::{Value, json};
use store::{Dialect, testing::soon};

/// One database is enough here: nothing of this reaches it.
async fn desk() -> Desk {
    Desk::start(Dialect::Sqlite).await
}

async fn messages(desk: &Desk) -> Value {
    let staff = desk.administrator().await;
    desk.ask(Some(&staff), "{ messages { totalCount } }", json!({})).await.data()["messages"]["totalCount"]
        .clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_runs_by_post_of_json_alone() {
    let desk = desk().await;
    let body = json!({"query": SUBMIT, "variables": {"input": input()}}).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        let request = desk.http.post(desk.url("/graphql")).header("content-type", kind).body(body.clone());
        assert_eq!(request.send().await.expect("an answer").status(), 415, "{kind}");
    }
    let get = desk.http.get(desk.url("/graphql?query=mutation{signOut}")).send().await.expect("an answer");
    assert_eq!((get.status().as_u16(), get.headers()["allow"].to_str().ok()), (405, Some("POST")));
    assert_eq!(messages(&desk).await, 0, "nothing was left by any of them");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_one_request_is_refused() {
    let desk = desk().await;
    for body in ["", "{", "[]", r#"[{"query":"{ desk { name } }"}]"#, r#"{"query":1}"#, "null"] {
        let request =
            desk.http.post(desk.url("/graphql")).header("content-type", "application/json").body(body);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 400, "{body}");
        let answer: Value = answer.json().await.expect("JSON");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_and_documents_have_a_limit() {
    let desk = desk().await;
    // A client of its own: the server hangs up on whoever sends too much.
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
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
async fn a_document_too_deep_or_too_wide_is_refused() {
    let desk = desk().await;
    let staff = desk.administrator().await;
    let deep = format!(
        "{{ messages {{ edges {{ node {{ {} id {} }} }} }} }}",
        "relatedTo { ".repeat(20),
        "}".repeat(20)
    );
    assert_eq!(desk.ask(Some(&staff), &deep, json!({})).await.code(), "BAD_REQUEST");
    let aliases: Vec<String> = (0..1_100).map(|n| format!("a{n}: name")).collect();
    let wide = format!("{{ desk {{ {} }} }}", aliases.join(" "));
    assert_eq!(desk.ask(None, &wide, json!({})).await.code(), "BAD_REQUEST");
    assert_eq!(desk.ask(None, "{ desk { nome } }", json!({})).await.code(), "BAD_REQUEST");
}

#[tokio::test(flavor = "multi_thread")]
async fn fragments_that_double_are_refused_before_anything_walks_them() {
    let desk = desk().await;
    let doubling: Vec<String> =
        (0..24).map(|n| format!("fragment F{n} on Query {{ ...F{m} ...F{m} }}", m = n + 1)).collect();
    let bomb = format!("{{ ...F0 }} {} fragment F24 on Query {{ __typename }}", doubling.join(" "));
    let answer = desk.ask(None, &bomb, json!({})).await;
    assert_eq!(answer.code(), "BAD_REQUEST");
    assert!(answer.body.contains("more than 2000 fields"), "{}", answer.body);
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
    database.views.execute("DROP TABLE message_entries", &[]).await.expect("broken");
    desk.submit().await;
    soon("the broken view is named", || async {
        let (status, report) = health().await;
        let broken = report["views"][1].clone();
        status == 503 && broken["name"] == "message_entries" && broken["error"].is_string()
    })
    .await;
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
