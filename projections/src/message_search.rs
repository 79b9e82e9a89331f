//! What messages say, as keyed hashes of tokens, to be searched: it chooses candidates, and what they say is opened and
//! asked again.
//!
//! The first view that opens what is sealed while it follows: no word is kept, no order of words and no count. Which messages
//! are hidden, and from whom, is the list's to say.

mod ask;
mod best;
mod budget;
mod candidates;
mod look;
mod sweep;

pub(crate) use budget::Patience;
pub(crate) use sweep::Sweeps;

use crate::{error::QueryError, turns::Turns};
use cqrs_es::Aggregate;
use domain::{
    contact::{Contact, ContactKind},
    message::{Message, MessageEvent},
    personal::Personal,
    search::{index_phone, index_tokens},
};
use std::collections::{BTreeMap, BTreeSet};
use store::{BoxFuture, Column, Dialect, HandleError, Kind, RecordedEvent, Tx};

/// The view's name.
const VIEW: &str = "message_search";
/// Where the rows stand: version 1.
pub(crate) const TABLE: &str = "message_search_1";

const COLUMNS: [Column; 3] = [("message_id", Kind::Text), ("tokens", Kind::Set), ("number", Kind::Int)];
/// A reply of 20,000 characters has twice as many tokens at most; of a message that says more than this the rest is not
/// found.
const MOST_TOKENS: usize = 20_000;

/// As many searches at once in a process on PostgreSQL.
const AT_ONCE: usize = 4;
/// SQLite has four connections that read, and others read, too.
const AT_ONCE_ON_SQLITE: usize = 2;

/// Turns of those who search: each search opens messages.
pub(crate) fn turns(dialect: Dialect) -> Turns {
    let at_once = match dialect {
        Dialect::Postgres => AT_ONCE,
        Dialect::Sqlite => AT_ONCE_ON_SQLITE,
    };
    Turns::new(at_once, || QueryError::Busy)
}

/// Takes a run of events into the view.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let touched = touched(tx, run).await?;
        let began_before = touched.iter().filter(|(_, change)| change.number.is_none());
        let ids = began_before.map(|(id, _)| (*id).to_owned()).collect();
        let mut stored = BTreeMap::new();
        for row in tx.rows_of(TABLE, COLUMNS[0].0, "message_id, tokens", ids).await? {
            stored.insert(row.text("message_id")?, row.set("tokens")?);
        }
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for (id, change) in touched {
            if let Some(number) = change.number {
                let tokens = change.tokens(id, &[]);
                new.push(vec![id.into(), tokens.into(), number.into()]);
                continue;
            }
            let before = stored.get(id).ok_or_else(|| format!("the message {id} was never left"))?;
            let tokens = change.tokens(id, before);
            if tokens != *before {
                changed.push(vec![id.into(), tokens.into()]);
            }
        }
        tx.insert_keyed(TABLE, &COLUMNS, new).await?;
        tx.update_many(TABLE, &COLUMNS[..2], changed).await?;
        Ok(())
    })
}

/// What a run does to a message's tokens.
#[derive(Default)]
struct Change {
    /// The position of its submission, when it is in the run.
    number: Option<i64>,
    /// Are those from before gone?
    emptied: bool,
    /// As events say it, one after the other.
    said: Vec<i64>,
}

impl Change {
    /// All its tokens, in order. What there is no room for is what was said last, wherever runs begin and end.
    fn tokens(self, id: &str, before: &[i64]) -> Vec<i64> {
        let before = if self.emptied { &[] } else { before };
        if before.len() + self.said.len() <= MOST_TOKENS {
            let mut tokens = self.said;
            tokens.extend_from_slice(before);
            tokens.sort_unstable();
            tokens.dedup();
            return tokens;
        }
        let mut tokens: BTreeSet<i64> = before.iter().copied().collect();
        for token in self.said {
            if tokens.len() >= MOST_TOKENS && !tokens.contains(&token) {
                tracing::warn!(message_id = id, "says more than is searched: the rest is not found");
                break;
            }
            tokens.insert(token);
        }
        tokens.into_iter().collect()
    }
}

/// What is said in a run, opened all at once, by message; and whose words go in it.
async fn touched<'r>(
    tx: &mut Tx,
    run: &'r [RecordedEvent],
) -> Result<BTreeMap<&'r str, Change>, HandleError> {
    let events: Vec<&RecordedEvent> = run.iter().filter(|recorded| concerns(recorded)).collect();
    let mut payloads = events.iter().map(|recorded| recorded.payload()).collect::<Result<Vec<_>, _>>()?;
    let mut sealed: Vec<_> = payloads.iter_mut().collect();
    for (recorded, shut) in events.iter().zip(tx.open_what_opens(&mut sealed).await?) {
        if shut > 0 {
            tracing::error!(
                position = recorded.position,
                "what is sealed in this event does not open, and is not found by a search: it was changed, or its key is missing"
            );
        }
    }
    let mut touched: BTreeMap<&str, Change> = BTreeMap::new();
    for (recorded, payload) in events.into_iter().zip(payloads) {
        let change = touched.entry(recorded.aggregate_id.as_str()).or_default();
        let event = serde_json::from_value(payload)
            .map_err(|error| format!("cannot read {}: {error}", recorded.event_type))?;
        match said_by(event)? {
            Said::Nothing => {
                change.emptied = true;
                change.said.clear();
            }
            Said::Words { first, tokens } => {
                change.number = change.number.or(first.then_some(recorded.position));
                change.said.extend(tx.hashed(tokens)?);
            }
        }
    }
    Ok(touched)
}

/// The events that say something that is searched, or by which it goes. Others are not even read.
const CONCERNS: [&str; 6] = [
    "MessageSubmitted",
    "MessageContinued",
    "MessageReplied",
    "NoteAdded",
    "MessageShredded",
    "MessageErased",
];

fn concerns(recorded: &RecordedEvent) -> bool {
    recorded.aggregate_type == Message::TYPE && CONCERNS.contains(&recorded.event_type.as_str())
}

/// What an event says.
enum Said {
    /// Words.
    Words {
        /// Are they the message's first?
        first: bool,
        tokens: Vec<String>,
    },
    /// What was said is gone.
    Nothing,
}

/// What a rule says to a visitor is not searched: it is the same everywhere.
#[expect(clippy::wildcard_enum_match_arm, reason = "`CONCERNS` names the others")]
fn said_by(event: MessageEvent) -> Result<Said, HandleError> {
    let (first, tokens) = match event {
        MessageEvent::MessageSubmitted(event) => {
            let contact = event.contact.clear();
            let name = event.name.as_ref().and_then(Personal::text);
            let answers = event.fields.iter().filter_map(|answer| answer.value.text());
            let texts = [event.content.text(), name, contact.map(|contact| contact.given.as_str())];
            let texts = texts.into_iter().flatten().chain([event.reference.as_str()]).chain(answers);
            let phone = contact.and_then(phone).into_iter().flat_map(index_phone);
            (true, texts.flat_map(index_tokens).chain(phone).map(|token| token.text).collect())
        }
        MessageEvent::MessageContinued(event) => (false, tokens(event.content.text())),
        MessageEvent::MessageReplied(event) => (false, tokens(event.content.text())),
        MessageEvent::NoteAdded(event) => (false, tokens(event.content.text())),
        MessageEvent::MessageShredded(_) | MessageEvent::MessageErased(_) => return Ok(Said::Nothing),
        _ => return Err("this event says nothing that is searched".into()),
    };
    Ok(Said::Words { first, tokens })
}

fn tokens(text: Option<&str>) -> Vec<String> {
    text.into_iter().flat_map(index_tokens).map(|token| token.text).collect()
}

/// The number that people remember the end of.
fn phone(contact: &Contact) -> Option<&str> {
    match contact.kind {
        ContactKind::Phone => Some(&contact.canonical),
        ContactKind::Email => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_message_says_beyond_its_bound_is_left_out_and_what_was_there_stays() {
        let said = |tokens: std::ops::Range<i64>| Change { said: tokens.collect(), ..Change::default() };
        let before: Vec<i64> = (20_000..35_000).collect();
        let tokens = said(0..10_000).tokens("x", &before);
        assert_eq!((tokens.len(), tokens[4_999], tokens[5_000]), (MOST_TOKENS, 4_999, 20_000));
        assert_eq!(said(20_000..35_000).tokens("x", &before), before);
        assert_eq!(Change { emptied: true, ..said(1..3) }.tokens("x", &before), [1, 2]);
    }

    #[test]
    fn what_there_is_room_for_does_not_depend_on_where_runs_end() {
        let events: [Vec<i64>; 3] =
            [(0..15_000).rev().collect(), (10_000..18_000).rev().collect(), (-9_000..0).collect()];
        let in_runs = |runs: &[&[Vec<i64>]]| {
            runs.iter().fold(vec![], |before, run| {
                Change { said: run.concat(), ..Change::default() }.tokens("x", &before)
            })
        };
        let at_once = in_runs(&[&events]);
        assert_eq!((at_once.len(), at_once[0], at_once[1_999]), (MOST_TOKENS, -9_000, -7_001));
        assert_eq!(at_once, in_runs(&[&events[..1], &events[1..]]));
        assert_eq!(at_once, in_runs(&[&events[..1], &events[1..2], &events[2..]]));
    }
}
