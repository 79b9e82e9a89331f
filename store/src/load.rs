//! Loading an aggregate: the crates' own repositories read the stream, the aggregate folds it.

use crate::{error::StoreError, sql::Side, store::Store};
use cqrs_es::{
    Aggregate, EventEnvelope,
    persist::{PersistedEventRepository, SerializedEvent},
};
use postgres_es::PostgresEventRepository;
use sqlite_es::SqliteEventRepository;

/// An aggregate as its stream tells it.
#[derive(Clone, Debug)]
pub struct Loaded<A> {
    /// Its state; the default when the stream is empty.
    pub aggregate: A,
    /// The sequence of its last event; 0 when there is none.
    pub version: i64,
}

impl Store {
    /// Loads an aggregate by its id. Sealed values stay sealed: no aggregate needs a key.
    pub async fn load<A: Aggregate>(&self, id: &str) -> Result<Loaded<A>, StoreError> {
        let stored = match &self.database().log {
            Side::Postgres(pool) => PostgresEventRepository::new(pool.clone()).get_events::<A>(id).await?,
            Side::Sqlite { readers, .. } => {
                SqliteEventRepository::new(readers.clone()).get_events::<A>(id).await?
            }
        };
        fold(stored)
    }
}

fn fold<A: Aggregate>(stored: Vec<SerializedEvent>) -> Result<Loaded<A>, StoreError> {
    let mut loaded = Loaded { aggregate: A::default(), version: 0 };
    for event in stored {
        let event = EventEnvelope::<A>::try_from(event)?;
        loaded.version = i64::try_from(event.sequence).unwrap_or(i64::MAX);
        loaded.aggregate.apply(event.payload);
    }
    Ok(loaded)
}
