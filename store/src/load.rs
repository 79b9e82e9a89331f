//! Loading an aggregate: its stream, folded; or what this process last knew of it.

use crate::{
    append::Stood,
    cache::Known,
    error::StoreError,
    sql::{Row, Side},
    store::Store,
};
use cqrs_es::Aggregate;
use std::sync::Arc;
use uuid::Uuid;

/// An aggregate, and where its stream stood.
#[derive(Debug)]
pub struct Loaded<A> {
    /// Its state; the default when the stream is empty.
    pub aggregate: Arc<A>,
    /// The last event of its stream.
    pub stood: Stood,
    /// Read from the database just now? If not, it may be old: no refusal is built on it.
    pub fresh: bool,
}

impl<A> Clone for Loaded<A> {
    fn clone(&self) -> Self {
        Self { aggregate: self.aggregate.clone(), stood: self.stood, fresh: self.fresh }
    }
}

impl<A> Loaded<A> {
    /// The sequence of its last event; 0 when there is none.
    pub fn version(&self) -> i64 {
        self.stood.sequence
    }
}

impl<A: Aggregate> Loaded<A> {
    /// A stream that nobody has written to: a guess that the append will check.
    pub fn new_stream() -> Self {
        Self { aggregate: Arc::new(A::default()), stood: Stood::default(), fresh: false }
    }
}

impl Store {
    /// Loads an aggregate as this process last knew it: as the commands that wait will leave it, as the last commit
    /// left it, or from the database.
    pub async fn recall<A: Aggregate + 'static>(&self, id: &str) -> Result<Loaded<A>, StoreError> {
        let stream = (A::TYPE, id.to_owned());
        let known = match self.queue().foreseen(&stream) {
            Some(foreseen) => foreseen.known.map(|known| (known, foreseen.stood)),
            None => self.aggregates().get(&stream),
        };
        match known.and_then(|(known, stood)| Some((known.get::<A>()?, stood))) {
            Some((aggregate, stood)) => Ok(Loaded { aggregate, stood, fresh: false }),
            None => self.load(id).await,
        }
    }

    /// Loads an aggregate from the database, once what waits for its stream is settled. Sealed values stay sealed: no
    /// aggregate needs a key.
    pub async fn load<A: Aggregate + 'static>(&self, id: &str) -> Result<Loaded<A>, StoreError> {
        let stream = (A::TYPE, id.to_owned());
        if let Some(foreseen) = self.queue().foreseen(&stream) {
            self.queue().settled(foreseen.ticket).await;
        }
        let (aggregate, stood) = read_stream::<A>(&self.database().log, "events", id).await?;
        let aggregate = Arc::new(aggregate);
        if stood.sequence > 0 {
            self.aggregates().put(&stream, Known::of(&aggregate), stood);
        }
        Ok(Loaded { aggregate, stood, fresh: true })
    }

    /// Loads an aggregate from a table of the event sourcing crates, which has none of our columns.
    pub async fn load_from<A: Aggregate>(&self, table: &str, id: &str) -> Result<(A, i64), StoreError> {
        let (aggregate, stood) = read_stream(&self.database().log, table, id).await?;
        Ok((aggregate, stood.sequence))
    }
}

/// Reads and folds a stream: one statement, and no more of each row than the fold needs.
async fn read_stream<A: Aggregate>(log: &Side, table: &str, id: &str) -> Result<(A, Stood), StoreError> {
    let event_id = if table == "events" { "event_id, " } else { "" };
    let sql = format!(
        "SELECT sequence, {event_id}payload FROM {table} \
         WHERE aggregate_type = $1 AND aggregate_id = $2 ORDER BY sequence"
    );
    let rows = log.rows(&sql, &[A::TYPE.into(), id.into()]).await?;
    let mut aggregate = A::default();
    let mut stood = Stood::default();
    for row in &rows {
        stood = Stood { sequence: row.int("sequence")?, event_id: event_id_of(row, !event_id.is_empty())? };
        let event = serde_json::from_str(&row.text("payload")?).map_err(|error| StoreError::Json {
            place: format!("{} {id}, sequence {}", A::TYPE, stood.sequence),
            error,
        })?;
        aggregate.apply(event);
    }
    Ok((aggregate, stood))
}

fn event_id_of(row: &Row, there: bool) -> sqlx::Result<Option<Uuid>> {
    match there {
        true => Ok(Uuid::from_slice(&row.bytes("event_id")?).ok()),
        false => Ok(None),
    }
}
