//! Personal data in views: sealed in every row, masked for those who may not see it, gone with its key.

use super::Desk;
use domain::{access::Role, personal::Personal};
use projections::{HistoryFilter, MessageFilter, MessageOrder, PageRequest};
use store::{Dialect, on_both_databases};

on_both_databases!(
    no_view_holds_a_word_in_the_clear,
    contacts_are_masked_for_those_who_may_not_see_them,
    what_was_erased_is_gone_from_every_view_and_the_rest_stays,
    a_value_copied_into_another_row_does_not_open_as_something_else,
);

async fn no_view_holds_a_word_in_the_clear(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.invite().await;
    desk.arrive(1).await;
    desk.submit(1, 1).await;
    desk.reply(1, 1).await;
    let views = &desk.store.database().views;
    let mut texts = Vec::new();
    for (table, columns) in [
        ("message_list_5", vec!["name", "contact", "content", "state"]),
        ("message_entries_3", vec!["content"]),
        ("visitor_messages", vec!["content", "state"]),
        ("visitors", vec!["name", "contact"]),
        ("members_2", vec!["name", "email"]),
    ] {
        for column in columns {
            for row in views.rows(&format!("SELECT {column} FROM {table}"), &[]).await.expect("readable") {
                texts.push(row.text(column).expect("text"));
            }
        }
    }
    assert_eq!(texts.iter().filter(|text| text.contains("sealed")).count(), 3 + 2 + 1 + 2 + 2);
    for word in ["李雷", "13800138000", "订单", "发货", "韩梅梅", "mei@example.com"] {
        assert!(texts.iter().all(|text| !text.contains(word)), "{word}");
    }
}

async fn contacts_are_masked_for_those_who_may_not_see_them(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    desk.submit(1, 1).await;
    for (role, value, masked) in
        [(Role::Agent, "13800138000", false), (Role::Auditor, "+861******8000", true)]
    {
        let reader = Desk::reader(role);
        let row = desk.views.message(&reader, Desk::message(1)).await.expect("readable").expect("a message");
        let contact = row.contact.expect("a contact");
        assert_eq!((contact.value.as_str(), contact.masked), (value, masked));
        let history = desk.views.history(&reader, Desk::message(1), &HistoryFilter::default(), 0, 1).await;
        let payload = history.expect("readable")[0].payload.to_string();
        assert_eq!(payload.contains("13800138000"), !masked, "{payload}");
        assert!(payload.contains("订单"), "words may be read by whoever may read the message");
    }
}

async fn what_was_erased_is_gone_from_every_view_and_the_rest_stays(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    for visitor in [1, 2] {
        desk.arrive(visitor).await;
        desk.submit(visitor, visitor).await;
        desk.reply(visitor, visitor).await;
    }
    desk.store.destroy_key(&super::visitor_key(1).id).await.expect("destroyed");
    let reader = Desk::reader(Role::Agent);
    let (filter, page) = (MessageFilter::default(), PageRequest::default());
    let page = desk.views.messages(&reader, &filter, MessageOrder::OldestFirst, &page).await.expect("a page");
    let (erased, kept) = (&page.rows[0].1, &page.rows[1].1);
    assert!(matches!(erased.content, Personal::Erased) && matches!(erased.name, Some(Personal::Erased)));
    assert!(erased.contact.is_none());
    assert!(kept.content.clear().is_some() && kept.contact.is_some());
    let entries = desk.views.entries(Desk::message(1), true).await.expect("readable");
    assert!(entries.len() == 2 && entries.iter().all(|entry| matches!(entry.content, Personal::Erased)));
    let history = desk.views.history(&reader, Desk::message(1), &HistoryFilter::default(), 0, 10).await;
    let history = history.expect("readable");
    assert_eq!(history[0].payload["MessageSubmitted"]["content"], "erased");
    assert_eq!(history[1].event.event_type, "MessageReplied");
}

async fn a_value_copied_into_another_row_does_not_open_as_something_else(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    desk.submit(1, 1).await;
    let views = &desk.store.database().views;
    // A name where a contact should be: it opens, for it carries its place, but it is no contact.
    views.execute("UPDATE message_list_5 SET contact = name", &[]).await.expect("tampered");
    assert!(desk.views.message(&Desk::reader(Role::Agent), Desk::message(1)).await.is_err());
}
