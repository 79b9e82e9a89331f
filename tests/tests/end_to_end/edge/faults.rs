//! What is told of a fault of ours (case 12): that it is one, and by which id it is found.

use super::{ask_with, desk};
use serde_json::json;
use store::{Dialect, on_both_databases};

use crate::end_to_end::Desk;

on_both_databases!(a_table_that_is_gone_is_told_by_a_trace_id_and_by_nothing_of_the_database);

/// What nobody outside is to read.
const INSIDE: [&str; 11] = [
    "select",
    "insert",
    "message_",
    "visitor_",
    "sqlx",
    "sqlite",
    "postgres",
    "no such table",
    "relation ",
    ".rs:",
    "panicked",
];

async fn a_table_that_is_gone_is_told_by_a_trace_id_and_by_nothing_of_the_database(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let store = desk.database.open(desk.clock.clone()).await;
    for (side, table) in [(&store.database().views, "message_tags_2"), (&store.database().log, "accounts")] {
        side.execute(&format!("ALTER TABLE {table} RENAME TO elsewhere_{table}"), &[]).await.expect("gone");
    }
    store.close().await;
    for (token, query) in [
        (Some(staff.as_str()), "{ members { totalCount } }"),
        (None, "mutation { signIn(input: {email: \"admin@localhost\", password: \"x\"}) { token } }"),
    ] {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<_> = bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
        let heard = ask_with(&desk, &headers, &json!({"query": query})).await;
        let told = heard.json();
        let error = &told["errors"][0];
        assert!(["INTERNAL", "UNAVAILABLE"].contains(&heard.code().as_str()), "{}", heard.body);
        assert!([500, 503].contains(&heard.status), "{}", heard.status);
        if heard.code() == "INTERNAL" {
            assert_eq!(error["extensions"]["traceId"], heard.header("x-request-id"));
        }
        let said = heard.body.to_lowercase();
        for word in INSIDE {
            assert!(!said.contains(word), "{word}: {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_nobody_can_say_who_asks_that_is_told_as_a_fault_that_passes() {
    let desk = desk().await;
    let staff = desk.administrator().await;
    let store = desk.database.open(desk.clock.clone()).await;
    store.database().log.execute("ALTER TABLE sessions RENAME TO elsewhere", &[]).await.expect("gone");
    store.close().await;
    let heard = ask_with(
        &desk,
        &[("authorization", &format!("Bearer {staff}"))],
        &json!({"query": "{ desk { name } }"}),
    )
    .await;
    assert_eq!((heard.status, heard.code().as_str()), (503, "UNAVAILABLE"));
    assert_eq!(heard.header("retry-after"), "1");
    assert!(INSIDE.iter().all(|word| !heard.body.to_lowercase().contains(word)), "{}", heard.body);
}
