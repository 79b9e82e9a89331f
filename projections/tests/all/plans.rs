//! By which index the database answers, told by itself, of the very questions that are asked. On a full list, as
//! PostgreSQL goes by its size; SQLite has no statistics.

use super::{Desk, MEMBER, TEAM};
use chrono::{DateTime, Utc};
use domain::{
    access::{Reach, Role},
    actor::Actor,
    ids::{CategoryId, MemberId, Tag},
    message::{MessageStatus, Priority},
};
use projections::{MessageFilter, MessageOrder, PageRequest, Reader};
use std::collections::BTreeSet;
use store::{Dialect, micros, on_both_databases, testing::Listening};
use uuid::Uuid;

on_both_databases!(
    every_single_filter_of_the_list_is_read_by_an_index_of_its_own,
    in_no_order_does_a_filter_read_the_whole_list,
    a_list_within_a_scope_is_read_by_an_index,
    a_list_that_is_read_whole_is_noticed,
);

/// So many messages, each of a second of its own: one in a hundred waits, is spam, archived or overdue, fifty members have
/// the others, and each visitor left two.
const FULL: &str = "
    INSERT INTO message_list_5 (message_id, version, reference, visitor_id, state, status, visitor_status, category_id,
        contact, content, submitted_at, last_activity_at, due_at, overdue, priority, tags, spam, archived, deleted,
        assignee_id, holder)
    SELECT 'message ' || n, 3, 'LW-' || n, 'visitor ' || n / 2, '{}', CASE WHEN n % 100 = 0 THEN 'OPEN' ELSE 'CLOSED' END,
        'CLOSED', 'category ' || n % 500, '{}', '{}', n * 1000000, (n * 7919 % 20000) * 1000000,
        CASE WHEN n % 100 = 0 THEN n * 1000000 ELSE 9223372036854775807 END, CASE WHEN n % 100 = 1 THEN 1 ELSE 0 END,
        CASE WHEN n % 100 = 2 THEN 'HIGH' ELSE 'NORMAL' END, '[]', CASE WHEN n % 100 = 3 THEN 1 ELSE 0 END,
        CASE WHEN n % 100 = 4 THEN 1 ELSE 0 END, 0, CASE WHEN n % 100 = 0 THEN NULL ELSE 'member ' || n % 50 END,
        CASE WHEN n % 100 = 0 THEN '' ELSE 'member ' || n % 50 END
    FROM (WITH RECURSIVE counted (n) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT n + 1 FROM counted WHERE n < 20000)
        SELECT n FROM counted) AS numbers";
const TAGS: &str = "INSERT INTO message_tags_2 SELECT message_id, 'tag ' || submitted_at / 1000000 % 50, submitted_at FROM message_list_5";

pub(super) async fn full(dialect: Dialect) -> Desk {
    let desk = Desk::open(dialect).await;
    let views = &desk.store.database().views;
    for statement in [FULL, TAGS] {
        views.execute(statement, &[]).await.expect("filled");
    }
    if dialect == Dialect::Postgres {
        views.execute("ANALYZE", &[]).await.expect("counted");
    }
    desk
}

/// What the database does for a page of the list, and for how many there are.
async fn plans(desk: &Desk, reader: &Reader, filter: &MessageFilter, order: MessageOrder) -> [String; 2] {
    let listening = Listening::to(&desk.store);
    // Nobody sealed what is in this list: when something is found it cannot be opened, and the question was asked.
    let _unopened = desk.views.messages(reader, filter, order, &PageRequest::default()).await;
    desk.views.message_count(reader, filter).await.expect("counted");
    let asked = listening.heard();
    let of = |start: &str| asked.iter().find(|asked| asked.sql.starts_with(start)).expect("asked").clone();
    let (page, count) = (of("SELECT message_id, version, reference"), of("SELECT CAST("));
    [page.plan().await, count.plan().await]
}

/// Lines in which all of the list is read, in no order that an index has.
pub(super) fn reads_whole(plan: &str) -> bool {
    plan.lines().any(|line| {
        line.contains("Seq Scan on message_list_5 ")
            || line.contains("Seq Scan on message_tags")
            || (line.contains("SCAN message_") && !line.contains("INDEX") && !line.contains("counts"))
    })
}

pub(super) fn is_sorted(plan: &str) -> bool {
    plan.contains("TEMP B-TREE") || plan.contains("Sort")
}

/// Each part of a filter by itself, and the indexes that may answer it, newest first.
fn single() -> Vec<(&'static str, MessageFilter, &'static [&'static str])> {
    // A part that is new has to be in this list, too.
    let MessageFilter {
        status: _,
        category_id: _,
        tag: _,
        priority: _,
        assignee_id: _,
        team_id: _,
        unassigned: _,
        overdue: _,
        spam: _,
        archived: _,
        submitted_from: _,
        submitted_until: _,
        activity_from: _,
        activity_until: _,
        visitor_id: _,
        // Its own: `searched_plans.rs`.
        search: _,
    } = MessageFilter::default();
    let all = MessageFilter::default;
    let at = |second: i64| -> Option<DateTime<Utc>> { Some(micros(second * 1_000_000)) };
    let member = MemberId(Uuid::from_u128(1));
    let tag = Tag("tag 7".to_owned());
    let by_submission: &[_] = &["message_list_5_newest"];
    // By submission and filtered, or gathered and sorted: what is less.
    let by_activity: &[_] = &["message_list_5_activity", "message_list_5_newest"];
    vec![
        ("nothing", all(), by_submission),
        ("status", MessageFilter { status: vec![MessageStatus::Open], ..all() }, &["message_list_5_status"]),
        (
            "category",
            MessageFilter { category_id: vec![CategoryId("category 7".to_owned())], ..all() },
            &["message_list_5_category"],
        ),
        ("tag", MessageFilter { tag: vec![tag], ..all() }, &["message_tags_2_newest"]),
        ("priority", MessageFilter { priority: vec![Priority::High], ..all() }, &["message_list_5_priority"]),
        ("assignee", MessageFilter { assignee_id: vec![member], ..all() }, &["message_list_5_holder"]),
        ("team", MessageFilter { team_id: vec![TEAM], ..all() }, &["message_list_5_holder"]),
        ("unassigned", MessageFilter { unassigned: Some(true), ..all() }, &["message_list_5_holder"]),
        ("assigned", MessageFilter { unassigned: Some(false), ..all() }, by_submission),
        ("overdue", MessageFilter { overdue: Some(true), ..all() }, &["message_list_5_overdue"]),
        ("not overdue", MessageFilter { overdue: Some(false), ..all() }, by_submission),
        ("spam", MessageFilter { spam: true, ..all() }, &["message_list_5_spam"]),
        ("archived", MessageFilter { archived: true, ..all() }, &["message_list_5_archived"]),
        ("left from then on", MessageFilter { submitted_from: at(19_900), ..all() }, by_submission),
        ("left before", MessageFilter { submitted_until: at(100), ..all() }, by_submission),
        ("active from then on", MessageFilter { activity_from: at(19_900), ..all() }, by_activity),
        ("not active from then on", MessageFilter { activity_until: at(100), ..all() }, by_activity),
        (
            "visitor",
            MessageFilter { visitor_id: Some(Desk::visitor(1)), ..all() },
            &["message_list_5_visitor"],
        ),
    ]
}

async fn every_single_filter_of_the_list_is_read_by_an_index_of_its_own(dialect: Dialect) {
    let desk = full(dialect).await;
    let reader = Desk::reader(Role::Admin);
    for (name, filter, indexes) in single() {
        let [page, count] = plans(&desk, &reader, &filter, MessageOrder::NewestFirst).await;
        assert!(indexes.iter().any(|index| page.contains(index)), "{name}: {page}");
        assert!(!reads_whole(&page) && !reads_whole(&count), "{name}: {page}{count}");
        let elsewhere = ["active from then on", "not active from then on"].contains(&name);
        assert!(elsewhere || !is_sorted(&page), "{name} is gathered and sorted: {page}");
    }
}

async fn in_no_order_does_a_filter_read_the_whole_list(dialect: Dialect) {
    let desk = full(dialect).await;
    let reader = Desk::reader(Role::Admin);
    for (name, filter, _) in single() {
        for order in [MessageOrder::OldestFirst, MessageOrder::LastActivity, MessageOrder::DueFirst] {
            let [page, _] = plans(&desk, &reader, &filter, order).await;
            assert!(page.contains("message_list_5_") && !reads_whole(&page), "{name}, {order:?}: {page}");
        }
    }
}

async fn a_list_within_a_scope_is_read_by_an_index(dialect: Dialect) {
    let desk = full(dialect).await;
    let members = (0..20).map(|n| MemberId(Uuid::from_u128(n))).collect();
    let teams = Reach::Teams { teams: BTreeSet::from([TEAM]), members };
    let agent = Actor::Member { id: MEMBER, grants: Role::Agent.grants() };
    let reader = Reader::of_messages(agent, &teams).expect("reads");
    for order in [
        MessageOrder::NewestFirst,
        MessageOrder::OldestFirst,
        MessageOrder::LastActivity,
        MessageOrder::DueFirst,
    ] {
        let [page, count] = plans(&desk, &reader, &MessageFilter::default(), order).await;
        assert!(page.contains("message_list_5_") && !reads_whole(&page), "{order:?}: {page}");
        assert!(!reads_whole(&count), "{count}");
        // Without statistics SQLite would gather all that is within the scope and sort it.
        let gathered = dialect == Dialect::Sqlite && is_sorted(&page);
        let by_holder = matches!(order, MessageOrder::NewestFirst | MessageOrder::OldestFirst);
        assert!(by_holder || !gathered, "{order:?}: {page}");
    }
}

async fn a_list_that_is_read_whole_is_noticed(dialect: Dialect) {
    let desk = full(dialect).await;
    let views = &desk.store.database().views;
    let listening = Listening::to(&desk.store);
    let sql = "SELECT message_id FROM message_list_5 WHERE name LIKE $1";
    views.rows(sql, &["%lei%".into()]).await.expect("read");
    // The followers of this store ask as well, at any moment.
    let asked = listening.heard();
    let plan = asked.iter().find(|asked| asked.sql == sql).expect("asked").plan().await;
    if dialect == Dialect::Postgres {
        // This connection may not read a table whole when it can go by an index; here it cannot.
        assert!(plan.contains("Seq Scan"));
    }
    assert!(reads_whole(&plan), "{plan}");
}
