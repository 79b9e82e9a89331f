//! One run of events into one view: view and checkpoint in one transaction, so that each event counts exactly once.

use super::{
    HandleError, View,
    checkpoint::{self, Lock},
};
use crate::{
    database::Dialect,
    error::StoreError,
    event::{COLUMNS, RecordedEvent},
    sql::Tx,
    store::Store,
};

/// What became of it.
pub(super) enum Page {
    /// Took this many events, up to a position.
    Moved {
        /// The last one's.
        position: i64,
        /// How many.
        events: usize,
    },
    /// Took the events up to a position, and of the next one a part.
    Part {
        /// The last one's that was taken whole.
        position: i64,
    },
    /// There is nothing after the checkpoint.
    UpToDate,
    /// Another process holds the checkpoint, which stood at a position.
    Elsewhere {
        /// That of the last event that was taken.
        position: i64,
    },
    /// The log goes on, but not with this position.
    Missing(i64),
}

/// Why nothing was taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum PageError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The view did not take the run that begins there.
    #[error("at position {position}: {error}")]
    Handle { position: i64, events: usize, error: HandleError },
}

impl From<sqlx::Error> for PageError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Takes at most `most` events.
pub(super) async fn take(store: &Store, view: &View, most: usize) -> Result<Page, PageError> {
    let head = store.head().await?;
    let position = checkpoint::read(store, view).await?.position;
    if head <= position {
        // What another process has just appended and followed is in the log by now.
        return match store.head().await? {
            head if head < position => Err(StoreError::Ahead { head, position }.into()),
            _ => Ok(Page::UpToDate),
        };
    }
    let dialect = store.database().dialect();
    let mut tx = store.database().views.begin().await?;
    relax(&mut tx).await?;
    tx.lend(store);
    let locked = checkpoint::lock(&mut tx, dialect, view.name, view.version, Lock::OrLeave).await?;
    let Some(position) = locked else {
        return Ok(Page::Elsewhere { position });
    };
    let events = run(store, &mut tx, position, most).await?;
    let Some(last) = events.last().map(|event| event.position) else {
        return Ok(if position < head { Page::Missing(position + 1) } else { Page::UpToDate });
    };
    (view.handle)(&mut tx, &events).await.map_err(|error| PageError::Handle {
        position: position + 1,
        events: events.len(),
        error,
    })?;
    let reached = tx.taken().unwrap_or(last);
    checkpoint::advance(&mut tx, view.name, view.version, reached, head).await?;
    tx.commit().await?;
    if reached < last {
        return Ok(Page::Part { position: reached });
    }
    Ok(Page::Moved { position: last, events: events.len() })
}

/// What holds for whoever writes a view. It can be filled again, the log cannot: losing its last moments in a crash
/// costs nothing. And a plan made while the tables were small is not kept.
pub(crate) async fn relax(tx: &mut Tx) -> sqlx::Result<()> {
    if matches!(tx, Tx::Postgres(_)) {
        let sql = "SELECT set_config('synchronous_commit', 'off', true), \
                   set_config('plan_cache_mode', 'force_custom_plan', true)";
        tx.execute(sql, &[]).await?;
    }
    Ok(())
}

/// The events position+1, position+2, … as far as none is missing. On PostgreSQL over the transaction's own
/// connection: whoever holds one and waits for a second can wait for ever.
pub(crate) async fn run(
    store: &Store,
    tx: &mut Tx,
    position: i64,
    most: usize,
) -> Result<Vec<RecordedEvent>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM events WHERE position > $1 AND position <= $2 ORDER BY position");
    let values = [position.into(), (position + i64::try_from(most).unwrap_or(i64::MAX)).into()];
    let rows = match store.database().dialect() {
        Dialect::Postgres => tx.rows(&sql, &values).await?,
        Dialect::Sqlite => store.database().log.rows(&sql, &values).await?,
    };
    let events = rows.iter().map(RecordedEvent::from_row).collect::<Result<Vec<_>, _>>()?;
    Ok(contiguous(position, events))
}

/// As far as none is missing.
pub(crate) fn contiguous(position: i64, mut events: Vec<RecordedEvent>) -> Vec<RecordedEvent> {
    let whole = (position + 1..).zip(&events).take_while(|(wanted, event)| event.position == *wanted).count();
    events.truncate(whole);
    events
}
