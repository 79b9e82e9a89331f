//! Figures over HTTP: a day at the desk, told by every clock, group and interval, to those who may know.

use super::Desk;
use serde_json::{Value, json};
use std::time::Duration;
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(
    a_day_at_the_desk_is_told_in_figures,
    figures_per_member_can_be_switched_off,
    what_cannot_be_told_is_refused_with_a_reason,
);

const FIGURES: &str = "query($from: Date!, $until: Date!, $filter: MessageFilter) {
  statistics(range: {from: $from, until: $until}, filter: $filter) {
    asOfPosition calendar figuresPerMember range { from until timeZone }
    submitted replied closed backlog met missed withinTarget handlingRateFlow handlingRateCohort
    firstResponse { count mean p50 p90 } firstResponseRestarted { count } reply { count } handling { count mean }
    satisfaction { mean count responseRate distribution } quality { criterion mean count member { name } }
    trend(interval: DAY) { from until figures { submitted } }
    byCategory { key name submittedBefore growth figures { submitted } }
    byMember { name figures { replied } }
    byTag { key } byTeam { key }
    firstResponseDifferences { count messages { messageId version1 version2 } }
  }
}";

/// The day of the test's clock, and the day after, in Shanghai.
fn today(desk: &Desk) -> Value {
    let now = desk.clock.now() + chrono::TimeDelta::hours(8);
    let (from, until) = (now.date_naive(), now.date_naive().succ_opt().expect("a day"));
    json!({"from": from.to_string(), "until": until.to_string()})
}

/// The figures once they have come as far as the log.
async fn figures(desk: &Desk, token: &str) -> Value {
    let variables = today(desk);
    let ask =
        || async { desk.ask(Some(token), FIGURES, variables.clone()).await.data()["statistics"].clone() };
    let head = "{ log(first: 1) { edges { node { position } } } logHead { position } }";
    let head = desk.ask(Some(token), head, json!({})).await.data()["logHead"]["position"].clone();
    let head: i64 = head.as_str().expect("a position").parse().expect("a number");
    let position =
        |told: &Value| told["asOfPosition"].as_str().expect("a position").parse::<i64>().expect("one");
    soon("the figures have come so far", || async { position(&ask().await) >= head }).await;
    ask().await
}

async fn act(desk: &Desk, token: &str, document: &str, id: &str) {
    let answer = desk.ask(Some(token), document, json!({"id": id})).await.data();
    let payload = answer.as_object().expect("an object").values().next().expect("a payload");
    assert_eq!(payload["userErrors"], json!([]), "{answer}");
}

const REPLY: &str = "mutation($id: ID!) { replyToMessage(input: {messageId: $id, content: \"好的\"}) { userErrors { code } } }";
const CLOSE: &str = "mutation($id: ID!) { closeMessage(input: {messageId: $id}) { userErrors { code } } }";
const RATE: &str =
    "mutation($id: ID!) { rateMessage(input: {messageId: $id, rating: 5}) { userErrors { code } } }";
const SORT: &str = "mutation($id: ID!) { categorizeMessage(input: {messageId: $id, categoryId: \"complaint\"}) { userErrors { code } } }";

async fn a_day_at_the_desk_is_told_in_figures(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let (visitor, first) = desk.submit().await;
    let (_, second) = desk.submit().await;
    act(&desk, &staff, SORT, &first).await;
    desk.clock.advance(Duration::from_secs(600));
    act(&desk, &staff, REPLY, &first).await;
    act(&desk, &visitor, RATE, &first).await;
    desk.clock.advance(Duration::from_secs(600));
    act(&desk, &staff, CLOSE, &second).await;
    let told = figures(&desk, &staff).await;
    let counts = ["submitted", "replied", "closed", "met", "missed"].map(|name| told[name].as_i64());
    assert_eq!(counts, [2, 1, 1, 2, 0].map(Some), "{told}");
    assert_eq!(told["firstResponse"], json!({"count": 1, "mean": 600.0, "p50": 600, "p90": 600}));
    assert_eq!(told["handling"], json!({"count": 1, "mean": 1200.0}));
    assert_eq!(told["withinTarget"], 1.0);
    assert_eq!([&told["handlingRateFlow"], &told["handlingRateCohort"]], [0.5, 0.5]);
    let rated = json!({"mean": 5.0, "count": 1, "responseRate": 1.0, "distribution": [0, 0, 0, 0, 1]});
    assert_eq!(told["satisfaction"], rated);
    assert_eq!(told["trend"].as_array().expect("a series").len(), 1);
    assert_eq!(told["trend"][0]["figures"]["submitted"], 2);
    let complaint = &told["byCategory"][0];
    assert_eq!((&complaint["key"], &complaint["growth"]), (&json!("complaint"), &Value::Null));
    assert_eq!(told["byMember"], json!([{"name": "Admin", "figures": {"replied": 1}}]));
    assert_eq!(told["firstResponseDifferences"]["count"], 0);
    // Equal questions get equal answers, byte for byte.
    let again = || async { desk.ask(Some(&staff), FIGURES, today(&desk)).await.body };
    assert_eq!(again().await, again().await);
    // A filter that takes in one of them.
    let mut variables = today(&desk);
    variables["filter"] = json!({"categoryId": ["complaint"]});
    let complaints = desk.ask(Some(&staff), FIGURES, variables).await.data();
    assert_eq!(complaints["statistics"]["submitted"], 1);
    // What a message adds, and the events that it comes of.
    let explain = "query($id: ID!) { explain(messageId: $id) { facts { metric version kind counts wallClockSeconds deskSeconds \
                   member { name } events { sequence type } } } }";
    let explained = desk.ask(Some(&staff), explain, json!({"id": first})).await.data();
    let facts = explained["explain"]["facts"].as_array().expect("facts").clone();
    let answered = facts.iter().find(|fact| fact["metric"] == "first_response_time").expect("one");
    assert_eq!([&answered["wallClockSeconds"], &answered["deskSeconds"]], [600, 600]);
    let types: Vec<_> = answered["events"].as_array().expect("events").iter().map(|e| &e["type"]).collect();
    assert_eq!(types, ["MessageSubmitted", "MessageReplied"]);
    // The backlog at every position.
    let backlog = "query($position: LogPosition!) { backlogAt(asOf: {position: $position}) }";
    let head: i64 = told["asOfPosition"].as_str().expect("one").parse().expect("a number");
    let mut backlogs = vec![];
    for position in 1..=head {
        let told = desk.ask(Some(&staff), backlog, json!({"position": position.to_string()})).await.data();
        backlogs.push(told["backlogAt"].as_i64().expect("a number"));
    }
    backlogs.dedup();
    assert_eq!(backlogs, [0, 1, 2, 1, 0]);
    let definitions =
        desk.ask(Some(&staff), "{ metrics { name version starts stops placed } }", json!({})).await;
    assert_eq!(definitions.data()["metrics"].as_array().expect("a list").len(), 16);
}

async fn figures_per_member_can_be_switched_off(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let (_, id) = desk.submit().await;
    act(&desk, &staff, REPLY, &id).await;
    let off = "mutation { reviseDesk(input: {figuresPerMember: false}) { userErrors { code } } }";
    assert_eq!(desk.ask(Some(&staff), off, json!({})).await.data()["reviseDesk"]["userErrors"], json!([]));
    let told = figures(&desk, &staff).await;
    assert_eq!((&told["figuresPerMember"], &told["byMember"]), (&json!(false), &json!([])));
    assert_eq!(told["replied"], 1, "of the desk they are told");
    let explain = "query($id: ID!) { explain(messageId: $id) { facts { metric member { name } } } }";
    let explained = desk.ask(Some(&staff), explain, json!({"id": id})).await.data();
    let facts = explained["explain"]["facts"].as_array().expect("facts").clone();
    assert!(facts.len() > 2 && facts.iter().all(|fact| fact["member"].is_null()), "{facts:?}");
}

async fn what_cannot_be_told_is_refused_with_a_reason(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let ask = |range: &str, more: &str, selection: &str| {
        format!("{{ statistics(range: {{{range}}}{more}) {{ {selection} }} }}")
    };
    let week = r#"from: "2026-11-01", until: "2026-11-08""#;
    for (document, reason) in [
        (ask(r#"from: "2026-11-08", until: "2026-11-08""#, "", "submitted"), "a range ends after it begins"),
        (ask(r#"from: "2020-01-01", until: "2026-11-08""#, "", "submitted"), "1,280 days"),
        (ask(week, ", filter: {spam: true}", "submitted"), "cannot be filtered by spam"),
        (ask(week, ", filter: {archived: true}", "submitted"), "cannot be filtered by archived"),
        (ask(week, ", filter: {search: \"退款\"}", "submitted"), "cannot be filtered by search"),
        (
            ask(r#"from: "2026-01-01", until: "2026-11-08""#, "", "trend(interval: HOUR) { from }"),
            "at most 1100 points",
        ),
        (ask(week, "", "firstResponseDifferences(first: 101) { count }"), "first is from 1 to 100"),
        (r#"{ backlogAt(asOf: {position: "99999"}) }"#.to_owned(), "the log has come to"),
    ] {
        let answer = desk.ask(Some(&staff), &document, json!({})).await;
        assert_eq!(answer.code(), "BAD_REQUEST", "{document}");
        assert!(answer.body.contains(reason), "{document}: {}", answer.body);
    }
    let (visitor, _) = desk.submit().await;
    assert_eq!(desk.ask(Some(&visitor), &ask(week, "", "submitted"), json!({})).await.code(), "FORBIDDEN");
    assert_eq!(desk.ask(None, &ask(week, "", "submitted"), json!({})).await.code(), "UNAUTHENTICATED");
    let absent = r#"{ explain(messageId: "0f0e7a52-0b7e-4f0d-9c1a-1f2d3c4b5a69") { facts { metric } } }"#;
    assert_eq!(desk.ask(Some(&staff), absent, json!({})).await.data()["explain"], Value::Null);
}
