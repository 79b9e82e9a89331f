//! The rules of what happens to a message beside its first words, replies and closing.

use super::*;
use crate::message::MessageError as E;

fn status(commands: impl IntoIterator<Item = MessageCommand>) -> (MessageStatus, VisitorStatus) {
    after(commands).status().expect("submitted")
}

#[test]
fn more_words_open_what_was_resolved_or_closed_and_say_so() {
    for end in [resolve(2), close(2)] {
        let message = after([reply(1), end]);
        let events = message.decide(more(3)).expect("accepted");
        let [MessageEvent::MessageContinued(event)] = events.as_slice() else { panic!("{events:?}") };
        assert!(event.reopened);
    }
    assert_eq!(status([reply(1), close(2), more(3)]), (MessageStatus::Open, VisitorStatus::AwaitingReply));
    let events = after([reply(1)]).decide(more(2)).expect("accepted");
    assert!(matches!(&events[0], MessageEvent::MessageContinued(event) if !event.reopened));
}

#[test]
fn more_words_bring_a_message_back_from_the_archive() {
    assert!(!submitted([close(1), step(StepKind::Archive, 2), more(3)]).archived);
}

#[test]
fn more_words_begin_a_wait_only_when_the_visitor_was_not_waiting() {
    assert_eq!(submitted([more(1)]).wait.expect("waits").began_with, 1);
    assert_eq!(submitted([reply(1), more(2)]).wait.expect("waits").began_with, 3);
    assert_eq!(submitted([close(1), more(2)]).wait.expect("waits").began_with, 3);
}

#[test]
fn more_words_in_spam_are_kept_and_it_stays_spam() {
    let message = submitted([spam(1), more(2)]);
    assert!(message.spam && message.events == 3);
}

#[test]
fn a_parked_message_is_to_be_followed_up_until_the_visitor_writes() {
    assert_eq!(status([park(1, DAY)]), (MessageStatus::FollowUp, VisitorStatus::AwaitingReply));
    assert_eq!(status([reply(1), park(2, DAY)]), (MessageStatus::FollowUp, VisitorStatus::Replied));
    let written = [reply(1), park(2, DAY), more(3)];
    assert_eq!(status(written.clone()), (MessageStatus::Open, VisitorStatus::AwaitingReply));
    assert!(submitted(written).follow_up.is_some(), "the follow-up stays");
    let again = [reply(1), park(2, DAY), more(3), park(4, DAY)];
    assert_eq!(status(again).0, MessageStatus::FollowUp);
}

#[test]
fn a_message_cannot_be_parked_into_the_past_nor_once_it_ended_nor_as_spam() {
    assert_eq!(after([]).decide(park(5, 5)), Err(E::InThePast));
    assert_eq!(after([reply(9)]).decide(park(5, 9)), Err(E::InThePast), "business time never goes back");
    assert_eq!(after([resolve(1)]).decide(park(2, DAY)), Err(E::AlreadyResolved));
    assert_eq!(after([close(1)]).decide(park(2, DAY)), Err(E::AlreadyClosed));
    assert_eq!(after([spam(1)]).decide(park(2, DAY)), Err(E::Spam));
}

#[test]
fn a_follow_up_that_falls_due_asks_for_attention_until_something_is_done() {
    let due = [reply(1), park(2, DAY), bring_up(DAY, 3)];
    assert_eq!(status(due.clone()), (MessageStatus::Open, VisitorStatus::Replied));
    for end in [reply(DAY + 1), resolve(DAY + 1), close(DAY + 1), park(DAY + 1, 2 * DAY)] {
        assert!(!submitted(due.clone().into_iter().chain([end])).attention);
    }
}

#[test]
fn a_follow_up_falls_due_once_in_time_and_only_that_very_one() {
    assert_eq!(after([park(1, DAY)]).decide(bring_up(DAY - 1, 2)), Err(E::NotDueYet));
    assert_eq!(after([park(1, DAY), park(2, 2 * DAY)]).decide(bring_up(DAY, 2)), Err(E::NotScheduled));
    assert_eq!(after([park(1, DAY), bring_up(DAY, 2)]).decide(bring_up(DAY, 2)), Err(E::NotScheduled));
    assert_eq!(after([]).decide(bring_up(DAY, 1)), Err(E::NotScheduled));
}

#[test]
fn completing_a_follow_up_takes_it_away_and_there_must_be_one() {
    assert_eq!(after([]).decide(step(StepKind::CompleteFollowUp, 1)), Err(E::NotScheduled));
    let completed = [reply(1), park(2, DAY), step(StepKind::CompleteFollowUp, 3)];
    assert_eq!(status(completed).0, MessageStatus::Replied);
}

#[test]
fn a_reply_resolving_closing_and_spam_end_a_follow_up() {
    for end in [reply(2), resolve(2), close(2), spam(2)] {
        assert_eq!(submitted([park(1, DAY), end]).follow_up, None);
    }
}

#[test]
fn a_resolved_message_looks_answered_to_its_visitor_if_it_ever_was() {
    assert_eq!(status([resolve(1)]), (MessageStatus::Resolved, VisitorStatus::Closed));
    assert_eq!(status([reply(1), resolve(2)]), (MessageStatus::Resolved, VisitorStatus::Replied));
}

#[test]
fn resolving_what_is_resolved_or_closed_is_refused_and_closing_what_is_resolved_is_not() {
    assert_eq!(after([resolve(1)]).decide(resolve(2)), Err(E::AlreadyResolved));
    assert_eq!(after([close(1)]).decide(resolve(2)), Err(E::AlreadyClosed));
    assert_eq!(status([resolve(1), close(2)]).0, MessageStatus::Closed);
    assert_eq!(status([resolve(1), reopen(2)]).0, MessageStatus::Open);
}

#[test]
fn nobody_waits_for_an_answer_to_what_is_resolved() {
    assert_eq!(submitted([resolve(1)]).wait, None);
}

#[test]
fn a_parked_message_keeps_its_visitor_waiting() {
    assert!(after([park(1, 3 * DAY)]).decide(overdue(DAY, 1)).is_ok());
}

#[test]
fn assigning_gives_a_message_to_whoever_it_names_whoever_has_it() {
    let message = submitted([claim(1, 3), assign(2, 4, Standing::Active)]);
    assert_eq!(message.assignee, Some(Assignee::Member(MemberId(Uuid::from_u128(4)))));
}

#[test]
fn assigning_to_nobody_to_who_is_away_for_good_or_to_who_has_it_is_refused() {
    assert_eq!(after([]).decide(assign(1, 4, Standing::Absent)), Err(E::AssigneeUnknown));
    assert_eq!(after([]).decide(assign(1, 4, Standing::Inactive)), Err(E::AssigneeInactive));
    assert_eq!(after([claim(1, 4)]).decide(assign(2, 4, Standing::Active)), Err(E::AlreadySo));
    assert_eq!(after([]).decide(assign_to_team(1, 5, Standing::Absent)), Err(E::TeamUnknown));
    assert_eq!(after([]).decide(assign_to_team(1, 5, Standing::Inactive)), Err(E::TeamDisbanded));
    let theirs = after([assign_to_team(1, 5, Standing::Active)]);
    assert_eq!(theirs.decide(assign_to_team(2, 5, Standing::Active)), Err(E::AlreadySo));
}

#[test]
fn unassigning_brings_a_message_back_to_the_queue_from_whoever_has_it() {
    assert_eq!(after([]).decide(step(StepKind::Unassign, 1)), Err(E::NotAssigned));
    assert_eq!(submitted([claim(1, 3), step(StepKind::Unassign, 2)]).assignee, None);
}

#[test]
fn tags_come_from_the_desks_list_and_only_what_changes_is_told() {
    assert_eq!(after([]).decide(tag(1, &["weather"], &[])), Err(E::TagUnknown));
    assert_eq!(after([]).decide(tag(1, &[], &["refund"])), Err(E::AlreadySo));
    assert_eq!(after([]).decide(tag(1, &["refund"], &["refund"])), Err(E::AlreadySo));
    let message = after([tag(1, &["refund"], &[])]);
    let events = message.decide(tag(2, &["refund", "praise"], &["refund"])).expect("accepted");
    let [MessageEvent::MessageTagged(event)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(
        (event.added.as_slice(), event.removed.as_slice()),
        (&[Tag("praise".into())][..], &[Tag("refund".into())][..])
    );
    assert_eq!(message.decide(tag(2, &["refund"], &[])), Err(E::AlreadySo));
}

#[test]
fn a_category_is_one_of_the_desks_and_another_than_before() {
    assert_eq!(after([]).decide(categorize(1, "weather")), Err(E::CategoryUnknown));
    assert_eq!(after([categorize(1, "inquiry")]).decide(categorize(2, "inquiry")), Err(E::AlreadySo));
    assert!(after([categorize(1, "inquiry")]).decide(categorize(2, "other")).is_ok());
}

#[test]
fn a_message_begins_as_urgent_as_most() {
    assert_eq!(after([]).decide(prioritize(1, Priority::Normal)), Err(E::AlreadySo));
    assert_eq!(submitted([prioritize(1, Priority::Urgent)]).priority, Priority::Urgent);
}

#[test]
fn spam_takes_no_reply_is_never_overdue_and_looks_like_waiting_to_its_visitor() {
    assert_eq!(after([spam(1)]).decide(reply(2)), Err(E::Spam));
    assert_eq!(after([spam(1)]).decide(overdue(DAY, 1)), Err(E::Spam));
    assert_eq!(status([reply(1), spam(2)]).1, VisitorStatus::AwaitingReply);
    assert!(after([spam(1), step(StepKind::UnmarkAsSpam, 2)]).decide(reply(3)).is_ok());
}

#[test]
fn what_is_so_already_is_refused() {
    use StepKind as K;
    for (first, then) in [
        (None, K::UnmarkAsSpam),
        (None, K::Unarchive),
        (None, K::Restore),
        (Some(K::MarkAsSpam), K::MarkAsSpam),
        (Some(K::Archive), K::Archive),
        (Some(K::Delete), K::Delete),
    ] {
        let message = after(first.map(|kind| step(kind, 1)));
        assert_eq!(message.decide(step(then, 2)), Err(E::AlreadySo), "{then:?}");
    }
}

#[test]
fn a_deleted_message_takes_nothing_but_being_restored() {
    let message = after([reply(1), claim(2, 3), delete(3)]);
    let commands = [
        more(4),
        reply(4),
        note(4),
        rate(4, 5),
        claim(4, 3),
        assign(4, 5, Standing::Active),
        park(4, DAY),
        tag(4, &["refund"], &[]),
        prioritize(4, Priority::High),
        overdue(DAY, 1),
        close(4),
        spam(4),
    ];
    for command in commands {
        assert_eq!(message.decide(command), Err(E::Deleted));
    }
    let restored = after([reply(1), delete(3), step(StepKind::Restore, 4)]);
    assert_eq!(restored.status(), after([reply(1)]).status());
}

#[test]
fn what_was_never_replied_to_cannot_be_rated_nor_what_ended_long_ago() {
    assert_eq!(after([]).decide(rate(1, 5)), Err(E::NotReplied));
    let ended = after([reply(1), resolve(2)]);
    assert!(ended.decide(rate(2 + 30 * DAY, 5)).is_ok());
    assert_eq!(ended.decide(rate(3 + 30 * DAY, 5)), Err(E::TooLate));
    assert!(after([reply(1)]).decide(rate(90 * DAY, 1)).is_ok(), "what has not ended can always be rated");
    assert!(after([reply(1), rate(2, 1)]).decide(rate(3, 5)).is_ok(), "a rating may be changed");
}

#[test]
fn a_rating_is_from_one_to_five() {
    assert_eq!((Stars::new(0), Stars::new(6), Stars::new(-1)), (None, None, None));
    assert_eq!(Stars::new(5).map(Stars::count), Some(5));
}

#[test]
fn somebody_who_is_mentioned_works_at_the_desk() {
    let MessageCommand::AddNote(note) = note(1) else { panic!("a note") };
    let command = MessageCommand::AddNote(AddNote { mentions_known: false, ..note });
    assert_eq!(after([]).decide(command), Err(E::MentionUnknown));
}

#[test]
fn a_note_changes_nothing_but_the_version() {
    let (with, without) = (submitted([note(1)]), submitted([]));
    assert_eq!(with, Submitted { events: 2, last_at: at(1), ..without });
}

/// Words, or a reply, with so many pictures and files.
fn with_uploads(command: MessageCommand, images: u32, files: u32) -> MessageCommand {
    let image = |n| Image {
        image_id: ImageId(Uuid::from_u128(n)),
        format: ImageFormat::Png,
        width: 1,
        height: 1,
        bytes: 1,
    };
    let file = |n| File {
        file_id: FileId(Uuid::from_u128(n)),
        format: FileFormat::Pdf,
        bytes: 1,
        name: FileName::parse("x.pdf").expect("a name").into(),
    };
    let images: Vec<_> = (0..images.into()).map(image).collect();
    let files: Vec<_> = (0..files.into()).map(file).collect();
    if let MessageCommand::Continue(words) = command {
        return MessageCommand::Continue(ContinueMessage { images, files, ..words });
    }
    let MessageCommand::Reply(reply) = command else { panic!("{command:?} has none") };
    MessageCommand::Reply(ReplyToMessage { images, files, ..reply })
}

#[test]
fn a_message_has_so_many_pictures_and_files_in_all_whoever_sends_them() {
    let half = MOST_UPLOADS / 2;
    let full = [with_uploads(more(1), half, 0), with_uploads(reply(2), 0, MOST_UPLOADS - half)];
    let message = after(full.clone());
    assert_eq!(submitted(full).uploads, MOST_UPLOADS);
    for (images, files) in [(1, 0), (0, 1)] {
        assert_eq!(message.decide(with_uploads(more(3), images, files)), Err(E::TooManyUploads));
        assert_eq!(message.decide(with_uploads(reply(3), images, files)), Err(E::TooManyUploads));
    }
    assert!(message.decide(more(3)).is_ok() && message.decide(reply(3)).is_ok(), "words are always taken");
    let nearly = after([with_uploads(more(1), MOST_UPLOADS - 1, 0)]);
    assert!(nearly.decide(with_uploads(more(2), 1, 0)).is_ok());
    assert_eq!(nearly.decide(with_uploads(more(2), 1, 1)), Err(E::TooManyUploads), "all of it, or nothing");
    // Those of the submission count as well.
    let mut submission = submission();
    let MessageCommand::Continue(words) = with_uploads(more(0), 9, 1) else { panic!("words") };
    (submission.images, submission.files) = (words.images, words.files);
    let events = Message::default().decide(MessageCommand::Submit(Box::new(submission))).expect("accepted");
    let mut message = Message::default();
    for event in events {
        message.apply(event);
    }
    let Message::Submitted(message) = message else { panic!("submitted") };
    assert_eq!(message.uploads, 10);
}
