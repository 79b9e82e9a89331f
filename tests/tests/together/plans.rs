//! No look-up of ours reads a PostgreSQL table whole. Told by the server's own counters, after everything that commands,
//! followers and readers ask was asked of tables that are full. Only counting is left out: it reads what it counts.

use super::{Process, agent, caller, reply, visitor, words, work};
use commands::CommandError;
use domain::{
    access::{Reach, Role},
    actor::Actor,
    ids::{MessageId, ReplyId, Tag},
    message::{MessageStatus, StepKind},
    reference::Reference,
    search::Query,
};
use projections::{
    HistoryFilter, MessageFilter, MessageOrder, PageRequest, Reader,
    statistics::{Calendar, StatisticsRange, Wanted},
};
use sqlx::{Connection, Executor, PgConnection, Row};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use store::{Clock, DatabaseUrl, Dialect, LogFilter, testing::TestDatabase};
use uuid::Uuid;

/// Rows of other people in each table, before the test's own.
const OTHERS: i64 = 5_000;
/// As often as a statement is asked before PostgreSQL settles on a plan for all of its values (five times), and more.
const ROUNDS: u128 = 8;
/// The tables that grow with what happens.
const TABLES: [&str; 18] = [
    "events",
    "idempotency",
    "reservations",
    "keys",
    "visitor_tokens",
    "sessions",
    "message_list_5",
    "message_entries_3",
    "message_conversations_3",
    "message_tags_2",
    "reviews",
    "log_index",
    "visitor_messages",
    "visitors",
    "members_2",
    "deletions",
    "message_search_1",
    "statistics_3",
];

/// What happened to `OTHERS` messages, as if they had been left and followed before: three events each. In one
/// transaction with the head and the checkpoints, so that nobody sees half of it.
const FILL: &str = "
    SELECT 1 FROM log_head FOR UPDATE;
    INSERT INTO events SELECT 'Message', md5('message' || n / 3)::uuid, n % 3 + 1, 'MessageReplied', '1', '{}', '{}',
        h.position + n + 1, uuid_send(gen_random_uuid()), h.recorded_at + n + 1
        FROM log_head h, generate_series(0, 3 * OTHERS - 1) n;
    INSERT INTO idempotency SELECT sha256(n::text::bytea), sha256(n::text::bytea), md5('message' || n)::uuid, 1,
        h.position + 3 * n + 1, h.recorded_at + 3 * n + 1 FROM log_head h, generate_series(0, OTHERS - 1) n;
    INSERT INTO reservations SELECT 'reference', 'LW-' || n, md5('message' || n)::uuid FROM generate_series(1, OTHERS) n;
    INSERT INTO keys SELECT 'message/' || md5('message' || n)::uuid, 'visitor/' || md5('visitor' || n)::uuid,
        sha256(n::text::bytea), n, NULL FROM generate_series(1, OTHERS) n;
    INSERT INTO visitor_tokens SELECT sha256(n::text::bytea), md5('visitor' || n)::uuid, n, 8e15
        FROM generate_series(1, OTHERS) n;
    INSERT INTO sessions SELECT sha256(n::text::bytea), md5('member' || n)::uuid, n, 8e15
        FROM generate_series(1, OTHERS) n;
    INSERT INTO message_list_5 (message_id, version, reference, visitor_id, state, status, visitor_status, contact,
        content, submitted_at, last_activity_at, wait, waiting_since, due_at, overdue, priority, tags, spam, archived,
        deleted, holder)
        SELECT md5('message' || n)::uuid, 3, 'LW-' || n, md5('visitor' || n)::uuid, '{}',
        CASE WHEN n % 100 = 0 THEN 'OPEN' ELSE 'CLOSED' END, 'CLOSED', '{}', '{}', n, n,
        CASE WHEN n % 100 = 0 THEN 1 END, CASE WHEN n % 100 = 0 THEN n END, CASE WHEN n % 100 = 0 THEN 8e15 ELSE 9223372036854775807 END, 0,
        'NORMAL', '[]', 0, 0, 0, CASE WHEN n % 100 = 0 THEN '' ELSE md5('member' || n % 50)::uuid::text END
        FROM generate_series(1, OTHERS) n;
    INSERT INTO message_entries_3 SELECT md5('message' || n / 2)::uuid, n % 2 + 1, n::text, 'words', NULL, n, '{}'
        FROM generate_series(0, 2 * OTHERS - 1) n;
    INSERT INTO message_conversations_3 SELECT md5('message' || n)::uuid, 3 FROM generate_series(1, OTHERS) n;
    INSERT INTO visitor_messages (visitor_id, message_id, reference, state, visitor_status, content, submitted_at,
        last_activity_at, version) SELECT md5('visitor' || n / 2)::uuid, md5('message' || n)::uuid, 'LW-' || n, '{}',
        'CLOSED', '{}', n, n, 3 FROM generate_series(1, OTHERS) n;
    INSERT INTO visitors SELECT md5('visitor' || n)::uuid, NULL, NULL, 1 FROM generate_series(1, OTHERS) n;
    INSERT INTO members_2 (member_id, version, role, name, email, joined, active, api_keys, invited_at)
        SELECT md5('member' || n)::uuid, 1, 'AGENT', '{}', '{}', 1, 1, '[]', n FROM generate_series(1, OTHERS) n;
    INSERT INTO message_tags_2 SELECT md5('message' || n)::uuid, 'tag ' || n % 50, n FROM generate_series(1, OTHERS) n;
    INSERT INTO message_tags_2_left SELECT md5('message' || n)::uuid, n FROM generate_series(1, OTHERS) n;
    INSERT INTO reviews SELECT md5('review' || n)::uuid, md5('reply' || n)::uuid, md5('member' || n % 50)::uuid, n, n, '[]'
        FROM generate_series(1, OTHERS) n;
    INSERT INTO log_index SELECT h.position + n + 1, n % 7, n % 50, n / 2
        FROM log_head h, generate_series(0, 3 * OTHERS - 1) n;
    INSERT INTO message_search_1 SELECT md5('message' || n)::uuid, -n, ARRAY[n % 50, OTHERS + n]
        FROM generate_series(1, OTHERS) n;
    INSERT INTO deletions SELECT md5('deleted' || n)::uuid, 2, 8e15 FROM generate_series(1, OTHERS) n;
    INSERT INTO statistics_3 SELECT md5('message' || n)::uuid, 3, n / 1000, '2026-11-22', '{}', '', n, 0 FROM generate_series(1, OTHERS) n;
    INSERT INTO statistics_placed_3 SELECT n, 0, 0, '', '', '' FROM generate_series(1, OTHERS) n;
    INSERT INTO statistics_days_3 SELECT n, '', 0, 0 FROM generate_series(0, OTHERS / 1000) n;
    UPDATE log_head SET position = position + 3 * OTHERS, recorded_at = recorded_at + 3 * OTHERS;
    UPDATE checkpoints SET position = (SELECT position FROM log_head);";

/// The counters count what is asked here, and nothing that PostgreSQL does for itself.
const LEFT_ALONE: &str = "
    DO $$ DECLARE _table regclass; BEGIN
        FOR _table IN SELECT relid FROM pg_stat_user_tables LOOP
            EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', _table);
        END LOOP;
    END $$;";

#[tokio::test(flavor = "multi_thread")]
async fn on_tables_that_are_full_nothing_reads_one_whole() {
    let server = Postgres::new().await;
    server.full().await;
    server.run("ANALYZE").await;
    let before = server.read().await;
    let process = server.start().await;
    server.ask_everything(&process).await;
    process.end().await;
    let after = server.read().await;
    for table in TABLES {
        let [(scans, _, looked_up), (then_scans, _, then_looked_up)] = [before[table], after[table]];
        assert_eq!(then_scans, scans, "{table} was read whole");
        assert!(then_looked_up > looked_up, "{table} was asked nothing: that proves nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_that_were_made_while_the_tables_were_small_do_not_read_them_whole_when_they_are_full() {
    let server = Postgres::new().await;
    let process = server.start().await;
    server.run(LEFT_ALONE).await;
    server.ask_everything(&process).await;
    server.run(FILL).await;
    server.ask_everything(&process).await;
    process.end().await;
    for (table, (_, rows_read, _)) in server.read().await {
        // While it was small, reading all of a table was right.
        assert!(
            !TABLES.contains(&table.as_str()) || rows_read < OTHERS,
            "{rows_read} rows of {table} were read"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_read_whole_is_noticed() {
    let server = Postgres::new().await;
    server.full().await;
    let before = server.read().await["events"];
    server.run("SELECT 1 FROM events WHERE event_version = '2'").await;
    let after = server.read().await["events"];
    assert_eq!((after.0 - before.0, after.1 - before.1 >= OTHERS), (1, true));
}

/// A database on PostgreSQL, its clock, and its counters.
struct Postgres {
    database: TestDatabase,
    clock: Clock,
}

/// Of each table: how often it was read whole, how many rows that were, and how often an index of it was asked.
type Counters = BTreeMap<String, (i64, i64, i64)>;

impl Postgres {
    async fn new() -> Self {
        Self { database: TestDatabase::new(Dialect::Postgres).await, clock: TestDatabase::clock() }
    }

    async fn start(&self) -> Process {
        Process::start(&self.database, &self.clock).await
    }

    /// A desk that was opened long ago, and nobody at work in it.
    async fn full(&self) {
        let process = self.start().await;
        process.up_to_date().await;
        process.end().await;
        self.run(LEFT_ALONE).await;
        self.run(FILL).await;
    }

    async fn connect(&self) -> PgConnection {
        let DatabaseUrl::Postgres(url) = &self.database.config.database else { panic!("not PostgreSQL") };
        PgConnection::connect(url).await.expect("connects")
    }

    /// Runs statements in one transaction.
    async fn run(&self, sql: &str) {
        let sql = sql.replace("OTHERS", &OTHERS.to_string());
        self.connect().await.execute(sql.as_str()).await.expect("runs");
    }

    /// The counters, once everybody has gone: a session reports what it did when it ends.
    async fn read(&self) -> Counters {
        let mut connection = self.connect().await;
        let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                      AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        let mut there = 1;
        while there > 0 {
            there = connection.fetch_one(others).await.expect("readable").get::<i64, _>(0);
        }
        let sql =
            "SELECT relname::text, seq_scan, seq_tup_read, coalesce(idx_scan, 0) FROM pg_stat_user_tables";
        let rows = connection.fetch_all(sql).await.expect("readable");
        rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2), row.get(3)))).collect()
    }

    /// Every command, the accepted, the refused and the overtaken; then every question that is answered by a page.
    async fn ask_everything(&self, process: &Process) {
        let other = self.start().await;
        let mut messages = Vec::new();
        for round in 0..ROUNDS {
            messages.push(self.command(process, &other, round).await);
        }
        self.clock.advance(Duration::from_secs(48 * 60 * 60));
        for wait in process.views.due(None, 100).await.expect("readable") {
            process.tell_overdue(wait).await;
        }
        process.up_to_date().await;
        for message in messages {
            query(process, message).await;
        }
        other.end().await;
    }

    async fn command(&self, process: &Process, other: &Process, round: u128) -> MessageId {
        let Process { commands, .. } = process;
        let key = || Some(store::random::uuid(self.clock.now()).to_string());
        let mut input = words();
        input.idempotency_key = key();
        let left = commands.submit_message(&caller(Actor::Anonymous), input.clone()).await.expect("left");
        let again = commands.submit_message(&caller(Actor::Anonymous), input).await.expect("answered");
        assert_eq!(again, left);
        let token = left.visitor_token.as_deref().expect("a token");
        assert!(commands.authenticate(token).await.expect("readable").is_some());
        assert!(commands.authenticate("lws_guess").await.expect("readable").is_none());
        let owner = visitor(left.visitor_id);
        let mut more = words();
        more.related_to = left.receipt.id.parse().ok();
        // By a process that has not seen them: it looks up what they are remembered with.
        other.commands.submit_message(&owner, more).await.expect("left");

        let id: MessageId = left.receipt.id.parse().expect("an id");
        let staff = agent(round);
        let mut keyed = reply(id);
        keyed.target.idempotency_key = key();
        let replied = commands.reply_to_message(&staff, keyed.clone()).await.expect("replied");
        assert_eq!(commands.reply_to_message(&staff, keyed).await.expect("answered"), replied);
        other.commands.claim_message(&staff, work(id)).await.expect("claimed");
        // What this process knows of the message is old by now.
        commands.step(&owner, StepKind::Close, work(id)).await.expect("closed");
        let mut late = reply(id);
        late.target.expected_version = Some(1);
        let late = commands.reply_to_message(&staff, late).await;
        assert!(matches!(late, Err(CommandError::Conflict { expected: 1, version: 4 })));
        other.commands.step(&staff, StepKind::Reopen, work(id)).await.expect("reopened");
        commands.reply_to_message(&staff, reply(id)).await.expect("replied");
        id
    }
}

/// Somebody who sees the whole desk, and somebody who sees what all of our agents have.
fn readers() -> [Reader; 2] {
    let teams = Reach::Teams { teams: BTreeSet::new(), members: (0..ROUNDS).map(super::member).collect() };
    let actor = Actor::Member { id: super::member(1), grants: Role::Agent.grants() };
    [Reach::Desk, teams].map(|reach| Reader::of_messages(actor, &reach).expect("reads"))
}

/// The list in its orders, where our own rows are: nobody sealed what the others left.
async fn lists(process: &Process, reader: &Reader, filter: MessageFilter) {
    let views = &process.views;
    let ask = async |order, page| views.messages(reader, &filter, order, &page).await.expect("a page");
    for order in [MessageOrder::NewestFirst, MessageOrder::LastActivity] {
        let first = ask(order, PageRequest::forward(Some(2), None)).await;
        assert_eq!(first.rows.len(), 2);
        ask(order, PageRequest::forward(Some(2), Some(first.rows[0].0.clone()))).await;
    }
    let last = ask(MessageOrder::OldestFirst, PageRequest { last: Some(2), ..PageRequest::default() }).await;
    let before = Some(last.rows[1].0.clone());
    ask(MessageOrder::OldestFirst, PageRequest { last: Some(1), before, ..PageRequest::default() }).await;
}

/// Those of a scope, of today and the day before.
async fn figures(process: &Process) {
    let agent = Actor::Member { id: super::member(1), grants: Role::Agent.grants() };
    let reader = Reader::of_statistics(agent, &Reach::Desk).expect("may");
    let today = process.store.clock().now().date_naive();
    let range = StatisticsRange::new(today.pred_opt().expect("a day"), today, chrono_tz::Tz::UTC);
    let (range, all) = (range.expect("a range"), MessageFilter::default());
    let told = process.views.statistics(&reader, range, &all, Calendar::DeskHours, Wanted::Groups).await;
    told.expect("readable").figures().expect("whole");
}

async fn query(process: &Process, id: MessageId) {
    let Process { store, views, .. } = process;
    for reader in readers() {
        for status in [vec![], vec![MessageStatus::Open], vec![MessageStatus::Replied, MessageStatus::Open]] {
            lists(process, &reader, MessageFilter { status, ..MessageFilter::default() }).await;
        }
        lists(process, &reader, MessageFilter { unassigned: Some(true), ..MessageFilter::default() }).await;
        let search = Some(Query::read("LW").expect("a query"));
        lists(process, &reader, MessageFilter { search, ..MessageFilter::default() }).await;
        let assignee_id = (0..ROUNDS).map(super::member).collect();
        lists(process, &reader, MessageFilter { assignee_id, ..MessageFilter::default() }).await;
    }
    let [_, reader] = readers();
    assert!(store.sessions_of(&super::member(1).to_string()).await.expect("readable").is_empty());
    let message = views.message(&reader, id).await.expect("readable").expect("a message");
    let reference = Reference::parse(&message.reference).expect("a reference");
    assert!(views.message_by_reference(&reader, &reference).await.expect("readable").is_some());
    assert_eq!(views.entries(id, true).await.expect("readable").len(), 3);
    let count = views.visitor_message_counts(&reader, &[message.visitor_id]).await.expect("readable");
    assert_eq!(count, [(message.visitor_id, 2)]);
    let own = views.visitor_messages(message.visitor_id, &PageRequest::default()).await.expect("readable");
    assert_eq!(own.rows.len(), 2);
    assert!(views.visitor_message(message.visitor_id, id).await.expect("readable").is_some());
    assert!(views.visitor(message.visitor_id).await.expect("readable").is_some());
    assert!(views.member(super::member(1)).await.expect("readable").is_none());
    let history = views.history(&reader, id, &HistoryFilter::default(), 0, 100).await.expect("readable");
    assert_eq!(history.len(), 6);
    assert_eq!(views.events_since(&reader, id, 2).await.expect("readable").len(), 4);
    let last = store.last_of_type("Message", &id.to_string(), "MessageReplied").await.expect("readable");
    assert_eq!(last.map(|last| last.sequence), Some(6));
    let auditor = Actor::Member { id: super::member(2), grants: Role::Auditor.grants() };
    let auditor = Reader::of_messages(auditor, &Reach::Desk).expect("reads");
    for filter in [
        HistoryFilter { actor_id: Some(super::member(1).to_string()), ..HistoryFilter::default() },
        HistoryFilter { types: vec!["MessageReopened".to_owned()], ..HistoryFilter::default() },
        HistoryFilter { correlation_id: Some(Uuid::nil().to_string()), ..HistoryFilter::default() },
    ] {
        let found = views.log(&auditor, &filter, 0, 2).await.expect("readable");
        assert!(!found.is_empty(), "{filter:?}");
    }
    let tag = MessageFilter { tag: vec![Tag("nobody's".to_owned())], ..MessageFilter::default() };
    let tagged = views.messages(&reader, &tag, MessageOrder::NewestFirst, &PageRequest::default()).await;
    assert!(tagged.expect("readable").rows.is_empty());
    assert!(views.reviews(&[ReplyId(Uuid::nil())]).await.expect("readable").is_empty());
    figures(process).await;
    let log = store.read(&LogFilter::default(), history[0].event.position, 10).await.expect("readable");
    assert!(!log.is_empty());
    views.status().await.expect("readable");
}
