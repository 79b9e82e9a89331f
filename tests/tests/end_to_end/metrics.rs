//! What Prometheus is told.

use super::Desk;
use std::collections::{BTreeMap, BTreeSet};
use store::{Dialect, on_both_databases};

const MANUAL: &str = include_str!("../../../docs/metrics.md");

on_both_databases!(metrics_say_how_the_log_and_its_views_are_and_nothing_of_anybody);

/// What is told, as text.
async fn scraped(desk: &Desk) -> String {
    let address = desk.server.metrics_address().expect("an address of its own");
    let response = desk.http.get(format!("http://{address}/metrics")).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let kind = response.headers()["content-type"].to_str().expect("text").to_owned();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let text = response.text().await.expect("text");
    assert!(text.ends_with("# EOF\n"), "{text}");
    text
}

/// The samples by their names with labels, as `leaveword_log_position` or `leaveword_view_lag_events{view="members"}`.
pub(super) async fn samples(desk: &Desk) -> BTreeMap<String, f64> {
    let text = scraped(desk).await;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').expect("a value");
            (name.to_owned(), value.parse().expect("a number"))
        })
        .collect()
}

async fn metrics_say_how_the_log_and_its_views_are_and_nothing_of_anybody(dialect: Dialect) {
    let desk = Desk::start(dialect).await;
    let before = samples(&desk).await;
    desk.submit().await;
    let after = samples(&desk).await;
    let grown = |name: &str| after[name] - before[name];
    // A visitor who arrives, what is remembered of them, and their message.
    assert!(grown("leaveword_log_position") >= 2.0);
    assert!((grown("leaveword_appended_events_total") - grown("leaveword_log_position")).abs() < 0.5);
    assert!(grown("leaveword_append_seconds_count") >= 1.0);
    assert!(grown("leaveword_append_batch_seconds_count") >= 1.0);
    assert!(grown("leaveword_append_batch_commands_count") >= 1.0);
    assert!(after["leaveword_append_queue_commands"].abs() < 0.5);
    for view in projections::VIEWS {
        assert!(after.contains_key(&format!("leaveword_view_lag_events{{view=\"{}\"}}", view.name)));
        assert!(after.contains_key(&format!("leaveword_view_lag_seconds{{view=\"{}\"}}", view.name)));
        assert!(after[&format!("leaveword_view_stands_still{{view=\"{}\"}}", view.name)].abs() < 0.5);
    }
    let burden = match dialect {
        Dialect::Postgres => "leaveword_oldest_snapshot_seconds",
        Dialect::Sqlite => "leaveword_write_ahead_log_bytes",
    };
    assert!(after.contains_key(burden));
    // A label that takes as many values as there are people or addresses would grow for ever, and would name them.
    let labels: BTreeSet<&str> = after
        .keys()
        .filter_map(|name| name.split_once('{'))
        .flat_map(|(_, labels)| labels.trim_end_matches('}').split(','))
        .filter_map(|label| Some(label.split_once('=')?.0))
        .collect();
    assert_eq!(labels, BTreeSet::from(["database", "kind", "le", "outcome", "state", "version", "view"]));
    let told = scraped(&desk).await;
    let named: BTreeSet<&str> =
        told.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let other = match dialect {
        Dialect::Postgres => "leaveword_write_ahead_log_bytes",
        Dialect::Sqlite => "leaveword_oldest_snapshot_seconds",
    };
    let rows = MANUAL.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let explained: BTreeSet<&str> = rows.filter(|name| *name != other).collect();
    assert_eq!(explained, named, "docs/metrics.md explains each of them, and no other");
    let elsewhere = desk.http.get(desk.url("/metrics")).send().await.expect("an answer");
    assert_eq!(elsewhere.status(), 404, "not where everybody asks");
}
