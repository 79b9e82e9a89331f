//! Figures: worked out by hand for a few days, the same however their facts lie, and explained.

use super::{Desk, MEMBER, TEAM};
use chrono::{DateTime, NaiveDate, TimeDelta};
use chrono_tz::Tz;
use domain::{
    access::{Permission, Reach, Role, Scope},
    actor::Actor,
    desk::ServiceTarget,
    hours::{HoursInput, monday_to_friday_9_to_18},
    ids::{CategoryId, MemberId},
    message::{Assignee, MessageCommand, RateMessage, Stars, StepKind},
};
use projections::{
    MessageFilter, QueryError, Reader, STATISTICS_VIEWS,
    statistics::{Calendar, Durations, Figures, Group, Interval, Statistics, StatisticsRange, Wanted},
};
use std::{sync::Arc, time::Duration};
use store::{Dialect, on_both_databases};
use uuid::Uuid;

on_both_databases!(
    figures_are_those_worked_out_by_hand,
    figures_are_the_same_however_their_facts_lie,
    durations_are_told_by_the_hours_of_the_time,
    spam_leaves_every_figure_and_what_is_gone_for_good_changes_none,
    a_backlog_is_told_of_every_instant,
    a_message_is_explained_by_its_events,
    whoever_sees_less_is_told_less,
    too_many_at_once_are_told_to_come_again,
);

fn zone() -> Tz {
    Tz::Asia__Shanghai
}

fn day(desk: &Desk, days: i64) -> NaiveDate {
    (desk.clock.now().with_timezone(&zone()) + TimeDelta::days(days)).date_naive()
}

/// From the day before today until the day after.
fn around(desk: &Desk) -> StatisticsRange {
    StatisticsRange::new(day(desk, -1), day(desk, 1), zone()).expect("a range")
}

fn analyst() -> Reader {
    Reader::of_statistics(Actor::Member { id: MEMBER, grants: Role::Analyst.grants() }, &Reach::Desk)
        .expect("may")
}

async fn ask(desk: &Desk, range: StatisticsRange, filter: &MessageFilter) -> Arc<Statistics> {
    ask_for(desk, range, filter, Wanted::Groups).await
}

async fn ask_for(
    desk: &Desk,
    range: StatisticsRange,
    filter: &MessageFilter,
    wanted: Wanted,
) -> Arc<Statistics> {
    let calendar = Calendar::WallClock;
    desk.views.statistics(&analyst(), range, filter, calendar, wanted).await.expect("readable")
}

/// Those around today; with the backlog of now, for PostgreSQL's own clock is not the test's.
pub(super) async fn figures(desk: &Desk) -> Figures {
    let filter = MessageFilter::default();
    let told = ask(desk, around(desk), &filter).await.figures().expect("whole");
    let later = "2999-01-01T00:00:00Z".parse().expect("an instant");
    let backlog = desk.views.backlog_at(&analyst(), &filter, later).await.expect("readable");
    Figures { backlog, ..told }
}

async fn put_together(desk: &Desk) -> usize {
    let (mut after, mut days) = (i64::MIN, 0);
    while let Some(day) = desk.views.put_statistics_together(after).await.expect("put together") {
        (after, days) = (day, days + 1);
    }
    days
}

fn wait(desk: &Desk, seconds: u64) {
    desk.clock.advance(Duration::from_secs(seconds));
}

async fn rate(desk: &Desk, n: u128, visitor: u128, stars: i64) {
    let (id, key) = (Desk::message(n), super::message_key(n, visitor));
    let rating = Stars::new(stars).expect("stars");
    let rate = RateMessage { at: desk.clock.now(), rating, comment: None };
    desk.carry_out::<domain::message::Message>(id.0, key, MessageCommand::Rate(rate)).await;
}

/// Each happening takes a second. The target: 100 s.
pub(super) async fn a_morning(desk: &Desk) {
    desk.revise_target(1, 100).await;
    desk.form_team().await;
    for n in 1..=4 {
        desk.arrive(n).await;
        desk.submit(n, n).await;
    }
    desk.categorize(1, 1, "complaint").await;
    desk.assign(1, 1, Assignee::Team(TEAM)).await;
    desk.claim(1, 1).await;
    // 1: 8 s to submit three more, 3 s to sort, and 20 s.
    wait(desk, 20);
    desk.reply(1, 1).await;
    desk.step(1, 1, StepKind::Resolve).await;
    rate(desk, 1, 1, 4).await;
    // 2: closed, opened again, and answered 10 s later.
    desk.close(2, 2).await;
    desk.reopen(2, 2).await;
    wait(desk, 9);
    desk.reply(2, 2).await;
    // 3: late, and not answered.
    wait(desk, 100);
    desk.become_overdue(3, 3, 1, ServiceTarget::of_seconds(100)).await;
    // 4: late, nobody told, closed.
    desk.close(4, 4).await;
}

async fn figures_are_those_worked_out_by_hand(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let began = desk.clock.now();
    a_morning(&desk).await;
    let told = figures(&desk).await;
    // Two visitors' events and one of the message each: message n is left 3n - 1 seconds after the team was formed.
    let left = |n: i64| began + TimeDelta::seconds(2 + 3 * n - 1);
    let replied_1 = began + TimeDelta::seconds(2 + 12 + 3 + 20);
    let closed_2 = replied_1 + TimeDelta::seconds(3);
    let replied_2 = closed_2 + TimeDelta::seconds(1 + 1 + 9);
    let seconds = |span: TimeDelta| u64::try_from(span.num_seconds()).expect("seconds");
    let (first_1, first_2) = (seconds(replied_1 - left(1)), seconds(replied_2 - left(2)));
    let durations = |mut of: Vec<u64>| {
        of.sort_unstable();
        let (p50, p90) = (of[of.len().div_ceil(2) - 1], of[(of.len() * 9).div_ceil(10) - 1]);
        Durations { count: of.len() as u64, sum: of.iter().sum(), p50: Some(p50), p90: Some(p90) }
    };
    assert_eq!(told.first_response, durations(vec![first_1, first_2]));
    assert_eq!(told.first_response_restarted, durations(vec![first_1, 10]));
    assert_eq!(told.reply, durations(vec![first_1, 10]));
    let closed_4 = replied_2 + TimeDelta::seconds(1 + 100 + 1);
    let resolved_1 = replied_1 + TimeDelta::seconds(1);
    assert_eq!(told.handling, durations(vec![seconds(resolved_1 - left(1)), seconds(closed_4 - left(4))]));
    let counts = [told.submitted, told.replied, told.resolved, told.closed, told.reopened, told.spam];
    assert_eq!(counts, [4, 2, 1, 2, 1, 0]);
    // 1 and 2 by their replies, 2 once more when it was closed; 3 and 4 were late.
    assert_eq!((told.met, told.missed), (3, 2));
    assert_eq!((told.handled, told.handled_of_submitted, told.backlog), (2, 2, 1));
    assert_eq!((told.satisfaction.rateable, told.satisfaction.distribution), (2, [0, 0, 0, 1, 0]));
    let differing = ask(&desk, around(&desk), &MessageFilter::default()).await.differing(None, 9);
    let (all, differing) = differing.expect("whole");
    assert_eq!((all, differing.len()), (1, 1));
    assert_eq!(differing[0].message, Desk::message(2).0);
    assert_eq!((&differing[0].first, &differing[0].second), (&vec![first_2], &vec![10]));
}

async fn figures_are_the_same_however_their_facts_lie(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    a_morning(&desk).await;
    let everything = MessageFilter::default();
    // Every message that is not about nothing: a filter that takes all of them in.
    let all = MessageFilter { submitted_from: Some(DateTime::UNIX_EPOCH), ..everything.clone() };
    let told = async |desk: &Desk, filter: &MessageFilter| {
        let trends = |statistics: &Statistics| {
            [Interval::Hour, Interval::Day, Interval::Week].map(|by| statistics.trend(by).expect("whole"))
        };
        let of_days = ask_for(desk, around(desk), filter, Wanted::Figures).await;
        let (whole, placed) = (of_days.figures().expect("whole"), trends(&of_days));
        // One turn at a time.
        drop(of_days);
        let statistics = ask(desk, around(desk), filter).await;
        let trend = trends(&statistics);
        assert_eq!((statistics.figures().expect("whole"), &trend), (whole, &placed));
        let groups = [Group::Category, Group::Tag, Group::Team, Group::Member];
        let groups = groups.map(|group| statistics.by(group).expect("whole"));
        format!("{:?} {trend:?} {groups:?} {}", statistics.figures().expect("whole"), statistics.as_of)
    };
    let apart = told(&desk, &everything).await;
    assert_eq!(told(&desk, &all).await, apart);
    // PostgreSQL's own clock, which places the backlog, is on another day.
    assert_ne!(put_together(&desk).await, 0);
    assert_eq!(put_together(&desk).await, 0, "all are");
    assert_eq!(told(&desk, &everything).await, apart);
    desk.reopen(4, 4).await;
    let changed = told(&desk, &everything).await;
    assert_ne!(changed, apart);
    assert_ne!(put_together(&desk).await, 0, "its day was taken apart");
    assert_eq!(told(&desk, &everything).await, changed);
    let statistics = ask(&desk, around(&desk), &everything).await;
    let trend = statistics.trend(Interval::Day).expect("whole");
    let sum: u64 = trend.iter().map(|(_, figures)| figures.submitted).sum();
    assert_eq!((trend.len(), sum), (2, 4));
    let by = statistics.by(Group::Category).expect("whole");
    assert_eq!((by.len(), by[0].key.as_str(), by[0].figures.submitted), (1, "complaint", 1));
    let by = statistics.by(Group::Team).expect("whole");
    assert_eq!((by[0].key.clone(), by[0].figures.replied), (TEAM.to_string(), 1), "a member took it since");
    let by = statistics.by(Group::Member).expect("whole");
    assert_eq!(
        (by[0].key.clone(), by[0].figures.replied, by[0].figures.submitted),
        (MEMBER.to_string(), 2, 0)
    );
    drop(statistics);
    let complaints = MessageFilter { category_id: vec![CategoryId("complaint".into())], ..everything };
    let complaints = ask(&desk, around(&desk), &complaints).await.figures().expect("whole");
    assert_eq!((complaints.submitted, complaints.replied, complaints.backlog), (1, 1, 0));
}

async fn durations_are_told_by_the_hours_of_the_time(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.revise_target(1, 100_000).await;
    desk.arrive(1).await;
    desk.submit(1, 1).await;
    // Always open for an hour, then never.
    wait(&desk, 3_599);
    let never = HoursInput { weekly: vec![], ..monday_to_friday_9_to_18("Asia/Shanghai") };
    desk.revise_hours(2, never).await;
    wait(&desk, 3_599);
    desk.reply(1, 1).await;
    let statistics = async |calendar| {
        let (analyst, filter) = (analyst(), MessageFilter::default());
        let asked = desk.views.statistics(&analyst, around(&desk), &filter, calendar, Wanted::Figures).await;
        asked.expect("readable").figures().expect("whole").first_response.sum
    };
    assert_eq!(statistics(Calendar::WallClock).await, 7_200);
    assert_eq!(statistics(Calendar::DeskHours).await, 3_600);
}

async fn spam_leaves_every_figure_and_what_is_gone_for_good_changes_none(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    a_morning(&desk).await;
    let before = figures(&desk).await;
    desk.step(1, 1, StepKind::MarkAsSpam).await;
    let spam = figures(&desk).await;
    assert_eq!((spam.submitted, spam.replied, spam.resolved, spam.spam), (3, 1, 0, 1));
    assert_eq!((spam.first_response.count, spam.satisfaction.count(), spam.met), (1, 0, 2));
    put_together(&desk).await;
    assert_eq!(figures(&desk).await, spam);
    desk.step(1, 1, StepKind::UnmarkAsSpam).await;
    assert_eq!(figures(&desk).await, before, "it comes back whole");
    desk.erase(2, 2).await;
    desk.step(4, 4, StepKind::Delete).await;
    let deletion = 3;
    desk.shred(4, 4, deletion).await;
    desk.step(1, 1, StepKind::Archive).await;
    assert_eq!(figures(&desk).await, before);
    desk.step(3, 3, StepKind::Delete).await;
    let deleted = figures(&desk).await;
    assert_eq!(
        deleted,
        Figures { backlog: before.backlog - 1, ..before },
        "nobody has to see to it any more"
    );
}

async fn a_backlog_is_told_of_every_instant(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    a_morning(&desk).await;
    let backlogs = async |filter: &MessageFilter| {
        let head = desk.views.head().await.expect("a head");
        let mut all = vec![];
        for position in 1..=head {
            let at = desk.views.recorded_at(position).await.expect("readable").expect("recorded");
            all.push(desk.views.backlog_at(&analyst(), filter, at).await.expect("readable"));
        }
        all
    };
    let apart = backlogs(&MessageFilter::default()).await;
    let mut rises: Vec<i64> = apart.clone();
    rises.dedup();
    assert_eq!(rises, [0, 1, 2, 3, 4, 3, 2, 3, 2, 1]);
    put_together(&desk).await;
    assert_eq!(backlogs(&MessageFilter::default()).await, apart);
    let all = MessageFilter { submitted_from: Some(DateTime::UNIX_EPOCH), ..MessageFilter::default() };
    assert_eq!(backlogs(&all).await, apart);
    let long_ago = desk.views.backlog_at(&analyst(), &MessageFilter::default(), DateTime::UNIX_EPOCH).await;
    assert_eq!(long_ago.expect("readable"), 0);
}

async fn a_message_is_explained_by_its_events(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    a_morning(&desk).await;
    let explained = desk.views.explain(&analyst(), Desk::message(2)).await.expect("readable").expect("there");
    let explained = explained.facts;
    let told = |metric: &str, version: u32| {
        let of = explained.iter().filter(|fact| fact.metric == metric && fact.version == version);
        of.map(|fact| {
            let events: Vec<i64> = fact.events.iter().map(|event| event.sequence).collect();
            (fact.took.map(|took| took.wall), fact.member, events)
        })
        .collect::<Vec<_>>()
    };
    let differing = ask(&desk, around(&desk), &MessageFilter::default()).await.differing(None, 1);
    let first = differing.expect("whole").1.remove(0).first[0];
    assert_eq!(told("first_response_time", 1), [(Some(first), Some(MEMBER.0), vec![1, 4])]);
    assert_eq!(told("first_response_time", 2), [(Some(10), Some(MEMBER.0), vec![3, 4])]);
    assert_eq!(told("reply_time", 1), [(Some(10), Some(MEMBER.0), vec![3, 4])]);
    assert_eq!(told("handling_time", 1), [], "it was opened again");
    assert_eq!(told("reopened", 1), [(None, Some(MEMBER.0), vec![3])]);
    assert!(explained.iter().all(|fact| fact.counts));
    desk.step(2, 2, StepKind::MarkAsSpam).await;
    let spam = desk.views.explain(&analyst(), Desk::message(2)).await.expect("readable").expect("there");
    let counting: Vec<_> = spam.facts.iter().filter(|fact| fact.counts).map(|fact| fact.metric).collect();
    assert_eq!(counting, ["spam"]);
    assert!(desk.views.explain(&analyst(), Desk::message(99)).await.expect("readable").is_none());
}

async fn whoever_sees_less_is_told_less(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    a_morning(&desk).await;
    let grants = [(Permission::StatisticsRead, Scope::Own)].into_iter().collect();
    let own = Reader::of_statistics(Actor::Member { id: MEMBER, grants }, &Reach::Desk).expect("may");
    let filter = MessageFilter::default();
    let asked =
        desk.views.statistics(&own, around(&desk), &filter, Calendar::WallClock, Wanted::Figures).await;
    let told = asked.expect("readable").figures().expect("whole");
    assert_eq!((told.submitted, told.replied), (1, 1), "one message is theirs");
    assert!(desk.views.explain(&own, Desk::message(2)).await.expect("readable").is_none());
    assert!(desk.views.explain(&own, Desk::message(1)).await.expect("readable").is_some());
    let nobody = Actor::Member { id: MEMBER, grants: domain::access::Grants::NONE };
    assert!(matches!(Reader::of_statistics(nobody, &Reach::Desk), Err(QueryError::Forbidden(_))));
    for filter in
        [MessageFilter { spam: true, ..filter.clone() }, MessageFilter { archived: true, ..filter.clone() }]
    {
        let refused =
            desk.views.statistics(&own, around(&desk), &filter, Calendar::WallClock, Wanted::Figures).await;
        assert!(matches!(refused, Err(QueryError::NoFilterOfFigures(..))));
    }
}

async fn too_many_at_once_are_told_to_come_again(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (filter, range) = (MessageFilter::default(), around(&desk));
    let ask = async |member: u128| {
        let (id, grants) = (MemberId(Uuid::from_u128(member)), Role::Analyst.grants());
        let reader = Reader::of_statistics(Actor::Member { id, grants }, &Reach::Desk).expect("may");
        desk.views.statistics(&reader, range, &filter, Calendar::WallClock, Wanted::Figures).await
    };
    let first = ask(1).await.expect("readable");
    let (again, other) = tokio::join!(ask(1), ask(2));
    assert!(matches!(again, Err(QueryError::BusyFigures)), "nobody has two turns");
    assert_eq!(other.is_ok(), dialect == Dialect::Postgres, "SQLite has one");
    assert!(matches!(ask(3).await, Err(QueryError::BusyFigures)), "all are taken");
    assert!(
        desk.views.explain(&analyst(), Desk::message(9)).await.expect("explained").is_none(),
        "beside them"
    );
    drop((first, other));
    assert!(ask(1).await.is_ok(), "given back");
    assert_eq!(figures(&desk).await, Figures::default());
    assert!(desk.views.wait_for(STATISTICS_VIEWS, 0).await.expect("readable"));
}
