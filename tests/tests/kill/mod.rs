//! The kill harness: the binary under load, killed in every way while commands are unanswered; and afterwards nothing
//! that was acknowledged is missing, and nothing counts twice. `docs/kill-harness.md` says how to run and read it.
#![allow(clippy::print_stdout, reason = "a long run is watched")]

mod api;
mod check;
mod client;
mod database;
pub(crate) mod environment;
mod journal;
mod log;
mod notified;
pub(crate) mod random;
mod report;
mod run;
pub(crate) mod server;
mod target;
mod uploads;
mod views;
mod workload;

use run::Run;
use store::{Dialect, on_both_databases};
use target::Target;
use tokio::sync::Mutex;

on_both_databases!(
    nothing_acknowledged_is_lost_and_nothing_counts_twice,
    a_server_that_answers_before_its_commit_is_found_out,
    a_view_that_is_not_what_a_rebuild_makes_is_found_out,
);

/// One run at a time: they share a PostgreSQL that is killed, and a machine.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// `leaveword` with the fault.
const ANSWERS_TOO_EARLY: &str = env!("CARGO_BIN_EXE_answers_too_early");

fn seed() -> u64 {
    let seed = environment::seed().unwrap_or_else(|| u64::from_be_bytes(store::random::bytes()));
    println!("seed {seed}");
    seed
}

async fn nothing_acknowledged_is_lost_and_nothing_counts_twice(dialect: Dialect) {
    let _alone = ONE_AT_A_TIME.lock().await;
    let short = match dialect {
        Dialect::Sqlite => 3,
        Dialect::Postgres => 2 * Target::of(dialect).len(),
    };
    let (kills, minutes) = environment::long_run().unwrap_or((short, 0));
    let mut run = Run::begin(dialect, seed()).await;
    run.call();
    run.kill_often(kills, minutes).await;
    let report = run.end().await;
    println!("{report}");
    assert!(report.is_clean(), "{report}");
    let thin = report.kills.iter().filter(|kill| kill.in_flight < run::UNANSWERED).count();
    assert_eq!((report.kills.len(), thin), (kills, 0), "every kill came while commands were unanswered");
}

/// The harness is tried on a server that is known to be wrong: what does not find this fault proves nothing.
async fn a_server_that_answers_before_its_commit_is_found_out(dialect: Dialect) {
    let _alone = ONE_AT_A_TIME.lock().await;
    let mut run = Run::begin(dialect, seed()).await;
    run.replace_server(ANSWERS_TOO_EARLY.into()).await;
    run.serve_next(environment::leaveword());
    run.call();
    run.acknowledged(1).await;
    let struck = run.strike(Target::Server).await;
    run.settled(struck).await;
    let report = run.end().await;
    println!("{report}");
    assert!(report.not_as_acknowledged() > 0, "nobody noticed: {report}");
}

async fn a_view_that_is_not_what_a_rebuild_makes_is_found_out(dialect: Dialect) {
    let _alone = ONE_AT_A_TIME.lock().await;
    let mut run = Run::begin(dialect, seed()).await;
    run.call();
    run.acknowledged(20).await;
    run.spoil_a_view().await;
    let report = run.end().await;
    let expected =
        "visitors: 1 rows only in the view as it lived, 0 only in the rebuilt one, which has -1 more";
    assert_eq!(report.differences, [expected], "{report}");
}
