//! What notifications measure of themselves, for whoever watches them: Prometheus' kinds and names
//! (<https://prometheus.io/docs/practices/naming/>). By what a channel speaks, never by whom it reaches.

use super::{
    Notifier,
    channels::Channels,
    vendor::{Kind, Outcome},
};
use domain::{
    channel::{Channel, ChannelKind, ChannelState},
    ids::ChannelId,
};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use std::{collections::BTreeMap, time::Duration};
use store::{Store, StoreError};

/// As many deliveries of a state are counted: when there are more, the number is alarming anyway, and each scrape reads them.
const MOST: i64 = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfKind {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfState {
    kind: &'static str,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOutcome {
    kind: &'static str,
    outcome: &'static str,
}

/// A state that is counted: as it is stored, and as it is told.
const STATES: [(&str, &str); 3] = [("PENDING", "waiting"), ("RETRYING", "retrying"), ("DEAD", "dead")];
const OUTCOMES: [Outcome; 4] = [Outcome::Delivered, Outcome::Retry, Outcome::Configuration, Outcome::Payload];

/// Counted as it happens, and gauges that are set when somebody asks.
#[derive(Clone)]
pub(crate) struct Measures {
    attempts: Family<OfOutcome, Counter>,
    requests: Family<OfKind, Histogram>,
    deliveries: Family<OfState, Gauge>,
    paused: Family<OfKind, Gauge>,
    behind: Gauge,
    sends: Gauge,
    stands_still: Gauge,
    withheld_codes: Counter,
}

impl Measures {
    pub(crate) fn new() -> Self {
        let measures = Self {
            attempts: Family::default(),
            requests: Family::new_with_constructor(seconds as fn() -> Histogram),
            deliveries: Family::default(),
            paused: Family::default(),
            behind: Gauge::default(),
            sends: Gauge::default(),
            stands_still: Gauge::default(),
            withheld_codes: Counter::default(),
        };
        // What has not happened yet is 0, not absent: a rate needs a beginning.
        for kind in ChannelKind::ALL.map(name) {
            for outcome in OUTCOMES {
                drop(measures.attempts.get_or_create(&OfOutcome { kind, outcome: name_of(outcome) }));
            }
            drop(measures.requests.get_or_create(&OfKind { kind }));
        }
        measures
    }

    /// A request was made, or could not even be written: then it took no time that counts.
    pub(crate) fn attempt(&self, kind: ChannelKind, outcome: Outcome, took: Option<Duration>) {
        let kind = name(kind);
        self.attempts.get_or_create(&OfOutcome { kind, outcome: name_of(outcome) }).inc();
        if let Some(took) = took {
            self.requests.get_or_create(&OfKind { kind }).observe(took.as_secs_f64());
        }
    }

    /// A code was not sent, for as many as may go to phones within an hour had gone.
    pub(crate) fn code_withheld(&self) {
        self.withheld_codes.inc();
    }
}

/// From five milliseconds to twenty seconds: no answer is waited for longer.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.005, 2.0, 13))
}

impl Notifier {
    /// Names what is measured, under the given registry's prefix.
    pub fn register_measures(&self, registry: &mut Registry) {
        let measures = self.shared.measures.clone();
        registry.register(
            "notifications_deliveries",
            "Deliveries that are not over, or are dead",
            measures.deliveries,
        );
        registry.register("notifications_attempts", "Requests by what came of them", measures.attempts);
        registry.register_with_unit(
            "notifications_request",
            "How long a request took until its answer",
            Unit::Seconds,
            measures.requests,
        );
        registry.register(
            "notifications_lag_events",
            "Events of which no deliveries have been made yet; 0 where another process notifies",
            measures.behind,
        );
        registry.register("notifications_sender", "1: this process notifies", measures.sends);
        registry.register("notifications_stand_still", "1: no deliveries can be made", measures.stands_still);
        registry.register("notifications_paused_channels", "Channels that are paused", measures.paused);
        registry.register(
            "notifications_withheld_codes",
            "Codes not sent to a phone, for as many as may go within an hour had gone",
            measures.withheld_codes,
        );
    }

    /// Sets what is asked for only when somebody asks; `head`: how far the log has come.
    pub async fn measure(&self, head: i64) -> Result<(), StoreError> {
        let (measures, status) = (&self.shared.measures, self.status());
        measures.behind.set(if status.sole { (head - status.position).max(0) } else { 0 });
        measures.sends.set(i64::from(status.sole));
        measures.stands_still.set(i64::from(status.error.is_some()));
        let store = self.shared.store();
        let unreadable = |error: store::HandleError| StoreError::Setup(error.to_string());
        let channels = Channels::as_of(store, i64::MAX).await.map_err(unreadable)?;
        let counted = counted(store, &channels).await?;
        for kind in ChannelKind::ALL {
            let is_paused = |channel: &Channel| {
                channel.connected().is_some_and(|channel| {
                    channel.kind == kind && matches!(channel.state, ChannelState::Paused(_))
                })
            };
            let paused = channels.all().filter(|channel| is_paused(channel)).count();
            let paused = i64::try_from(paused).unwrap_or(i64::MAX);
            measures.paused.get_or_create(&OfKind { kind: name(kind) }).set(paused);
            for (stored, state) in STATES {
                let deliveries = counted.get(&(kind, stored)).copied().unwrap_or_default();
                measures.deliveries.get_or_create(&OfState { kind: name(kind), state }).set(deliveries);
            }
        }
        Ok(())
    }
}

/// Deliveries by what their channel speaks and by their state.
async fn counted(
    store: &Store,
    channels: &Channels,
) -> Result<BTreeMap<(ChannelKind, &'static str), i64>, StoreError> {
    let some = STATES.map(|(stored, _)| {
        format!("SELECT * FROM (SELECT channel_id, state FROM deliveries WHERE state = '{stored}' LIMIT $1) AS {stored}")
    });
    let sql = format!(
        "SELECT channel_id, state, COUNT(*) AS deliveries FROM ({}) AS counted GROUP BY channel_id, state",
        some.join(" UNION ALL ")
    );
    let mut counted = BTreeMap::new();
    for row in store.database().log.rows(&sql, &[MOST.into()]).await? {
        let (channel, state) = (row.text("channel_id")?, row.text("state")?);
        let kind = channel.parse::<ChannelId>().ok().and_then(|id| channels.any(id)?.kind());
        let state = STATES.into_iter().find(|(stored, _)| *stored == state);
        if let (Some(kind), Some((stored, _))) = (kind, state) {
            *counted.entry((kind, stored)).or_default() += row.int("deliveries")?;
        }
    }
    Ok(counted)
}

/// As the configuration calls it.
fn name(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::VisitorEmail => "visitor_email",
        ChannelKind::VisitorSms => "visitor_sms",
        ChannelKind::Wecom
        | ChannelKind::Feishu
        | ChannelKind::Lark
        | ChannelKind::Dingtalk
        | ChannelKind::Slack
        | ChannelKind::Webhook
        | ChannelKind::Email => Kind::of(kind).map_or("email", Kind::name),
    }
}

fn name_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "delivered",
        Outcome::Retry => "retry",
        Outcome::Configuration => "configuration",
        Outcome::Payload => "payload",
    }
}
