//! A long log, made quickly: sealed events through the store's own append, a message's events far apart as in life.

use crate::streams::{self, Plan};
use std::ops::Range;
use store::{AppendError, Store};

/// Three messages of four events on average, and their visitor's two.
const EVENTS_OF_THREE_MESSAGES: usize = 14;
/// A visitor leaves so many messages.
const MESSAGES_EACH: usize = 3;
/// So many messages are submitted before the first of them is replied to.
const CHUNK: usize = 900;
/// Tasks that append at the same time.
const AT_ONCE: usize = 4;

/// Makes about so many events: each message has three to five, each visitor two.
pub async fn make(store: &Store, events: usize) -> Result<(), String> {
    make_messages(store, events * MESSAGES_EACH / EVENTS_OF_THREE_MESSAGES).await
}

/// Makes about so many messages.
pub async fn make_messages(store: &Store, messages: usize) -> Result<(), String> {
    let chunks = messages.div_ceil(CHUNK);
    let mut tasks = Vec::new();
    for task in 0..AT_ONCE {
        let store = store.clone();
        let mine = chunks * task / AT_ONCE..chunks * (task + 1) / AT_ONCE;
        tasks.push(tokio::spawn(async move { make_chunks(&store, mine).await }));
    }
    for task in tasks {
        let made = task.await.map_err(|panic| panic.to_string())?;
        made.map_err(|error| format!("cannot make the log: {error}"))?;
    }
    Ok(())
}

/// While one chunk is submitted, the one before gets its first replies, and the one before that the rest.
async fn make_chunks(store: &Store, chunks: Range<usize>) -> Result<(), AppendError> {
    for chunk in chunks.start..chunks.end + 2 {
        if chunk < chunks.end {
            let visitors = CHUNK / MESSAGES_EACH;
            streams::make_visitors(store, chunk * visitors..(chunk + 1) * visitors).await?;
        }
        for (behind, part) in [(0, 0..1), (1, 1..2), (2, 2..usize::MAX)] {
            let Some(chunk) = chunk.checked_sub(behind).filter(|chunk| chunks.contains(chunk)) else {
                continue;
            };
            let plans = (chunk * CHUNK..(chunk + 1) * CHUNK).map(plan);
            streams::make_parts(store, plans.map(|plan| (plan, part.clone()))).await?;
        }
    }
    Ok(())
}

fn plan(message: usize) -> Plan {
    Plan {
        message,
        visitor: message / MESSAGES_EACH,
        replies: 2 + message % 2,
        closed: (message / 2).is_multiple_of(2),
    }
}
