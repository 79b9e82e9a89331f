//! Many rows in one statement, the same on both databases.

use store::{Dialect, Kind, Value, on_both_databases, testing::TestDatabase};

on_both_databases!(
    many_rows_are_written_and_changed_at_once,
    rows_in_the_way_are_left_alone,
    rows_are_read_by_their_keys_and_absent_ones_left_out,
);

const VISITORS: [store::Column; 3] =
    [("visitor_id", Kind::Text), ("name", Kind::Text), ("contact", Kind::Text)];

fn visitor(number: i64, name: Option<String>) -> Vec<Value> {
    vec![number.to_string().into(), name.into(), None::<String>.into()]
}

async fn many_rows_are_written_and_changed_at_once(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let views = database.open(TestDatabase::clock()).await.database().views.clone();
    let mut tx = views.begin().await.expect("begins");
    let rows = (0..1_500).map(|number| visitor(number, Some(format!("名{number}")))).collect();
    assert_eq!(tx.insert_many("visitors", &VISITORS, rows, "").await.expect("written"), 1_500);
    let changed = (0..1_000).map(|number| visitor(number, None)).collect();
    tx.update_many("visitors", &VISITORS, changed).await.expect("changed");
    assert_eq!(tx.insert_many("visitors", &VISITORS, vec![], "").await.expect("nothing"), 0);
    tx.commit().await.expect("committed");
    let sql = "SELECT COUNT(*) AS rows, COUNT(name) AS named FROM visitors";
    let row = views.row(sql, &[]).await.expect("readable").expect("a row");
    assert_eq!((row.int("rows").expect("rows"), row.int("named").expect("named")), (1_500, 500));
}

async fn rows_in_the_way_are_left_alone(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let views = database.open(TestDatabase::clock()).await.database().views.clone();
    let mut tx = views.begin().await.expect("begins");
    tx.insert_many("visitors", &VISITORS, vec![visitor(1, None)], "").await.expect("written");
    let rows = vec![visitor(1, Some("二".into())), visitor(2, None)];
    let keep = "ON CONFLICT (visitor_id) DO NOTHING";
    assert_eq!(tx.insert_many("visitors", &VISITORS, rows, keep).await.expect("written"), 1);
    tx.commit().await.expect("committed");
}

async fn rows_are_read_by_their_keys_and_absent_ones_left_out(dialect: Dialect) {
    let database = TestDatabase::new(dialect).await;
    let views = database.open(TestDatabase::clock()).await.database().views.clone();
    let mut tx = views.begin().await.expect("begins");
    let rows = (0..1_500).map(|number| visitor(number, Some(format!("名{number}")))).collect();
    tx.insert_many("visitors", &VISITORS, rows, "").await.expect("written");
    let keys = (1_000..2_000).map(|number| number.to_string()).collect();
    let found = tx.rows_of("visitors", "visitor_id", "visitor_id, name", keys).await.expect("readable");
    let mut names: Vec<String> = found.iter().map(|row| row.text("name").expect("text")).collect();
    names.sort();
    assert_eq!(names, (1_000..1_500).map(|number| format!("名{number}")).collect::<Vec<_>>());
    let none = tx.rows_of("visitors", "visitor_id", "name", vec![]).await.expect("readable");
    assert!(none.is_empty());
}
