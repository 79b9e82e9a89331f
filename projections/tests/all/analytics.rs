//! Tables for analysts' own tools: whole, as of one moment, and shown to nobody else.

mod granted;

use super::{
    Desk, MEMBER,
    statistics::{a_morning, figures},
};
use domain::{
    desk::{Desk as DeskAggregate, DeskEvent, DeskRevised},
    ids::DESK_ID,
};
use projections::{
    VIEWS,
    analytics::{ANALYTICS, AnalyticsExport},
};
use store::{Dialect, RebuildProgress, on_both_databases};
use tokio::sync::watch;

on_both_databases!(
    tables_for_analysts_own_tools_are_whole_and_outlive_a_rebuild,
    an_export_is_of_one_moment_and_says_of_which,
    rows_are_in_order_and_say_true_and_false,
    members_are_not_named_where_no_figures_are_shown_per_member,
);

/// The rows of every table.
type Tables = Vec<Vec<Vec<Option<String>>>>;

async fn read(export: &mut AnalyticsExport) -> Tables {
    let mut all = vec![];
    for table in ANALYTICS {
        let mut rows = vec![];
        let read = export.read(table, |row| {
            rows.push(row);
            Ok(())
        });
        assert_eq!(read.await.expect("readable"), rows.len() as u64);
        all.push(rows);
    }
    all
}

async fn begin(desk: &Desk) -> AnalyticsExport {
    AnalyticsExport::begin(&desk.store).await.expect("readable")
}

async fn tables(desk: &Desk) -> Tables {
    read(&mut begin(desk).await).await
}

/// Every value of a column.
fn column(tables: &Tables, table: &str, name: &str) -> Vec<Option<String>> {
    let place = ANALYTICS.iter().position(|it| it.name == table).expect("a table");
    let column = ANALYTICS[place].columns.iter().position(|it| it.name == name).expect("a column");
    tables[place].iter().map(|row| row[column].clone()).collect()
}

/// The desk shows figures per member from now on, or does not.
async fn show_members(desk: &Desk, figures_per_member: bool) {
    let revised = DeskRevised {
        at: desk.clock.now(),
        name: "Leaveword".to_owned(),
        locales: vec![],
        time_zone: "Asia/Shanghai".to_owned(),
        phone_region: "CN".to_owned(),
        days_until_shredding: 7,
        upload_bytes: 2 << 20,
        uploads_per_message: 9,
        files: vec![],
        file_bytes: 1 << 20,
        figures_per_member,
    };
    let loaded = desk.store.load::<DeskAggregate>(&DESK_ID.to_string()).await.expect("loads");
    let revised = [DeskEvent::DeskRevised(revised)];
    desk.happen::<DeskAggregate>(DESK_ID, loaded.version(), None, &revised).await;
}

async fn tables_for_analysts_own_tools_are_whole_and_outlive_a_rebuild(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    a_morning(&desk).await;
    let before = tables(&desk).await;
    // Four messages; two replies; waits of 1, 2 (twice), 4, and 3's that goes on; one day.
    assert_eq!(before.iter().map(Vec::len).collect::<Vec<_>>(), [4, 2, 5, 1]);
    let texts: Vec<&str> = before.iter().flatten().flatten().flatten().map(String::as_str).collect();
    assert!(texts.iter().all(|text| !text.contains("sealed")), "no personal data");
    let told = figures(&desk).await;
    let daily: Vec<&str> =
        before[3][0][1..].iter().map(|value| value.as_deref().expect("a figure")).collect();
    let figure = |value: u64| value.to_string();
    let expected = [
        figure(told.submitted),
        figure(told.handled_of_submitted),
        figure(told.reply.count),
        figure(0),
        figure(told.closed),
        figure(told.met),
        figure(told.missed - 1),
        figure(told.reply.sum),
        figure(told.reply.sum),
    ];
    assert_eq!(daily, expected, "a wait that is late and goes on is missed in the figures alone");
    let (progress, _) = watch::channel(RebuildProgress::default());
    let views: Vec<_> =
        VIEWS.iter().filter(|view| ["statistics", "message_list"].contains(&view.name)).copied().collect();
    desk.store.rebuild(&views, &progress).await.expect("rebuilt");
    assert_eq!(tables(&desk).await, before);
}

async fn an_export_is_of_one_moment_and_says_of_which(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    a_morning(&desk).await;
    let head = desk.store.head().await.expect("a head");
    let before = tables(&desk).await;
    let mut export = begin(&desk).await;
    let as_of = export.as_of().clone();
    assert_eq!((as_of.position(), as_of.log, as_of.is_even(), as_of.is_behind()), (head, head, true, false));
    // Between two tables the desk goes on, and its views follow.
    let mut first = vec![];
    let taken = export.read(ANALYTICS[0], |row| {
        first.push(row);
        Ok(())
    });
    taken.await.expect("readable");
    assert_eq!(first, before[0]);
    desk.reply(3, 3).await;
    desk.arrive(5).await;
    desk.submit(5, 5).await;
    assert_eq!(read(&mut export).await, before, "nothing that came since");
    drop(export);
    let after = begin(&desk).await.as_of().clone();
    assert_eq!(after.position(), desk.store.head().await.expect("a head"));
    assert!(after.position() > head);
    // A log that nobody follows any more.
    desk.stop.cancel();
    desk.views.ended().await;
    desk.submit(6, 5).await;
    let behind = begin(&desk).await.as_of().clone();
    assert_eq!((behind.position(), behind.is_behind()), (after.position(), true));
    assert!(behind.log > behind.position());
}

async fn rows_are_in_order_and_say_true_and_false(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    a_morning(&desk).await;
    let tables = tables(&desk).await;
    for (table, rows) in ANALYTICS.iter().zip(&tables) {
        let keys = |row: &Vec<Option<String>>| -> Vec<(bool, String)> {
            row.iter().map(|value| (value.is_none(), value.clone().unwrap_or_default())).collect()
        };
        assert!(rows.is_sorted_by_key(keys), "{}: {rows:?}", table.name);
        for (place, column) in table.columns.iter().enumerate() {
            let values: Vec<&str> = rows.iter().filter_map(|row| row[place].as_deref()).collect();
            let is_one_spelling = |value: &&str| match column.kind {
                "boolean" => ["true", "false"].contains(value),
                "timestamptz" => value.len() == 24 && value.ends_with('Z'),
                "date" => value.len() == 10,
                "bigint" | "numeric" => value.parse::<u64>().is_ok(),
                _ => true,
            };
            assert!(values.iter().all(is_one_spelling), "{}.{}: {values:?}", table.name, column.name);
        }
    }
    let flags = |table, name| column(&tables, table, name).into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(flags("replies", "ended_a_wait"), ["true", "true"]);
    assert_eq!(flags("messages", "overdue"), ["false", "false", "true", "false"]);
}

async fn members_are_not_named_where_no_figures_are_shown_per_member(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    a_morning(&desk).await;
    let named = |tables: &Tables| {
        let all = ANALYTICS.iter().flat_map(|table| table.columns.iter().map(move |column| (table, column)));
        let members = all.filter(|(_, column)| column.names_member);
        members
            .map(|(table, it)| column(tables, table.name, it.name).into_iter().flatten().count())
            .collect::<Vec<_>>()
    };
    let whole = tables(&desk).await;
    assert_eq!(named(&whole), [1, 2, 4], "whose message, whose replies, who ended waits");
    show_members(&desk, false).await;
    let export = begin(&desk).await;
    assert!(!export.names_members());
    drop(export);
    let hidden = tables(&desk).await;
    assert_eq!(named(&hidden), [0, 0, 0]);
    let id = MEMBER.to_string();
    assert!(hidden.iter().flatten().flatten().flatten().all(|value| *value != id), "nowhere else either");
    assert_eq!(
        hidden.iter().map(Vec::len).collect::<Vec<_>>(),
        whole.iter().map(Vec::len).collect::<Vec<_>>()
    );
    show_members(&desk, true).await;
    assert_eq!(tables(&desk).await, whole);
}
