//! Who of a batch is written, given what the head lock showed. Pure: the same facts give the same verdicts.

use super::{
    Receipt, Stood,
    command::{Command, StreamId},
};
use crate::error::AppendError;
use std::collections::{HashMap, HashSet};

/// What is known under the head lock of everything that a batch touches.
#[derive(Default)]
pub(crate) struct Facts {
    /// Where its streams stand; one that is missing has no events.
    pub(crate) streams: HashMap<StreamId, Stood>,
    /// What its idempotency keys were answered, and for which input.
    pub(crate) receipts: HashMap<[u8; 32], (Vec<u8>, Receipt)>,
    /// Which of its keys exist, and whether each is alive.
    pub(crate) keys: HashMap<String, bool>,
    /// Which of the values that it reserves are taken.
    pub(crate) taken: HashSet<(&'static str, String)>,
}

/// Why a command is not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    Conflict,
    KeyReused,
    Taken(&'static str),
    Erased,
}

/// What becomes of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is written.
    Append,
    /// Its idempotency key was answered before.
    Before(Receipt),
    /// Its idempotency key is used by an earlier command of this batch, at this index, which is written.
    Same(usize),
    /// It is not written.
    Lose(Loss),
}

impl From<Loss> for AppendError {
    fn from(loss: Loss) -> Self {
        match loss {
            Loss::Conflict => Self::Conflict,
            Loss::KeyReused => Self::KeyReused,
            Loss::Taken(kind) => Self::Taken { kind },
            Loss::Erased => Self::Erased,
        }
    }
}

impl Facts {
    /// The facts that a batch takes for granted: every stream stands where the first command on it saw it, no
    /// idempotency key was used, every key is alive, nothing is taken.
    pub(crate) fn assumed(batch: &[&Command]) -> Self {
        let mut facts = Self::default();
        for command in batch {
            for stand in &command.stands {
                facts.streams.entry(stand.stream.clone()).or_insert(stand.at);
            }
            facts.keys.extend(command.living.iter().map(|key| (key.clone(), true)));
        }
        facts
    }
}

/// Judges a batch in order; a command sees what those before it that are written leave behind.
pub(crate) fn judge(batch: &[&Command], mut facts: Facts) -> Vec<Verdict> {
    let mut used: HashMap<[u8; 32], (usize, [u8; 32])> = HashMap::new();
    let mut verdicts = Vec::with_capacity(batch.len());
    for (index, command) in batch.iter().enumerate() {
        let verdict = earlier(command, &facts, &used).unwrap_or_else(|| match refusal(command, &facts) {
            Some(loss) => Verdict::Lose(loss),
            None => Verdict::Append,
        });
        if verdict == Verdict::Append {
            used.extend(command.idempotency.as_ref().map(|key| (key.scope, (index, key.input))));
            for stand in command.stands.iter().filter(|stand| stand.moves()) {
                facts.streams.insert(stand.stream.clone(), stand.then);
            }
            facts.keys.extend(command.new_keys.iter().map(|key| (key.id.clone(), true)));
            facts.taken.extend(command.reservations.iter().map(|row| (row.kind, row.value.clone())));
        }
        verdicts.push(verdict);
    }
    verdicts
}

/// Those of a batch that are written.
pub(crate) fn survivors<'c>(batch: &[&'c Command], verdicts: &[Verdict]) -> Vec<&'c Command> {
    let written = batch.iter().zip(verdicts).filter(|(_, verdict)| **verdict == Verdict::Append);
    written.map(|(command, _)| *command).collect()
}

fn earlier(command: &Command, facts: &Facts, used: &HashMap<[u8; 32], (usize, [u8; 32])>) -> Option<Verdict> {
    let key = command.idempotency.as_ref()?;
    if let Some((input, receipt)) = facts.receipts.get(&key.scope) {
        return Some(match *input == key.input {
            true => Verdict::Before(receipt.clone()),
            false => Verdict::Lose(Loss::KeyReused),
        });
    }
    let (index, input) = used.get(&key.scope)?;
    Some(match *input == key.input {
        true => Verdict::Same(*index),
        false => Verdict::Lose(Loss::KeyReused),
    })
}

fn refusal(command: &Command, facts: &Facts) -> Option<Loss> {
    let moved =
        |stream: &StreamId, at: Stood| !at.holds(facts.streams.get(stream).copied().unwrap_or_default());
    if command.stands.iter().any(|stand| moved(&stand.stream, stand.at)) {
        return Some(Loss::Conflict);
    }
    if command.living.iter().any(|key| facts.keys.get(key) != Some(&true)) {
        return Some(Loss::Erased);
    }
    for key in &command.new_keys {
        match facts.keys.get(&key.id) {
            None => {}
            // Somebody else made the stream's key; whoever decides again finds it.
            Some(true) => return Some(Loss::Conflict),
            Some(false) => return Some(Loss::Erased),
        }
    }
    let taken = |kind: &'static str, value: &str| facts.taken.contains(&(kind, value.to_owned()));
    let reservation = command.reservations.iter().find(|row| taken(row.kind, &row.value))?;
    Some(Loss::Taken(reservation.kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Idempotency, append::command::Stand};
    use uuid::Uuid;

    fn stood(sequence: i64, event: u128) -> Stood {
        Stood { sequence, event_id: Some(Uuid::from_u128(event)) }
    }

    /// A command that moves the stream `a`, with the idempotency key and the input of these numbers.
    fn command(at: Stood, then: Stood, key: Option<(u8, u8)>) -> Command {
        Command {
            stands: vec![Stand { stream: ("Test", "a".into()), at, then, known: None }],
            events: vec![],
            metadata: String::new(),
            living: vec![],
            new_keys: vec![],
            reservations: vec![],
            credentials: vec![],
            idempotency: key.map(|(scope, input)| Idempotency { scope: [scope; 32], input: [input; 32] }),
            id: "a".into(),
            version: then.sequence,
        }
    }

    fn verdicts(batch: &[Command], facts: Facts) -> Vec<Verdict> {
        judge(&batch.iter().collect::<Vec<_>>(), facts)
    }

    #[test]
    fn commands_that_follow_each_other_are_all_written() {
        let batch = [
            command(Stood::default(), stood(1, 1), None),
            command(stood(1, 1), stood(2, 2), None),
            command(stood(2, 2), stood(3, 3), None),
        ];
        assert_eq!(verdicts(&batch, Facts::default()), vec![Verdict::Append; 3]);
    }

    #[test]
    fn who_followed_a_loser_loses_even_when_the_sequence_fits() {
        let batch = [command(stood(4, 4), stood(5, 5), None), command(stood(5, 5), stood(6, 6), None)];
        // Another process has written another event with sequence 5.
        let streams = HashMap::from([(("Test", "a".to_owned()), stood(5, 99))]);
        let facts = Facts { streams, ..Facts::default() };
        assert_eq!(verdicts(&batch, facts), vec![Verdict::Lose(Loss::Conflict); 2]);
    }

    #[test]
    fn a_repeat_gets_what_the_first_use_of_its_key_got() {
        let first = command(Stood::default(), stood(1, 1), Some((7, 1)));
        let again = command(stood(1, 1), stood(2, 2), Some((7, 1)));
        let other = command(stood(1, 1), stood(2, 3), Some((7, 2)));
        let batch = [first, again, other];
        let expected = vec![Verdict::Append, Verdict::Same(0), Verdict::Lose(Loss::KeyReused)];
        assert_eq!(verdicts(&batch, Facts::default()), expected);
        let receipt = Receipt { id: "a".into(), version: 1, position: 3 };
        let receipts = HashMap::from([([7; 32], (vec![1; 32], receipt.clone()))]);
        let expected =
            vec![Verdict::Before(receipt.clone()), Verdict::Before(receipt), Verdict::Lose(Loss::KeyReused)];
        assert_eq!(verdicts(&batch, Facts { receipts, ..Facts::default() }), expected);
    }

    #[test]
    fn nothing_is_written_under_a_key_that_is_destroyed_or_gone() {
        let mut command = command(Stood::default(), stood(1, 1), None);
        command.living = vec!["visitor/1".into()];
        let facts = |alive: Option<bool>| Facts {
            keys: alive.map(|alive| ("visitor/1".to_owned(), alive)).into_iter().collect(),
            ..Facts::default()
        };
        let batch = [command];
        assert_eq!(verdicts(&batch, facts(Some(true))), [Verdict::Append]);
        assert_eq!(verdicts(&batch, facts(Some(false))), [Verdict::Lose(Loss::Erased)]);
        assert_eq!(verdicts(&batch, facts(None)), [Verdict::Lose(Loss::Erased)]);
    }
}
