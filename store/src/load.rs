//! Loading an aggregate: its stream, folded; or what this process last knew of it.

use crate::{
    append::{Stood, StreamId},
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
    /// left it, brought forward when others have gone on since, or from the database.
    pub async fn recall<A: Aggregate + Clone + 'static>(&self, id: &str) -> Result<Loaded<A>, StoreError> {
        let stream = (A::TYPE, id.to_owned());
        let foreseen = self.queue().foreseen(&stream);
        let waits = foreseen.is_some();
        let known = match foreseen {
            Some(foreseen) => foreseen.known.map(|known| (known, foreseen.stood)),
            None => self.aggregates().get(&stream),
        };
        if let Some((aggregate, stood)) = known.and_then(|(known, stood)| Some((known.get::<A>()?, stood))) {
            return Ok(Loaded { aggregate, stood, fresh: false });
        }
        if !waits && let Some(loaded) = self.bring_forward(&stream).await? {
            return Ok(loaded);
        }
        self.load(id).await
    }

    /// Loads an aggregate as the log has it now, reading no more than what was appended since this process last knew it: for
    /// questions about one that grows, such as the desk.
    pub async fn latest<A: Aggregate + Clone + 'static>(&self, id: &str) -> Result<Loaded<A>, StoreError> {
        match self.bring_forward(&(A::TYPE, id.to_owned())).await? {
            Some(loaded) => Ok(loaded),
            None => self.load(id).await,
        }
    }

    /// What this process once knew of a stream and what was appended since: less to read than the whole of it, and still
    /// built on what was known, so not fresh. `None`: nothing is known, or not of what is in the log.
    async fn bring_forward<A: Aggregate + Clone + 'static>(
        &self,
        stream: &StreamId,
    ) -> Result<Option<Loaded<A>>, StoreError> {
        let Some((kept, stood)) = self.aggregates().behind(stream) else { return Ok(None) };
        let Some(known) = kept.get::<A>().filter(|_| stood.event_id.is_some()) else { return Ok(None) };
        let rows = read_rows::<A>(&self.database().log, "events", &stream.1, stood.sequence).await?;
        let Some((first, since)) = rows.split_first() else {
            self.aggregates().forget(stream);
            return Ok(None);
        };
        if (Stood { sequence: first.int("sequence")?, event_id: event_id_of(first, true)? }) != stood {
            self.aggregates().forget(stream);
            return Ok(None);
        }
        if since.is_empty() {
            // As it was kept: weighing it means writing all of it.
            self.aggregates().put(stream, kept, stood);
            return Ok(Some(Loaded { aggregate: known, stood, fresh: false }));
        }
        let mut aggregate = (*known).clone();
        let stood = fold(&mut aggregate, &stream.1, since, true)?.unwrap_or(stood);
        let aggregate = Arc::new(aggregate);
        self.aggregates().put(stream, Known::of(&aggregate), stood);
        Ok(Some(Loaded { aggregate, stood, fresh: false }))
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
    let rows = read_rows::<A>(log, table, id, 0).await?;
    let mut aggregate = A::default();
    let stood = fold(&mut aggregate, id, &rows, table == "events")?;
    Ok((aggregate, stood.unwrap_or_default()))
}

/// The rows of a stream from a sequence on.
async fn read_rows<A: Aggregate>(
    log: &Side,
    table: &str,
    id: &str,
    from: i64,
) -> Result<Vec<Row>, StoreError> {
    let event_id = if table == "events" { "event_id, " } else { "" };
    let sql = format!(
        "SELECT sequence, {event_id}payload FROM {table} \
         WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence >= $3 ORDER BY sequence"
    );
    Ok(log.rows(&sql, &[A::TYPE.into(), id.into(), from.into()]).await?)
}

/// Applies rows to an aggregate, and says where it stands after the last one.
fn fold<A: Aggregate>(
    aggregate: &mut A,
    id: &str,
    rows: &[Row],
    with_event_ids: bool,
) -> Result<Option<Stood>, StoreError> {
    let mut stood = None;
    for row in rows {
        let sequence = row.int("sequence")?;
        stood = Some(Stood { sequence, event_id: event_id_of(row, with_event_ids)? });
        let event = serde_json::from_str(&row.text("payload")?).map_err(|error| StoreError::Json {
            place: format!("{} {id}, sequence {sequence}", A::TYPE),
            error,
        })?;
        aggregate.apply(event);
    }
    Ok(stood)
}

fn event_id_of(row: &Row, there: bool) -> sqlx::Result<Option<Uuid>> {
    match there {
        true => Ok(Uuid::from_slice(&row.bytes("event_id")?).ok()),
        false => Ok(None),
    }
}
