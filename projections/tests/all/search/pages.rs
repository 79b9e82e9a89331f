//! Pages of what is found: none is missing, none is there twice, and no request looks at everything.

use super::{CHINESE, Desk, Left, searching};
use domain::access::Role;
use projections::{BadPage, MessageFilter, MessageOrder, MessageRow, Page, PageRequest, QueryError};
use store::{Dialect, on_both_databases};

on_both_databases!(
    pages_of_a_search_meet_without_a_gap_or_a_repeat_in_every_order_and_direction,
    a_page_ends_where_too_much_was_looked_at_and_the_next_goes_on_there,
    a_cursor_of_the_list_is_none_of_what_is_found_in_it,
);

/// From its beginning, or its end: the numbers of the messages, and how many pages they are on.
async fn walk(desk: &Desk, typed: &str, order: MessageOrder, backwards: bool) -> (Vec<u128>, usize) {
    let (reader, filter) = (Desk::reader(Role::Agent), searching(&MessageFilter::default(), typed));
    let (mut walked, mut pages, mut cursor) = (Vec::new(), 0, None);
    loop {
        let page = match backwards {
            false => PageRequest { first: Some(3), after: cursor, ..PageRequest::default() },
            true => PageRequest { last: Some(3), before: cursor, ..PageRequest::default() },
        };
        let page = desk.views.messages(&reader, &filter, order, &page).await.expect("a page");
        let Page { rows, has_previous, has_next, looked_at } = page;
        pages += 1;
        let edge = if backwards { rows.first() } else { rows.last() };
        let edge = edge.map(|(cursor, _): &(String, MessageRow)| cursor.clone());
        let numbers = rows.iter().map(|(_, row)| row.id.0.as_u128() - 1_000);
        match backwards {
            false => walked.extend(numbers),
            true => walked.splice(0..0, numbers.collect::<Vec<_>>()).for_each(drop),
        }
        cursor = looked_at.or(edge);
        if !(if backwards { has_previous } else { has_next }) {
            return (walked, pages);
        }
    }
}

async fn pages_of_a_search_meet_without_a_gap_or_a_repeat_in_every_order_and_direction(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    for n in 1..=8 {
        let content = if n == 4 { "发票" } else { "退款" };
        desk.leave(n, 1, &Left { content, ..CHINESE }).await;
    }
    desk.note(2, 1, "加急").await;
    for (order, expected) in [
        (MessageOrder::NewestFirst, [8, 7, 6, 5, 3, 2, 1]),
        (MessageOrder::OldestFirst, [1, 2, 3, 5, 6, 7, 8]),
        (MessageOrder::LastActivity, [2, 8, 7, 6, 5, 3, 1]),
        (MessageOrder::DueFirst, [1, 2, 3, 5, 6, 7, 8]),
    ] {
        assert_eq!(walk(&desk, "退款", order, false).await, (expected.to_vec(), 3), "{order:?}");
        assert_eq!(walk(&desk, "退款", order, true).await, (expected.to_vec(), 3), "{order:?} from the end");
    }
}

/// So many more messages that say what the second one does.
const COPIES: &str = "
    FROM (WITH RECURSIVE counted (n) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT n + 1 FROM counted WHERE n < 700)
        SELECT n, '00000000-0000-0000-0000-' || substr('00000000000' || CAST(n + 100000 AS text),
            length('00000000000' || CAST(n + 100000 AS text)) - 11) AS id FROM counted) AS numbers
    CROSS JOIN ";

async fn copies(desk: &Desk) {
    let views = &desk.store.database().views;
    for (into, select, from) in [
        (
            "message_list_5 (message_id, version, reference, visitor_id, state, status, visitor_status, contact, content, \
             submitted_at, last_activity_at, due_at, overdue, priority, tags, spam, archived, deleted, holder)",
            "id, version, 'LW-' || n, visitor_id, state, status, visitor_status, contact, content, \
             submitted_at + n, last_activity_at + n, due_at, overdue, priority, tags, spam, archived, deleted, holder",
            "message_list_5",
        ),
        (
            "message_entries_3 (message_id, sequence, entry_id, kind, at, content)",
            "id, sequence, id, kind, at, content",
            "message_entries_3",
        ),
        ("message_search_1 (message_id, number, tokens)", "id, number + n, tokens", "message_search_1"),
    ] {
        let sql = format!("INSERT INTO {into} SELECT {select} {COPIES} {from} WHERE message_id = $1");
        views.execute(&sql, &[Desk::message(2).to_string().into()]).await.expect("copied");
    }
}

async fn a_page_ends_where_too_much_was_looked_at_and_the_next_goes_on_there(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    desk.leave(1, 1, &Left { content: "退款失败", ..CHINESE }).await;
    // It has every token of the phrase, and does not say it.
    desk.leave(2, 1, &Left { content: "退款了。款失踪。失败", ..CHINESE }).await;
    copies(&desk).await;
    let (reader, filter) = (Desk::reader(Role::Agent), searching(&MessageFilter::default(), "“退款失败”"));
    let (first, order) = (PageRequest::forward(Some(5), None), MessageOrder::NewestFirst);
    let page = desk.views.messages(&reader, &filter, order, &first).await.expect("a page");
    assert!(page.rows.is_empty() && page.has_next && page.looked_at.is_some());
    for backwards in [false, true] {
        let (found, pages) = walk(&desk, "“退款失败”", order, backwards).await;
        assert_eq!(found, [1]);
        assert!(pages > 1, "701 candidates are more than one request looks at");
    }
    let (all, pages) = walk(&desk, "退款失败", MessageOrder::OldestFirst, false).await;
    assert_eq!((all.len(), pages), (702, 234), "near each other is near enough without quotes");
}

async fn a_cursor_of_the_list_is_none_of_what_is_found_in_it(dialect: Dialect) {
    let desk = super::two(dialect).await;
    let (reader, all) = (Desk::reader(Role::Agent), MessageFilter::default());
    let (order, first) = (MessageOrder::NewestFirst, PageRequest::forward(Some(1), None));
    let page = desk.views.messages(&reader, &all, order, &first).await.expect("a page");
    let after = PageRequest::forward(Some(1), Some(page.rows[0].0.clone()));
    let refused = desk.views.messages(&reader, &searching(&all, "lw"), order, &after).await;
    assert!(matches!(refused, Err(QueryError::BadPage(BadPage::Cursor))));
}
