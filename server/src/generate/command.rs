//! `leaveword generate`: how far it is, and how to look at the desk when it is there.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line answers by printing")]

use super::{GenerateError, Generated, Options, into};
use crate::{
    config::Config,
    grouped::{grouped, rate},
    welcome,
};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use commands::{Commands, FIRST_EMAIL};
use std::{error::Error, io::IsTerminal, time::Duration};
use store::{Clock, DatabaseUrl, ServerLock, Store};
use tokio::time::Instant;

/// How often the line at a terminal is written again, and how often there is one where nobody watches.
const REDRAW: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(5)];
/// More events than this, and the views are better filled before the desk is served.
const MANY: i64 = 200_000;

/// What `leaveword generate` is told.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many messages are left
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    messages: u64,
    /// The same seed gives the same desk
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Over how many years
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    years: u32,
    /// The day before which it ends, such as 2026-11-01; today (UTC) unless it is said
    #[arg(long, value_name = "DAY")]
    until: Option<NaiveDate>,
}

/// Makes a desk up and says how to get in.
pub(crate) async fn run(config: &Config, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let _lock = match &config.store.database {
        DatabaseUrl::Sqlite(directory) => Some(ServerLock::take(directory)?),
        DatabaseUrl::Postgres(_) => None,
    };
    let clock = Clock::system();
    let store = Store::open(&config.store, clock.clone()).await?;
    let day = arguments.until.unwrap_or_else(|| clock.now().date_naive());
    let until = day.and_time(NaiveTime::MIN).and_utc();
    let began = Instant::now();
    let generated = generate(&store, arguments, until, began).await;
    let link = match &generated {
        Ok(_) => Commands::new(store.clone()).first_administrator().await.map(Some),
        Err(_) => Ok(None),
    };
    store.close().await;
    let (generated, took) = (generated?, began.elapsed());
    println!(
        "{} messages, {} events in {:.1} s, {} events/s",
        grouped(i64::try_from(generated.messages).unwrap_or(i64::MAX)),
        grouped(generated.events),
        took.as_secs_f64(),
        grouped(rate(generated.events, took))
    );
    if let Some((link, _)) = link?.flatten() {
        let until = link.expires_at.format("%Y-%m-%d %H:%M UTC");
        println!(
            "The first administrator is {FIRST_EMAIL}. Sign in once, before {until}, when the desk is served:"
        );
        println!("{}", welcome::sign_in_url(&welcome::base_url(config, config.listen), &link.token));
    }
    if generated.events > MANY {
        println!(
            "Fill its views first, which is faster than at the start of the server: leaveword rebuild all"
        );
    }
    Ok(())
}

async fn generate(
    store: &Store,
    arguments: &Arguments,
    until: DateTime<Utc>,
    began: Instant,
) -> Result<Generated, GenerateError> {
    let Arguments { messages, seed, years, .. } = *arguments;
    let options = Options { messages, seed, days: years * 365, until };
    let terminal = std::io::stderr().is_terminal();
    let [every_redraw, every_line] = REDRAW;
    let mut told = began;
    let outcome = into(store, &options, |done| {
        if told.elapsed() >= if terminal { every_redraw } else { every_line } {
            told = Instant::now();
            let line = line(done, messages, began.elapsed());
            if terminal { eprint!("\r\x1b[2K{line}") } else { eprintln!("{line}") }
        }
    })
    .await;
    if terminal {
        eprint!("\r\x1b[2K");
    }
    outcome
}

fn line(done: Generated, messages: u64, took: Duration) -> String {
    let count = |number: u64| grouped(i64::try_from(number).unwrap_or(i64::MAX));
    let (left, of, speed) = (count(done.messages), count(messages), grouped(rate(done.events, took)));
    format!("{left} of {of} messages  {} events  {speed} events/s", grouped(done.events))
}
