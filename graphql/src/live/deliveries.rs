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
    let mut told =
        TellsDeliveries { telling, channel, from: now, known: BTreeMap::new(), ready: VecDeque::new() };
    // What changed up to now is known already.
    told.page().await?;
    told.ready.clear();
    Ok(told.told())
}

struct TellsDeliveries {
    telling: Telling,
    channel: Option<ChannelId>,
    /// Changes up to here are told, but for those that come late.
    from: i64,
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
        let (mut after, mut id) = (self.from - LATE, String::new());
        loop {
            let changed = self.telling.projections.deliveries_changed(self.channel, (after, &id), PAGE).await;
            let changed = changed.map_err(|error| self.telling.of_query(&error))?;
            let is_last = i64::try_from(changed.len()).is_ok_and(|read| read < PAGE);
            if let Some(last) = changed.last() {
                (after, id) = (last.changed_at, last.id.clone());
                self.from = self.from.max(after);
            }
            for row in changed {
                if self.known.insert(row.id.clone(), row.changed_at) != Some(row.changed_at) {
                    self.ready.push_back(row);
                }
            }
            // A slow reader is told what is there, and reads on.
            if is_last || !self.ready.is_empty() {
                break;
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
            if self.ready.is_empty() {
                tokio::time::sleep(POLL).await;
            }
        }
    }
}
