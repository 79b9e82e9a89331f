//! What the tests of the vendors tell, and hear.

use super::{Address, Answer, Link, Notice, Piece};
use chrono::DateTime;
use serde_json::json;
use url::Url;

pub(crate) fn notice() -> Notice {
    let ours = |text: &str| Piece::Ours(text.to_owned());
    Notice {
        event_type: "message.submitted".to_owned(),
        title: "新留言 #A1B2".to_owned(),
        lines: vec![
            vec![Piece::Strong("投诉".to_owned()), ours(" · "), Piece::Theirs("李雷".to_owned())],
            vec![Piece::Words("包裹没有到。\n请尽快处理。".to_owned())],
        ],
        link: Some(Link { text: "打开".to_owned(), url: url("https://desk.example.com/messages/1") }),
        mentions: vec![],
        at: DateTime::from_timestamp(1_700_000_000, 0).expect("a time"),
        data: json!({ "messageId": "1" }),
    }
}

pub(crate) fn url(text: &str) -> Url {
    Url::parse(text).expect("an address")
}

pub(crate) fn address(text: &str) -> Address {
    Address { url: url(text), secrets: vec![] }
}

pub(crate) fn answer(status: u16, body: &str) -> Answer {
    let at = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
    Answer { status, retry_after: None, body: body.as_bytes().to_vec(), at }
}
