//! The automatic reply: once for each visitor and closing, however many processes watch, and however often they begin anew.

use super::{Desk, anonymous, caller};
use commands::{AutoReplyInput, Caller, Commands, OpeningHoursInput, SubmitInput};
use domain::{
    access::Role,
    actor::Actor,
    desk::{HoursChange, RuleChange, TextIn},
    hours::HoursRange,
    ids::{CategoryId, MemberId},
    locale::Locale,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use store::{Dialect, on_both_databases, testing::soon};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

on_both_databases!(
    each_visitor_is_told_once_although_two_processes_watch_and_one_begins_anew,
    a_watch_that_cannot_learn_how_many_wait_stands_still_and_goes_on,
    by_presence_a_visitor_is_told_once_until_somebody_has_come_and_gone,
    by_load_the_messages_of_a_category_are_counted_for_themselves,
);

const SENT: &str = "AutoReplySent";

impl Desk {
    /// Closed until noon; by load as well, when that is asked for.
    async fn closes(&self, by_load: bool) {
        let staff = caller(Actor::Member { id: MemberId(Uuid::from_u128(7)), grants: Role::Admin.grants() });
        let range =
            HoursRange { days: vec![1, 2, 3, 4, 5, 6, 7], from: "12:00".into(), until: "13:00".into() };
        let change = HoursChange {
            weekly: Some(vec![range]),
            time_zone: Some("UTC".into()),
            ..HoursChange::default()
        };
        let mut hours = OpeningHoursInput { desk: change, ..OpeningHoursInput::default() };
        if by_load {
            hours.desk = HoursChange::default();
            hours.availability = RuleChange {
                by_hours: Some(false),
                most_waiting_per_member: Some(Some(1)),
                ..RuleChange::default()
            };
        }
        self.commands.revise_opening_hours(&staff, None, hours).await.expect("revised");
        self.replies(&staff).await;
    }

    async fn replies(&self, staff: &Caller) {
        let text = |text: &str| -> Option<Vec<TextIn>> {
            Some(vec![(Locale::parse("en").expect("a tag"), text.to_owned())])
        };
        let input = AutoReplyInput {
            enabled: Some(true),
            text: text("Back at {{opensAt}}."),
            text_without_time: text("Nobody is here."),
        };
        self.commands.revise_auto_reply(staff, None, input).await.expect("revised");
    }
}

/// A watch; `asked` counts how often it wanted to know how many wait, and the first so many times it is not told.
fn watch(
    commands: &Commands,
    asked: &Arc<AtomicUsize>,
    fails: usize,
    stop: &CancellationToken,
) -> JoinHandle<()> {
    let asked = asked.clone();
    let waiting = move |_| {
        let times = asked.fetch_add(1, Ordering::SeqCst);
        async move { if times < fails { Err("the view is away".to_owned()) } else { Ok(0) } }
    };
    tokio::spawn(commands.clone().watch_auto_replies(waiting, stop.clone()))
}

async fn each_visitor_is_told_once_although_two_processes_watch_and_one_begins_anew(dialect: Dialect) {
    let desk = Arc::new(Desk::open(dialect).await);
    desk.closes(false).await;
    let other = Commands::new(desk.database.open(desk.clock.clone()).await);
    let (stop, asked) = (CancellationToken::new(), Arc::default());
    let watches = [watch(&desk.commands, &asked, 0, &stop), watch(&other, &asked, 0, &stop)];
    let mut visitors = JoinSet::new();
    for _ in 0..40 {
        let desk = desk.clone();
        visitors.spawn(async move {
            let first = desk.submit(&anonymous()).await;
            // Another message of the same visitor's in the same closing.
            desk.submit(&caller(Actor::Visitor(first.visitor_id))).await;
        });
    }
    visitors.join_all().await;
    soon("forty are told", || async { desk.count(SENT).await >= 40 }).await;
    stop.cancel();
    for watch in watches {
        watch.await.expect("ended");
    }
    // A watch that knows nothing of what was done goes through all of it again, and then answers somebody new.
    desk.store
        .database()
        .views
        .execute("DELETE FROM checkpoints WHERE name = 'auto-reply'", &[])
        .await
        .expect("gone");
    let (stop, asked) = (CancellationToken::new(), Arc::default());
    let anew = watch(&other, &asked, 0, &stop);
    desk.submit(&anonymous()).await;
    soon("the last one is told", || async { desk.count(SENT).await >= 41 }).await;
    stop.cancel();
    anew.await.expect("ended");
    assert_eq!(desk.count(SENT).await, 41);
    assert_eq!(desk.count("MessageSubmitted").await, 81);
}

async fn a_watch_that_cannot_learn_how_many_wait_stands_still_and_goes_on(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.closes(true).await;
    let (stop, asked) = (CancellationToken::new(), Arc::new(AtomicUsize::new(0)));
    let watching = watch(&desk.commands, &asked, 2, &stop);
    desk.submit(&anonymous()).await;
    soon("it is told at the third attempt", || async { desk.count(SENT).await == 1 }).await;
    assert!(asked.load(Ordering::SeqCst) >= 3);
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(30), watching).await.expect("in time").expect("ended");
}

/// A night passes, and nobody comes; then somebody does.
async fn by_presence_a_visitor_is_told_once_until_somebody_has_come_and_gone(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (_, agent, _) = desk.employ("mei", Role::Agent).await;
    let staff = caller(Actor::Member { id: MemberId(Uuid::from_u128(7)), grants: Role::Admin.grants() });
    let by_presence =
        RuleChange { by_hours: Some(false), by_presence: Some(true), most_waiting_per_member: None };
    let hours = OpeningHoursInput { availability: by_presence, ..OpeningHoursInput::default() };
    desk.commands.revise_opening_hours(&staff, None, hours).await.expect("revised");
    desk.replies(&staff).await;
    let come_and_go = async || {
        desk.commands.set_presence(&agent, true).await.expect("said");
        desk.clock.advance(Duration::from_secs(60));
        desk.commands.set_presence(&agent, false).await.expect("gone");
        desk.clock.advance(Duration::from_secs(60));
    };
    come_and_go().await;
    let (stop, asked) = (CancellationToken::new(), Arc::default());
    let watching = watch(&desk.commands, &asked, 0, &stop);
    let first = desk.submit(&anonymous()).await;
    let visitor = caller(Actor::Visitor(first.visitor_id));
    soon("they are told", || async { desk.count(SENT).await == 1 }).await;
    // Past midnight, wherever that is: somebody new is told, and it is known that the watch has looked.
    desk.clock.advance(Duration::from_secs(24 * 60 * 60));
    desk.submit(&visitor).await;
    desk.submit(&anonymous()).await;
    soon("somebody else is told", || async { desk.count(SENT).await >= 2 }).await;
    assert_eq!(desk.count(SENT).await, 2, "nobody has been there since");
    come_and_go().await;
    desk.submit(&visitor).await;
    soon("they are told again", || async { desk.count(SENT).await == 3 }).await;
    stop.cancel();
    watching.await.expect("ended");
}

/// Many wait with complaints: whoever asks something else finds the desk open.
async fn by_load_the_messages_of_a_category_are_counted_for_themselves(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (_, agent, _) = desk.employ("mei", Role::Agent).await;
    desk.closes(true).await;
    desk.commands.set_presence(&agent, true).await.expect("said");
    let waiting = |of: Option<CategoryId>| async move {
        let complaint = of.is_some_and(|id| id.0 == "complaint");
        Ok::<_, String>(if complaint { 9 } else { 1 })
    };
    let stop = CancellationToken::new();
    let watching = tokio::spawn(desk.commands.clone().watch_auto_replies(waiting, stop.clone()));
    let about = |id: &str| SubmitInput { category_id: Some(CategoryId(id.to_owned())), ..super::words() };
    desk.commands.submit_message(&anonymous(), about("inquiry")).await.expect("submitted");
    desk.commands.submit_message(&anonymous(), about("complaint")).await.expect("submitted");
    soon("one is told", || async { desk.count(SENT).await >= 1 }).await;
    assert_eq!(desk.count(SENT).await, 1);
    stop.cancel();
    watching.await.expect("ended");
}
