//! The desk is told while everything fails: receivers die, refuse, stall and answer nonsense, and the server is killed;
//! and afterwards every event has reached every channel, under one id, and nothing was called delivered that was not.

mod channels;
mod check;
mod receivers;
mod report;
mod storm;
mod submit;

use super::{ONE_AT_A_TIME, environment, seed};
use store::{Dialect, on_both_databases};
use storm::Storm;

on_both_databases!(every_event_reaches_every_channel_and_nothing_refused_is_called_delivered);

/// In the suite: as few as every kind of trouble and every path of a retry needs.
const FEW: u64 = 400;
/// A long run has a kill for so many messages.
const MESSAGES_A_KILL: u64 = 500;
/// Each kind of trouble has its kill, however few the messages are.
const FEWEST_KILLS: u64 = 3;

async fn every_event_reaches_every_channel_and_nothing_refused_is_called_delivered(dialect: Dialect) {
    let _alone = ONE_AT_A_TIME.lock().await;
    let long = environment::messages();
    let messages = long.unwrap_or(FEW);
    let kills = (messages / MESSAGES_A_KILL).max(FEWEST_KILLS);
    let mut storm = Storm::begin(dialect, seed(), long.is_some()).await;
    storm.rage(messages, kills).await;
    storm.calm().await;
    storm.ask_for_a_range_again().await;
    storm.rebuild_every_view().await;
    let report = storm.end().await;
    println!("{report}");
    assert!(report.is_clean(), "{report}");
    // Otherwise it was fair weather, which proves nothing.
    assert!(report.was_rough(), "nothing was refused, or told twice: {report}");
}
