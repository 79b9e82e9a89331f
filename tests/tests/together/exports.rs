//! What analysts are given as files is the same from both databases.

use chrono::{DateTime, TimeDelta, Utc};
use projections::{
    Projections, VIEWS,
    analytics::{ANALYTICS, AnalyticsExport},
};
use server::generate::{self, Options};
use store::{
    Clock, Dialect,
    testing::{TestDatabase, soon},
};
use tokio_util::sync::CancellationToken;

/// Every row of every table of a made-up desk.
async fn exported(dialect: Dialect) -> Vec<Vec<Vec<Option<String>>>> {
    let database = TestDatabase::new(dialect).await;
    let until = "2026-08-31T12:00:00Z".parse().expect("an instant");
    let store = database.open(Clock::manual(until)).await;
    generate::into(&store, &Options { messages: 120, seed: 7, days: 60, until }, |_| {})
        .await
        .expect("made up");
    let stop = CancellationToken::new();
    let views = Projections::start(&store, &stop);
    let head = store.head().await.expect("a head");
    let names: Vec<_> = VIEWS.iter().map(|view| view.name).collect();
    soon("the views follow", || async { views.wait_for(&names, head).await.expect("readable") }).await;
    let mut export = AnalyticsExport::begin(&store).await.expect("readable");
    let mut tables = vec![];
    for table in ANALYTICS {
        let mut rows = vec![];
        let read = export.read(table, |row| {
            rows.push(row);
            Ok(())
        });
        read.await.expect("readable");
        tables.push(rows);
    }
    drop(export);
    stop.cancel();
    views.ended().await;
    store.close().await;
    tables
}

/// To the letter; but SQLite reckons in floating point, and half a millisecond may be rounded otherwise.
fn is_the_same(kind: &str, one: Option<&str>, other: Option<&str>) -> bool {
    match (kind, one, other) {
        ("timestamptz", Some(one), Some(other)) => {
            let [one, other] = [one, other].map(|at| at.parse::<DateTime<Utc>>().expect("an instant"));
            (one - other).abs() <= TimeDelta::milliseconds(1)
        }
        _ => one == other,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_export_the_same_of_the_same_desk() {
    let (sqlite, postgres) = (exported(Dialect::Sqlite).await, exported(Dialect::Postgres).await);
    for (place, table) in ANALYTICS.iter().enumerate() {
        assert!(sqlite[place].len() > 10, "{}: {} rows prove nothing", table.name, sqlite[place].len());
        for (one, other) in sqlite[place].iter().zip(&postgres[place]) {
            for ((one, other), column) in one.iter().zip(other).zip(table.columns) {
                assert!(
                    is_the_same(column.kind, one.as_deref(), other.as_deref()),
                    "{}.{}: {one:?} {other:?}",
                    table.name,
                    column.name
                );
            }
        }
        assert_eq!(sqlite[place].len(), postgres[place].len(), "{}", table.name);
    }
}
