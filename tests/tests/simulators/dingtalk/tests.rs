use super::*;
use crate::simulators::{
    Simulator,
    hand::{self, Answer, JSON, clock, post},
};
use reqwest::Method;
use serde_json::Value;
use store::Clock;

const SECRET: &str = "SEC0123456789abcdef";

async fn signing() -> (Simulator<Dingtalk>, Clock) {
    let clock = clock();
    let dingtalk = Dingtalk::with("TOKEN", Security::Sign(SECRET.to_owned()));
    (Simulator::start(dingtalk, clock.clone()).await, clock)
}

async fn open() -> (Simulator<Dingtalk>, Clock) {
    let clock = clock();
    let dingtalk = Dingtalk::with("TOKEN", Security::Addresses { has_ours: true });
    (Simulator::start(dingtalk, clock.clone()).await, clock)
}

const SEND: &str = "/robot/send?access_token=TOKEN";

fn text(content: &str) -> Value {
    json!({"msgtype": "text", "text": {"content": content}})
}

fn once(sign: &str) -> String {
    sign.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

fn at(timestamp: &str, sign: &str) -> String {
    format!("{SEND}&timestamp={timestamp}&sign={sign}")
}

#[track_caller]
fn refused(answer: &Answer, code: i64) {
    assert_eq!((answer.status, answer.code("errcode")), (200, Some(code)), "{}", answer.body);
}

#[track_caller]
fn sent(answer: &Answer) {
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"errcode":0,"errmsg":"ok"}"#));
}

#[test]
fn the_signature_is_the_one_of_the_vectors() {
    // facts 3.4
    assert_eq!(sign("1700000000000", SECRET), "TSZbRFUuvaSQaRKUpF970OPCb2/LcQAP3wOvwZIzBZk=");
    assert_eq!(sign("1700000000002", SECRET), "VGvd0brDJp/nMZtR+XnA3yBIlhowT+TwkRPua0q1/jg=");
}

#[tokio::test]
async fn a_right_client_posts_and_pings_whom_it_names() {
    let (dingtalk, clock) = signing().await;
    let timestamp = clock.now().timestamp_millis().to_string();
    let mut body = text("留言 @13800138000 @all");
    body["at"] = json!({"atMobiles": ["13800138000"], "atUserIds": ["li.lei"], "isAtAll": false});
    sent(&post(&dingtalk, &at(&timestamp, &once(&sign(&timestamp, SECRET))), &body).await);
    let posted = &dingtalk.posted()[0];
    assert_eq!((posted.robot.as_str(), posted.text.as_str()), ("TOKEN", "留言 @13800138000 @all\n"));
    assert_eq!(
        (&posted.pings.mobiles[..], &posted.pings.users[..]),
        (&["13800138000".to_owned()][..], &["li.lei".to_owned()][..])
    );
    assert!(!posted.pings.everyone, "@all in the words is words");
}

#[tokio::test]
async fn a_client_that_signs_wrongly_is_refused() {
    let (dingtalk, clock) = signing().await;
    // A signature with a plus and a slash, as that of the second vector: others survive a wrong encoding.
    let sign_of = |millis: i64| sign(&millis.to_string(), SECRET);
    let has_both = |sign: &str| sign.contains('+') && sign.contains('/');
    let now = clock.now().timestamp_millis();
    let millis = (now..now + 1000).find(|it| has_both(&sign_of(*it))).expect("one of many");
    let (time, right) = (millis.to_string(), sign_of(millis));
    let key = hmac::Key::new(hmac::HMAC_SHA256, format!("{time}\n{SECRET}").as_bytes());
    let feishus = BASE64_STANDARD.encode(hmac::sign(&key, b""));
    for path in [
        at(&time, &right),
        at(&time, &once(&right).replace('%', "%25")),
        at(&time, &once(&feishus)),
        at(&time, &once(&sign(&time, "SECanother"))),
        at(&(millis + 1).to_string(), &once(&right)),
        at(&time, ""),
    ] {
        let answer = post(&dingtalk, &path, &text("a")).await;
        refused(&answer, 310_000);
        assert!(answer.body.contains("签名不匹配"), "{path}: {}", answer.body);
    }
    let seconds = clock.now().timestamp().to_string();
    let (old, future) = ((now - 3_600_001).to_string(), (now + 3_600_001).to_string());
    let timed = [&seconds, &old, &future].map(|time| at(time, &once(&sign(time, SECRET))));
    for path in timed.into_iter().chain([SEND.to_owned()]) {
        let answer = post(&dingtalk, &path, &text("a")).await;
        refused(&answer, 310_000);
        assert!(answer.body.contains("timestamp无效"), "{path}: {}", answer.body);
    }
    assert!(dingtalk.posted().is_empty());
    let edge = (now - 3_600_000).to_string();
    sent(&post(&dingtalk, &at(&edge, &once(&sign(&edge, SECRET))), &text("a")).await);
}

#[tokio::test]
async fn the_four_meanings_of_310000_have_words_of_their_own_in_both_forms() {
    let (dingtalk, clock) = signing().await;
    let security = Security::Both(vec!["留言".to_owned()], SECRET.to_owned());
    let more = Dingtalk::with("TOKEN", security).and("ELSEWHERE", Security::Addresses { has_ours: false });
    dingtalk.vendor(|vendor| *vendor = more);
    let time = clock.now().timestamp_millis().to_string();
    let right = at(&time, &once(&sign(&time, SECRET)));
    let elsewhere = "/robot/send?access_token=ELSEWHERE".to_owned();
    for (path, old, new) in [
        (right.clone(), "keywords not in content", "关键词不匹配"),
        (at("1", "x"), "invalid timestamp", "timestamp无效"),
        (at(&time, "x"), "sign not match", "签名不匹配"),
        (elsewhere, "ip 203.0.113.9 not in whitelist", "不在白名单内"),
    ] {
        for (speaks_of_old, words) in [(true, old), (false, new)] {
            dingtalk.vendor(|vendor| vendor.speaks_of_old = speaks_of_old);
            let answer = post(&dingtalk, &path, &text("a")).await;
            refused(&answer, 310_000);
            assert!(answer.body.contains(words), "{words}: {}", answer.body);
        }
    }
    sent(&post(&dingtalk, &right, &text("一条留言")).await);
}

#[tokio::test]
async fn a_keyword_is_enough_without_a_signature() {
    let dingtalk = Dingtalk::with("TOKEN", Security::Keywords(vec!["留言".to_owned(), "message".to_owned()]));
    let dingtalk = Simulator::start(dingtalk, clock()).await;
    refused(&post(&dingtalk, SEND, &text("nothing of it")).await, 310_000);
    let link = json!({"title": "t", "text": "x", "messageUrl": "https://d.example/message"});
    refused(&post(&dingtalk, SEND, &json!({"msgtype": "link", "link": link})).await, 310_000);
    sent(&post(&dingtalk, SEND, &text("a message")).await);
}

#[tokio::test]
async fn a_malformed_request_is_refused() {
    let (dingtalk, _) = open().await;
    refused(&hand::send(&dingtalk, Method::GET, SEND, JSON, "").await, 43002);
    refused(&hand::send(&dingtalk, Method::POST, SEND, "text/plain", text("a").to_string()).await, 43004);
    refused(&hand::send(&dingtalk, Method::POST, SEND, JSON, "{").await, 40035);
    refused(&post(&dingtalk, "/robot/send", &text("a")).await, 88);
    refused(&post(&dingtalk, "/robot/send?access_token=WRONG", &text("a")).await, 300_005);
    dingtalk.vendor(|vendor| vendor.speaks_of_old = true);
    refused(&post(&dingtalk, "/robot/send?access_token=WRONG", &text("a")).await, 300_001);
    let kind = |kind: &str, content: Value| json!({"msgtype": kind, kind: content});
    let url = "https://d.example/1";
    for (body, code) in [
        (json!({}), 40035),
        (kind("template_card", json!({})), 400_105),
        (kind("text", json!({"text": "a"})), 40035),
        (kind("markdown", json!({"text": "a"})), 40035),
        (kind("link", json!({"title": "a", "text": "b", "messageURL": url})), 40035),
        (kind("link", json!({"title": "a", "text": "b", "messageUrl": "javascript:a"})), 430_101),
        (kind("actionCard", json!({"title": "a", "text": "b", "singleTitle": "c"})), 40035),
        (kind("actionCard", json!({"title": "a", "text": "b", "btns": [{"title": "c"}]})), 40035),
        (kind("feedCard", json!({"links": [{"title": "a", "picURL": url, "messageUrl": url}]})), 40035),
        (json!({"msgtype": "text", "text": {"content": "a"}, "at": {"isAtAll": "true"}}), 40035),
        (json!({"msgtype": "text", "text": {"content": "a"}, "at": {"atMobiles": [138]}}), 40035),
    ] {
        refused(&post(&dingtalk, SEND, &body).await, code);
    }
    let around = text("").to_string().len();
    sent(&post(&dingtalk, SEND, &text(&"a".repeat(BODY - around))).await);
    refused(&post(&dingtalk, SEND, &text(&"留".repeat(BODY / 3))).await, 460_101);
    assert_eq!(post(&dingtalk, "/robot/sent?access_token=TOKEN", &text("a")).await.status, 404);
    assert_eq!(dingtalk.posted().len(), 1);
}

#[tokio::test]
async fn a_ping_is_of_text_and_markdown_only_and_links_are_seen() {
    let (dingtalk, _) = open().await;
    let url = "https://d.example/1";
    let everyone = json!({"isAtAll": true});
    let with = |kind: &str, content: Value| json!({"msgtype": kind, kind: content, "at": everyone});
    for body in [
        with("text", json!({"content": "[x](https://d.example/1)"})),
        with("markdown", json!({"title": "t", "text": "[x](https://d.example/1)"})),
        with("link", json!({"title": "t", "text": "x", "messageUrl": url})),
        with("actionCard", json!({"title": "t", "text": "x", "singleTitle": "y", "singleURL": url})),
        with(
            "actionCard",
            json!({"title": "t", "text": "x", "btnOrientation": "0", "btns": [{"title": "y", "actionURL": url}]}),
        ),
        with("feedCard", json!({"links": [{"title": "t", "messageURL": url, "picURL": url}]})),
    ] {
        sent(&post(&dingtalk, SEND, &body).await);
    }
    let seen = dingtalk.posted().into_iter().map(|it| (it.pings.everyone, it.links.len()));
    let expected = [(true, 0), (true, 1), (false, 1), (false, 1), (false, 1), (false, 1)];
    assert_eq!(seen.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_robot_that_is_gone_says_so() {
    let (dingtalk, _) = open().await;
    for (refuses, code) in [
        (Refuses::Disbanded, 400_013),
        (Refuses::Replaced, 400_101),
        (Refuses::Disabled, 400_102),
        (Refuses::NotInGroup, 400_106),
    ] {
        dingtalk.vendor(|vendor| vendor.robot("TOKEN").refuses = Some(refuses));
        refused(&post(&dingtalk, SEND, &text("a")).await, code);
    }
}

#[tokio::test]
async fn the_21st_in_a_minute_is_refused_and_then_everything_for_ten_minutes() {
    let (dingtalk, clock) = open().await;
    for _ in 0..20 {
        sent(&post(&dingtalk, SEND, &text("a")).await);
        clock.advance(Duration::from_millis(2_999));
    }
    refused(&post(&dingtalk, SEND, &text("a")).await, 410_100);
    // The minute is over, and a client that waits for it alone is told off still.
    clock.advance(Duration::from_secs(65));
    dingtalk.vendor(|vendor| vendor.speaks_of_old = true);
    refused(&post(&dingtalk, SEND, &text("a")).await, 130_101);
    clock.advance(Duration::from_millis(600_000 - 65_000 - 1));
    refused(&post(&dingtalk, SEND, &text("a")).await, 130_101);
    clock.advance(Duration::from_millis(1));
    sent(&post(&dingtalk, SEND, &text("a")).await);
    assert_eq!(dingtalk.posted().len(), 21);
}
