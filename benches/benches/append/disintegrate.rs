//! disintegrate-postgres as its users take it: a decision, on the state that a query of the one event table gives.

use crate::{
    measure::{Answer, Side},
    workload::Turn,
};
use benches::streams;
use cqrs_es::Aggregate;
use disintegrate::{
    Decision, DecisionError, Event, EventStore, NoSnapshot, StateMutate, StateQuery, serde::json::Json,
};
use disintegrate_postgres::{Error, PgDecisionMaker, PgEventStore};
use domain::{
    decide::Decide,
    message::{Message, MessageCommand, MessageError, MessageEvent},
};
use serde::{Deserialize, Serialize};
use sqlx::{PgPool, postgres::PgPoolOptions};
use store::{Clock, Store};

/// So many events are inserted at once before anything is measured.
const AT_ONCE: usize = 500;

/// An event of ours as one of theirs.
#[derive(Clone, Debug, Event, Serialize, Deserialize)]
pub(crate) enum Recorded {
    Recorded {
        #[id]
        message_id: String,
        event: MessageEvent,
    },
}

/// The aggregate as a state of theirs.
#[derive(Clone, Debug, Default, StateQuery, Serialize, Deserialize)]
#[state_query(Recorded)]
struct State {
    #[id]
    message_id: String,
    message: Message,
}

impl StateMutate for State {
    fn mutate(&mut self, event: Recorded) {
        let Recorded::Recorded { event, .. } = event;
        self.message.apply(event);
    }
}

/// A command to a message.
struct ToMessage {
    message_id: String,
    command: MessageCommand,
}

impl Decision for ToMessage {
    type Event = Recorded;
    type StateQuery = State;
    type Error = MessageError;

    fn state_query(&self) -> State {
        State { message_id: self.message_id.clone(), message: Message::default() }
    }

    fn process(&self, state: &State) -> Result<Vec<Recorded>, MessageError> {
        let decided = state.message.decide(self.command.clone())?;
        let recorded = |event| Recorded::Recorded { message_id: self.message_id.clone(), event };
        Ok(decided.into_iter().map(recorded).collect())
    }
}

/// What its own set-up ends with; its literal is hexadecimal there, which PostgreSQL reads from release 16 on.
const SET_UP: &str = "
CREATE OR REPLACE FUNCTION event_store_begin_epoch() RETURNS void AS $$
DECLARE
    id BIGINT;
    db_id INT;
BEGIN
    SELECT last_value INTO id FROM seq_event_event_id;
    SELECT oid INTO db_id FROM pg_database WHERE datname = current_database();
    PERFORM pg_try_advisory_xact_lock_shared(db_id, 0);
    PERFORM pg_try_advisory_xact_lock_shared(1, (id & 4294967295)::bit(32)::integer);
    PERFORM pg_try_advisory_xact_lock_shared(2, (id >> 32)::bit(32)::integer);
END;
$$ LANGUAGE plpgsql;
ALTER TABLE event ADD COLUMN IF NOT EXISTS message_id TEXT;
CREATE INDEX IF NOT EXISTS idx_event_message_id ON event (message_id) WHERE message_id IS NOT NULL;
";

/// Makes its table with the streams that everybody begins with; says what it took besides.
pub(crate) async fn prepare(url: &str, store: &Store, existing: usize) -> Result<Option<String>, String> {
    let pool = pool(url, 1).await?;
    let (events, note) = match PgEventStore::try_new(pool.clone(), Json::<Recorded>::default()).await {
        Ok(events) => (events, None),
        Err(error) if error.to_string().contains("trailing junk") => {
            sqlx::raw_sql(SET_UP).execute(&pool).await.map_err(|error| format!("disintegrate: {error}"))?;
            let note =
                "disintegrate's own set-up needs PostgreSQL 16; here a literal of it was put otherwise.";
            (PgEventStore::new_uninitialized(pool.clone(), Json::default()), Some(note.to_owned()))
        }
        Err(error) => return Err(format!("disintegrate: {error}")),
    };
    let mut batch = Vec::new();
    for plan in crate::ours::plans(existing) {
        let message_id = streams::message_id(plan.message).to_string();
        batch.extend(
            plan.events(store)
                .into_iter()
                .map(|event| Recorded::Recorded { message_id: message_id.clone(), event }),
        );
        if batch.len() >= AT_ONCE || plan.message + 1 == existing {
            let made = events.append_without_validation(std::mem::take(&mut batch)).await;
            made.map_err(|error| format!("disintegrate: {error}"))?;
        }
    }
    sqlx::query("ANALYZE event").execute(&pool).await.map_err(|error| error.to_string())?;
    pool.close().await;
    Ok(note)
}

/// Their decision maker.
pub(crate) struct Disintegrate {
    maker: PgDecisionMaker<Recorded, Json<Recorded>, NoSnapshot>,
    clock: Clock,
}

pub(crate) fn open(pool: PgPool) -> Disintegrate {
    let events = PgEventStore::new_uninitialized(pool, Json::default());
    Disintegrate { maker: disintegrate_postgres::decision_maker(events, NoSnapshot), clock: Clock::system() }
}

pub(crate) async fn pool(url: &str, connections: u32) -> Result<PgPool, String> {
    let pool = PgPoolOptions::new().max_connections(connections).connect(url).await;
    pool.map_err(|error| format!("disintegrate: {error}"))
}

impl Side for Disintegrate {
    async fn take(&self, turn: Turn, caller: usize) -> Answer {
        let (message_id, command) = crate::framework::command(&self.clock, turn, caller);
        match self.maker.make(ToMessage { message_id, command }).await {
            Ok(_) => Answer::Done,
            Err(DecisionError::StateStore(error) | DecisionError::EventStore(error)) => {
                match error.downcast_ref::<Error>() {
                    Some(Error::Concurrency) => Answer::Again,
                    Some(Error::Database(sqlx::Error::Database(refused)))
                        if matches!(refused.code().as_deref(), Some("40001" | "40P01")) =>
                    {
                        Answer::Again
                    }
                    _ => Answer::Failed(error.to_string()),
                }
            }
            Err(other) => Answer::Failed(other.to_string()),
        }
    }
}
