//! A desk to look at: years of messages, made up from a seed, decided by the domain's rules and written to an empty log.
//!
//! `simulation.rs` says what happens next, without a clock, a database or chance of its own: the same options give the
//! same events, ids and times. What it hands out is sealed and written here, a batch at a time, so that a million messages
//! take no more memory than those that are open at once.

mod agenda;
mod calendar;
mod clock;
mod command;
mod course;
mod dice;
mod leave;
mod lines;
mod people;
mod rounds;
mod settings;
mod simulation;
mod staff;
mod steps;
mod visitors;
mod words;

pub(crate) use command::{Arguments, run};

use chrono::{DateTime, Utc};
use commands::{CommandError, Commands, Happened, Past};
use domain::message::MessageEvent;
use simulation::Simulation;
use store::{AppendError, Store, StoreError};

/// Events that are written in one transaction.
const BATCH: usize = 2_000;

/// What is made up.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many messages visitors leave.
    pub messages: u64,
    /// What all chance begins with.
    pub seed: u64,
    /// Over how many days, at least 30.
    pub days: u32,
    /// When the last of it happens, at the latest; not later than now.
    pub until: DateTime<Utc>,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Generated {
    /// Messages.
    pub messages: u64,
    /// Events.
    pub events: i64,
}

/// Why a desk was not made up.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// There is a desk already, or the database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was decided could not be appended.
    #[error("the made-up past could not be written: {0}")]
    Append(#[from] AppendError),
    /// What was decided could not be put into words.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// Nobody has seen it yet.
    #[error("a past that ends at {0} lies in the future: let it end before now")]
    NotPast(DateTime<Utc>),
}

/// Everything that happens, in its order. The same options give the same, wherever and whenever they are asked.
pub fn plan(options: &Options) -> impl Iterator<Item = Past> + Send + use<> {
    Simulation::new(options)
}

/// Writes it into a store whose log is empty; `told` hears how far it is after each batch.
pub async fn into(
    store: &Store,
    options: &Options,
    mut told: impl FnMut(Generated),
) -> Result<Generated, GenerateError> {
    if options.until > store.clock().now() {
        return Err(GenerateError::NotPast(options.until));
    }
    let mut log = store.past().await?;
    let commands = Commands::new(store.clone());
    let (mut done, mut batch, mut held) = (Generated::default(), vec![], 0);
    for past in plan(options) {
        held += events(&past);
        done.messages += u64::from(leaves_message(&past));
        batch.push(commands.past(past)?);
        if held >= BATCH {
            log.append(std::mem::take(&mut batch)).await?;
            done.events += i64::try_from(held).unwrap_or_default();
            held = 0;
            told(done);
        }
    }
    log.append(batch).await?;
    done.events = log.end().await?;
    told(done);
    Ok(done)
}

fn events(past: &Past) -> usize {
    past.streams.iter().map(|stream| stream.event_ids.len()).sum()
}

fn leaves_message(past: &Past) -> bool {
    past.streams.iter().any(|stream| match &stream.happened {
        Happened::Message { events, .. } => matches!(events.first(), Some(MessageEvent::MessageSubmitted(_))),
        Happened::Desk(_) | Happened::Member(..) | Happened::Team(..) | Happened::Visitor(..) => false,
    })
}
