//! A subscriber who is cut, wherever they stand, whoever appends, and goes on here or in another process: each change is
//! told once.

use super::{
    Desk,
    feed::{everything, head, next, positions, subscribe},
};
use projections::{Changes, Next, Projections, Wants};
use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};
use store::{Dialect, on_both_databases, testing::soon};

on_both_databases!(
    whoever_is_cut_before_between_and_after_what_they_missed_and_what_is_new_is_told_each_change_once,
    a_subscriber_who_is_cut_at_every_step_is_told_each_change_once,
);

/// More than a page of the log.
const MISSED: u128 = 230;
/// More than waits for one subscriber.
const TOO_MANY: u128 = 40;

/// Where somebody stands when they are cut.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// They have subscribed, and asked nothing yet.
    Begun,
    /// They are told what they missed.
    InThePast,
    /// They have been told a page of it, and have to be looked up before the next.
    BetweenPages,
    /// They have been told all that they missed, and are not told yet what is new.
    Between,
    /// They are told what is new, and wait.
    Live,
    /// They are told what is new, and some of it waits for them.
    InTheQueue,
    /// They were too slow for that, and have not noticed.
    LetGo,
}

const PLACES: [Place; 7] = [
    Place::Begun,
    Place::InThePast,
    Place::BetweenPages,
    Place::Between,
    Place::Live,
    Place::InTheQueue,
    Place::LetGo,
];

/// How they go on.
#[derive(Clone, Copy, Debug)]
enum After {
    /// As if nothing had been: they only stopped waiting.
    Waiting,
    /// Anew, after what they were told last.
    Cut,
    /// The same in another process.
    Elsewhere,
}

struct Subscriber<'a> {
    views: &'a Projections,
    changes: Changes,
    wants: Wants,
    after: i64,
    told: Vec<i64>,
}

impl<'a> Subscriber<'a> {
    async fn new(views: &'a Projections, after: i64) -> Self {
        let wants = everything();
        Self { views, changes: subscribe(views, wants.clone(), after).await, wants, after, told: vec![] }
    }

    async fn take(&mut self, count: usize) {
        for _ in 0..count {
            self.told.push(next(self.views, &mut self.changes, &self.wants).await);
        }
    }

    /// Another comes, there or here, and goes on after what was told last.
    async fn cut(&mut self, views: &'a Projections) {
        let after = self.told.last().copied().unwrap_or(self.after);
        (self.views, self.changes) = (views, subscribe(views, self.wants.clone(), after).await);
    }

    /// Stops waiting after so many looks, whatever is waited for then.
    async fn look(&mut self, looks: usize) {
        match stopped(looks, self.changes.next()).await {
            Some(Ok(Next::Change(change))) => self.told.push(change.position),
            Some(Ok(Next::Renew)) => {
                self.changes.renew(self.wants.clone(), self.views.head().await.expect("a log"));
            }
            Some(Err(error)) => panic!("{error}"),
            None => {}
        }
    }

    async fn tells_each_once(mut self, desk: &Desk, said: &str) {
        let due = positions(desk, self.after).await;
        while self.told.len() < due.len() {
            self.take(1).await;
        }
        assert_eq!(self.told, due, "{said}");
        self.look(0).await;
        assert_eq!(self.told.len(), due.len(), "{said}: and nothing more");
    }
}

/// What comes of it within so many looks after the first; then it is dropped where it stands.
async fn stopped<F: Future>(mut looks: usize, waiting: F) -> Option<F::Output> {
    let mut waiting = pin!(waiting);
    poll_fn(|context| match waiting.as_mut().poll(context) {
        Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
        Poll::Pending if looks == 0 => Poll::Ready(None),
        Poll::Pending => {
            looks -= 1;
            Poll::Pending
        }
    })
    .await
}

async fn whoever_is_cut_before_between_and_after_what_they_missed_and_what_is_new_is_told_each_change_once(
    dialect: Dialect,
) {
    let desk = Desk::open(dialect).await;
    // Another process on the same database, which nobody tells of what is appended here.
    let other = desk.database.open(desk.clock.clone()).await;
    let elsewhere = Projections::start(&other, &desk.stop);
    desk.arrive(1).await;
    let start = head(&desk).await;
    let mut submitted = 0;
    for _ in 0..MISSED {
        submitted += 1;
        desk.submit(submitted, 1).await;
    }
    for place in PLACES {
        for after in [After::Waiting, After::Cut, After::Elsewhere] {
            let said = format!("{place:?}, {after:?}");
            let from = if place == Place::BetweenPages { start } else { head(&desk).await - 3 };
            let mut subscriber = Subscriber::new(&desk.views, from).await;
            bring(&desk, &mut subscriber, place, &mut submitted).await;
            // Something happens while they are cut, and something when they are back.
            submitted += 1;
            desk.submit(submitted, 1).await;
            match after {
                After::Waiting => {}
                After::Cut => subscriber.cut(&desk.views).await,
                After::Elsewhere => subscriber.cut(&elsewhere).await,
            }
            desk.reply(submitted, 1).await;
            subscriber.tells_each_once(&desk, &said).await;
            soon("whoever is gone is not told", || async {
                desk.views.listening() + elsewhere.listening() == 0
            })
            .await;
        }
    }
}

/// Brings somebody who has missed something to a place.
async fn bring(desk: &Desk, subscriber: &mut Subscriber<'_>, place: Place, submitted: &mut u128) {
    let mut submit = async |count: u128| {
        for _ in 0..count {
            *submitted += 1;
            desk.submit(*submitted, 1).await;
        }
    };
    let live = async |subscriber: &mut Subscriber<'_>| {
        subscriber.take(3).await;
        subscriber.look(0).await;
        assert_eq!(desk.views.listening(), 1, "{place:?}");
    };
    match place {
        Place::Begun => {}
        Place::InThePast => subscriber.take(1).await,
        Place::BetweenPages => subscriber.take(200).await,
        Place::Between => subscriber.take(3).await,
        Place::Live => return live(subscriber).await,
        Place::InTheQueue => {
            live(subscriber).await;
            submit(3).await;
            return subscriber.take(1).await;
        }
        Place::LetGo => {
            live(subscriber).await;
            submit(TOO_MANY).await;
            return soon("they are let go", || async { desk.views.listening() == 0 }).await;
        }
    }
    assert_eq!(desk.views.listening(), 0, "{place:?}: nobody is told yet what is new");
}

/// Numbers that look like chance, and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("small") % most
    }
}

async fn a_subscriber_who_is_cut_at_every_step_is_told_each_change_once(dialect: Dialect) {
    let random = u64::from_be_bytes(store::random::bytes());
    for seed in [1, 7, 42, random] {
        #[expect(clippy::print_stdout, reason = "by its seed a run can be had again")]
        {
            println!("cuts on {dialect:?} with seed {seed}");
        }
        cut_by_chance(dialect, seed).await;
    }
}

async fn cut_by_chance(dialect: Dialect, seed: u64) {
    let desk = Desk::open(dialect).await;
    let other = desk.database.open(desk.clock.clone()).await;
    let elsewhere = Projections::start(&other, &desk.stop);
    desk.arrive(1).await;
    let (start, processes) = (head(&desk).await, [&desk.views, &elsewhere]);
    let mut subscribers = Vec::new();
    for views in processes {
        subscribers.push(Subscriber::new(views, start).await);
    }
    let (mut chance, mut submitted) = (Chance(seed), 0);
    for _ in 0..60 {
        let what = chance.below(4);
        if what < 2 {
            submitted += 1;
            desk.submit(submitted, 1).await;
            if chance.below(2) == 0 {
                desk.reply(submitted, 1).await;
            }
            continue;
        }
        for subscriber in &mut subscribers {
            let behind = positions(&desk, start).await.len() - subscriber.told.len();
            match (what, behind) {
                (2, 1..) => {
                    // Something comes: whatever is waited for until then is cut sooner or later.
                    subscriber.look(chance.below(6)).await;
                    if chance.below(2) == 0 {
                        subscriber.cut(processes[chance.below(2)]).await;
                    }
                }
                (2, _) => subscriber.cut(processes[chance.below(2)]).await,
                (_, behind) => subscriber.take(chance.below(behind + 1)).await,
            }
        }
    }
    assert!(positions(&desk, start).await.len() > 20, "something happened");
    for subscriber in subscribers {
        subscriber.tells_each_once(&desk, &format!("seed {seed}")).await;
    }
}
