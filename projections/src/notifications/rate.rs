//! How fast a channel may send by its vendor and by its own rule, and which of its requests count.

use super::{
    pace::{Limit, Pace},
    rows,
    vendor::{self, Kind},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::channel::{ChannelKind, Connected};
use store::{Store, StoreError};

/// As late as a request can be counted that was begun now: no answer is waited for longer …
const LONGEST: TimeDelta = TimeDelta::seconds(20);
/// … but for those of a mail to several.
const LONGEST_MAIL: TimeDelta = TimeDelta::seconds(65);

/// How fast a vendor lets a channel send. Two of twenty are left to others who use the same robot, for being told off costs
/// minutes.
fn limits(kind: ChannelKind) -> Vec<Limit> {
    let rates = Kind::of(kind).map(vendor::rates).unwrap_or_default();
    let limit = |rate: &vendor::Rate| {
        let count = usize::try_from(rate.count).unwrap_or(usize::MAX);
        let per = TimeDelta::from_std(rate.per).unwrap_or(TimeDelta::MAX);
        Limit { count: count - count / 10, per }
    };
    rates.iter().map(limit).collect()
}

/// A channel's limits, and what it has sent lately.
pub(crate) async fn pace(
    store: &Store,
    channel: &Connected,
    channel_id: &str,
    now: DateTime<Utc>,
) -> Result<Pace, StoreError> {
    let minute = TimeDelta::minutes(1);
    let own = channel.rules.rate_per_minute.and_then(|rate| usize::try_from(rate).ok());
    let limits: Vec<Limit> =
        limits(channel.kind).into_iter().chain(own.map(|count| Limit { count, per: minute })).collect();
    let pace = Pace::new(limits.clone(), vec![]);
    if !pace.is_limited() {
        return Ok(pace);
    }
    let sent = rows::sent(store, channel_id, now - pace.memory()).await?;
    Ok(Pace::new(limits, sent))
}

/// A request that counts.
pub(crate) struct Counted {
    channel_id: String,
    send_id: String,
    memory: TimeDelta,
}

/// Counts a request before it is made, where there is a limit.
pub(crate) async fn count(
    store: &Store,
    (channel_id, kind): (&str, ChannelKind),
    pace: &Pace,
    id: &str,
) -> Result<Option<Counted>, StoreError> {
    if !pace.is_limited() {
        return Ok(None);
    }
    let now = store.clock().now();
    let longest = if kind == ChannelKind::Email { LONGEST_MAIL } else { LONGEST };
    let send_id = format!("{id}/{}", store::random::uuid(now));
    let counted = Counted { channel_id: channel_id.to_owned(), send_id, memory: pace.memory() };
    counted.at(store, now + longest).await?;
    Ok(Some(counted))
}

impl Counted {
    async fn at(&self, store: &Store, at: DateTime<Utc>) -> Result<(), StoreError> {
        rows::count_send(store, (&self.channel_id, &self.send_id), at, self.memory).await
    }

    /// It counts from its answer on, for nobody counts it later than that. When that cannot be written it counts for longer, and
    /// what came of it is no other for that.
    pub(crate) async fn answered(self, store: &Store) {
        if let Err(error) = self.at(store, store.clock().now()).await {
            tracing::warn!(channel = self.channel_id, %error, "a request counts for longer than it need");
        }
    }
}
