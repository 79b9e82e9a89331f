//! Whatever is to be told: it fits, it is whole characters and whole JSON, and it has its title and its link.

use super::super::{
    Address, Kind, Link, Mention, Notice, Outgoing, Piece, Secret, compose, formats, samples,
};
use chrono::DateTime;
use proptest::prelude::*;
use serde_json::{Value, json};

pub(super) const HOSTILE: &str = "(\\PC{0,30}|@all|<at user_id=\"all\"></at>|<at id=all></at>|<@zhangsan>|<font color=\"warning\">|\
    <!channel>|<!here>|\\[留言\\]\\(http://evil\\)|# |> |\\*\\*|```|\n|\r|\u{0}|\u{202e}|&lt;|1\\. |- |\\||http://evil\\.example)";

prop_compose! {
    fn text()(parts in proptest::collection::vec(HOSTILE, 0..8), times in prop_oneof![6 => Just(1_usize), 1 => Just(500)]) -> String {
        parts.concat().repeat(times)
    }
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        "[a-z 留·]{0,2000}".prop_map(Piece::Ours),
        text().prop_map(Piece::Strong),
        text().prop_map(Piece::Theirs),
        text().prop_map(Piece::Words),
    ]
}

fn mention() -> impl Strategy<Value = Mention> {
    prop_oneof![
        Just(Mention::All),
        "[a-z0-9_]{1,64}".prop_map(Mention::User),
        "[0-9]{11}".prop_map(Mention::Mobile),
        HOSTILE.prop_map(Mention::User),
        HOSTILE.prop_map(Mention::Mobile),
    ]
}

prop_compose! {
    pub(super) fn notice()(
        title in "\\PC{0,300}",
        lines in proptest::collection::vec(proptest::collection::vec(piece(), 0..4), 0..12),
        path in "[a-z0-9/]{0,400}",
        mentions in prop_oneof![Just(vec![]).boxed(), proptest::collection::vec(mention(), 0..120).boxed()],
    ) -> Notice {
        let link = Link { text: "打开留言".to_owned(), url: samples::url(&format!("https://desk.example.com/{path}")) };
        Notice { title: format!("新留言 {title}"), lines, link: Some(link), mentions, ..samples::notice() }
    }
}

pub(super) fn composed(kind: Kind, format: &str, notice: &Notice) -> (Outgoing, Value) {
    let address =
        Address { secrets: vec![Secret("SEC0123".to_owned())], ..samples::address("https://a.example/?k=1") };
    let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
    let outgoing = compose(kind, Some(format), &address, notice, "1", now).expect("it composes");
    let body = serde_json::from_slice(&outgoing.body).expect("whole JSON of whole characters");
    (outgoing, body)
}

pub(super) fn robots() -> impl Iterator<Item = (Kind, &'static str)> {
    let robots = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Webhook);
    robots.flat_map(|kind| formats(kind).iter().map(move |format| (kind, *format)))
}

/// Every text in a body.
pub(super) fn texts(body: &Value) -> Vec<&str> {
    match body {
        Value::String(text) => vec![text],
        Value::Array(parts) => parts.iter().flat_map(texts).collect(),
        Value::Object(parts) => parts.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => vec![],
    }
}

fn fits(kind: Kind, outgoing: &Outgoing, body: &Value) {
    let bytes = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map_or(0, str::len);
    match kind {
        Kind::Wecom => {
            assert!(bytes("/text/content") <= 2_048);
            assert!(bytes("/markdown/content") <= 4_096 && bytes("/markdown_v2/content") <= 4_096);
            let characters = |pointer: &str| {
                body.pointer(pointer).and_then(Value::as_str).map_or(0, |text| text.chars().count())
            };
            assert!(characters("/template_card/main_title/title") <= 26);
            assert!(characters("/template_card/sub_title_text") <= 112);
        }
        Kind::Feishu | Kind::Lark | Kind::Dingtalk => assert!(outgoing.body.len() <= 20_000),
        Kind::Slack => {
            assert!(bytes("/text") <= 4_000);
            for block in body["blocks"].as_array().into_iter().flatten() {
                assert!(block["text"]["text"].as_str().map_or(0, str::len) <= 3_000);
            }
        }
        Kind::Webhook => unreachable!("it is not cut"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 100, ..ProptestConfig::default() })]
    #[test]
    fn every_notice_fits_every_format_and_keeps_title_and_link(notice in notice()) {
        for (kind, format) in robots() {
            let (outgoing, body) = composed(kind, format, &notice);
            fits(kind, &outgoing, &body);
            let texts = texts(&body);
            let url = notice.link.as_ref().map(|link| link.url.as_str()).expect("a link");
            prop_assert!(texts.iter().any(|text| text.contains("新留言")), "{kind:?} {format}: {body}");
            prop_assert!(texts.iter().any(|text| text.contains(url)), "{kind:?} {format}: {body}");
        }
    }
}

#[test]
fn words_give_way_and_as_much_of_them_as_fits_is_told() {
    for (kind, format) in robots() {
        let mut notice = samples::notice();
        notice.lines.push(vec![Piece::Words("留".repeat(100_000))]);
        let (outgoing, body) = composed(kind, format, &notice);
        fits(kind, &outgoing, &body);
        let told = texts(&body).iter().map(|text| text.matches('留').count()).sum::<usize>();
        let room = match (kind, format) {
            (_, "template_card") => 70,
            (Kind::Wecom, "text") => 600,
            (Kind::Wecom, _) => 1_250,
            (Kind::Slack, _) => 900,
            _ => 6_000,
        };
        assert!(told > room, "{kind:?} {format}: {told}");
        assert!(body.to_string().contains('…'), "it says that there is more");
    }
}

#[test]
fn a_webhook_says_when_it_has_too_much_to_tell() {
    let address = samples::address("https://a.example/");
    let notice = Notice { data: json!("x".repeat(20_000)), ..samples::notice() };
    assert!(compose(Kind::Webhook, None, &address, &notice, "1", DateTime::UNIX_EPOCH).is_err());
}
