//! npm's `graphql-ws` as a client: installed as `tests/web/graphql-ws/package-lock.json` says. Without Node the test fails.

use super::super::{Desk, npm};
use serde_json::{Value, json};
use store::Dialect;

#[tokio::test(flavor = "multi_thread")]
async fn graphql_ws_resumes_after_each_change_and_is_refused_by_the_protocols_codes() {
    let desk = Desk::start(Dialect::Sqlite).await;
    let staff = desk.administrator().await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(desk.submit().await.1);
    }
    let url = desk.url("/graphql/ws").replace("http", "ws");
    let variables =
        [("LEAVEWORD_URL", url.as_str()), ("LEAVEWORD_TOKEN", &staff), ("LEAVEWORD_CHANGES", "4")];
    let said = npm::run("web/graphql-ws", "resume.mjs", &variables);
    let mut lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let refused = lines.pop().expect("a last line");
    let told: Vec<&str> = lines.iter().filter_map(|change| change["messageId"].as_str()).collect();
    assert_eq!(told, ids);
    assert_eq!(refused, json!(["BAD_REQUEST", 4403, "UNAUTHENTICATED"]));
}
