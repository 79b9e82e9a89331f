//! The log as it lies in the database, words opened: read past the API, which could hide what it does not want to tell.

use super::check::{Ledger, Row};
use serde_json::Value;
use store::{LogFilter, RecordedEvent, Store};

const PAGE: i64 = 500;
/// Around a command's number in its words.
const MARK: [char; 2] = ['«', '»'];

/// A command's words.
pub(crate) fn words(number: u64) -> String {
    format!("第 {number} 件事 {}{number}{}", MARK[0], MARK[1])
}

/// The number in words, wherever they stand.
pub(crate) fn number(words: &str) -> Option<u64> {
    words.split_once(MARK[0])?.1.split_once(MARK[1])?.0.parse().ok()
}

/// The numbers of all that is told in a text, in their order.
pub(crate) fn numbers(text: &str) -> Vec<u64> {
    text.split(MARK[0]).skip(1).filter_map(|after| after.split_once(MARK[1])?.0.parse().ok()).collect()
}

/// Tells the ledger what has been appended since it was last told.
pub(crate) async fn read_on(store: &Store, ledger: &mut Ledger) {
    loop {
        let page = store.read(&LogFilter::default(), ledger.head(), PAGE).await.expect("the log is readable");
        if page.is_empty() {
            return;
        }
        let mut payloads: Vec<Value> =
            page.iter().map(|event| event.payload().expect("a payload is JSON")).collect();
        let mut borrowed: Vec<&mut Value> = payloads.iter_mut().collect();
        store.open_personal(&mut borrowed).await.expect("what was sealed opens");
        for (event, payload) in page.into_iter().zip(payloads) {
            ledger.take(row(event, &payload));
        }
    }
}

fn row(event: RecordedEvent, payload: &Value) -> Row {
    let metadata = event.metadata().expect("metadata are JSON");
    Row {
        position: event.position,
        sequence: event.sequence,
        number: number(&payload.to_string()),
        command: metadata.get("commandId").cloned().unwrap_or_default(),
        aggregate_type: event.aggregate_type,
        aggregate_id: event.aggregate_id,
        event_type: event.event_type,
    }
}

#[test]
fn a_number_is_found_in_the_words_it_was_put_in() {
    assert_eq!(number(&format!("{{\"content\":{{\"clear\":\"{}\"}}}}", words(42))), Some(42));
    assert_eq!(number("请问我的订单什么时候发货？"), None);
    assert_eq!(numbers(&[words(7), words(4_711)].join("\n")), [7, 4_711]);
}
