//! What is written while somebody else writes, on both databases.

use super::*;
use crate::{
    Projections,
    notifications::{Redeliver, schedule::Sign, tidy},
};
use domain::ids::ChannelId;
use std::time::Duration;
use store::{Clock, Dialect, testing::TestDatabase};
use tokio_util::sync::CancellationToken;

store::on_both_databases! {
    what_somebody_wants_once_more_during_an_attempt_is_not_overwritten,
    what_died_with_a_picture_goes_on_with_that_one_and_what_was_told_is_told_anew,
    a_channel_that_was_resumed_during_a_request_begins_anew,
    what_waits_for_a_channel_that_is_no_more_is_skipped_also_when_it_is_much,
    what_is_dead_is_made_due_again_also_when_it_is_much,
}

const MANY: i64 = 1_201;

/// A channel that is connected, and so many deliveries for it that are due.
async fn start(dialect: Dialect, many: i64) -> (TestDatabase, Store, Clock, ChannelId) {
    let (database, clock) = (TestDatabase::new(dialect).await, TestDatabase::clock());
    let store = database.open(clock.clone()).await;
    let id = ChannelId(store::random::uuid(clock.now()));
    let connect = "INSERT INTO channel_addresses (channel_id, sealed) VALUES ($1, $2)";
    let values = [id.to_string().into(), Value::from(vec![0_u8])];
    store.database().log.execute(connect, &values).await.expect("connected");
    let new = |position: i64| NewDelivery {
        delivery_id: format!("{id}/{position}"),
        channel_id: id.to_string(),
        position,
        event_type: "message.submitted".to_owned(),
        message_id: None,
        next_at: clock.now(),
    };
    assert!(make(&store, (0, many), (1..=many).map(new).collect()).await.expect("made"));
    (database, store, clock, id)
}

fn attempt(clock: &Clock) -> Attempt {
    Attempt {
        id: store::random::uuid(clock.now()).to_string(),
        at: clock.now(),
        http_status: Some(500),
        vendor_code: None,
        outcome: "RETRY",
        detail: String::new(),
        milliseconds: 1,
    }
}

fn views(store: &Store) -> (CancellationToken, Projections) {
    let stop = CancellationToken::new();
    (stop.clone(), Projections::start(store, &stop))
}

async fn of(store: &Store, id: ChannelId) -> Due {
    let all = due(store, &id.to_string(), store.clock().now(), 1).await.expect("read");
    all.into_iter().next().expect("one is due")
}

async fn count(store: &Store, state: &str) -> i64 {
    let sql = "SELECT COUNT(*) AS deliveries FROM deliveries WHERE state = $1";
    let row = store.database().log.row(sql, &[state.into()]).await.expect("read").expect("a number");
    row.int("deliveries").expect("a number")
}

async fn what_somebody_wants_once_more_during_an_attempt_is_not_overwritten(dialect: Dialect) {
    let (_database, store, clock, id) = start(dialect, 1).await;
    let first = of(&store, id).await;
    clock.advance(Duration::from_secs(1));
    let (stop, projections) = views(&store);
    let again = Redeliver::One(first.delivery_id.clone());
    assert_eq!(projections.redeliver(&again).await.expect("made due"), 1);
    let dead = |due: &Due| After {
        delivery_id: due.delivery_id.clone(),
        was: due.next_at,
        state: "DEAD",
        tries: 9,
        next_at: None,
        alone: false,
        picture: 0,
    };
    let came_to = [(attempt(&clock), vec![dead(&first)])];
    record(&store, &id.to_string(), &came_to, &[]).await.expect("recorded");
    settle(&store, &[dead(&first)]).await.expect("settled");
    let now = of(&store, id).await;
    assert_eq!((now.tries, now.next_at), (0, clock.now()), "it is due");
    let attempts = projections.attempts(&[first.delivery_id]).await.expect("read");
    assert_eq!(attempts.values().map(Vec::len).sum::<usize>(), 1, "the attempt was made");
    settle(&store, &[dead(&now)]).await.expect("settled");
    assert_eq!(count(&store, "DEAD").await, 1);
    stop.cancel();
    projections.ended().await;
    store.close().await;
}

async fn what_died_with_a_picture_goes_on_with_that_one_and_what_was_told_is_told_anew(dialect: Dialect) {
    let (_database, store, _clock, id) = start(dialect, 1).await;
    let (stop, projections) = views(&store);
    for (state, goes_on_with) in [("DEAD", 2), ("DELIVERED", 0)] {
        let first = of(&store, id).await;
        let after = After {
            delivery_id: first.delivery_id.clone(),
            was: first.next_at,
            state,
            tries: 9,
            next_at: None,
            alone: true,
            picture: 2,
        };
        settle(&store, &[after]).await.expect("settled");
        let again = Redeliver::One(first.delivery_id);
        assert_eq!(projections.redeliver(&again).await.expect("made due"), 1);
        assert_eq!(of(&store, id).await.picture, goes_on_with, "{state}");
    }
    stop.cancel();
    projections.ended().await;
    store.close().await;
}

async fn a_channel_that_was_resumed_during_a_request_begins_anew(dialect: Dialect) {
    let (_database, store, clock, id) = start(dialect, 1).await;
    let id = id.to_string();
    let bad = [Sign::Bad(None); 7];
    let before = record(&store, &id, &[(attempt(&clock), vec![])], &bad).await.expect("recorded");
    assert!(before.is_broken() && health(&store, &id).await.expect("read") == before);
    let resumed = "DELETE FROM channel_health WHERE channel_id = $1";
    store.database().log.execute(resumed, &[id.as_str().into()]).await.expect("resumed");
    let after = record(&store, &id, &[(attempt(&clock), vec![])], &bad[..1]).await.expect("recorded");
    assert_eq!((after.failures, after.quiet_until), (1, None));
    assert_eq!(health(&store, &id).await.expect("read"), after);
    store.close().await;
}

async fn what_waits_for_a_channel_that_is_no_more_is_skipped_also_when_it_is_much(dialect: Dialect) {
    let (_database, store, _, id) = start(dialect, MANY).await;
    let other = ChannelId(store::random::uuid(store.clock().now()));
    tidy::skip_all(&store, &[other]).await.expect("nothing");
    assert_eq!(count(&store, "PENDING").await, MANY);
    tidy::skip_all(&store, &[id]).await.expect("skipped");
    assert_eq!((count(&store, "PENDING").await, count(&store, "SKIPPED").await), (0, MANY));
    store.close().await;
}

async fn what_is_dead_is_made_due_again_also_when_it_is_much(dialect: Dialect) {
    let (_database, store, _, id) = start(dialect, MANY).await;
    let dead = "UPDATE deliveries SET state = 'DEAD', next_at = NULL WHERE position > 1";
    store.database().log.execute(dead, &[]).await.expect("dead");
    let (stop, projections) = views(&store);
    assert_eq!(projections.channel_backlog(id).await.expect("counted"), (1, MANY - 1));
    let made = projections.redeliver(&Redeliver::Range(id, 2, 3)).await.expect("made due");
    assert_eq!((made, count(&store, "DEAD").await), (2, MANY - 3));
    let made = projections.redeliver(&Redeliver::Dead(id)).await.expect("made due");
    assert_eq!((u64::try_from(MANY - 3).ok(), count(&store, "DEAD").await), (Some(made), 0));
    let gone = "DELETE FROM channel_addresses";
    store.database().log.execute(gone, &[]).await.expect("gone");
    assert_eq!(projections.redeliver(&Redeliver::Range(id, 1, MANY)).await.expect("none"), 0);
    stop.cancel();
    projections.ended().await;
    store.close().await;
}
