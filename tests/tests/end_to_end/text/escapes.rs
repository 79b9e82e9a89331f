//! What no text can be, escaped or not: the request is refused, and nothing happens.

use super::{
    super::{SUBMIT, input},
    Desk,
};
use serde_json::{Value, json};
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(what_no_text_can_be_is_refused_before_anything_happens);

/// Half of a surrogate pair, escaped as JSON allows it, and bytes that are no UTF-8.
async fn what_no_text_can_be_is_refused_before_anything_happens(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let staff = desk.administrator().await;
    let health = || async {
        let answer = desk.http.get(desk.url("/health")).send().await.expect("an answer");
        answer.json::<Value>().await.expect("JSON")["log"]["position"].clone()
    };
    let before = health().await;
    for escape in [
        &br"\ud800"[..],
        br"\udfff",
        br"x\ud83dx",
        br"\udc00\ud800",
        br"\ud800\u0000",
        b"\xff",
        b"\xc0\x80",
        b"\xed\xa0\x80",
    ] {
        for (name, _) in input().as_object().expect("fields") {
            let mut input = input();
            input[name] = json!("@");
            let body = json!({"query": SUBMIT, "variables": {"input": input}}).to_string();
            let (begin, end) = body.split_once("\"@\"").expect("there");
            let body = [begin.as_bytes(), b"\"", escape, b"\"", end.as_bytes()].concat();
            let request = desk.http.post(desk.url("/graphql")).header("content-type", "application/json");
            let answer = request.body(body).send().await.expect("an answer");
            assert_eq!(answer.status(), 400, "{name} = {escape:?}");
            let answer: Value = answer.json().await.expect("JSON");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST");
        }
    }
    // The same as a literal of the document, which has escapes of its own.
    let literal = |literal: &str| {
        format!(
            "mutation {{ submitMessage(input: {{name: \"Anna\", contact: \"anna@example.org\", content: {literal}}}) \
                 {{ receipt {{ id }} userErrors {{ code field }} }} }}"
        )
    };
    for bad in [
        r#""\ud800""#,
        r#""\udfff""#,
        r#""\ud83d\ude00""#,
        r#""\u00""#,
        r#""\x""#,
        "\"\n\"",
        "\"\"\"",
        "\"\u{0}\u{7f}",
    ] {
        let answer = desk.ask(None, &literal(bad), json!({})).await;
        assert_eq!(answer.code(), "BAD_REQUEST", "{bad:?}: {}", answer.body);
    }
    for bad in [r#""\u0000""#, r#""a\u0008b""#, "\"a\u{0}b\"", "\"\"\"a\u{1b}b\"\"\"", "\"\u{9f}\""] {
        let answer = desk.ask(None, &literal(bad), json!({})).await.data();
        let refused = json!([{"code": "INVALID", "field": ["content"]}]);
        assert_eq!(answer["submitMessage"]["userErrors"], refused, "{bad:?}");
    }
    assert_eq!(health().await, before, "nothing happened");
    let read = "query($id: ID!) { message(id: $id) { content } }";
    for (good, kept) in [
        (r#""\u674e \u202e\ufeff\uffff""#, "\u{674e} \u{202e}\u{feff}\u{ffff}"),
        ("\"\"\"\r\n  𠮷\r\n    b\u{2028}\r\n  \"\"\"", "𠮷\n  b\u{2028}"),
    ] {
        let left = desk.ask(None, &literal(good), json!({})).await.data();
        let id = &left["submitMessage"]["receipt"]["id"];
        soon("it is read back", || async {
            let read = desk.ask(Some(&staff), read, json!({"id": id})).await.data();
            read["message"]["content"].as_str().is_some_and(|content| content.trim() == kept.trim())
        })
        .await;
    }
    desk.nothing_stands_still().await;
}
