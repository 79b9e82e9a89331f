use super::*;
use crate::simulators::{
    Simulator,
    hand::{client, clock},
};
use reqwest::RequestBuilder;
use serde_json::json;

/// 24 bytes each.
const OURS: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
const OTHER: &str = "whsec_FxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA";
const BODY: &str = r#"{"type":"message.submitted","timestamp":"2026-09-21T14:13:20Z","data":{"assigneeId":null,
    "categoryId":"投诉","dueAt":null,"eventId":"01997000-0000-7000-8000-000000000001","files":[],"images":[],
    "messageId":"01997000-0000-7000-8000-000000000002","position":7,"priority":"NORMAL","rating":null,
    "reference":"LW-7K3F9Q","sequence":1,"status":"OPEN","teamId":null,"version":"1"}}"#;

fn sign(secret: &str, id: &str, timestamp: &str, body: &str) -> String {
    let key = BASE64_STANDARD.decode(&secret["whsec_".len()..]).expect("Base64");
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    format!("v1,{}", BASE64_STANDARD.encode(hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes())))
}

fn request(to: &Simulator<Webhook>, id: &str, timestamp: &str, signature: &str) -> RequestBuilder {
    request_of("application/json", to, id, timestamp, signature)
}

fn request_of(
    kind: &str,
    to: &Simulator<Webhook>,
    id: &str,
    timestamp: &str,
    signature: &str,
) -> RequestBuilder {
    let request = client().post(format!("{}/any/path", to.base())).header("webhook-id", id);
    let request = request.header("webhook-timestamp", timestamp).header("webhook-signature", signature);
    request.header("content-type", kind)
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn a_right_client_is_taken_with_one_secret_and_with_two() {
    let clock = clock();
    let webhook = Simulator::start(Webhook::with(OURS), clock.clone()).await;
    let now = clock.now().timestamp().to_string();
    let (ours, other) = (sign(OURS, "msg_1", &now, BODY), sign(OTHER, "msg_1", &now, BODY));
    for signature in [ours.clone(), format!("{ours} {other}"), format!("v1a,x {other} {ours}")] {
        assert_eq!(status(request(&webhook, "msg_1", &now, &signature).body(BODY)).await, 200);
    }
    assert!(webhook.posted().iter().all(|posted| posted.robot == "msg_1" && posted.text == BODY));
    assert_eq!(webhook.posted().len(), 3);
}

#[tokio::test]
async fn a_wrong_client_is_refused() {
    let clock = clock();
    let webhook = Simulator::start(Webhook::with(OURS), clock.clone()).await;
    let now = clock.now().timestamp().to_string();
    let millis = clock.now().timestamp_millis().to_string();
    let late = (clock.now().timestamp() - 301).to_string();
    let right = sign(OURS, "m", &now, BODY);
    let hex = right.replace("v1,", "sha256=");
    for (id, time, signature, body) in [
        ("m", &now, sign(OTHER, "m", &now, BODY), BODY),
        ("n", &now, right.clone(), BODY),
        ("m", &late, right.clone(), BODY),
        ("m", &late, sign(OURS, "m", &late, BODY), BODY),
        ("m", &millis, sign(OURS, "m", &millis, BODY), BODY),
        ("m", &now, right.clone(), "{}"),
        ("m", &now, sign(OURS, "m", &now, "{}"), "{}"),
        ("m.1", &now, sign(OURS, "m.1", &now, BODY), BODY),
        ("", &now, sign(OURS, "", &now, BODY), BODY),
        ("m", &now, right.replace("v1,", ""), BODY),
        ("m", &now, right.replace(' ', ",").replace("v1", "v1a"), BODY),
        ("m", &now, hex, BODY),
    ] {
        assert_eq!(
            status(request(&webhook, id, time, &signature).body(body)).await,
            401,
            "{id} {time} {signature}"
        );
    }
    let unsigned = client().post(webhook.base()).header("content-type", "application/json").body(BODY);
    assert_eq!(status(unsigned).await, 401);
    let form = request_of("text/plain", &webhook, "m", &now, &right).body(BODY);
    assert_eq!(status(form).await, 401);
    assert_eq!(status(client().get(webhook.base())).await, 405);
    assert!(webhook.posted().is_empty());
}

#[tokio::test]
async fn a_receiver_that_wants_nothing_any_more_says_410() {
    let clock = clock();
    let webhook = Simulator::start(Webhook::with(OURS), clock.clone()).await;
    webhook.vendor(|vendor| vendor.is_gone = true);
    let now = clock.now().timestamp().to_string();
    assert_eq!(status(request(&webhook, "m", &now, &sign(OURS, "m", &now, BODY)).body(BODY)).await, 410);
}

/// What is rightly signed, and not as it was published.
#[tokio::test]
async fn a_body_that_does_not_fit_its_schema_is_refused() {
    let clock = clock();
    let webhook = Simulator::start(Webhook::with(OURS), clock.clone()).await;
    let now = clock.now().timestamp().to_string();
    let change = |pointer: &str, value: Value| {
        let mut body: Value = serde_json::from_str(BODY).expect("JSON");
        let (object, name) = pointer.rsplit_once('/').expect("a pointer");
        body.pointer_mut(object).expect("an object")[name] = value;
        body.to_string()
    };
    let mut short: Value = serde_json::from_str(BODY).expect("JSON");
    short["data"].as_object_mut().expect("an object").remove("dueAt");
    for body in [
        change("/type", json!("message.vanished")),
        change("/type", json!("message.rated")),
        change("/timestamp", json!("yesterday")),
        change("/data/version", json!("99")),
        change("/data/eventId", json!("1")),
        change("/data/messageId", json!(null)),
        change("/data/position", json!("7")),
        change("/data/position", json!(0)),
        change("/data/reference", json!("LW-OOOOOO")),
        change("/data/status", json!("GONE")),
        change("/data/priority", json!("urgent")),
        change("/data/rating", json!(3)),
        change("/data/dueAt", json!("2026-09-21T14:13:20Z")),
        change("/data/content", json!("请问")),
        change("/desk", json!("x")),
        short.to_string(),
    ] {
        let signature = sign(OURS, "m", &now, &body);
        assert_eq!(status(request(&webhook, "m", &now, &signature).body(body.clone())).await, 422, "{body}");
    }
    assert!(webhook.posted().is_empty());
}
