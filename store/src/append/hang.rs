//! What each command of a batch hangs on: where the database has to find streams for it to be written. Pure.
//!
//! A command that was decided after another one of its batch hangs on everything that the other one does.

use super::command::{Command, Stand};
use std::collections::{BTreeSet, HashMap};

/// Stands that the database has to confirm, and who loses when it does not.
pub(crate) struct Hang<'q> {
    /// Each once, in order of first use.
    pub(crate) stands: Vec<&'q Stand>,
    /// For each command the places in `stands`.
    pub(crate) on: Vec<BTreeSet<usize>>,
}

/// What each of these commands hangs on, which would all be written in this order if nobody else wrote.
pub(crate) fn hang<'q>(written: &[&'q Command]) -> Hang<'q> {
    let mut hang = Hang { stands: Vec::new(), on: Vec::with_capacity(written.len()) };
    let (mut places, mut movers, mut makers) = (HashMap::new(), HashMap::new(), HashMap::new());
    for (index, command) in written.iter().enumerate() {
        let mut on = BTreeSet::new();
        for stand in &command.stands {
            if let Some(&mover) = movers.get(&stand.stream) {
                on.extend(hang.after(mover));
                continue;
            }
            let place = places.entry((&stand.stream, stand.at.sequence, stand.at.event_id));
            on.insert(*place.or_insert_with(|| {
                hang.stands.push(stand);
                hang.stands.len() - 1
            }));
        }
        for maker in command.living.iter().filter_map(|key| makers.get(key.as_str())) {
            on.extend(hang.after(*maker));
        }
        movers
            .extend(command.stands.iter().filter(|stand| stand.moves()).map(|stand| (&stand.stream, index)));
        makers.extend(command.new_keys.iter().map(|key| (key.id.as_str(), index)));
        hang.on.push(on);
    }
    hang
}

impl Hang<'_> {
    fn after(&self, command: usize) -> BTreeSet<usize> {
        self.on.get(command).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{append::Stood, keys::NewKey, seal::Key};
    use uuid::Uuid;

    fn stood(sequence: i64, event: u128) -> Stood {
        Stood { sequence, event_id: Some(Uuid::from_u128(event)) }
    }

    fn stand(id: &str, at: Stood, then: Stood) -> Stand {
        Stand { stream: ("Test", id.into()), at, then, known: None }
    }

    fn command(stands: Vec<Stand>) -> Command {
        Command {
            stands,
            events: vec![],
            metadata: String::new(),
            living: vec![],
            new_keys: vec![],
            reservations: vec![],
            credentials: vec![],
            idempotency: None,
            id: "a".into(),
            version: 1,
        }
    }

    fn on(batch: &[Command]) -> Vec<Vec<usize>> {
        let written: Vec<&Command> = batch.iter().collect();
        hang(&written).on.into_iter().map(|on| on.into_iter().collect()).collect()
    }

    #[test]
    fn who_was_decided_after_another_hangs_on_what_the_other_hangs_on() {
        let batch = [
            command(vec![stand("a", stood(4, 4), stood(5, 5))]),
            command(vec![stand("b", stood(1, 9), stood(2, 10)), stand("a", stood(5, 5), stood(6, 6))]),
            command(vec![stand("b", stood(2, 10), stood(3, 11))]),
            command(vec![stand("c", stood(0, 0), stood(1, 1))]),
        ];
        assert_eq!(on(&batch), [vec![0], vec![0, 1], vec![0, 1], vec![2]]);
    }

    #[test]
    fn a_stream_that_all_rely_on_is_looked_up_once() {
        let relying = |id: &str| {
            command(vec![stand("desk", stood(7, 7), stood(7, 7)), stand(id, Stood::default(), stood(1, 1))])
        };
        let batch = [relying("a"), relying("b")];
        assert_eq!(on(&batch), [vec![0, 1], vec![0, 2]]);
    }

    #[test]
    fn who_seals_with_a_key_that_another_makes_hangs_on_what_the_other_hangs_on() {
        let mut maker = command(vec![stand("a", stood(4, 4), stood(5, 5))]);
        maker.new_keys = vec![NewKey {
            id: "visitor/1".into(),
            parent_id: "master".into(),
            wrapped: vec![],
            key: Key([0; 32]),
        }];
        let mut user = command(vec![stand("b", Stood::default(), stood(1, 1))]);
        user.living = vec!["visitor/1".into()];
        assert_eq!(on(&[maker, user]), [vec![0], vec![0, 1]]);
    }
}
