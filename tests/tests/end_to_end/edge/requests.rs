//! What a request has to be (cases 1 to 6).

use super::{Heard, SUBMIT, ask_with, desk, submission, submitted};
use reqwest::Method;
use serde_json::json;

const ASK: &str = "{ desk { name } }";

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_not_a_post_is_refused_with_405_and_nothing_happens() {
    let desk = desk().await;
    let query = [(
        "query",
        "mutation { submitMessage(input: {contact: \"a@example.org\", content: \"x\"}) { receipt { id } } }",
    )];
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let url = reqwest::Url::parse_with_params(&desk.url("/graphql"), query).expect("an address");
        let heard = Heard::of(desk.http.request(method.clone(), url)).await;
        assert_eq!((heard.status, heard.header("allow")), (405, "POST"), "{method}");
        if method != Method::HEAD {
            assert_eq!(heard.code(), "BAD_REQUEST", "{method}");
        }
    }
    assert_eq!(submitted(&desk).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_a_text_or_a_file_is_refused_with_415_and_nothing_happens() {
    let desk = desk().await;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=gbk",
        "",
    ] {
        let heard = ask_with(&desk, &[("content-type", kind)], &submission()).await;
        assert_eq!((heard.status, heard.code().as_str()), (415, "BAD_REQUEST"), "{kind}");
    }
    let heard = Heard::of(desk.http.post(desk.url("/graphql")).body(submission().to_string())).await;
    assert_eq!(heard.status, 415, "no type at all");
    assert_eq!(submitted(&desk).await, 0);
    assert_eq!(ask_with(&desk, &[], &submission()).await.status, 200, "the same as JSON is heard");
    assert_eq!(submitted(&desk).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_requests_at_once_are_refused_and_none_is_carried_out() {
    let desk = desk().await;
    for batch in [json!([submission(), submission()]), json!([submission()]), json!([]), json!([SUBMIT])] {
        let heard = ask_with(&desk, &[], &batch).await;
        assert_eq!((heard.status, heard.code().as_str()), (400, "BAD_REQUEST"), "{batch}");
        assert!(heard.json().get("data").is_none());
    }
    assert_eq!(submitted(&desk).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_byte_too_many_is_refused_in_json_however_it_is_sent() {
    let desk = desk().await;
    let most = 300 * 1024;
    let fitting = |bytes: usize| {
        let body = json!({"query": ASK, "extensions": {"x": ""}}).to_string();
        body.replace("\"\"", &format!("\"{}\"", " ".repeat(bytes - body.len())))
    };
    for (bytes, status) in [(most, 200), (most + 1, 413), (8 << 20, 413)] {
        // A client of its own each: the server hangs up on whoever sends too much.
        let client = crate::http::client().no_proxy().build().expect("a client");
        let request = client.post(desk.url("/graphql")).header("content-type", "application/json");
        let Ok(answer) = request.body(fitting(bytes)).send().await else {
            assert!(bytes > most + 1, "hung up on before all was sent");
            continue;
        };
        assert_eq!(answer.status().as_u16(), status, "{bytes}");
        if status == 413 {
            let answer: serde_json::Value = answer.json().await.expect("JSON");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_that_was_asked_for_decides_on_type_and_status() {
    let desk = desk().await;
    let graphql = "application/graphql-response+json";
    for (query, said, unsaid, as_json) in [
        (ASK, 200, 200, 200),
        ("{ desk {", 400, 400, 200),
        ("{ desk { nome } }", 400, 400, 200),
        ("query($n: Int!) { desk { name } }", 400, 400, 200),
        ("query A { desk { name } } query B { desk { name } }", 400, 400, 200),
        ("subscription { desk { name } }", 400, 400, 200),
        ("{ messages { totalCount } }", 401, 401, 200),
    ] {
        let body = json!({"query": query});
        for (accept, status, kind) in [
            (graphql, said, graphql),
            ("*/*", unsaid, "application/json"),
            ("application/json", as_json, "application/json"),
            ("application/graphql-response+json;q=0.1, application/json", as_json, "application/json"),
        ] {
            let heard = ask_with(&desk, &[("accept", accept)], &body).await;
            assert_eq!((heard.status, query), (status, query), "{accept}: {}", heard.body);
            assert_eq!(heard.header("content-type"), format!("{kind}; charset=utf-8"), "{query} {accept}");
            let never_began = query != ASK && !query.contains("messages");
            if never_began || status >= 400 {
                assert!(heard.json().get("data").is_none(), "{query} {accept}: {}", heard.body);
            }
        }
    }
    let heard = ask_with(&desk, &[("accept", "text/html, image/*")], &json!({"query": ASK})).await;
    assert_eq!((heard.status, heard.code().as_str()), (406, "BAD_REQUEST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_request_that_are_not_what_they_are_to_be_are_refused() {
    let desk = desk().await;
    for body in [
        json!({}),
        json!({"query": 1}),
        json!({"query": [ASK]}),
        json!({"query": ASK, "operationName": 1}),
        json!({"query": ASK, "variables": "{}"}),
        json!({"query": ASK, "variables": []}),
        json!({"query": ASK, "extensions": []}),
    ] {
        for accept in ["application/graphql-response+json", "application/json"] {
            let heard = ask_with(&desk, &[("accept", accept)], &body).await;
            assert_eq!((heard.status, heard.code().as_str()), (400, "BAD_REQUEST"), "{body}");
        }
    }
    let named = json!({"query": "query A { desk { name } } query B { teams { id } }", "operationName": "A"});
    let heard = ask_with(&desk, &[], &named).await;
    assert_eq!((heard.status, heard.json()["data"]["desk"].is_object()), (200, true));
    let nobody = json!({"query": "query A { desk { name } }", "operationName": "C"});
    assert_eq!(ask_with(&desk, &[], &nobody).await.status, 400);
}
