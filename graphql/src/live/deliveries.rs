//! Deliveries as they change, told to whoever manages channels.

use super::{Telling, Tells, Told, begin};
use crate::fault::{self, Code};
use async_graphql::{Context, Result};
use domain::{
    access::{Permission, holds},
    ids::ChannelId,
};
use projections::notifications::DeliveryRow;
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// How often changes are looked for: they are rows beside the log, and any process may write them.
const POLL: Duration = Duration::from_millis(300);
/// Changes that are read at once.
const PAGE: i64 = 100;
/// A change whose commit was late is still found, in microseconds.
const LATE: i64 = 2_000_000;

/// The deliveries that change from now on.
pub(crate) async fn deliveries(ctx: &Context<'_>, channel: Option<ChannelId>) -> Result<Told<DeliveryRow>> {
    let (telling, _, _) = begin(ctx, None).await?;
    let now = telling.commands.now().timestamp_micros();
    let (known, ready) = (BTreeMap::new(), VecDeque::new());
    let mut told = TellsDeliveries { telling, channel, from: now, rest: None, known, ready };
    // What changed up to now is known already.
    loop {
        told.page().await?;
        told.ready.clear();
        if told.rest.is_none() {
            return Ok(told.told());
        }
    }
}

struct TellsDeliveries {
    telling: Telling,
    channel: Option<ChannelId>,
    /// Changes up to here are told, but for those that come late.
    from: i64,
    /// Where the last page ended, while there is more: what comes late is looked for after it.
    rest: Option<(i64, String)>,
    /// When each delivery changed that was told lately.
    known: BTreeMap<String, i64>,
    ready: VecDeque<DeliveryRow>,
}

impl TellsDeliveries {
    async fn page(&mut self) -> Result<()> {
        self.telling.renew().await?;
        if !holds(self.telling.request().caller.actor, Permission::ChannelsManage) {
            return Err(fault::fault(Code::Forbidden, "this needs the permission channels.manage"));
        }
        let (after, id) = self.rest.take().unwrap_or_else(|| (self.from - LATE, String::new()));
        let changed = self.telling.projections.deliveries_changed(self.channel, (after, &id), PAGE).await;
        let changed = changed.map_err(|error| self.telling.of_query(&error))?;
        let is_full = i64::try_from(changed.len()).is_ok_and(|read| read == PAGE);
        if let Some(last) = changed.last() {
            self.from = self.from.max(last.changed_at);
            self.rest = is_full.then(|| (last.changed_at, last.id.clone()));
        }
        for row in changed {
            if self.known.insert(row.id.clone(), row.changed_at) != Some(row.changed_at) {
                self.ready.push_back(row);
            }
        }
        let late = self.from - LATE;
        self.known.retain(|_, changed_at| *changed_at >= late);
        Ok(())
    }
}

impl Tells for TellsDeliveries {
    type Item = DeliveryRow;

    async fn next(&mut self) -> Result<DeliveryRow> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                return Ok(row);
            }
            self.page().await?;
            if self.ready.is_empty() && self.rest.is_none() {
                tokio::time::sleep(POLL).await;
            }
        }
    }
}
