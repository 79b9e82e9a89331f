//! By which index a search is answered, told by the database itself, on a full list.

use super::{Desk, plans};
use domain::{access::Role, search::Query};
use projections::{MessageFilter, MessageOrder, PageRequest};
use store::{Dialect, on_both_databases, testing::Listening, word};

on_both_databases!(
    a_search_reads_neither_the_list_nor_the_tokens_whole,
    a_rare_word_is_found_by_its_index_and_a_common_one_along_the_list,
);

/// One message in five says this, …
const COMMON: &str = "退";
/// … one in two thousand this.
const RARE: &str = "锁";

async fn full(dialect: Dialect) -> Desk {
    let desk = plans::full(dialect).await;
    let (common, rare) = (desk.store.hashed(COMMON), desk.store.hashed(RARE));
    // A hundred tokens that many say, and one that nobody else does.
    let token = |n: &str| match dialect {
        Dialect::Postgres => n.to_owned(),
        Dialect::Sqlite => format!("substr('0000000000' || ({n}), -10)"),
    };
    let own = [token("n % 100"), token("200 + n")];
    let said = |every: i64, hash: i64| match dialect {
        Dialect::Postgres => format!("CASE WHEN n % {every} = 0 THEN {hash} ELSE 0 END"),
        Dialect::Sqlite => format!("CASE WHEN n % {every} = 0 THEN '{}' ELSE '' END", word(hash)),
    };
    let all = [own.to_vec(), vec![said(5, common), said(2_000, rare)]].concat();
    let tokens = match dialect {
        Dialect::Postgres => format!("ARRAY[{}]::bigint[]", all.join(", ")),
        Dialect::Sqlite => all.join(" || ' ' || "),
    };
    let sql = format!(
        "INSERT INTO message_search_1 (message_id, number, tokens) SELECT message_id, n, {tokens} \
         FROM (SELECT message_id, submitted_at / 1000000 AS n FROM message_list_5) AS numbers"
    );
    let views = &desk.store.database().views;
    views.execute(&sql, &[]).await.expect("filled");
    if dialect == Dialect::Postgres {
        views.execute("ANALYZE message_search_1", &[]).await.expect("counted");
    }
    desk
}

async fn plan(desk: &Desk, typed: &str, order: MessageOrder) -> String {
    let search = Some(Query::read(typed).expect("a query"));
    let (reader, filter) = (Desk::reader(Role::Admin), MessageFilter { search, ..MessageFilter::default() });
    let listening = Listening::to(&desk.store);
    // Nobody sealed what is in this list: it is found, and cannot be opened.
    let unopened = desk.views.messages(&reader, &filter, order, &PageRequest::default()).await;
    assert!(unopened.is_err(), "something was found");
    let asked = listening.heard();
    let asked = asked.iter().find(|asked| asked.sql.contains("message_search_1")).expect("asked").clone();
    asked.plan().await
}

async fn a_search_reads_neither_the_list_nor_the_tokens_whole(dialect: Dialect) {
    let desk = full(dialect).await;
    for order in [
        MessageOrder::NewestFirst,
        MessageOrder::OldestFirst,
        MessageOrder::LastActivity,
        MessageOrder::DueFirst,
    ] {
        for typed in [COMMON, RARE, "退 锁"] {
            let plan = plan(&desk, typed, order).await;
            assert!(!plans::reads_whole(&plan) && !plan.contains("Seq Scan"), "{typed}, {order:?}: {plan}");
            assert!(dialect == Dialect::Postgres || plan.contains("VIRTUAL TABLE INDEX"), "{plan}");
        }
    }
}

async fn a_rare_word_is_found_by_its_index_and_a_common_one_along_the_list(dialect: Dialect) {
    let desk = full(dialect).await;
    let (rare, common) = (
        plan(&desk, RARE, MessageOrder::NewestFirst).await,
        plan(&desk, COMMON, MessageOrder::NewestFirst).await,
    );
    match dialect {
        Dialect::Postgres => {
            assert!(rare.contains("message_search_1_tokens"), "{rare}");
            assert!(common.contains("Index Scan Backward using message_search_1_number_key"), "{common}");
        }
        // In either case along the numbers, as its full-text index has them.
        Dialect::Sqlite => assert!(!plans::is_sorted(&rare) && !plans::is_sorted(&common), "{rare}{common}"),
    }
}
