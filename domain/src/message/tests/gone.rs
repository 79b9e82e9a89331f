//! How words go for ever, and what is possible afterwards.

use super::*;
use MessageError as E;

#[test]
fn a_deleted_message_is_shredded_when_its_days_have_passed_and_not_before() {
    let deleted = after([delete(5)]);
    assert_eq!(deleted.decide(shred(4 + DAY, 2)), Err(E::NotDueYet));
    let events = deleted.decide(shred(5 + DAY, 2)).expect("accepted");
    let expected = MessageShredded { at: at(5 + DAY), deletion: 2 };
    assert_eq!(events, [MessageEvent::MessageShredded(expected)]);
    assert_eq!(after([delete(5), shred(5 + DAY, 2)]).decide(shred(6 + DAY, 2)), Err(E::AlreadySo));
}

#[test]
fn with_no_days_at_all_a_message_is_shredded_as_soon_as_it_is_deleted() {
    let at_once = ShredMessage { at: at(5), deletion: 2, grace: Grace::of_days(0) };
    assert!(after([delete(5)]).decide(MessageCommand::Shred(at_once)).is_ok());
    let never = ShredMessage { at: at(1_000 * DAY), deletion: 2, grace: Grace::of_days(u32::MAX) };
    assert_eq!(after([delete(5)]).decide(MessageCommand::Shred(never)), Err(E::NotDueYet));
}

#[test]
fn a_message_that_was_restored_meanwhile_is_not_shredded_even_when_it_was_deleted_again() {
    let restored = [delete(5), step(StepKind::Restore, 6)];
    assert_eq!(after(restored.clone()).decide(shred(5 + DAY, 2)), Err(E::NotDeleted));
    let again = after(restored.into_iter().chain([delete(7)]));
    assert_eq!(again.decide(shred(5 + DAY, 2)), Err(E::NotDeleted), "that was the deletion before");
    assert_eq!(again.decide(shred(5 + DAY, 4)), Err(E::NotDueYet));
    assert!(again.decide(shred(7 + DAY, 4)).is_ok());
}

#[test]
fn what_was_shredded_cannot_be_restored() {
    let shredded = after([delete(5), shred(5 + DAY, 2)]);
    assert_eq!(shredded.decide(step(StepKind::Restore, 6 + DAY)), Err(E::Erased));
    assert_eq!(shredded.decide(delete(6 + DAY)), Err(E::AlreadySo));
    assert_eq!(shredded.decide(note(6 + DAY)), Err(E::Deleted));
}

#[test]
fn a_message_is_erased_once_whatever_else_has_happened_to_it() {
    for before in [vec![], vec![close(1)], vec![spam(1)], vec![delete(1)], vec![delete(1), shred(1 + DAY, 2)]]
    {
        let message = after(before.clone());
        assert!(message.decide(erase(2 * DAY)).is_ok(), "{before:?}");
        let again = after(before.into_iter().chain([erase(2 * DAY)])).decide(erase(3 * DAY));
        assert_eq!(again, Err(E::AlreadySo));
    }
}

#[test]
fn erasing_leaves_status_and_counts_as_they_are_and_ends_the_wait() {
    for before in [vec![], vec![reply(1)], vec![reply(1), resolve(2)], vec![park(1, DAY)]] {
        let (with, without) = (submitted(before.iter().cloned().chain([erase(3)])), submitted(before));
        let (events, last_at) = (without.events + 1, at(3));
        assert_eq!(with, Submitted { erased: true, wait: None, events, last_at, ..without });
    }
}

#[test]
fn once_erased_only_note_close_archive_and_delete_are_possible() {
    let erased = after([reply(1), claim(1, 3), erase(2)]);
    for possible in [note(3), close(3), step(StepKind::Archive, 3), delete(3)] {
        assert!(erased.decide(possible).is_ok());
    }
    let mut refused = vec![reply(3), more(3), rate(3, 5), claim(3, 4), assign(3, 4, Standing::Active)];
    refused.extend([park(3, DAY), tag(3, &["refund"], &[]), categorize(3, "inquiry")]);
    refused.push(prioritize(3, Priority::High));
    let steps = StepKind::ALL.into_iter();
    let possible = [StepKind::Close, StepKind::Archive, StepKind::Delete];
    refused.extend(steps.filter(|kind| !possible.contains(kind)).map(|kind| step(kind, 3)));
    for command in refused {
        assert_eq!(erased.decide(command.clone()), Err(E::Erased), "{command:?}");
    }
    let deleted = after([erase(2), delete(3)]);
    assert_eq!(deleted.decide(step(StepKind::Restore, 4)), Err(E::Erased));
    assert!(deleted.decide(shred(3 + DAY, 3)).is_ok(), "what was noted since goes with it");
}

#[test]
fn a_parked_message_comes_back_although_its_words_are_gone() {
    let erased = after([park(1, DAY), erase(2)]);
    assert_eq!(erased.status().map(|(desk, _)| desk), Some(MessageStatus::FollowUp));
    assert!(erased.decide(bring_up(DAY, 2)).is_ok(), "somebody closes it then");
    assert_eq!(erased.decide(overdue(2 * DAY, 1)), Err(E::WaitIsOver));
}
