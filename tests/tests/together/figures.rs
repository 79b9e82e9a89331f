//! Every figure of made-up desks equals what a naive computation makes of the raw log, however the facts lie.

mod naive;
mod narrowed;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::{
    access::{Reach, Role},
    actor::Actor,
    ids::{CategoryId, MemberId},
};
use naive::{Log, Told};
use projections::{
    MessageFilter, Projections, Reader,
    statistics::{Calendar, Figures, Group, Interval, Point, Statistics, StatisticsRange, Wanted},
};
use server::generate::{self, Options};
use std::{collections::HashMap, sync::Arc, sync::Mutex};
use store::{
    Clock, Dialect, RebuildProgress, Store, on_both_databases,
    testing::{TestDatabase, soon},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

on_both_databases!(every_figure_of_fifty_desks_equals_a_naive_recomputation);

const DESKS: u64 = 50;
/// The zone of a desk that is made up, until it is revised.
const ZONE: Tz = Tz::Asia__Shanghai;

fn analyst() -> Reader {
    let id = MemberId(Uuid::from_u128(1));
    Reader::of_statistics(Actor::Member { id, grants: Role::Analyst.grants() }, &Reach::Desk).expect("may")
}

async fn every_figure_of_fifty_desks_equals_a_naive_recomputation(dialect: Dialect) {
    let mut all = Figures::default();
    let mut differing = 0;
    let mut parts = [(0, 0); narrowed::PARTS];
    for seed in 1..=DESKS {
        let database = TestDatabase::new(dialect).await;
        let until: DateTime<Utc> = "2026-08-31T12:00:00Z".parse().expect("an instant");
        let clock = Clock::manual(until);
        let store = database.open(clock.clone()).await;
        let options = Options { messages: 40, seed, days: 45, until };
        generate::into(&store, &options, |_| {}).await.expect("made up");
        let stop = CancellationToken::new();
        let views = Projections::start(&store, &stop);
        let (figures, differ, of_parts) = compare(&store, &views, seed, until).await;
        differing += differ;
        for ((part, all), (of_part, of_all)) in parts.iter_mut().zip(of_parts) {
            (*part, *all) = (*part + of_part, *all + of_all);
        }
        for (sum, of) in counts(&mut all).into_iter().zip(counts(&mut figures.clone())) {
            *sum += *of;
        }
        all.quality.extend(figures.quality);
        all.satisfaction.rateable += figures.satisfaction.rateable;
        stop.cancel();
        views.ended().await;
        store.close().await;
    }
    // Figures that are nothing would prove nothing.
    assert!(counts(&mut all).iter().all(|count| **count > 0) && !all.quality.is_empty(), "{all:?}");
    assert!(differing > 0 && all.satisfaction.rateable > 0);
    assert!(parts.iter().all(|(part, all)| *part > 50 && *part < all - 50), "{parts:?}");
}

fn counts(of: &mut Figures) -> [&mut u64; 13] {
    [
        &mut of.submitted,
        &mut of.replied,
        &mut of.resolved,
        &mut of.closed,
        &mut of.reopened,
        &mut of.spam,
        &mut of.handled,
        &mut of.handled_of_submitted,
        &mut of.met,
        &mut of.missed,
        &mut of.first_response.sum,
        &mut of.reply.sum,
        &mut of.handling.sum,
    ]
}

async fn follow(store: &Store, views: &Projections) {
    let head = store.head().await.expect("a head");
    soon("the views follow", || async {
        views.status().await.expect("readable").iter().all(|view| view.position == head)
    })
    .await;
}

/// Everything that is told of a desk; what is told of all its time, in how many messages two versions differ, and how many
/// messages those have who are told of a part.
async fn compare(
    store: &Store,
    views: &Projections,
    seed: u64,
    until: DateTime<Utc>,
) -> (Figures, u64, [(usize, usize); narrowed::PARTS]) {
    follow(store, views).await;
    let log = Log::read(store).await;
    let messages = log.messages();
    let naive = Naive::of(&messages);
    naive::tables::agree(store, &messages, seed).await;
    let last = until.with_timezone(&ZONE).date_naive();
    let day = |back: i64| last - TimeDelta::days(back);
    let some = i64::try_from(seed).expect("a seed") % 30;
    let ranges: Vec<(NaiveDate, NaiveDate)> =
        vec![(day(60), day(-1)), (day(30 + some / 2), day(some)), (day(some + 1), day(some))];
    let mut apart = vec![];
    for calendar in [Calendar::DeskHours, Calendar::WallClock] {
        for (from, until) in &ranges {
            let range = StatisticsRange::new(*from, *until, ZONE).expect("a range");
            let told = ask(views, range, &MessageFilter::default(), calendar).await;
            equal(&told, &naive, range, calendar, seed);
            apart.push(everything(&told));
            drop(told);
            placed(views, &naive, range, calendar, seed).await;
        }
    }
    // By a filter, which reads other rows.
    let category = CategoryId("complaint".to_owned());
    let filter = MessageFilter { category_id: vec![category.clone()], ..MessageFilter::default() };
    let range = StatisticsRange::new(ranges[0].0, ranges[0].1, ZONE).expect("a range");
    let told = ask(views, range, &filter, Calendar::DeskHours).await;
    let of_category = naive::of_category(log.messages(), &category);
    equal(&told, &Naive::of(&of_category), range, Calendar::DeskHours, seed);
    drop(told);
    let parts = narrowed::compare(views, &log, range, seed).await;
    // The backlog when each of some events was recorded.
    for raw in log.events().iter().step_by(17) {
        let told = views.backlog_at(&analyst(), &MessageFilter::default(), raw.recorded_at).await;
        assert_eq!(told.expect("readable"), naive::backlog(&messages, raw.recorded_at), "desk {seed}");
    }
    // The same again, once the days are in one piece, and once everything was told anew.
    let mut after = i64::MIN;
    while let Some(day) = views.put_statistics_together(after).await.expect("put together") {
        after = day;
    }
    assert_eq!(again(views, &naive, &ranges, seed).await, apart, "desk {seed}, in one piece");
    if seed % 10 == 1 {
        let view = projections::VIEWS.iter().filter(|view| view.name == "statistics").copied();
        let (progress, _) = watch::channel(RebuildProgress::default());
        store.rebuild(&view.collect::<Vec<_>>(), &progress).await.expect("rebuilt");
        follow(store, views).await;
        assert_eq!(again(views, &naive, &ranges, seed).await, apart, "desk {seed}, rebuilt");
    }
    let told = ask(views, range, &MessageFilter::default(), Calendar::DeskHours).await;
    (told.figures().expect("whole"), told.differing(None, 1).expect("whole").0, parts)
}

async fn ask(
    views: &Projections,
    range: StatisticsRange,
    filter: &MessageFilter,
    calendar: Calendar,
) -> Arc<Statistics> {
    views.statistics(&analyst(), range, filter, calendar, Wanted::Groups).await.expect("readable")
}

/// Figures alone, which are read from what is placed on each day.
async fn placed(
    views: &Projections,
    naive: &Naive<'_>,
    range: StatisticsRange,
    calendar: Calendar,
    seed: u64,
) {
    let all = MessageFilter::default();
    let told = views.statistics(&analyst(), range, &all, calendar, Wanted::Figures).await.expect("readable");
    assert!(told.by(Group::Tag).is_err(), "no message was read");
    figures_equal(&told, naive, range, calendar, seed);
}

async fn again(
    views: &Projections,
    naive: &Naive<'_>,
    ranges: &[(NaiveDate, NaiveDate)],
    seed: u64,
) -> Vec<String> {
    let mut all = vec![];
    for calendar in [Calendar::DeskHours, Calendar::WallClock] {
        for (from, until) in ranges {
            let range = StatisticsRange::new(*from, *until, ZONE).expect("a range");
            all.push(everything(ask(views, range, &MessageFilter::default(), calendar).await.as_ref()));
            placed(views, naive, range, calendar, seed).await;
        }
    }
    all
}

/// What a naive computation makes of some messages; of each stretch once, however often it is asked.
struct Naive<'a> {
    messages: &'a [Told],
    /// Whose figures alone there are by member; `None`: everybody's.
    own: Option<Uuid>,
    known: Mutex<HashMap<Stretch, Figures>>,
}

/// From when until when, and whether by the clock on the wall.
type Stretch = (DateTime<Utc>, DateTime<Utc>, bool);

impl<'a> Naive<'a> {
    fn of(messages: &'a [Told]) -> Self {
        Self { messages, own: None, known: Mutex::default() }
    }

    /// The same for somebody who reads their own figures.
    fn of_own(messages: &'a [Told], own: Uuid) -> Self {
        Self { own: Some(own), ..Self::of(messages) }
    }

    fn figures(&self, point: Point, calendar: Calendar) -> Figures {
        let mut known = self.known.lock().expect("nobody panicked with it");
        let key = (point.from, point.until, calendar == Calendar::WallClock);
        known.entry(key).or_insert_with(|| naive::figures(self.messages, point, calendar)).clone()
    }
}

const GROUPS: [Group; 4] = [Group::Category, Group::Tag, Group::Team, Group::Member];

/// All that is told of a range, as text.
fn everything(told: &Statistics) -> String {
    let groups = GROUPS.map(|group| told.by(group).expect("whole"));
    let trend = told.trend(Interval::Week).expect("whole");
    let differing = told.differing(None, 100).expect("whole");
    format!("{:?} {trend:?} {groups:?} {differing:?} {}", told.figures().expect("whole"), told.as_of)
}

/// Those of the range and of its points.
fn figures_equal(
    told: &Statistics,
    naive: &Naive<'_>,
    range: StatisticsRange,
    calendar: Calendar,
    seed: u64,
) {
    assert_eq!(
        told.figures().expect("whole"),
        naive.figures(range.whole(), calendar),
        "desk {seed}, {range:?}, {calendar:?}"
    );
    let in_hours = range.points(Interval::Hour).is_ok().then_some(Interval::Hour);
    for interval in [Interval::Day, Interval::Week, Interval::Month].into_iter().chain(in_hours) {
        for (point, figures) in told.trend(interval).expect("whole") {
            assert_eq!(figures, naive.figures(point, calendar), "desk {seed}, {point:?}");
        }
    }
}

fn equal(told: &Statistics, naive: &Naive<'_>, range: StatisticsRange, calendar: Calendar, seed: u64) {
    figures_equal(told, naive, range, calendar, seed);
    let (messages, own) = (naive.messages, naive.own.map(|own| own.to_string()));
    for group in GROUPS {
        let rows = told.by(group).expect("whole");
        let mut naive = naive::by(messages, [range.before(), range.whole()], calendar, group);
        if group == Group::Member {
            naive.retain(|member, _| own.as_ref().is_none_or(|own| own == member));
        }
        for row in rows {
            let [before, now] = naive.remove(&row.key).unwrap_or_default();
            assert_eq!(row.figures, now, "desk {seed}, {group:?} {}", row.key);
            assert_eq!(row.before, before, "desk {seed}, {group:?} {}", row.key);
            for satisfaction in [row.figures.satisfaction, row.before.satisfaction] {
                // Whoever was rated could be.
                assert!(satisfaction.count() <= satisfaction.rateable, "desk {seed}, {group:?} {}", row.key);
            }
        }
        assert_eq!(naive.keys().collect::<Vec<_>>(), Vec::<&String>::new(), "desk {seed}, {group:?}");
    }
    let (all, differing) = told.differing(None, 100).expect("whole");
    let naive = naive::differing(messages, range.whole(), calendar);
    assert_eq!(all, naive.len() as u64);
    let differing: Vec<_> = differing.into_iter().map(|it| (it.message, it.first, it.second)).collect();
    assert_eq!(differing, naive, "desk {seed}");
}
