//! Figures over HTTP: a day at the desk, told by every clock, group and interval, to those who may know.

use super::Desk;
use domain::access::Role;
use serde_json::{Value, json};
use std::time::Duration;
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(
    a_day_at_the_desk_is_told_in_figures,
    figures_per_member_can_be_switched_off,
    a_colleagues_reviews_are_told_to_no_agent,
    whoever_is_rated_could_be_and_nobody_else,
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

/// What is told of members, in figures and of a message.
const MEMBERS: &str = "query($from: Date!, $until: Date!, $id: ID!) {
  statistics(range: {from: $from, until: $until}) {
    quality { criterion mean count member { name } }
    trend(interval: DAY) { figures { quality { count } } }
    byMember { name groupCount figures { satisfaction { count responseRate } quality { mean } } }
  }
  explain(messageId: $id) { asOfPosition facts { kind value criterion member { name } } }
}";

async fn of_members(desk: &Desk, token: &str, id: &str) -> Value {
    desk.nothing_stands_still().await;
    let mut variables = today(desk);
    variables["id"] = json!(id);
    desk.ask(Some(token), MEMBERS, variables).await.data()
}

async fn a_colleagues_reviews_are_told_to_no_agent(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let (bobs, bob) = desk.hire("bob", Role::Agent).await;
    let (alices, alice) = desk.hire("alice", Role::Agent).await;
    let (_, lead) = desk.hire("lead", Role::Lead).await;
    let (visitor, id) = desk.submit().await;
    let reply = "mutation($id: ID!) { replyToMessage(input: {messageId: $id, content: \"好的\"}) \
                 { message { entries { ... on Reply { id } } } } }";
    let replied = desk.ask(Some(&bob), reply, json!({"id": id})).await.data();
    let entries = replied["replyToMessage"]["message"]["entries"].as_array().expect("entries").clone();
    let reply = entries.iter().find_map(|entry| entry.get("id")).expect("a reply").clone();
    act(&desk, &visitor, RATE, &id).await;
    let review = "mutation($id: ID!, $reply: ID!) { reviewReply(input: {messageId: $id, replyId: $reply, \
                  scores: [{criterion: \"ACCURACY\", score: 2}]}) { userErrors { code } } }";
    let reviewed = desk.ask(Some(&lead), review, json!({"id": id, "reply": reply})).await.data();
    assert_eq!(reviewed["reviewReply"]["userErrors"], json!([]));
    let assign = "mutation($id: ID!, $to: ID!) { assignMessage(input: {messageId: $id, memberId: $to}) \
                  { userErrors { code } } }";
    let give = async |to: &str| {
        let assigned = desk.ask(Some(&admin), assign, json!({"id": id, "to": to})).await.data();
        assert_eq!(assigned["assignMessage"]["userErrors"], json!([]));
    };
    give(&alices).await;
    let reviews = |told: &Value| {
        let facts = told["explain"]["facts"].as_array().expect("facts").clone();
        facts.into_iter().filter(|fact| fact["kind"] == "reviewed").collect::<Vec<_>>()
    };
    // The message is hers now, and not what is thought of her colleague.
    let told = of_members(&desk, &alice, &id).await;
    let figures = &told["statistics"];
    assert_eq!((&figures["quality"], &figures["byMember"]), (&json!([]), &json!([])), "{told}");
    assert_eq!(figures["trend"], json!([{"figures": {"quality": []}}]), "{told}");
    assert_eq!(reviews(&told), Vec::<Value>::new());
    assert!(told["explain"]["facts"].as_array().is_some_and(|facts| facts.len() > 3), "the rest is: {told}");
    for token in [&lead, &admin] {
        let told = of_members(&desk, token, &id).await;
        let of_bob = json!([{"criterion": "ACCURACY", "mean": 2.0, "count": 1, "member": {"name": "bob"}}]);
        assert_eq!(told["statistics"]["quality"], of_bob);
        assert_eq!(told["statistics"]["trend"], json!([{"figures": {"quality": [{"count": 1}]}}]));
        let row = json!({"satisfaction": {"count": 1, "responseRate": 1.0}, "quality": [{"mean": 2.0}]});
        assert_eq!(told["statistics"]["byMember"], json!([{"name": "bob", "groupCount": 1, "figures": row}]));
        let fact =
            json!({"kind": "reviewed", "value": 2, "criterion": "ACCURACY", "member": {"name": "bob"}});
        assert_eq!(reviews(&told), [fact]);
        let position: i64 = told["explain"]["asOfPosition"].as_str().expect("one").parse().expect("a number");
        assert!(position > 0);
    }
    // To its author it is told, of a message that is with them.
    give(&bobs).await;
    let told = of_members(&desk, &bob, &id).await;
    assert_eq!((reviews(&told).len(), &told["statistics"]["quality"][0]["mean"]), (1, &json!(2.0)));
    assert_eq!(told["statistics"]["byMember"][0]["name"], "bob");
}

async fn whoever_is_rated_could_be_and_nobody_else(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let ((_, first), (_, second)) =
        (desk.hire("first", Role::Agent).await, desk.hire("second", Role::Agent).await);
    let (visitor, id) = desk.submit().await;
    act(&desk, &first, REPLY, &id).await;
    act(&desk, &visitor, RATE, &id).await;
    act(&desk, &second, REPLY, &id).await;
    let told = of_members(&desk, &admin, &id).await;
    let rows = told["statistics"]["byMember"].as_array().expect("rows").clone();
    let of = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name).expect("a row");
        row["figures"]["satisfaction"].clone()
    };
    assert_eq!(of("first"), json!({"count": 1, "responseRate": 1.0}));
    assert_eq!(of("second"), json!({"count": 0, "responseRate": null}));
    // It counts as it did once it is deleted, and so it is explained, to whoever may not open it, too.
    let delete = "mutation($id: ID!) { deleteMessage(input: {messageId: $id, reason: \"-\"}) { userErrors { code } } }";
    act(&desk, &admin, delete, &id).await;
    let analyst = desk.member(Role::Analyst).await;
    let told = of_members(&desk, &analyst, &id).await;
    let kinds: Vec<_> =
        told["explain"]["facts"].as_array().expect("facts").iter().map(|f| &f["kind"]).collect();
    assert!(kinds.contains(&&json!("rated")), "{told}");
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
        (ask(r#"from: "2026-11-08", until: "2026-11-01""#, "", "submitted"), "a range ends after it begins"),
        (
            ask(r#"from: "2020-01-01", until: "2026-11-08""#, "", "submitted"),
            "1,280 days long, and this is 2503",
        ),
        (ask(r#"from: "9998-01-01", until: "9999-02-01""#, "", "submitted"), "between the years"),
        (r#"{ backlogAt(asOf: {at: "2999-01-01T00:00:00Z"}) }"#.to_owned(), "still to come"),
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
