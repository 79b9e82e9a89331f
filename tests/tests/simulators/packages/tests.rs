use super::*;
use axum::http::{HeaderMap, HeaderName};

// facts 3.4
const SECRET: &str = "SEC0123456789abcdef";

fn request(query: &str, headers: &[(&'static str, &str)], body: &str) -> Request {
    let headers =
        headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().expect("a value")));
    Request {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: query.to_owned(),
        headers: headers.collect::<HeaderMap>(),
        body: body.as_bytes().to_vec(),
    }
}

#[test]
fn they_agree_with_the_vectors_of_dingtalk_and_not_with_what_was_encoded_twice() {
    let came =
        |query: &str| agree_on_dingtalk(&request(&format!("access_token=T&{query}"), &[], "{}"), SECRET);
    let sign = "VGvd0brDJp%2FnMZtR%2BXnA3yBIlhowT%2BTwkRPua0q1%2Fjg%3D";
    assert!(came("timestamp=1700000000000&sign=TSZbRFUuvaSQaRKUpF970OPCb2%2FLcQAP3wOvwZIzBZk%3D"));
    assert!(came(&format!("sign={sign}&timestamp=1700000000002")));
    assert!(!came(&format!("timestamp=1700000000000&sign={sign}")));
    assert!(!came(&format!("timestamp=1700000000002&sign={}", sign.replace('%', "%25"))));
    assert!(!came("timestamp=1700000000002&sign=VGvd0brDJp/nMZtR+XnA3yBIlhowT+TwkRPua0q1/jg="));
    assert!(!came("timestamp=1700000000002"));
    assert!(!came(""));
}

#[test]
fn they_agree_with_the_vectors_of_feishu_and_not_with_those_of_dingtalk() {
    let came = |timestamp: Value, sign: &str, secret: &str| {
        let body = json!({"msg_type": "text", "timestamp": timestamp, "sign": sign}).to_string();
        agree_on_feishu(&request("", &[], &body), secret)
    };
    let sign = "PiO7POLlSx/DM2qf8Dy/XCWeJK3exVnevp5G99LEN2M=";
    assert!(came(json!("1700000000"), sign, SECRET));
    assert!(came(json!("1599360473"), "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=", "demo"));
    assert!(!came(json!("1700000001"), sign, SECRET));
    assert!(!came(json!(1_700_000_000), sign, SECRET));
    assert!(!came(json!("1700000000000"), "TSZbRFUuvaSQaRKUpF970OPCb2/LcQAP3wOvwZIzBZk=", SECRET));
}

#[test]
fn they_take_a_webhook_with_one_signature_and_with_two_and_refuse_a_wrong_one() {
    // The specification's example of a secret, an id and a time; the second secret is another's.
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let (id, at, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
    let sign = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let came = |signature: &str, secret: &str, body: &str, late: i64| {
        let time = at.to_string();
        let headers = [("webhook-id", id), ("webhook-timestamp", &time), ("webhook-signature", signature)];
        let now = DateTime::from_timestamp(at + late, 0).expect("a time");
        agree_on_webhook(&request("", &headers, body), secret, now)
    };
    assert!(came(sign, secret, body, 0));
    assert!(came(sign, secret, body, 299));
    assert!(came(&format!("v1,AAAA {sign}"), secret, body, 0));
    assert!(!came(sign, "whsec_FxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA", body, 0));
    assert!(!came(sign, secret, r#"{"test": 2432232315}"#, 0));
    assert!(!came(sign, secret, body, 301));
    assert!(!came(&sign.replace("v1,", ""), secret, body, 0));
}
