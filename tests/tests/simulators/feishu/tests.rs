use super::*;
use crate::simulators::{
    Simulator,
    hand::{self, Answer, JSON, clock, post},
};
use reqwest::Method;
use store::Clock;

const HOOK: &str = "/open-apis/bot/v2/hook/TOKEN";
const SECRET: &str = "SEC0123456789abcdef";

async fn start() -> (Simulator<Feishu>, Clock) {
    let clock = clock();
    (Simulator::start(Feishu::with(&["TOKEN"]), clock.clone()).await, clock)
}

async fn signing() -> (Simulator<Feishu>, Clock) {
    let (feishu, clock) = start().await;
    feishu.vendor(|vendor| vendor.bot("TOKEN").secret = Some(SECRET.to_owned()));
    (feishu, clock)
}

fn text(text: &str) -> Value {
    json!({"msg_type": "text", "content": {"text": text}})
}

fn signed(timestamp: Value, sign: &str) -> Value {
    let mut body = text("a");
    (body["timestamp"], body["sign"]) = (timestamp, json!(sign));
    body
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: i64) {
    assert_eq!((answer.status, answer.code("code")), (status, Some(code)), "{}", answer.body);
}

#[track_caller]
fn sent(answer: &Answer) {
    assert_eq!((answer.status, answer.code("code")), (200, Some(0)), "{}", answer.body);
}

#[test]
fn the_signature_is_the_one_of_the_vectors() {
    // facts 3.4
    assert_eq!(sign("1700000000", SECRET), "PiO7POLlSx/DM2qf8Dy/XCWeJK3exVnevp5G99LEN2M=");
    assert_eq!(sign("1599360473", "demo"), "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
}

#[tokio::test]
async fn a_right_client_posts_a_text_and_pings_whom_it_names() {
    let (feishu, clock) = signing().await;
    let timestamp = clock.now().timestamp().to_string();
    let mut body = signed(json!(timestamp), &sign(&timestamp, SECRET));
    body["content"]["text"] = json!(r#"留言 <at user_id="ou_1">李雷</at> &lt;at user_id="all"&gt;"#);
    sent(&post(&feishu, HOOK, &body).await);
    let posted = &feishu.posted()[0];
    assert_eq!((posted.robot.as_str(), &posted.pings.users[..]), ("TOKEN", &["ou_1".to_owned()][..]));
    assert!(!posted.pings.everyone);
}

#[tokio::test]
async fn a_client_that_signs_wrongly_is_refused() {
    let (feishu, clock) = signing().await;
    let seconds = clock.now().timestamp();
    let (second, millis) = (seconds.to_string(), clock.now().timestamp_millis().to_string());
    let right = sign(&second, SECRET);
    // DingTalk's roles: the secret is the key and the rest is the message.
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let dingtalks = BASE64_STANDARD.encode(hmac::sign(&key, format!("{second}\n{SECRET}").as_bytes()));
    let (old, future) = ((seconds - 3601).to_string(), (seconds + 3601).to_string());
    for body in [
        text("unsigned"),
        signed(json!(seconds), &right),
        signed(json!(millis), &sign(&millis, SECRET)),
        signed(json!(second), &dingtalks),
        signed(json!(second), &right.replace('=', "%3D")),
        signed(json!(second), &sign(&second, "another")),
        signed(json!(old), &sign(&old, SECRET)),
        signed(json!(future), &sign(&future, SECRET)),
    ] {
        refused(&post(&feishu, HOOK, &body).await, 200, 19021);
    }
    let in_the_address = format!("{HOOK}?timestamp={second}&sign={}", right.replace('+', "%2B"));
    refused(&post(&feishu, &in_the_address, &text("a")).await, 200, 19021);
    let edge = (seconds - 3600).to_string();
    sent(&post(&feishu, HOOK, &signed(json!(edge), &sign(&edge, SECRET))).await);
    assert_eq!(feishu.posted().len(), 1);
}

#[tokio::test]
async fn a_client_that_counts_characters_is_refused() {
    let (feishu, _) = start().await;
    let around = text("").to_string().len();
    sent(&post(&feishu, HOOK, &text(&"a".repeat(BODY - around))).await);
    refused(&post(&feishu, HOOK, &text(&"a".repeat(BODY - around + 1))).await, 400, 9499);
    refused(&post(&feishu, HOOK, &text(&"留".repeat(BODY / 3))).await, 400, 9499);
}

#[tokio::test]
async fn a_malformed_request_is_refused() {
    let (feishu, _) = start().await;
    refused(&hand::send(&feishu, Method::GET, HOOK, JSON, "").await, 400, 9499);
    refused(&hand::send(&feishu, Method::POST, HOOK, "text/plain", text("a").to_string()).await, 400, 9499);
    refused(&hand::send(&feishu, Method::POST, HOOK, JSON, "{").await, 400, 9499);
    let post_of =
        |tag: Value| json!({"msg_type": "post", "content": {"post": {"zh_cn": {"content": [[tag]]}}}});
    for body in [
        json!({"msgtype": "text", "text": {"content": "another vendor's"}}),
        json!({"msg_type": "text", "content": "a"}),
        json!({"msg_type": "post", "content": {"post": {"fr_fr": {"content": []}}}}),
        post_of(json!({"tag": "a", "text": "a", "href": "javascript:alert(1)"})),
        post_of(json!({"tag": "a", "text": "a", "href": "desk.example/1"})),
        post_of(json!({"tag": "at", "open_id": "ou_1"})),
        post_of(json!({"tag": "b", "text": "a"})),
    ] {
        refused(&post(&feishu, HOOK, &body).await, 400, 9499);
    }
    refused(&post(&feishu, "/open-apis/bot/v2/hook/WRONG", &text("a")).await, 200, 19001);
    assert_eq!(post(&feishu, "/open-apis/bot/v1/hook/TOKEN", &text("a")).await.status, 404);
    assert!(feishu.posted().is_empty());
}

#[tokio::test]
async fn a_keyword_counts_in_what_is_read_and_not_in_an_address() {
    let (feishu, _) = start().await;
    feishu.vendor(|vendor| vendor.bot("TOKEN").keywords = vec!["留言".to_owned(), "message".to_owned()]);
    let link = |text: &str, href: &str| {
        let line = json!([{"tag": "text", "text": "x"}, {"tag": "a", "text": text, "href": href}]);
        json!({"msg_type": "post", "content": {"post": {"zh_cn": {"title": "t", "content": [line]}}}})
    };
    refused(&post(&feishu, HOOK, &text("nothing of it")).await, 200, 19024);
    refused(&post(&feishu, HOOK, &link("x", "https://desk.example/message")).await, 200, 19024);
    sent(&post(&feishu, HOOK, &link("a message", "https://desk.example/")).await);
    sent(&post(&feishu, HOOK, &text("留言")).await);
    assert_eq!(feishu.posted()[0].links, ["https://desk.example/"]);
}

#[tokio::test]
async fn a_bot_that_is_gone_or_does_not_know_the_address_says_so() {
    let (feishu, _) = start().await;
    feishu.vendor(|vendor| vendor.bot("TOKEN").refuses_address = true);
    refused(&post(&feishu, HOOK, &text("a")).await, 200, 19022);
    feishu.vendor(|vendor| vendor.bot("TOKEN").is_removed = true);
    refused(&post(&feishu, HOOK, &text("a")).await, 200, 19001);
}

#[tokio::test]
async fn a_post_pings_by_its_tag_and_only_by_it() {
    let (feishu, _) = start().await;
    let line =
        json!([{"tag": "text", "text": "<at user_id=\"all\">x</at>"}, {"tag": "at", "user_id": "ou_1"}]);
    let body = json!({"msg_type": "post", "content": {"post": {"en_us": {"title": "t", "content": [line]}}}});
    sent(&post(&feishu, HOOK, &body).await);
    let mut all = body;
    all["content"]["post"]["en_us"]["content"][0][1]["user_id"] = json!("all");
    sent(&post(&feishu, HOOK, &all).await);
    feishu.vendor(|vendor| vendor.bot("TOKEN").may_ping_everyone = false);
    sent(&post(&feishu, HOOK, &all).await);
    let pings: Vec<_> = feishu.posted().into_iter().map(|it| (it.pings.everyone, it.pings.users)).collect();
    assert_eq!(pings, [(false, vec!["ou_1".to_owned()]), (true, vec![]), (false, vec![])]);
}

#[tokio::test]
async fn a_card_is_read_in_both_forms_and_its_button_leads_somewhere() {
    let (feishu, _) = start().await;
    let header = json!({"title": {"tag": "plain_text", "content": "新留言 <at id=all></at>"}});
    let words = json!({"tag": "markdown", "content": "**李雷** <at id=ou_1></at> [x](https://x.example)"});
    let label = json!({"tag": "plain_text", "content": "打开"});
    let old_button =
        json!({"tag": "action", "actions": [{"tag": "button", "text": label, "url": "https://d.example/1"}]});
    let old = json!({"header": header, "elements": [words, {"tag": "hr"}, old_button]});
    let opens = json!([{"type": "open_url", "default_url": "https://d.example/1"}]);
    let new_button = json!({"tag": "button", "text": label, "behaviors": opens});
    let new = json!({"schema": "2.0", "header": header, "body": {"elements": [words, new_button]}});
    for card in [&old, &new] {
        sent(&post(&feishu, HOOK, &json!({"msg_type": "interactive", "card": card})).await);
    }
    for posted in feishu.posted() {
        assert_eq!(posted.links, ["https://x.example", "https://d.example/1"]);
        assert_eq!((posted.pings.everyone, &posted.pings.users[..]), (false, &["ou_1".to_owned()][..]));
    }
    for card in [
        json!({"schema": "2.0", "elements": [words]}),
        json!({"schema": "2.0", "body": {"elements": [old_button]}}),
        json!({"elements": []}),
        json!({"elements": [{"tag": "markdown"}]}),
        json!({"elements": [{"tag": "button", "text": label}]}),
        json!({"elements": [{"tag": "div", "text": "words"}]}),
    ] {
        let answer = post(&feishu, HOOK, &json!({"msg_type": "interactive", "card": card})).await;
        refused(&answer, 200, 200_621);
    }
    // In the place where the other types have theirs.
    let misplaced = json!({"msg_type": "interactive", "content": {"card": old}});
    refused(&post(&feishu, HOOK, &misplaced).await, 200, 200_621);
}

#[tokio::test]
async fn the_6th_in_a_second_and_the_101st_in_a_minute_are_refused() {
    let (feishu, clock) = start().await;
    for second in 0..20 {
        for _ in 0..5 {
            sent(&post(&feishu, HOOK, &text("a")).await);
        }
        if second == 0 {
            refused(&post(&feishu, HOOK, &text("a")).await, 200, 11232);
            clock.advance(Duration::from_millis(999));
            refused(&post(&feishu, HOOK, &text("a")).await, 200, 11232);
            clock.advance(Duration::from_millis(1));
        } else {
            clock.advance(Duration::from_secs(1));
        }
    }
    clock.advance(Duration::from_millis(39_999));
    feishu.vendor(|vendor| vendor.overloads = true);
    let answer = post(&feishu, HOOK, &text("a")).await;
    refused(&answer, 400, 9499);
    assert!(answer.body.contains("too many request"), "{}", answer.body);
    clock.advance(Duration::from_millis(1));
    sent(&post(&feishu, HOOK, &text("a")).await);
}

#[tokio::test]
async fn success_may_be_told_in_the_old_form() {
    let (feishu, _) = start().await;
    feishu.vendor(|vendor| vendor.answers_in_the_old_form = true);
    let answer = post(&feishu, HOOK, &text("a")).await;
    assert_eq!((answer.code("code"), answer.code("StatusCode")), (None, Some(0)), "{}", answer.body);
    assert!(feishu.received()[0].is_accepted);
}
