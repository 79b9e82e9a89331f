//! Receivers that repeat what they were asked, as pages of errors do.

use super::super::{Outgoing, samples};

fn heard(url: &str, body: &str) -> String {
    let outgoing = Outgoing::json(samples::url(url), &serde_json::Value::Null);
    String::from_utf8(outgoing.unheard()(samples::answer(404, body)).body).expect("text")
}

#[test]
fn what_opens_a_receiver_is_hidden_however_it_is_repeated() {
    for (url, said, told) in [
        ("https://hooks.slack.com/services/T0/B0/aBcDeFgHiJkL", "no aBcDeFgHiJkL here", "no … here"),
        ("https://example.com/in/secret", "Cannot POST /in/secret", "Cannot POST …"),
        (
            "https://example.com/?k=s3cret&t=1700000000000",
            r#"{"k":"s3cret","t":1700000000000}"#,
            r#"{"k":"…","t":1700000000000}"#,
        ),
        ("https://example.com/?sign=a%2Bb%3Dcd", "a+b=cd, a%2Bb%3Dcd", "…, …"),
        (
            "https://oapi.dingtalk.com/robot/send?access_token=t0kent0ken",
            "access_token: invalid timestamp",
            "access_token: invalid timestamp",
        ),
        ("https://example.com/", "/ is not here", "/ is not here"),
    ] {
        assert_eq!(heard(url, said), told);
    }
}
