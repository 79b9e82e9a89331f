//! One channel's worker: sends what is due, as fast as it may, and writes down what came of it.

use super::{
    Remedy, Shared,
    channels::{address, opened},
    notice::Voice,
    pace::{Limit, Pace},
    plan::{MOST, Plan, plan},
    rows::{self, After, Attempt, Due},
    schedule::{Health, Trouble, again},
    tell::{About, Tale},
    trial::{Letter, Verdict, letter, post},
    vendor::Outcome,
    zone::zone_of,
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    channel::{Channel, ChannelAddress, ChannelKind, ChannelState, Connected, PauseReason, Quiet},
    desk::Settings,
    ids::ChannelId,
};
use std::{sync::Arc, sync::PoisonError, time::Duration};
use store::{HandleError, Store};
use tokio_util::sync::CancellationToken;

/// How often it looks when nobody told it to: other processes ask for deliveries, too.
const POLL: Duration = Duration::from_secs(1);
/// How long it waits after a failure of ours.
const RETRY: Duration = Duration::from_secs(1);
/// As late as a request can be counted that was begun now: no answer is waited for longer.
const LONGEST: TimeDelta = TimeDelta::seconds(20);

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
            ChannelState::Active => send(&shared, id, channel).await?,
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

async fn send(shared: &Arc<Shared>, id: ChannelId, channel: Connected) -> Result<Next, HandleError> {
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
    let plan = plan(channel.kind, channel.rules.digest, due, &pace, health.is_broken(), now);
    let errand =
        Errand { shared, id, channel: &channel, address: &address, settings: &settings, pace: &pace };
    let under_way = UnderWay::begin(shared, &plan);
    let sent = errand.carry_out(plan).await?;
    errand.conclude(sent, health).await?;
    drop(under_way);
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

async fn pace(
    store: &Store,
    channel: &Connected,
    channel_id: &str,
    now: DateTime<Utc>,
) -> Result<Pace, HandleError> {
    let minute = TimeDelta::minutes(1);
    let own = channel.rules.rate_per_minute.and_then(|rate| usize::try_from(rate).ok());
    let limits: Vec<Limit> = super::trial::limits(channel.kind)
        .into_iter()
        .chain(own.map(|count| Limit { count, per: minute }))
        .collect();
    let pace = Pace::new(limits.clone(), vec![]);
    if !pace.is_limited() {
        return Ok(pace);
    }
    let sent = rows::sent(store, channel_id, now - pace.memory()).await?;
    Ok(Pace::new(limits, sent))
}

/// Deliveries that are shown as under way while this is alive.
struct UnderWay<'a>(&'a Shared, Vec<String>);

impl<'a> UnderWay<'a> {
    fn begin(shared: &'a Shared, plan: &Plan) -> Self {
        let (Plan::Each(due) | Plan::Together(due)) = plan;
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

/// Deliveries that one request was for, and what came of it; `None`: nobody is to hear of them any more.
type Sent = (Vec<Due>, Option<(Attempt, Verdict)>);

/// What requests of one channel are made with.
struct Errand<'a> {
    shared: &'a Arc<Shared>,
    id: ChannelId,
    channel: &'a Connected,
    address: &'a ChannelAddress,
    settings: &'a Settings,
    pace: &'a Pace,
}

impl Errand<'_> {
    async fn carry_out(&self, plan: Plan) -> Result<Vec<Sent>, HandleError> {
        let words = self.channel.kind != ChannelKind::Webhook;
        let (due, together) = match plan {
            Plan::Each(due) => (due, false),
            Plan::Together(due) => (due, true),
        };
        let tales = self.shared.projections.tales(due, words).await?;
        let (silent, tales): (Vec<Tale>, Vec<Tale>) =
            tales.into_iter().partition(|tale| matches!(tale.about, About::Nothing));
        let mut sent: Vec<Sent> = silent.into_iter().map(|tale| (vec![tale.due], None)).collect();
        let voice =
            Voice::new(self.channel, self.settings, zone_of(self.settings), self.shared.base.as_deref());
        let now = self.shared.store().clock().now();
        let letters: Vec<(Vec<Due>, Letter)> = if together && tales.len() > 1 {
            let notice = voice.digest(&tales);
            let due: Vec<Due> = tales.into_iter().map(|tale| tale.due).collect();
            let id = self.digest_id(&due);
            vec![(due, letter(self.channel, self.address, &id, notice, now))]
        } else {
            let letter = |tale: Tale| {
                let notice = voice.one(&tale);
                let letter = letter(self.channel, self.address, &tale.due.delivery_id, notice, now);
                (vec![tale.due], letter)
            };
            tales.into_iter().map(letter).collect()
        };
        // Side by side: a plan has as many as may be.
        let mut requests = tokio::task::JoinSet::new();
        for (due, letter) in letters {
            let send_id = self.count(letter.id()).await?;
            let (shared, id, memory) = (self.shared.clone(), self.id, self.pace.memory());
            let kind = self.channel.kind;
            requests.spawn(async move {
                let (leaves, began) = (letter.leaves(), tokio::time::Instant::now());
                let done = post(&shared, letter).await;
                shared.measures.attempt(kind, done.1.outcome, leaves.then(|| began.elapsed()));
                if let Some(send_id) = send_id {
                    // From the answer on, for nobody counts it later than that.
                    let now = shared.store().clock().now();
                    rows::count_send(shared.store(), (&id.to_string(), &send_id), now, memory).await?;
                }
                Ok::<Sent, store::StoreError>((due, Some(done)))
            });
        }
        while let Some(request) = requests.join_next().await {
            sent.push(request??);
        }
        Ok(sent)
    }

    /// The same for the same deliveries: whoever has their mail already gets no second one when another's is tried again.
    fn digest_id(&self, due: &[Due]) -> String {
        let ids: Vec<&[u8]> = due.iter().map(|due| due.delivery_id.as_bytes()).collect();
        let derived = self.shared.store().derive("digest", &ids);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&derived[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
    }

    /// Counts a request before it is made, where there is a limit.
    async fn count(&self, id: &str) -> Result<Option<String>, HandleError> {
        if !self.pace.is_limited() {
            return Ok(None);
        }
        let store = self.shared.store();
        let send_id = format!("{id}/{}", store::random::uuid(store.clock().now()));
        let latest = store.clock().now() + LONGEST;
        rows::count_send(store, (&self.id.to_string(), &send_id), latest, self.pace.memory()).await?;
        Ok(Some(send_id))
    }

    /// Writes down what came of it, and does something about a channel that fails.
    async fn conclude(&self, sent: Vec<Sent>, mut health: Health) -> Result<(), HandleError> {
        let store = self.shared.store();
        let now = store.clock().now();
        let (mut attempts, mut silent, mut pause) = (vec![], vec![], None);
        for (due, outcome) in sent {
            let Some((attempt, verdict)) = outcome else {
                silent.extend(due.iter().map(|due| over(due, "SKIPPED")));
                continue;
            };
            health = match verdict.outcome {
                Outcome::Delivered => Health::succeeded(now),
                // What is wrong with one notification says nothing of its channel.
                Outcome::Payload => health,
                Outcome::Retry | Outcome::Configuration => health.failed(now, verdict.wait),
            };
            if verdict.gone {
                pause = Some(PauseReason::Gone);
            } else if verdict.outcome == Outcome::Configuration {
                pause = pause.or(Some(PauseReason::Refused(verdict.code.clone())));
            }
            let together = due.len() > 1;
            // One for all of them: what was one digest is one again.
            let chance = u32::from_be_bytes(store::random::bytes());
            let after = due.iter().map(|due| after(due, &verdict, together, chance, now)).collect();
            attempts.push((attempt, after));
        }
        rows::settle(store, &silent).await?;
        if attempts.is_empty() {
            return Ok(());
        }
        rows::record(store, &self.id.to_string(), &attempts, Some(health)).await?;
        self.remedy(pause, health, now).await
    }

    async fn remedy(
        &self,
        pause: Option<PauseReason>,
        health: Health,
        now: DateTime<Utc>,
    ) -> Result<(), HandleError> {
        let channel = self.id;
        let remedy = match (pause, health.trouble(now)) {
            (Some(reason), _) => Remedy::Pause { channel, reason },
            (None, Some(Trouble::Pause)) => Remedy::Pause { channel, reason: PauseReason::Failing },
            (None, Some(Trouble::Warn(warning, since, pauses_at))) => {
                let told = self.channel.warned_of == Some(since) && self.channel.warnings >= warning;
                if told {
                    return Ok(());
                }
                Remedy::Warn { channel, since, pauses_at, warning }
            }
            (None, None) => return Ok(()),
        };
        let pauses = matches!(remedy, Remedy::Pause { .. });
        (self.shared.remedies)(remedy).await?;
        if pauses {
            // Nothing is sent before the log says so here as well.
            let mut channels = self.shared.channels.subscribe();
            let stands = channels.wait_for(|channels| {
                channels.get(channel).is_none_or(|channel| channel.state != ChannelState::Active)
            });
            let _ = tokio::time::timeout(POLL * 5, stands).await;
        }
        Ok(())
    }
}

fn over(due: &Due, state: &'static str) -> After {
    After { delivery_id: due.delivery_id.clone(), state, tries: due.tries, next_at: None, alone: due.alone }
}

/// What becomes of a delivery.
fn after(due: &Due, verdict: &Verdict, together: bool, chance: u32, now: DateTime<Utc>) -> After {
    let delivery_id = due.delivery_id.clone();
    let retrying = |tries, next_at, alone| After {
        delivery_id: delivery_id.clone(),
        state: "RETRYING",
        tries,
        next_at: Some(next_at),
        alone,
    };
    match verdict.outcome {
        Outcome::Delivered => over(due, "DELIVERED"),
        // One of them is the guilty one: each goes by itself. Not when somebody has it: then a mailbox is closed.
        Outcome::Payload if together && !verdict.partly => retrying(due.tries, now, true),
        Outcome::Payload => over(due, "DEAD"),
        // The channel is paused, and goes on with it once it is resumed.
        Outcome::Configuration => retrying(due.tries, now, due.alone),
        Outcome::Retry => match again(due.tries + 1, verdict.wait, now, chance) {
            Some(next_at) => retrying(due.tries + 1, next_at, due.alone),
            None => over(due, "DEAD"),
        },
    }
}
