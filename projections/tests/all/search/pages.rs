//! Pages of what is found: none is missing, none is there twice, and no request looks at everything.

use super::{CHINESE, Desk, Left, MEMBER, message_key, searching};
use domain::{
    access::Role,
    ids::{ReplyId, WordsId},
    message::{ContinueMessage, Message, MessageCommand, ReplyToMessage},
    text::Words,
};
use projections::{BadPage, MessageFilter, MessageOrder, MessageRow, Page, PageRequest, QueryError};
use store::{Dialect, on_both_databases};
use uuid::Uuid;

on_both_databases!(
    pages_of_a_search_meet_without_a_gap_or_a_repeat_in_every_order_and_direction,
    a_page_ends_where_too_much_was_looked_at_and_the_next_goes_on_there,
    a_page_ends_where_too_much_was_said_and_the_next_goes_on_there,
    of_a_message_that_says_more_than_anybody_would_the_rest_is_not_searched,
    a_cursor_of_the_list_is_none_of_what_is_found_in_it,
    what_says_it_best_comes_first_on_pages_that_meet_whatever_is_left_meanwhile,
    the_best_of_the_newest_come_before_the_best_of_older_ones,
    nothing_is_best_where_nothing_is_looked_for_and_nobody_begins_at_the_worst,
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
    FROM (WITH RECURSIVE counted (n) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT n + 1 FROM counted WHERE n < MANY)
        SELECT n, '00000000-0000-0000-0000-' || substr('00000000000' || CAST(n + 100000 AS text),
            length('00000000000' || CAST(n + 100000 AS text)) - 11) AS id FROM counted) AS numbers
    CROSS JOIN ";

async fn copies(desk: &Desk, many: u32) {
    let copies = COPIES.replace("MANY", &many.to_string());
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
        let sql = format!("INSERT INTO {into} SELECT {select} {copies} {from} WHERE message_id = $1");
        views.execute(&sql, &[Desk::message(2).to_string().into()]).await.expect("copied");
    }
}

async fn a_page_ends_where_too_much_was_looked_at_and_the_next_goes_on_there(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    desk.leave(1, 1, &Left { content: "退款失败", ..CHINESE }).await;
    // It has every token of the phrase, and does not say it.
    desk.leave(2, 1, &Left { content: "退款了。款失踪。失败", ..CHINESE }).await;
    copies(&desk, 700).await;
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

/// Says something very long in the second message, so many times after each other from that event on. As a rule would: it is
/// opened, and not searched.
async fn go_on_and_on(desk: &Desk, from: u32, times: u32) {
    let views = &desk.store.database().views;
    let long = "退".repeat(20_000);
    let (at, reply_id) = (desk.clock.now(), ReplyId(Uuid::from_u128(u128::from(from))));
    let (images, files) = (vec![], vec![]);
    let reply = |content| {
        MessageCommand::Reply(ReplyToMessage { at, reply_id, author: MEMBER, content, images, files })
    };
    desk.say(2, 1, reply, &long).await;
    let sql = format!(
        "INSERT INTO message_entries_3 (message_id, sequence, entry_id, kind, at, content) \
         SELECT message_id, {from} + n, n || '-{from}', 'auto_reply', at, content \
         FROM (WITH RECURSIVE counted (n) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT n + 1 FROM counted \
         WHERE n < {times}) SELECT n FROM counted) AS numbers CROSS JOIN message_entries_3 \
         WHERE message_id = $1 AND kind = 'reply'"
    );
    views.execute(&sql, &[Desk::message(2).to_string().into()]).await.expect("said");
    let sql = "DELETE FROM message_entries_3 WHERE message_id = $1 AND kind = 'reply'";
    views.execute(sql, &[Desk::message(2).to_string().into()]).await.expect("said as a rule would");
}

async fn a_page_ends_where_too_much_was_said_and_the_next_goes_on_there(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    desk.leave(1, 1, &Left { content: "退款失败", ..CHINESE }).await;
    desk.leave(2, 1, &Left { content: "退款了。款失踪。失败", ..CHINESE }).await;
    go_on_and_on(&desk, 10, 18).await;
    copies(&desk, 12).await;
    let (reader, filter) = (Desk::reader(Role::Agent), searching(&MessageFilter::default(), "“退款失败”"));
    let order = MessageOrder::NewestFirst;
    let first = PageRequest::forward(Some(5), None);
    let page = desk.views.messages(&reader, &filter, order, &first).await.expect("a page");
    assert!(page.rows.is_empty() && page.has_next && page.looked_at.is_some());
    for backwards in [false, true] {
        let (found, pages) = walk(&desk, "“退款失败”", order, backwards).await;
        assert_eq!(found, [1]);
        assert!(
            pages > 2,
            "13 messages of more than a megabyte each are more than one request opens: {pages}"
        );
    }
}

async fn of_a_message_that_says_more_than_anybody_would_the_rest_is_not_searched(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    desk.leave(1, 1, &Left { content: "退款失败", ..CHINESE }).await;
    desk.leave(2, 1, &Left { content: "发票", ..CHINESE }).await;
    desk.note(2, 1, "老客户").await;
    go_on_and_on(&desk, 10, 40).await;
    let at = desk.clock.now();
    let (words_id, content) = (WordsId(Uuid::from_u128(2)), Words::parse("顺丰").expect("words"));
    let more =
        MessageCommand::Continue(ContinueMessage { at, words_id, content, images: vec![], files: vec![] });
    desk.carry_out::<Message>(Desk::message(2).0, message_key(2, 1), more).await;
    let sql = "UPDATE message_entries_3 SET sequence = 100 WHERE entry_id = $1";
    let views = &desk.store.database().views;
    views.execute(sql, &[words_id.to_string().into()]).await.expect("after all of it");
    for (typed, found) in [("发票", vec![2]), ("老客户", vec![2]), ("顺丰", vec![]), ("退款失败", vec![1])]
    {
        assert_eq!(desk.finds(typed).await, found, "{typed}");
    }
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

async fn what_says_it_best_comes_first_on_pages_that_meet_whatever_is_left_meanwhile(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    for (n, content) in [(1, "退款失败"), (2, "退款一直失败"), (3, "你好"), (4, "退款失败了吗"), (5, "发票")]
    {
        desk.leave(n, 1, &Left { content, ..CHINESE }).await;
    }
    desk.note(3, 1, "退款失败").await;
    assert_eq!(walk(&desk, "退款失败", MessageOrder::BestFirst, false).await, (vec![4, 1, 3, 2], 2));
    let (reader, filter) = (Desk::reader(Role::Agent), searching(&MessageFilter::default(), "退款失败"));
    let page = async |after: Option<String>| {
        let page = PageRequest::forward(Some(2), after);
        desk.views.messages(&reader, &filter, MessageOrder::BestFirst, &page).await.expect("a page")
    };
    let numbers = |page: &Page<MessageRow>| -> Vec<u128> {
        page.rows.iter().map(|(_, row)| row.id.0.as_u128() - 1_000).collect()
    };
    let first = page(None).await;
    desk.leave(6, 1, &Left { content: "退款失败", ..CHINESE }).await;
    let second = page(first.rows.last().map(|(cursor, _)| cursor.clone())).await;
    assert_eq!((numbers(&first), numbers(&second)), (vec![4, 1], vec![3, 2]));
    assert!(first.has_next && second.has_previous && !second.has_next && second.looked_at.is_none());
    assert_eq!(numbers(&page(None).await), [6, 4]);
}

async fn the_best_of_the_newest_come_before_the_best_of_older_ones(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    desk.leave(1, 1, &Left { content: "退款失败", ..CHINESE }).await;
    desk.leave(2, 1, &Left { content: "退款了。款失踪。失败", ..CHINESE }).await;
    copies(&desk, 700).await;
    let (found, pages) = walk(&desk, "“退款失败”", MessageOrder::BestFirst, false).await;
    assert_eq!(found, [1]);
    assert!(pages > 1, "701 newer ones are more than one request looks at");
}

async fn nothing_is_best_where_nothing_is_looked_for_and_nobody_begins_at_the_worst(dialect: Dialect) {
    let desk = super::two(dialect).await;
    let (reader, all, best) = (Desk::reader(Role::Agent), MessageFilter::default(), MessageOrder::BestFirst);
    let ask =
        async |filter: &MessageFilter, order, page| desk.views.messages(&reader, filter, order, &page).await;
    let refused = ask(&all, best, PageRequest::default()).await;
    assert!(matches!(refused, Err(QueryError::NothingIsBest)));
    let refused =
        ask(&searching(&all, "lw"), best, PageRequest { last: Some(1), ..PageRequest::default() }).await;
    assert!(matches!(refused, Err(QueryError::BadPage(BadPage::Forwards))));
    let newest =
        ask(&searching(&all, "lw"), MessageOrder::NewestFirst, PageRequest::forward(Some(1), None)).await;
    let cursor = newest.expect("a page").rows[0].0.clone();
    let refused = ask(&searching(&all, "lw"), best, PageRequest::forward(Some(1), Some(cursor))).await;
    assert!(matches!(refused, Err(QueryError::BadPage(BadPage::Cursor))));
}
