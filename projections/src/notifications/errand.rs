//! Makes the requests of a plan, and writes down what came of them.

use super::{
    Remedy, Shared,
    after::{after, over, sign},
    attached, channels,
    notice::Voice,
    pace::Pace,
    plan::Plan,
    rate,
    rows::{self, Attempt, Due},
    schedule::{Health, Trouble},
    tell::{About, Tale},
    trial::{Letter, Verdict, letter, post},
    vendor::Outcome,
    zone::zone_of,
};
use chrono::{DateTime, Utc};
use domain::{
    channel::{ChannelAddress, ChannelKind, Connected, PauseReason},
    desk::Settings,
    ids::ChannelId,
};
use std::sync::Arc;
use store::HandleError;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// Deliveries that one request was for, and what came of it; `None`: nobody is to hear of them any more. The last is the
/// picture or file that follows.
pub(super) type Sent = (Vec<Due>, Option<(Attempt, Verdict)>, Option<i64>);

/// Deliveries, the letter that is for them, and the picture or file that follows.
pub(super) type Written = (Vec<Due>, Letter, Option<i64>);

/// What requests of one channel are made with.
pub(super) struct Errand<'a> {
    pub(super) shared: &'a Arc<Shared>,
    pub(super) id: ChannelId,
    pub(super) channel: &'a Connected,
    pub(super) address: &'a ChannelAddress,
    pub(super) settings: &'a Settings,
    pub(super) pace: &'a Pace,
    /// Its end is the end of the run.
    pub(super) stop: &'a CancellationToken,
}

impl Errand<'_> {
    /// What came of each request; of one that panicked nothing is known, but that it did.
    pub(super) async fn carry_out(&self, plan: Plan) -> Result<(Vec<Sent>, Option<JoinError>), HandleError> {
        let (sent, letters) = self.write(plan).await?;
        self.send(sent, letters).await
    }

    /// The same of letters that are written; `sent` is what was over before.
    pub(super) async fn send(
        &self,
        mut sent: Vec<Sent>,
        letters: Vec<Written>,
    ) -> Result<(Vec<Sent>, Option<JoinError>), HandleError> {
        let (channel_id, kind) = (self.id.to_string(), self.channel.kind);
        // All are counted before the first one leaves: when one cannot be, nothing was sent.
        let mut counted = Vec::with_capacity(letters.len());
        for (due, letter, then) in letters {
            let count = if letter.leaves() {
                rate::count(self.shared.store(), (&channel_id, kind), self.pace, letter.id()).await?
            } else {
                None
            };
            counted.push((due, letter, count, then));
        }
        // Side by side: a plan has as many as may be.
        let mut requests = JoinSet::new();
        for (due, letter, count, then) in counted {
            let shared = self.shared.clone();
            requests.spawn(async move {
                let (leaves, began) = (letter.leaves(), tokio::time::Instant::now());
                let done = post(&shared, letter).await;
                shared.measures.attempt(kind, done.1.outcome, leaves.then(|| began.elapsed()));
                if let Some(count) = count {
                    count.answered(shared.store()).await;
                }
                (due, Some(done), then)
            });
        }
        let mut panic = None;
        while let Some(request) = requests.join_next().await {
            match request {
                Ok(one) => sent.push(one),
                Err(error) => panic = Some(error),
            }
        }
        Ok((sent, panic))
    }

    /// What is told to nobody, and the letters for the others.
    async fn write(&self, plan: Plan) -> Result<(Vec<Sent>, Vec<Written>), HandleError> {
        let words = self.channel.kind != ChannelKind::Webhook;
        let (due, together) = match plan {
            Plan::Each(due) => (due, false),
            Plan::Together(due) => (due, true),
        };
        let tales = self.shared.projections.tales(due, words).await?;
        let (silent, tales): (Vec<Tale>, Vec<Tale>) =
            tales.into_iter().partition(|tale| matches!(tale.about, About::Nothing));
        let mut silent: Vec<Sent> = silent.into_iter().map(|tale| (vec![tale.due], None, None)).collect();
        let voice =
            Voice::new(self.channel, self.settings, zone_of(self.settings), self.shared.base.as_deref());
        let now = self.shared.store().clock().now();
        if together && tales.len() > 1 {
            let notice = voice.digest(&tales);
            let due: Vec<Due> = tales.into_iter().map(|tale| tale.due).collect();
            let id = self.digest_id(&due);
            return Ok((silent, vec![(due, letter(self.channel, self.address, &id, notice, now), None)]));
        }
        let mut letters = Vec::with_capacity(tales.len());
        for tale in tales {
            let then = attached::after(self.channel, &tale);
            let letter = if tale.due.picture == 0 {
                let notice = voice.one(&tale);
                Some(letter(self.channel, self.address, &tale.due.delivery_id, notice, now))
            } else {
                attached::letter(self.shared.store(), self.channel, self.address, &tale).await?
            };
            match letter {
                Some(letter) => letters.push((vec![tale.due], letter, then)),
                None => silent.push((vec![tale.due], None, None)),
            }
        }
        Ok((silent, letters))
    }

    /// The same for the same deliveries: whoever has their mail already gets no second one when another's is tried again.
    pub(super) fn digest_id(&self, due: &[Due]) -> String {
        let ids: Vec<&[u8]> = due.iter().map(|due| due.delivery_id.as_bytes()).collect();
        self.shared.store().derive_id("digest", &ids).to_string()
    }

    /// Writes down what came of it, and does something about a channel that fails.
    pub(super) async fn conclude(&self, sent: Vec<Sent>) -> Result<(), HandleError> {
        let store = self.shared.store();
        let now = store.clock().now();
        let (mut attempts, mut silent, mut signs, mut pause) = (vec![], vec![], vec![], None);
        for (due, outcome, then) in sent {
            let Some((attempt, verdict)) = outcome else {
                // Of what was told already there is nothing more to show.
                let state = |due: &Due| if due.picture == 0 { "SKIPPED" } else { "DELIVERED" };
                silent.extend(due.iter().map(|due| over(due, state(due))));
                continue;
            };
            signs.extend(sign(&verdict));
            if verdict.gone {
                pause = Some(PauseReason::Gone);
            } else if verdict.outcome == Outcome::Configuration {
                pause = pause.or(Some(PauseReason::Refused(verdict.code.clone())));
            }
            let together = due.len() > 1;
            // One for all of them: what was one digest is one again.
            let chance = u32::from_be_bytes(store::random::bytes());
            let after = due.iter().map(|due| after(due, &verdict, (together, then), chance, now)).collect();
            attempts.push((attempt, after));
        }
        rows::settle(store, &silent).await?;
        if attempts.is_empty() {
            return Ok(());
        }
        let health = rows::record(store, &self.id.to_string(), &attempts, &signs).await?;
        self.remedy(pause, health, now).await
    }

    async fn remedy(
        &self,
        mut pause: Option<PauseReason>,
        health: Health,
        now: DateTime<Utc>,
    ) -> Result<(), HandleError> {
        let channel = self.id;
        // What an address says that is not the channel's any more says nothing of the channel.
        if pause.is_some()
            && channels::address(self.shared.store(), channel).await?.as_ref() != Some(self.address)
        {
            pause = None;
        }
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
            // Nothing is sent before the log says so here as well, however long that takes. Somebody may have resumed it by then,
            // so it is the projector's place that is waited for, and a run that ends waits for nothing.
            let (head, mut status) = (self.shared.store().head().await?, self.shared.status.subscribe());
            let stands = status.wait_for(|status| status.position >= head);
            let _ = self.stop.run_until_cancelled(stands).await;
        }
        Ok(())
    }
}
