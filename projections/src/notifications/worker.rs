//! One channel's worker: sends what is due, as fast as it may, and writes down what came of it.

use super::{
    Shared,
    channels::{address, is_active, opened},
    errand::Errand,
    pace::Pace,
    plan::{MOST, Plan, plan},
    rate::pace,
    rows::{self, Due},
    schedule::Health,
    visitors,
    whom::recipients_vary,
    zone::zone_of,
};
use chrono::{DateTime, Utc};
use domain::{
    channel::{Channel, ChannelKind, ChannelState, Connected, Digest, Quiet},
    desk::Settings,
    ids::ChannelId,
};
use std::{sync::Arc, sync::PoisonError, time::Duration};
use store::HandleError;
use tokio_util::sync::CancellationToken;

/// How often it looks when nobody told it to: other processes ask for deliveries, too.
const POLL: Duration = Duration::from_secs(1);
/// How long it waits after a failure of ours.
const RETRY: Duration = Duration::from_secs(1);

/// Keeps one worker going while its channel is connected.
pub(super) async fn supervise(shared: Arc<Shared>, id: ChannelId, stop: CancellationToken) {
    while !stop.is_cancelled() && shared.channels.borrow().get(id).is_some() {
        let work = tokio::spawn(work(shared.clone(), id, stop.clone()));
        match work.await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => {
                tracing::error!(channel = %id, %error, "a channel stands still and will try again");
            }
            Err(panic) => {
                tracing::error!(channel = %id, %panic, "a channel's worker panicked and is started again");
            }
        }
        let _ = tokio::time::timeout(RETRY, stop.cancelled()).await;
    }
}

async fn work(shared: Arc<Shared>, id: ChannelId, stop: CancellationToken) -> Result<(), HandleError> {
    let (mut changed, mut woken) = (shared.channels.subscribe(), shared.wake.subscribe());
    while !stop.is_cancelled() {
        woken.borrow_and_update();
        let channel = changed.borrow_and_update().get(id).cloned();
        let Some(channel) = channel else { return Ok(()) };
        let wait = match channel.state {
            ChannelState::Active => send(&shared, id, channel, &stop).await?,
            ChannelState::Paused(_) | ChannelState::Disconnected => Next::WhenTold,
        };
        let clock = shared.store().clock();
        let until = match wait {
            Next::AtOnce => continue,
            Next::At(until) => Some(until),
            Next::WhenTold => None,
        };
        tokio::select! {
            () = stop.cancelled() => {}
            _ = changed.changed() => {}
            _ = woken.changed() => {}
            () = clock.until(until.unwrap_or(DateTime::<Utc>::MAX_UTC)), if until.is_some() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
    Ok(())
}

/// When there is something to do again.
enum Next {
    AtOnce,
    At(DateTime<Utc>),
    WhenTold,
}

async fn send(
    shared: &Arc<Shared>,
    id: ChannelId,
    channel: Connected,
    stop: &CancellationToken,
) -> Result<Next, HandleError> {
    let store = shared.store();
    let (now, channel_id) = (store.clock().now(), id.to_string());
    let due = rows::due(store, &channel_id, now, MOST).await?;
    if due.is_empty() {
        return Ok(rows::next_due(store, &channel_id).await?.map_or(Next::WhenTold, Next::At));
    }
    let settings = shared.projections.desk().await?;
    let health = rows::health(store, &channel_id).await?;
    let pace = pace(store, &channel, &channel_id, now).await?;
    if let Some(until) = held_until(&channel, &settings, health, &pace, now) {
        return Ok(Next::At(until));
    }
    // Whom it mentions is opened only now.
    let Channel::Connected(channel) = opened(store, Channel::Connected(Box::new(channel))).await? else {
        return Ok(Next::WhenTold);
    };
    let Some(address) = address(store, id).await? else { return Ok(Next::WhenTold) };
    // By the log as it is: what is due may have been made since the channel was looked at, after a pause, and whoever makes
    // deliveries may be behind.
    if !is_active(store, id).await? {
        return Ok(Next::WhenTold);
    }
    let errand =
        Errand { shared, id, channel: &channel, address: &address, settings: &settings, pace: &pace, stop };
    if channel.kind.reaches().is_some() {
        let at_once = if health.is_broken() { 1 } else { pace.free(now) };
        let under_way = UnderWay::begin(shared, &due);
        visitors::tell(&errand, due, at_once, now).await?;
        drop(under_way);
        return Ok(Next::AtOnce);
    }
    // Nobody reads in a digest what is for another.
    let varies = channel.kind == ChannelKind::Email && recipients_vary(&channel.rules);
    let digest = if varies { Digest::Never } else { channel.rules.digest };
    let plan = plan(channel.kind, digest, due, &pace, health.is_broken(), now);
    let (Plan::Each(planned) | Plan::Together(planned)) = &plan;
    let under_way = UnderWay::begin(shared, planned);
    let (sent, panic) = errand.carry_out(plan).await?;
    errand.conclude(sent).await?;
    drop(under_way);
    // What the others came to is written down.
    if let Some(panic) = panic {
        return Err(panic.into());
    }
    Ok(Next::AtOnce)
}

/// Until when nothing is sent, if anything holds it.
fn held_until(
    channel: &Connected,
    settings: &Settings,
    health: Health,
    pace: &Pace,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let quiet = Quiet::read(&channel.rules.quiet_hours).unwrap_or_default();
    let quiet = quiet.over_at(now, &zone_of(settings));
    let asked = health.quiet_until.filter(|until| *until > now);
    let fast = (pace.free(now) == 0).then(|| pace.next(now));
    [quiet, asked, fast].into_iter().flatten().max()
}

/// Deliveries that are shown as under way while this is alive.
struct UnderWay<'a>(&'a Shared, Vec<String>);

impl<'a> UnderWay<'a> {
    fn begin(shared: &'a Shared, due: &[Due]) -> Self {
        let ids: Vec<String> = due.iter().map(|due| due.delivery_id.clone()).collect();
        shared.under_way.lock().unwrap_or_else(PoisonError::into_inner).extend(ids.iter().cloned());
        Self(shared, ids)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut under_way = self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        for id in &self.1 {
            under_way.remove(id);
        }
    }
}
