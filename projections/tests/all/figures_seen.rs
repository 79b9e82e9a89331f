//! Figures for those who do not see everything: what they are told, and what is read for it.

use super::{Desk, MEMBER, message_key, plans};
use chrono::{DateTime, NaiveDate, TimeDelta};
use chrono_tz::Tz;
use domain::{
    access::{Permission, Reach, Role, Scope},
    actor::Actor,
    ids::{MemberId, ReplyId, ReviewId, Tag},
    message::{
        Assignee, CriterionScore, Message, MessageCommand, RateMessage, ReplyToMessage, ReviewReply, Stars,
        StepKind,
    },
    text::ReplyText,
};
use projections::{
    MessageFilter, Reader,
    statistics::{Calendar, Figures, Group, Statistics, StatisticsRange, Wanted},
};
use std::{collections::BTreeSet, sync::Arc};
use store::{Dialect, on_both_databases, testing::Listening};
use uuid::Uuid;

on_both_databases!(
    what_is_thought_of_others_replies_is_for_whoever_reviews_them_or_reads_all_figures,
    whoever_reads_their_own_figures_is_told_of_no_other_member,
    who_is_credited_with_a_rating_is_credited_with_what_could_be_rated,
    a_deleted_message_is_explained_as_of_a_position,
    of_a_scope_or_a_filter_no_more_is_read_than_is_in_the_range_or_waits,
);

const OTHER: MemberId = MemberId(Uuid::from_u128(8));
const REVIEWER: MemberId = MemberId(Uuid::from_u128(9));

fn reader(id: MemberId, grants: &[(Permission, Scope)]) -> Reader {
    let grants = grants.iter().copied().collect();
    Reader::of_statistics(Actor::Member { id, grants }, &Reach::Desk).expect("may")
}

fn analyst() -> Reader {
    reader(REVIEWER, &[(Permission::StatisticsRead, Scope::All)])
}

async fn reply(desk: &Desk, n: u128, author: MemberId, id: u128) {
    let content = ReplyText::parse("今天下午发货。").expect("words");
    let (reply_id, at) = (ReplyId(Uuid::from_u128(id)), desk.clock.now());
    let reply = ReplyToMessage { at, reply_id, author, content, images: vec![], files: vec![] };
    desk.carry_out::<Message>(Desk::message(n).0, message_key(n, n), MessageCommand::Reply(reply)).await;
}

async fn review(desk: &Desk, n: u128, author: MemberId, reply: u128) {
    let (criterion, score) = ("ACCURACY".to_owned(), Stars::new(2).expect("stars"));
    let review = ReviewReply {
        at: desk.clock.now(),
        review_id: ReviewId(Uuid::from_u128(10_000 + reply)),
        reply_id: ReplyId(Uuid::from_u128(reply)),
        author: Some(author),
        reviewer: REVIEWER,
        criteria: BTreeSet::from([criterion.clone()]),
        scores: vec![CriterionScore { criterion, score }],
        comment: None,
    };
    desk.carry_out::<Message>(Desk::message(n).0, message_key(n, n), MessageCommand::Review(review)).await;
}

async fn rate(desk: &Desk, n: u128) {
    let rating = Stars::new(5).expect("stars");
    let rate = MessageCommand::Rate(RateMessage { at: desk.clock.now(), rating, comment: None });
    desk.carry_out::<Message>(Desk::message(n).0, message_key(n, n), rate).await;
}

/// Two messages, each with a reply of either and a review of each: the first is with `MEMBER`, the second with nobody.
async fn reviewed(dialect: Dialect) -> Desk {
    let desk = Desk::open(dialect).await;
    for n in [1, 2] {
        desk.arrive(n).await;
        desk.submit(n, n).await;
        for (author, id) in [(MEMBER, n * 10), (OTHER, n * 10 + 1)] {
            reply(&desk, n, author, id).await;
            review(&desk, n, author, id).await;
        }
    }
    desk.assign(1, 1, Assignee::Member(MEMBER)).await;
    desk
}

async fn told(desk: &Desk, reader: &Reader, wanted: Wanted) -> Arc<Statistics> {
    let today = desk.clock.now().date_naive();
    let range = StatisticsRange::new(today - TimeDelta::days(1), today + TimeDelta::days(2), Tz::UTC);
    let (range, all) = (range.expect("a range"), MessageFilter::default());
    desk.views.statistics(reader, range, &all, Calendar::WallClock, wanted).await.expect("readable")
}

/// How many scores of each are told.
fn scores(figures: &Figures) -> Vec<(MemberId, u64)> {
    figures.quality.iter().map(|quality| (MemberId(quality.member), quality.count)).collect()
}

async fn what_is_thought_of_others_replies_is_for_whoever_reviews_them_or_reads_all_figures(
    dialect: Dialect,
) {
    use Permission::{QualityReview, StatisticsRead};
    let desk = reviewed(dialect).await;
    let all = vec![(MEMBER, 2), (OTHER, 2)];
    for (grants, seen, of_the_second) in [
        (vec![(StatisticsRead, Scope::All)], all.clone(), 2),
        (vec![(StatisticsRead, Scope::Team), (QualityReview, Scope::Team)], all, 2),
        // Without a team of theirs they read the figures of the whole desk.
        (vec![(StatisticsRead, Scope::Team)], vec![(MEMBER, 2)], 1),
        (vec![(StatisticsRead, Scope::Team), (QualityReview, Scope::Own)], vec![(MEMBER, 2), (OTHER, 1)], 1),
        (vec![(StatisticsRead, Scope::Own)], vec![(MEMBER, 1)], 0),
        (vec![(StatisticsRead, Scope::Own), (QualityReview, Scope::All)], vec![(MEMBER, 1), (OTHER, 1)], 0),
    ] {
        let reader = reader(MEMBER, &grants);
        for wanted in [Wanted::Figures, Wanted::Groups] {
            let told = told(&desk, &reader, wanted).await;
            assert_eq!(scores(&told.figures().expect("whole")), seen, "{grants:?}, {wanted:?}");
        }
        let explained = desk.views.explain(&reader, Desk::message(2)).await.expect("readable");
        let facts = explained.map(|explained| explained.facts).unwrap_or_default();
        let reviews = facts.iter().filter(|fact| fact.kind == "reviewed").count();
        assert_eq!(reviews, of_the_second, "{grants:?}");
        assert!(facts.iter().all(|fact| fact.criterion.is_none() || fact.kind == "reviewed"));
    }
}

async fn whoever_reads_their_own_figures_is_told_of_no_other_member(dialect: Dialect) {
    let desk = reviewed(dialect).await;
    let members = async |reader: &Reader| {
        let told = told(&desk, reader, Wanted::Groups).await;
        told.by(Group::Member).expect("whole").into_iter().map(|group| group.key).collect::<Vec<_>>()
    };
    let own = reader(MEMBER, &[(Permission::StatisticsRead, Scope::Own)]);
    assert_eq!(members(&own).await, [MEMBER.to_string()]);
    assert_eq!(
        members(&reader(OTHER, &[(Permission::StatisticsRead, Scope::Own)])).await,
        Vec::<String>::new()
    );
    assert_eq!(members(&analyst()).await.len(), 2);
}

async fn who_is_credited_with_a_rating_is_credited_with_what_could_be_rated(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.arrive(1).await;
    desk.submit(1, 1).await;
    let rates = async || {
        let told = told(&desk, &analyst(), Wanted::Groups).await;
        let rate = |member: MemberId| {
            let groups = told.by(Group::Member).expect("whole");
            let found = groups.into_iter().find(|group| group.key == member.to_string());
            let satisfaction = found.map(|group| group.figures.satisfaction).unwrap_or_default();
            (satisfaction.count(), satisfaction.response_rate())
        };
        [MEMBER, OTHER].map(rate)
    };
    reply(&desk, 1, MEMBER, 1).await;
    assert_eq!(rates().await, [(0, Some(0.0)), (0, None)]);
    reply(&desk, 1, OTHER, 2).await;
    assert_eq!(rates().await, [(0, None), (0, Some(0.0))], "whoever was last to reply can be rated");
    rate(&desk, 1).await;
    assert_eq!(rates().await, [(0, None), (1, Some(1.0))]);
    reply(&desk, 1, MEMBER, 3).await;
    assert_eq!(rates().await, [(0, None), (1, Some(1.0))], "what is rated stays with whom it is of");
    rate(&desk, 1).await;
    assert_eq!(rates().await, [(1, Some(1.0)), (0, None)], "a later rating takes the place of the first");
    let explained = desk.views.explain(&analyst(), Desk::message(1)).await.expect("readable").expect("there");
    let rateable = explained.facts.iter().find(|fact| fact.kind == "rateable").expect("one");
    let of: Vec<i64> = rateable.events.iter().map(|event| event.sequence).collect();
    assert_eq!((of, rateable.member), (vec![1, 5], Some(MEMBER.0)));
}

async fn a_deleted_message_is_explained_as_of_a_position(dialect: Dialect) {
    let desk = reviewed(dialect).await;
    let before = desk.views.explain(&analyst(), Desk::message(1)).await.expect("readable").expect("there");
    assert_eq!(before.as_of, desk.views.head().await.expect("a head"));
    desk.step(1, 1, StepKind::Delete).await;
    let after = desk.views.explain(&analyst(), Desk::message(1)).await.expect("readable").expect("counted");
    assert_eq!(after.as_of, before.as_of + 1);
    let kinds = |facts: &[projections::statistics::Explained]| -> Vec<_> {
        facts.iter().map(|fact| (fact.metric, fact.kind, fact.at)).collect()
    };
    assert_eq!(kinds(&after.facts)[..before.facts.len()], kinds(&before.facts));
    let deletion = 7;
    desk.shred(1, 1, deletion).await;
    let gone = desk.views.explain(&analyst(), Desk::message(1)).await.expect("readable").expect("counted");
    assert_eq!(kinds(&gone.facts), kinds(&after.facts));
    let others = reader(OTHER, &[(Permission::StatisticsRead, Scope::Own)]);
    assert!(desk.views.explain(&others, Desk::message(1)).await.expect("readable").is_none());
}

/// A message an hour, for 20,000 of them: what they come to is nothing, and one in a hundred waits.
fn facts_of_all(dialect: Dialect) -> String {
    let nothing = match dialect {
        Dialect::Postgres => "CAST('' AS bytea)",
        Dialect::Sqlite => "x''",
    };
    format!(
        "INSERT INTO statistics_3 (message_id, version, day, local_day, course, facts, last_at, waits) \
         SELECT message_id, 3, submitted_at / 24000000, '1970-01-01', '{{}}', {nothing}, submitted_at * 3600, \
         CASE WHEN status = 'OPEN' THEN 1 ELSE 0 END FROM message_list_5"
    )
}

async fn of_a_scope_or_a_filter_no_more_is_read_than_is_in_the_range_or_waits(dialect: Dialect) {
    let desk = plans::full(dialect).await;
    let views = &desk.store.database().views;
    views.execute(&facts_of_all(dialect), &[]).await.expect("filled");
    if dialect == Dialect::Postgres {
        views.execute("ANALYZE statistics_3", &[]).await.expect("counted");
    }
    let day = |day: u32| NaiveDate::from_ymd_opt(1972, 4, day).expect("a day");
    let range = StatisticsRange::new(day(10), day(14), Tz::UTC).expect("a range");
    let all = MessageFilter::default;
    // What takes everything in that ever was, and what SQLite would begin with.
    let everything = MessageFilter { submitted_from: Some(DateTime::UNIX_EPOCH), ..all() };
    let tag = MessageFilter { tag: vec![Tag("tag 7".to_owned())], ..all() };
    let agent = Actor::Member { id: MEMBER, grants: Role::Lead.grants() };
    let teams = Reach::Teams { teams: BTreeSet::new(), members: (0..20).map(member).collect() };
    let team = Reader::of_statistics(agent, &teams).expect("may");
    for (name, reader, filter) in
        [("everything", analyst(), everything), ("tag", analyst(), tag), ("team", team, all())]
    {
        let listening = Listening::to(&desk.store);
        let read = desk.views.statistics(&reader, range, &filter, Calendar::WallClock, Wanted::Figures).await;
        assert_eq!(read.expect("readable").figures().expect("whole"), Figures::default());
        let asked = listening.heard();
        let asked = asked.iter().find(|asked| asked.sql.contains("statistics_3")).expect("asked");
        let plan = asked.plan().await;
        let reads_all = ["Seq Scan on statistics_3", "SCAN statistics_3", "statistics_3_by_day"];
        assert!(reads_all.iter().all(|all| !plan.contains(all)), "{name}: {plan}");
        // PostgreSQL knows when fewer have a tag or a holder than are in the range.
        let along = name == "everything" || dialect == Dialect::Sqlite;
        let by_time = ["statistics_3_last", "statistics_3_waiting"].iter().all(|index| plan.contains(index));
        assert!(by_time || !along, "{name}: {plan}");
    }
}

fn member(n: u128) -> MemberId {
    MemberId(Uuid::from_u128(n))
}
