//! One message through every layer: left, listed, answered, seen, closed, told.

use super::{Desk, SUBMIT, input};
use serde_json::json;
use std::time::Duration;
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(
    a_message_is_left_listed_answered_seen_closed_and_told,
    what_is_wrong_with_a_form_is_said_field_by_field_in_the_callers_language,
    a_version_that_no_longer_holds_is_answered_with_what_happened_since,
    a_repeat_with_the_same_key_gets_the_same_answer,
    lists_are_read_in_pages_within_bounds,
    the_desk_is_told_to_anyone_in_their_language,
    a_server_that_starts_again_has_everything,
);

async fn a_message_is_left_listed_answered_seen_closed_and_told(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let left = desk.ask(None, SUBMIT, json!({"input": input()})).await.data();
    let payload = &left["submitMessage"];
    assert_eq!(payload["visitorMessage"]["status"], "AWAITING_REPLY");
    let (token, id) = (payload["visitorToken"].as_str(), &payload["receipt"]["id"]);

    let list = "query($status: [MessageStatus!]) { messages(filter: {status: $status}) { totalCount edges { \
                node { id reference status content visitor { name contact { kind value masked } } } } } }";
    let open = desk.ask(Some(&staff), list, json!({"status": ["OPEN"]})).await.data();
    let node = &open["messages"]["edges"][0]["node"];
    assert_eq!((&open["messages"]["totalCount"], &node["id"]), (&json!(1), id));
    assert_eq!(node["content"], "请问我的订单什么时候发货？");
    let contact = json!({"kind": "PHONE", "value": "13800138000", "masked": false});
    assert_eq!(node["visitor"], json!({"name": "李雷", "contact": contact}));
    let closed = desk.ask(Some(&staff), list, json!({"status": ["CLOSED", "REPLIED"]})).await.data();
    assert_eq!(closed["messages"]["totalCount"], 0);

    desk.clock.advance(Duration::from_secs(3_600));
    let reply = "mutation($id: ID!) { replyToMessage(input: {messageId: $id, content: \"今天下午发货。\"}) { \
                 message { status visitorStatus version entries { __typename ... on Reply { content author { name } } \
                 ... on VisitorWords { content } } } userErrors { code } } }";
    let replied = desk.ask(Some(&staff), reply, json!({"id": id})).await.data();
    let message = &replied["replyToMessage"]["message"];
    assert_eq!((&message["status"], &message["version"]), (&json!("REPLIED"), &json!(2)));
    let words = json!({"__typename": "VisitorWords", "content": "请问我的订单什么时候发货？"});
    let answer = json!({"__typename": "Reply", "content": "今天下午发货。", "author": {"name": "Admin"}});
    assert_eq!(message["entries"], json!([words, answer]));

    let own = "{ visitor { name contact messages { totalCount edges { node { id status submittedAt \
               lastActivityAt entries { own author content } } } } } }";
    // No answer so far has waited for what is remembered of them.
    soon("they are remembered", || async {
        let seen = desk.ask(token, "{ visitor { name contact } }", json!({})).await.data();
        seen["visitor"] == json!({"name": "李雷", "contact": "13800138000"})
    })
    .await;
    let seen = desk.ask(token, own, json!({})).await.data();
    let node = &seen["visitor"]["messages"]["edges"][0]["node"];
    assert_eq!((&node["status"], &node["entries"][1]["author"]), (&json!("REPLIED"), &json!("Admin")));
    assert_eq!((&node["entries"][0]["own"], &node["entries"][1]["own"]), (&json!(true), &json!(false)));
    assert!(node["submittedAt"].as_str() < node["lastActivityAt"].as_str());

    let close = "mutation($id: ID!) { closeMessage(input: {messageId: $id, reason: \"已办妥\"}) { \
                 message { status } userErrors { code message } } }";
    let closed = desk.ask(Some(&staff), close, json!({"id": id})).await.data();
    assert_eq!(closed["closeMessage"]["message"]["status"], "CLOSED");
    let again = desk.ask(Some(&staff), close, json!({"id": id})).await.data();
    assert_eq!(again["closeMessage"]["userErrors"][0]["code"], "ALREADY_CLOSED");

    let history = "query($id: ID!) { message(id: $id) { history { totalCount edges { cursor node { position \
                   sequence type recordedAt actor { kind name } payload } } } } }";
    let told = desk.ask(Some(&staff), history, json!({"id": id})).await.data();
    let events = &told["message"]["history"]["edges"];
    assert_eq!(told["message"]["history"]["totalCount"], 3);
    let story = |n: usize| (&events[n]["node"]["type"], &events[n]["node"]["actor"]["kind"]);
    assert_eq!(story(0), (&json!("MessageSubmitted"), &json!("VISITOR")));
    assert_eq!(story(1), (&json!("MessageReplied"), &json!("MEMBER")));
    assert_eq!(story(2), (&json!("MessageClosed"), &json!("MEMBER")));
    assert_eq!(events[2]["node"]["payload"]["MessageClosed"]["reason"], "已办妥");
    assert_eq!(events[1]["cursor"], events[1]["node"]["position"]);
}

async fn what_is_wrong_with_a_form_is_said_field_by_field_in_the_callers_language(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let wrong = json!({"name": "名".repeat(101), "contact": "call me", "content": "好\u{0}", "pageUrl": "页".repeat(2_001)});
    let refused = desk.ask(None, SUBMIT, json!({"input": wrong})).await.data();
    let errors = refused["submitMessage"]["userErrors"].as_array().expect("a list").clone();
    let told: Vec<_> = errors.iter().map(|error| (&error["field"][0], &error["code"])).collect();
    let expected =
        [("name", "TOO_LONG"), ("contact", "INVALID"), ("content", "INVALID"), ("pageUrl", "TOO_LONG")];
    let expected = expected.map(|(field, code)| (json!(field), json!(code)));
    assert_eq!(told, expected.iter().map(|(field, code)| (field, code)).collect::<Vec<_>>());

    let wrong = json!({"name": "李雷", "contact": "call me", "content": "你好"});
    let body = json!({"query": SUBMIT, "variables": {"input": wrong}});
    let request =
        desk.http.post(desk.url("/graphql")).header("accept-language", "zh-CN,en;q=0.5").json(&body);
    let answer: serde_json::Value = request.send().await.expect("an answer").json().await.expect("JSON");
    let error = &answer["data"]["submitMessage"]["userErrors"][0];
    assert_eq!((&error["field"][0], &error["code"]), (&json!("contact"), &json!("INVALID")));
    assert!(error["message"].as_str().is_some_and(|message| message.contains("手机号")), "{error}");
    let nameless = json!({"contact": "13800138000", "content": "你好"});
    let refused = desk.ask(None, SUBMIT, json!({"input": nameless})).await.data();
    assert_eq!(refused["submitMessage"]["userErrors"][0]["code"], "REQUIRED");
    assert_eq!(refused["submitMessage"]["userErrors"][0]["field"], json!(["name"]));
}

async fn a_version_that_no_longer_holds_is_answered_with_what_happened_since(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let (_, id) = desk.submit().await;
    let reply = "mutation($id: ID!, $seen: Int) { replyToMessage(input: {messageId: $id, content: \"好的\", \
                 expectedVersion: $seen}) { receipt { version } userErrors { code field } \
                 conflict { version eventsSince { type actor { kind } } } } }";
    let first = desk.ask(Some(&staff), reply, json!({"id": id, "seen": 1})).await.data();
    assert_eq!(first["replyToMessage"]["receipt"]["version"], 2);
    let second = desk.ask(Some(&staff), reply, json!({"id": id, "seen": 1})).await.data();
    let payload = &second["replyToMessage"];
    assert_eq!(payload["userErrors"][0], json!({"code": "CONFLICT", "field": ["expectedVersion"]}));
    let since = json!([{"type": "MessageReplied", "actor": {"kind": "MEMBER"}}]);
    assert_eq!(payload["conflict"], json!({"version": 2, "eventsSince": since}));
    assert!(payload["receipt"].is_null());
}

async fn a_repeat_with_the_same_key_gets_the_same_answer(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let mut keyed = input();
    keyed["idempotencyKey"] = json!("0d3c9d2f-8a52-4e0c-9a43-f3b1c5de7a11");
    let first = desk.ask(None, SUBMIT, json!({"input": keyed})).await.body;
    assert_eq!(desk.ask(None, SUBMIT, json!({"input": keyed})).await.body, first);
    keyed["idempotencyKey"] = json!("short");
    let refused = desk.ask(None, SUBMIT, json!({"input": keyed})).await.data();
    assert_eq!(refused["submitMessage"]["userErrors"][0]["field"], json!(["idempotencyKey"]));
}

async fn lists_are_read_in_pages_within_bounds(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let mut left = Vec::new();
    for _ in 0..3 {
        left.push(desk.submit().await.1);
        desk.clock.advance(Duration::from_secs(1));
    }
    let list = "query($first: Int, $after: String) { messages(first: $first, after: $after, order: OLDEST_FIRST) { \
                edges { node { id } } pageInfo { endCursor hasNextPage hasPreviousPage } } }";
    let page = desk.ask(Some(&staff), list, json!({"first": 2})).await.data();
    assert_eq!(page["messages"]["edges"], json!([{"node": {"id": left[0]}}, {"node": {"id": left[1]}}]));
    assert_eq!(page["messages"]["pageInfo"]["hasNextPage"], true);
    let after = &page["messages"]["pageInfo"]["endCursor"];
    let page = desk.ask(Some(&staff), list, json!({"first": 2, "after": after})).await.data();
    assert_eq!(page["messages"]["edges"], json!([{"node": {"id": left[2]}}]));
    assert_eq!(page["messages"]["pageInfo"]["hasPreviousPage"], true);
    for wrong in [json!({"first": 101}), json!({"first": 0}), json!({"first": -1}), json!({"after": "?"})] {
        assert_eq!(desk.ask(Some(&staff), list, wrong.clone()).await.code(), "BAD_REQUEST", "{wrong}");
    }
}

async fn the_desk_is_told_to_anyone_in_their_language(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let query = "query($locale: Locale) { desk(locale: $locale) { name locale locales timeZone phoneRegion \
                 categories { id name } form { requireName requireCategory fields { id } } availability { open } } }";
    let chinese = desk.ask(None, query, json!({})).await.data();
    assert_eq!(chinese["desk"]["categories"][0], json!({"id": "inquiry", "name": "咨询"}));
    assert_eq!(chinese["desk"]["form"], json!({"requireName": true, "requireCategory": false, "fields": []}));
    let english = desk.ask(None, query, json!({"locale": "en-GB"})).await.data();
    assert_eq!(english["desk"]["categories"][0], json!({"id": "inquiry", "name": "Question"}));
    assert_eq!(desk.ask(None, query, json!({"locale": "中文"})).await.code(), "BAD_REQUEST");
}

async fn a_server_that_starts_again_has_everything(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let (token, id) = desk.submit().await;
    let Desk { server, http, database, clock, colleague, watch } = desk;
    server.stop().await;
    let server = server::Server::start(&super::config(&database), clock.clone()).await.expect("starts again");
    assert!(server.first_sign_in().is_none(), "an administrator has a password");
    let desk = Desk { server, http, database, clock, colleague, watch };
    let own = "{ visitor { messages { edges { node { id content } } } } }";
    let seen = desk.ask(Some(&token), own, json!({})).await.data();
    let node = json!({"id": id, "content": "请问我的订单什么时候发货？"});
    assert_eq!(seen["visitor"]["messages"]["edges"][0]["node"], node);
    let viewer = desk.ask(Some(&staff), "{ viewer { email role { id } } }", json!({})).await.data();
    assert_eq!(viewer["viewer"], json!({"email": "admin@localhost", "role": {"id": "ADMIN"}}));
}
