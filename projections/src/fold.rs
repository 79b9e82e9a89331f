//! A run of events into a view's rows: one look at the rows that the run touches, the fold in memory, each row written
//! once.
//!
//! Knows that a row is what became of one stream, and that a stream goes on where the row stands. Must not know what
//! any row says.

use crate::event::event_of;
use cqrs_es::Aggregate;
use std::collections::BTreeMap;
use store::{Column, HandleError, Kind, RecordedEvent, Row, Tx, Value};

/// The table of a view that keeps one row per stream. Beside its columns it has `version`, the sequence of the stream's
/// last event.
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: &'static str,
    /// The column that holds the stream's id.
    pub(crate) key: &'static str,
    /// What is said once, by the event that a stream begins with.
    pub(crate) fixed: &'static [Column],
    /// What later events change.
    pub(crate) changing: &'static [Column],
    /// What a row is read back from.
    pub(crate) read: &'static [&'static str],
}

/// A row of such a table, while events are folded into it.
pub(crate) trait Folded: Sized {
    /// Whose streams they are.
    type Aggregate: Aggregate;
    /// Where the rows stand.
    const TABLE: Table;

    /// The row of a stream that begins with this event; `None`: no stream begins with it.
    fn begin(
        recorded: &RecordedEvent,
        event: <Self::Aggregate as Aggregate>::Event,
    ) -> Result<Option<Self>, HandleError>;
    /// The row as it stands.
    fn read(row: &Row) -> Result<Self, HandleError>;
    /// What a later event changes.
    fn apply(
        &mut self,
        recorded: &RecordedEvent,
        event: <Self::Aggregate as Aggregate>::Event,
    ) -> Result<(), HandleError>;
    /// The values of the columns that are said once; empty for a row that was read.
    fn fixed(&mut self) -> Vec<Value>;
    /// The values of the columns that change.
    fn changing(&self) -> Result<Vec<Value>, HandleError>;
}

/// The rows that a run of events touched.
pub(crate) struct Touched<F>(BTreeMap<String, Entry<F>>);

struct Entry<F> {
    row: F,
    version: i64,
    is_new: bool,
}

/// Folds the events of a run into the rows of their streams. A stream that does not go on where its row stands is a
/// fault: the view stops.
pub(crate) async fn fold<F: Folded<Aggregate: Aggregate<Event: 'static>>>(
    tx: &mut Tx,
    run: &[RecordedEvent],
) -> Result<Touched<F>, HandleError> {
    let own = || run.iter().filter(|recorded| recorded.aggregate_type == F::Aggregate::TYPE);
    // The database looks the rows up while the events are parsed.
    let (stored, events) = tokio::join!(stored::<F>(tx, own()), async {
        own().map(event_of::<F::Aggregate>).collect::<Result<Vec<_>, HandleError>>()
    });
    let (mut touched, events) = (stored?, events?);
    for (recorded, event) in own().zip(events) {
        let id = recorded.aggregate_id.as_str();
        let version = touched.get(id).map_or(0, |entry| entry.version);
        if version + 1 != recorded.sequence {
            return Err(format!("the stream {id} went from {version} to {}", recorded.sequence).into());
        }
        if let Some(entry) = touched.get_mut(id) {
            entry.row.apply(recorded, event)?;
            entry.version = recorded.sequence;
        } else {
            let row = F::begin(recorded, event)?;
            let row = row.ok_or_else(|| format!("a stream begins with {}", recorded.event_type))?;
            touched.insert(id.to_owned(), Entry { row, version: recorded.sequence, is_new: true });
        }
    }
    Ok(Touched(touched))
}

/// The row of a stream whose first events these are; `None` when there are none. `finish` is called with the row before
/// it is written down.
pub(crate) fn replay<F: Folded<Aggregate: Aggregate<Event: 'static>>>(
    stream: &[RecordedEvent],
    finish: impl FnOnce(&mut F),
) -> Result<Option<Row>, HandleError> {
    let mut folded = None;
    for recorded in stream {
        let event = event_of::<F::Aggregate>(recorded)?;
        match &mut folded {
            None => folded = F::begin(recorded, event)?,
            Some(row) => row.apply(recorded, event)?,
        }
    }
    let (Some(mut row), Some(last)) = (folded, stream.last()) else { return Ok(None) };
    finish(&mut row);
    let Table { key, fixed, changing, .. } = F::TABLE;
    let names =
        [key, "version"].into_iter().chain([changing, fixed].concat().into_iter().map(|(name, _)| name));
    let values = [Value::from(last.aggregate_id.as_str()), last.sequence.into()];
    let values = values.into_iter().chain(row.changing()?).chain(row.fixed());
    Ok(Some(Row::Held(names.zip(values).collect())))
}

/// The rows of the streams that began before the run.
async fn stored<'a, F: Folded>(
    tx: &mut Tx,
    run: impl Iterator<Item = &'a RecordedEvent>,
) -> Result<BTreeMap<String, Entry<F>>, HandleError> {
    let mut first = BTreeMap::new();
    for recorded in run {
        first.entry(recorded.aggregate_id.as_str()).or_insert(recorded.sequence);
    }
    let began_before = first.into_iter().filter(|(_, sequence)| *sequence > 1);
    let ids = began_before.map(|(id, _)| id.to_owned()).collect();
    let Table { name, key, read, .. } = F::TABLE;
    let columns = [&[key, "version"], read].concat().join(", ");
    let mut entries = BTreeMap::new();
    for row in tx.rows_of(name, key, &columns, ids).await? {
        let entry = Entry { row: F::read(&row)?, version: row.int("version")?, is_new: false };
        entries.insert(row.text(key)?, entry);
    }
    Ok(entries)
}

impl<F: Folded> Touched<F> {
    /// The rows, each with the id of its stream.
    pub(crate) fn rows_mut(&mut self) -> impl Iterator<Item = (&str, &mut F)> {
        self.0.iter_mut().map(|(id, entry)| (id.as_str(), &mut entry.row))
    }

    /// Writes each row once.
    pub(crate) async fn write(self, tx: &mut Tx) -> Result<(), HandleError> {
        let Table { name, key, fixed, changing, .. } = F::TABLE;
        let changing = [&[(key, Kind::Text), ("version", Kind::Int)], changing].concat();
        let all = [changing.as_slice(), fixed].concat();
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for (id, mut entry) in self.0 {
            let mut values = Vec::with_capacity(all.len());
            values.extend([id.into(), entry.version.into()]);
            values.extend(entry.row.changing()?);
            match entry.is_new {
                true => {
                    values.extend(entry.row.fixed());
                    new.push(values);
                }
                false => changed.push(values),
            }
        }
        tx.insert_keyed(name, &all, new).await?;
        tx.update_many(name, &changing, changed).await?;
        Ok(())
    }
}
