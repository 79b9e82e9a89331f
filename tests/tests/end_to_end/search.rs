//! The search of messages over HTTP: who finds what, what is refused, and how much of it there is at once.

use super::{Desk, SUBMIT, socket::Socket};
use domain::access::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};
use store::{DatabaseUrl, Dialect, on_both_databases, testing::soon};

on_both_databases!(
    an_agent_finds_what_was_said_and_an_auditor_does_not_find_by_a_contact,
    nobody_else_searches,
    what_a_search_finds_is_not_counted_and_not_told_as_it_happens,
    a_search_that_cannot_be_says_what_to_do,
    what_says_it_best_comes_first_when_it_is_asked_for_so,
    of_an_erased_visitor_nothing_is_found,
);

const FOUND: &str = "query($text: String!, $first: Int, $after: String) { \
    messages(filter: {search: $text}, first: $first, after: $after) { \
    edges { node { id content } } pageInfo { hasNextPage endCursor } totalCount } }";

/// How often a search is asked that has not found within its time.
const TRIES: usize = 20;
/// How a search says so.
const TOO_LONG: &str = "look for more words";

impl Desk {
    /// What is found. A machine that runs a suite may stand still for as long as a search has.
    async fn searched(&self, token: &str, text: &str) -> Value {
        for _ in 1..TRIES {
            let answer = self.ask(Some(token), FOUND, json!({"text": text})).await;
            if !answer.body.contains(TOO_LONG) {
                return answer.data();
            }
        }
        self.ask(Some(token), FOUND, json!({"text": text})).await.data()
    }

    /// The ids of what is found.
    async fn found_by(&self, token: &str, text: &str) -> Vec<String> {
        let found = self.searched(token, text).await;
        let edges = found["messages"]["edges"].as_array().expect("edges").clone();
        edges.iter().map(|edge| edge["node"]["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// Waits until somebody finds just this.
    async fn soon_finds(&self, token: &str, text: &str, ids: &[&str]) {
        soon(text, || async { self.found_by(token, text).await == ids }).await;
    }

    async fn leave_as(&self, name: &str, contact: &str, content: &str) -> String {
        let input = json!({"input": {"name": name, "contact": contact, "content": content}});
        let left = self.ask(None, SUBMIT, input).await.data();
        left["submitMessage"]["receipt"]["id"].as_str().expect("an id").to_owned()
    }
}

async fn an_agent_finds_what_was_said_and_an_auditor_does_not_find_by_a_contact(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let first = desk.leave_as("王小明", "138 0013 8000", "請問退款申請什麼時候到？").await;
    let second = desk.leave_as("Anna Müller", "anna@example.com", "The NF-200 does not start").await;
    let (agent, auditor) = (desk.member(Role::Agent).await, desk.member(Role::Auditor).await);
    desk.soon_finds(&agent, "start", &[&second]).await;
    for (text, by_agent, by_auditor) in [
        ("退款", vec![&first], vec![&first]),
        ("小明 申请", vec![&first], vec![&first]),
        ("nf200", vec![&second], vec![&second]),
        ("muller", vec![&second], vec![&second]),
        ("8000", vec![&first], vec![]),
        ("anna@example.com", vec![&second], vec![]),
        ("lw", vec![&second, &first], vec![&second, &first]),
    ] {
        assert_eq!(desk.found_by(&agent, text).await.iter().collect::<Vec<_>>(), by_agent, "{text}");
        assert_eq!(desk.found_by(&auditor, text).await.iter().collect::<Vec<_>>(), by_auditor, "{text}");
    }
    let note = "mutation($id: ID!) { addNote(input: {messageId: $id, content: \"老客户\"}) { userErrors { code } } }";
    desk.ask(Some(&agent), note, json!({"id": first})).await.data();
    desk.soon_finds(&auditor, "老客户", &[&first]).await;
    let page = desk.ask(Some(&agent), FOUND, json!({"text": "lw", "first": 1})).await.data();
    let info = &page["messages"]["pageInfo"];
    assert_eq!(
        (&page["messages"]["edges"][0]["node"]["id"], &info["hasNextPage"]),
        (&json!(second), &json!(true))
    );
    let next = json!({"text": "lw", "first": 1, "after": info["endCursor"]});
    let page = desk.ask(Some(&agent), FOUND, next).await.data();
    let info = &page["messages"]["pageInfo"];
    assert_eq!(
        (&page["messages"]["edges"][0]["node"]["id"], &info["hasNextPage"]),
        (&json!(first), &json!(false))
    );
}

async fn nobody_else_searches(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (visitor, _) = desk.submit().await;
    let analyst = desk.member(Role::Analyst).await;
    let query = "{ messages(filter: {search: \"lw\"}) { edges { cursor } } }";
    for (token, code) in
        [(None, "UNAUTHENTICATED"), (Some(&visitor), "FORBIDDEN"), (Some(&analyst), "FORBIDDEN")]
    {
        let answer = desk.ask(token.map(String::as_str), query, json!({})).await;
        assert_eq!(answer.code(), code);
    }
}

async fn what_a_search_finds_is_not_counted_and_not_told_as_it_happens(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let (_, id) = desk.submit().await;
    let agent = desk.member(Role::Agent).await;
    desk.soon_finds(&agent, "订单", &[&id]).await;
    let found = desk.searched(&agent, "订单").await;
    assert_eq!(found["messages"]["totalCount"], Value::Null);
    let counts = "{ messageCounts(filter: {search: \"订单\"}) { total } }";
    let refused = desk.ask(Some(&agent), counts, json!({})).await;
    assert_eq!(refused.code(), "BAD_REQUEST");
    assert_eq!(
        refused.json()["errors"][0]["message"],
        "what a search finds is not counted; ask without `search`"
    );
    let mut socket = Socket::by(&desk, Some(&agent)).await;
    let changes = "subscription { messageChanged(filter: {search: \"订单\"}) { messageId } }";
    socket.subscribe("s", changes, json!({})).await;
    let heard = socket.hear().await;
    let error = &heard["payload"][0];
    let error = if error.is_null() { &heard["payload"]["errors"][0] } else { error };
    assert_eq!(error["extensions"]["code"], "BAD_REQUEST", "{heard}");
    assert_eq!(
        error["message"],
        "nobody is told of what a search would find; leave `search` out, and ask `messages` again"
    );
}

async fn a_search_that_cannot_be_says_what_to_do(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let agent = desk.member(Role::Agent).await;
    for (text, says) in [
        (String::new(), "no letter, no digit"),
        ("？！".to_owned(), "no letter, no digit"),
        ("长".repeat(201), "more than 200 characters"),
        ("a b ".repeat(7), "more than 12 words"),
    ] {
        let answer = desk.ask(Some(&agent), FOUND, json!({"text": text})).await;
        assert_eq!(answer.code(), "BAD_REQUEST");
        let message = answer.json()["errors"][0]["message"].as_str().expect("a message").to_owned();
        assert!(message.contains(says), "{message}");
    }
    for (arguments, says) in [
        ("order: BEST_FIRST", "ask with `search`"),
        ("filter: {search: \"退款\"}, order: BEST_FIRST, last: 3", "read forwards"),
    ] {
        let query = format!("{{ messages({arguments}) {{ edges {{ cursor }} }} }}");
        let answer = desk.ask(Some(&agent), &query, json!({})).await;
        assert_eq!(answer.code(), "BAD_REQUEST");
        assert!(answer.body.contains(says), "{}", answer.body);
    }
}

async fn what_says_it_best_comes_first_when_it_is_asked_for_so(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let whole = desk.leave_as("王小明", "138 0013 8000", "退款失败").await;
    let apart = desk.leave_as("王小明", "138 0013 8000", "退款一直失败").await;
    let agent = desk.member(Role::Agent).await;
    desk.soon_finds(&agent, "退款失败", &[&apart, &whole]).await;
    let best = FOUND.replace("first: $first", "order: BEST_FIRST, first: $first");
    let mut found = vec![];
    let mut after = Value::Null;
    // A machine that runs a suite may stand still for as long as a search has: then there is another page.
    while found.len() < 2 {
        let asked = json!({"text": "退款失败", "first": 1, "after": after});
        let answer = desk.ask(Some(&agent), &best, asked).await;
        if answer.body.contains(TOO_LONG) {
            continue;
        }
        let page = answer.data()["messages"].clone();
        found.extend(page["edges"].as_array().expect("edges").iter().map(|edge| edge["node"]["id"].clone()));
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(found, [json!(whole), json!(apart)]);
}

async fn of_an_erased_visitor_nothing_is_found(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let admin = desk.administrator().await;
    let id = desk.leave_as("王小明", "138 0013 8000", "退款申请").await;
    let kept = desk.leave_as("李华", "139 0013 9000", "退款").await;
    desk.soon_finds(&admin, "退款", &[&kept, &id]).await;
    let of = "query($id: ID!) { message(id: $id) { visitor { id } } }";
    let of = desk.ask(Some(&admin), of, json!({"id": id})).await.data();
    let erase =
        "mutation($id: ID!) { eraseVisitor(id: $id, reason: \"asked\") { done userErrors { code } } }";
    let visitor = &of["message"]["visitor"]["id"];
    let erased = desk.ask(Some(&admin), erase, json!({"id": visitor})).await.data();
    assert_eq!(erased["eraseVisitor"]["userErrors"], json!([]));
    assert_eq!(desk.found_by(&admin, "退款").await, [kept.as_str()], "their key is gone before the answer");
    let store = desk.database.open(desk.clock.clone()).await;
    let emptied = match dialect {
        Dialect::Postgres => "SELECT message_id FROM message_search_1 WHERE tokens = '{}'",
        Dialect::Sqlite => "SELECT message_id FROM message_search_1 WHERE tokens = ''",
    };
    soon("its tokens are gone", || async {
        let rows = store.database().views.rows(emptied, &[]).await.expect("readable");
        rows.iter().map(|row| row.text("message_id").expect("an id")).eq([id.clone()])
    })
    .await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_searches_too_often_at_once_is_told_to_come_again_and_whoever_asks_too_much_is_not() {
    let desk = Desk::start(Dialect::Postgres).await;
    let (_, id) = desk.submit().await;
    let agent = desk.member(Role::Agent).await;
    desk.soon_finds(&agent, "订单", &[&id]).await;
    let DatabaseUrl::Postgres(url) = &desk.database.config.database else { panic!("not PostgreSQL") };
    // Nobody's search ends as long as this is held.
    let mut holder = PgConnection::connect(url).await.expect("connects");
    holder.execute("BEGIN; LOCK TABLE message_search_1 IN ACCESS EXCLUSIVE MODE").await.expect("held");
    // One searches and sixteen wait. Those of them that come late find a place where others had none, so on a machine that is busy
    // they come again, all at once.
    soon("at least thirteen of thirty are sent away", || async {
        let (busy, too_broad) = all_at_once(&desk, &agent).await;
        assert!(too_broad > 0, "the one that searched took too long, and {busy} were sent away");
        busy >= 13
    })
    .await;
    holder.execute("COMMIT").await.expect("let go");
    desk.soon_finds(&agent, "订单", &[&id]).await;
}

/// Searches thirty times at once while no search ends: how many were told to come again, and how many that it took too long.
async fn all_at_once(desk: &Desk, agent: &str) -> (usize, usize) {
    let query = "{ messages(filter: {search: \"订单\"}) { edges { cursor } } }";
    let asked = (0..30).map(|_| desk.ask(Some(agent), query, json!({})));
    let (mut busy, mut too_broad) = (0, 0);
    for answer in join_all(asked).await {
        let (code, body) = (answer.code(), answer.json());
        let error = &body["errors"][0];
        let (again, message) =
            (&error["extensions"]["retryAfter"], error["message"].as_str().expect("a message"));
        if message.contains("too many searches") {
            assert_eq!((code.as_str(), again), ("UNAVAILABLE", &json!(1)));
            busy += 1;
        } else {
            assert_eq!((code.as_str(), again), ("BAD_REQUEST", &Value::Null), "{message}");
            assert!(message.contains(TOO_LONG), "{message}");
            too_broad += 1;
        }
    }
    (busy, too_broad)
}
