//! Figures about messages: each a named, versioned, pure fold over what happened, as of a position of the log.
//!
//! A row for each message holds its facts; the rows of a day on which messages were left are put together into one, so that a year is read in
//! a few hundred pieces. Whoever changes a row takes its day apart again, and what is apart is read row by row. Beside them stands what is
//! placed on each day, as a sum of changes: figures and series of everything are read from that. An answer is the same in all ways.

mod answer;
mod ask;
mod course;
mod days;
mod explain;
mod fact;
mod known;
mod manual;
mod metric;
mod pieces;
mod placed;
mod points;
mod room;
mod rules;
mod spans;
mod tally;
mod waits;

pub use answer::Statistics;
pub(crate) use ask::turns;
pub use ask::{Calendar, Group, Grouped, Wanted};
pub use explain::{Differs, Explained, ExplainingEvent, Explanation};
pub use fact::Took;
pub use manual::manual;
pub use metric::{METRICS, Metric, OF_ALL};
pub use points::{Interval, MOST_POINTS, Point, StatisticsRange};
pub(crate) use room::Room;
pub use tally::{Durations, Figures, Quality, Satisfaction};

use crate::fold::fold;
use course::Followed;
use placed::Changes;
use rules::Rules;
use std::collections::BTreeSet;
use store::{BoxFuture, HandleError, RecordedEvent, Tx};
use waits::Wait;

/// Every table of the view.
pub(crate) const TABLES: &[&str] = &[course::TABLE, days::TABLE, placed::TABLE, rules::TABLE, waits::TABLE];

/// Takes a run of events into the facts of their messages.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let mut rules = Rules::stored(tx).await?;
        // A run is cut where hours or target change: what is before it is measured by the old ones.
        for part in run.split_inclusive(rules::is_revised) {
            let mut followed = fold::<Followed>(tx, part).await?;
            let (mut days, mut waits) = (BTreeSet::new(), Vec::new());
            let mut changes = Changes::default();
            for (id, row) in followed.rows_mut() {
                row.settle(&rules);
                changes.take(&row.before, &row.facts);
                days.insert(row.day);
                waits.extend(row.waits.drain(..).map(|wait| (id.to_owned(), wait)));
            }
            followed.write(tx).await?;
            Wait::write(tx, waits).await?;
            days::take_apart(tx, &days).await?;
            if let Some(last) = part.last() {
                changes.write(tx, last.position).await?;
            }
            if let Some(revised) = part.last().filter(|last| rules::is_revised(last)) {
                rules.revise(revised)?;
                rules.write(tx).await?;
            }
        }
        Ok(())
    })
}
