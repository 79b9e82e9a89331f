use super::*;
use crate::simulators::{
    Simulator,
    hand::{self, Answer, JSON, clock, post},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use md5::{Digest, Md5};
use reqwest::Method;
use store::Clock;

const SEND: &str = "/cgi-bin/webhook/send?key=KEY";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and whatever follows";

async fn start() -> (Simulator<Wecom>, Clock) {
    let clock = clock();
    (Simulator::start(Wecom::with(&["KEY", "OTHER"]), clock.clone()).await, clock)
}

fn text(content: &str) -> Value {
    json!({"msgtype": "text", "text": {"content": content}})
}

fn kind(kind: &str, content: Value) -> Value {
    let mut body = json!({"msgtype": kind});
    body[kind] = content;
    body
}

/// Refused with this code, and as `WeCom` refuses: with status 200.
#[track_caller]
fn refused(answer: &Answer, code: i64) {
    assert_eq!((answer.status, answer.code("errcode")), (200, Some(code)), "{}", answer.body);
}

#[track_caller]
fn sent(answer: &Answer) {
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"errcode":0,"errmsg":"ok"}"#));
}

#[tokio::test]
async fn a_right_client_posts_a_text_and_pings_whom_it_names() {
    let (wecom, clock) = start().await;
    let body = json!({"msgtype": "text", "text": {"content": "留言 @all <@li.lei>",
        "mentioned_list": ["han.meimei"], "mentioned_mobile_list": ["13800138000"]}});
    sent(&post(&wecom, SEND, &body).await);
    let [received] = &wecom.received()[..] else { panic!("one request") };
    assert_eq!(received.at, clock.now());
    assert_eq!(received.request.json(), Some(body));
    let posted = received.posted.as_ref().expect("posted");
    assert_eq!((posted.robot.as_str(), posted.text.as_str()), ("KEY", "留言 @all <@li.lei>"));
    assert_eq!(posted.pings.users, ["li.lei", "han.meimei"]);
    assert_eq!(posted.pings.mobiles, ["13800138000"]);
    assert!(!posted.pings.everyone, "@all in the words is words");
}

#[tokio::test]
async fn everyone_is_pinged_by_each_of_the_fields_and_by_the_words() {
    let (wecom, _) = start().await;
    for body in [
        json!({"msgtype": "text", "text": {"content": "a", "mentioned_list": ["@all"]}}),
        json!({"msgtype": "text", "text": {"content": "a", "mentioned_mobile_list": ["@all"]}}),
        text("<@all>"),
        kind("markdown", json!({"content": "<@all>"})),
    ] {
        sent(&post(&wecom, SEND, &body).await);
    }
    assert!(wecom.posted().iter().all(|posted| posted.pings.everyone), "{:#?}", wecom.posted());
}

#[tokio::test]
async fn a_client_that_mentions_where_nobody_can_be_mentioned_pings_nobody() {
    let (wecom, _) = start().await;
    let with_field = json!({"content": "**留言** [x](https://x.example)", "mentioned_list": ["@all"]});
    sent(&post(&wecom, SEND, &kind("markdown", with_field)).await);
    sent(
        &post(&wecom, SEND, &kind("markdown_v2", json!({"content": "<@all> [x](https://x.example)"}))).await,
    );
    for posted in wecom.posted() {
        assert!(posted.pings.is_nobody());
        assert_eq!(posted.links, ["https://x.example"]);
    }
}

#[tokio::test]
async fn a_client_that_counts_characters_is_refused() {
    let (wecom, _) = start().await;
    sent(&post(&wecom, SEND, &text(&"留".repeat(682))).await);
    refused(&post(&wecom, SEND, &text(&"留".repeat(683))).await, 40058);
    for markdown in ["markdown", "markdown_v2"] {
        sent(&post(&wecom, SEND, &kind(markdown, json!({"content": "a".repeat(4096)}))).await);
        let answer = post(&wecom, SEND, &kind(markdown, json!({"content": "留".repeat(1366)}))).await;
        refused(&answer, 40058);
        assert!(answer.body.contains("content exceed max length 4096"), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_client_that_looks_at_the_status_only_is_wrong() {
    let (wecom, _) = start().await;
    let answer = post(&wecom, "/cgi-bin/webhook/send?key=WRONG", &text("a")).await;
    refused(&answer, 93000);
    assert!(answer.body.contains("from ip: "), "what is not to be shown is there to be hidden");
    let received = wecom.received();
    assert!(!received[0].is_accepted && received[0].posted.is_none());
    assert_eq!(received[0].answer.as_ref().expect("the vendor's").0, 200);
}

#[tokio::test]
async fn a_malformed_request_is_refused() {
    let (wecom, _) = start().await;
    refused(&hand::send(&wecom, Method::GET, SEND, JSON, "").await, 43002);
    let form = "application/x-www-form-urlencoded";
    refused(&hand::send(&wecom, Method::POST, SEND, form, text("a").to_string()).await, 40058);
    let latin = "application/json; charset=latin1";
    refused(&hand::send(&wecom, Method::POST, SEND, latin, text("a").to_string()).await, 40058);
    refused(&hand::send(&wecom, Method::POST, SEND, JSON, "{").await, 40058);
    for body in [
        json!({}),
        kind("post", json!({})),
        json!({"msgtype": "text", "content": "a"}),
        text(""),
        json!({"msgtype": "text", "text": {"content": "a", "mentioned_list": "@all"}}),
    ] {
        refused(&post(&wecom, SEND, &body).await, 40058);
    }
    assert_eq!(post(&wecom, "/cgi-bin/webhook/sent?key=KEY", &text("a")).await.status, 404);
    assert!(wecom.posted().is_empty());
}

#[tokio::test]
async fn a_robot_that_is_gone_says_so() {
    let (wecom, _) = start().await;
    for (refuses, code) in
        [(Refuses::Removed, 93000), (Refuses::Stopped, 93004), (Refuses::NotInGroup, 93008)]
    {
        wecom.vendor(|vendor| vendor.robot("KEY").refuses = Some(refuses));
        refused(&post(&wecom, SEND, &text("a")).await, code);
    }
}

#[tokio::test]
async fn the_21st_in_a_minute_is_refused_and_each_robot_counts_for_itself() {
    let (wecom, clock) = start().await;
    for _ in 0..20 {
        sent(&post(&wecom, SEND, &text("a")).await);
        clock.advance(Duration::from_secs(1));
    }
    refused(&post(&wecom, SEND, &text("a")).await, 45009);
    sent(&post(&wecom, "/cgi-bin/webhook/send?key=OTHER", &text("a")).await);
    clock.advance(Duration::from_millis(39_999));
    refused(&post(&wecom, SEND, &text("a")).await, 45009);
    clock.advance(Duration::from_millis(1));
    sent(&post(&wecom, SEND, &text("a")).await);
    refused(&post(&wecom, SEND, &text("a")).await, 45009);
    assert_eq!(crate::simulators::rate::most_in(Duration::from_secs(60), &wecom.received()), 24);
    assert_eq!(wecom.posted().len(), 22);
}

#[tokio::test]
async fn an_image_is_what_its_checksum_and_its_base64_say() {
    let (wecom, _) = start().await;
    let image = |base64: &str, md5: &str| kind("image", json!({"base64": base64, "md5": md5}));
    let md5 = |of: &[u8]| files::hex(&Md5::digest(of));
    let base64 = BASE64_STANDARD.encode(PNG);
    sent(&post(&wecom, SEND, &image(&base64, &md5(PNG))).await);
    assert_eq!(wecom.posted()[0].file.as_deref(), Some(PNG));

    refused(&post(&wecom, SEND, &image(&base64, &md5(base64.as_bytes()))).await, 301_019);
    let broken = format!("{}\n{}", &base64[..20], &base64[20..]);
    refused(&post(&wecom, SEND, &image(&broken, &md5(PNG))).await, 40058);
    let url = format!("data:image/png;base64,{base64}");
    refused(&post(&wecom, SEND, &image(&url, &md5(PNG))).await, 40058);
    let gif = b"GIF89a";
    refused(&post(&wecom, SEND, &image(&BASE64_STANDARD.encode(gif), &md5(gif))).await, 40058);
    let big = [PNG, &vec![0; 2 << 20]].concat();
    refused(&post(&wecom, SEND, &image(&BASE64_STANDARD.encode(&big), &md5(&big))).await, 40009);
}

async fn upload(to: &Simulator<Wecom>, query: &str, field: &str, bytes: &[u8]) -> Answer {
    let head = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nx\r\n--XX\r\nContent-Disposition: form-data; \
         name=\"{field}\"; filename=\"单.pdf\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, b"\r\n--XX--\r\n"].concat();
    let path = format!("/cgi-bin/webhook/upload_media?{query}");
    hand::send(to, Method::POST, &path, "multipart/form-data; boundary=XX", body).await
}

#[tokio::test]
async fn a_file_is_uploaded_first_and_only_its_own_robot_may_send_it_for_three_days() {
    let (wecom, clock) = start().await;
    let bytes = b"%PDF\r\n--X\r\n\r\n";
    let answer = upload(&wecom, "key=KEY&type=file", "media", bytes).await;
    assert_eq!(answer.code("errcode"), Some(0), "{}", answer.body);
    let answer: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(answer["created_at"], clock.now().timestamp().to_string());
    let file = kind("file", json!({"media_id": answer["media_id"]}));
    sent(&post(&wecom, SEND, &file).await);
    let posted = &wecom.posted()[0];
    assert_eq!((posted.text.as_str(), posted.file.as_deref()), ("单.pdf", Some(&bytes[..])));

    refused(&post(&wecom, "/cgi-bin/webhook/send?key=OTHER", &file).await, 40007);
    refused(&post(&wecom, SEND, &kind("voice", json!({"media_id": answer["media_id"]}))).await, 40007);
    clock.advance(Duration::from_hours(71));
    sent(&post(&wecom, SEND, &file).await);
    clock.advance(Duration::from_hours(1));
    refused(&post(&wecom, SEND, &file).await, 40007);
}

#[tokio::test]
async fn an_upload_that_is_wrong_is_refused() {
    let (wecom, _) = start().await;
    refused(&upload(&wecom, "key=KEY&type=file", "file", b"123456").await, 40058);
    refused(&upload(&wecom, "key=KEY&type=image", "media", b"123456").await, 40058);
    refused(&upload(&wecom, "key=WRONG&type=file", "media", b"123456").await, 93000);
    refused(&upload(&wecom, "key=KEY&type=file", "media", b"12345").await, 40006);
    refused(&upload(&wecom, "key=KEY&type=voice", "media", b"not sound").await, 40058);
    refused(&upload(&wecom, "key=KEY&type=voice", "media", &vec![0; (2 << 20) + 1]).await, 40006);
    assert_eq!(upload(&wecom, "key=KEY&type=voice", "media", b"#!AMR\n..").await.code("errcode"), Some(0));
}

#[tokio::test]
async fn a_card_needs_somewhere_to_go_and_has_no_more_rows_than_it_may() {
    let (wecom, _) = start().await;
    let card = json!({"card_type": "text_notice", "main_title": {"title": "新留言", "desc": "来自李雷"},
        "horizontal_content_list": [{"keyname": "编号", "value": "A-1"}],
        "jump_list": [{"type": 1, "title": "打开", "url": "https://desk.example/1"}],
        "card_action": {"type": 1, "url": "https://desk.example/"}});
    sent(&post(&wecom, SEND, &kind("template_card", card.clone())).await);
    let posted = &wecom.posted()[0];
    assert_eq!(posted.text, "新留言\n来自李雷\n编号: A-1\n打开\n");
    assert_eq!(posted.links, ["https://desk.example/1", "https://desk.example/"]);

    let row = json!({"keyname": "a", "value": "b"});
    let wrong = [
        ("card_action", json!({"type": 0})),
        ("card_action", json!({"type": 1, "url": "/relative"})),
        ("main_title", json!({"desc": "only"})),
        ("horizontal_content_list", json!(vec![row; 7])),
        ("horizontal_content_list", json!([{"value": "without a name"}])),
        ("jump_list", json!(vec![json!({"title": "a"}); 4])),
        ("card_type", json!("news_notice")),
    ];
    for (name, value) in wrong {
        let mut card = card.clone();
        card[name] = value;
        refused(&post(&wecom, SEND, &kind("template_card", card)).await, 40058);
    }
    let mut picture = card;
    picture["card_type"] = json!("news_notice");
    picture["card_image"] = json!({"url": "https://desk.example/a.png", "aspect_ratio": 2.25});
    sent(&post(&wecom, SEND, &kind("template_card", picture)).await);
}

#[tokio::test]
async fn news_are_one_to_eight_and_shortened_by_the_vendor() {
    let (wecom, _) = start().await;
    let article = json!({"title": "留".repeat(50), "description": "b", "url": "https://desk.example/"});
    sent(&post(&wecom, SEND, &kind("news", json!({"articles": vec![article.clone(); 8]}))).await);
    let first = format!("{}\nb\n", "留".repeat(42));
    assert_eq!(wecom.posted()[0].text, first.repeat(8));
    refused(&post(&wecom, SEND, &kind("news", json!({"articles": vec![article; 9]}))).await, 40058);
    refused(&post(&wecom, SEND, &kind("news", json!({"articles": [{"title": "a"}]}))).await, 40058);
}
