//! The rules of a message, one test each.

mod form;
mod gone;
mod hours;
mod review;
mod sequences;
mod suspicion;
mod work;

use super::*;
use crate::{
    contact::Contact,
    desk::{Grace, ServiceTarget},
    ids::{CategoryId, FileId, ImageId, MemberId, MessageId, NoteId, ReplyId, Tag, TeamId, WordsId},
    reference::Reference,
    text::{Name, Reason, ReplyText, Words},
};
use uuid::Uuid;

const VISITOR: VisitorId = VisitorId(Uuid::from_u128(1));
const STRANGER: VisitorId = VisitorId(Uuid::from_u128(2));

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).expect("a time")
}

fn submission() -> SubmitMessage {
    SubmitMessage {
        at: at(0),
        visitor_id: VISITOR,
        reference: Reference::from_random([1; 6]),
        name: Name::parse("李雷").ok(),
        contact: Contact::parse("13800138000", "CN").expect("a phone number"),
        images: vec![],
        files: vec![],
        content: Words::parse("请问我的订单什么时候发货？").expect("words"),
        category_id: None,
        related_to: None,
        locale: None,
        page_url: None,
        answers: vec![],
        privacy_notice: None,
        form: FormRules {
            require_name: true,
            categories: vec![CategoryId("inquiry".into())],
            ..FormRules::default()
        },
        suspicion: None,
    }
}

fn reply(second: i64) -> MessageCommand {
    MessageCommand::Reply(ReplyToMessage {
        at: at(second),
        reply_id: ReplyId(Uuid::from_u128(9)),
        author: MemberId(Uuid::from_u128(3)),
        content: ReplyText::parse("今天下午发货。").expect("words"),
        images: vec![],
        files: vec![],
    })
}

fn step(kind: StepKind, second: i64) -> MessageCommand {
    MessageCommand::Step(Step { at: at(second), kind, reason: Reason::parse("办妥").ok() })
}

fn close(second: i64) -> MessageCommand {
    step(StepKind::Close, second)
}

fn resolve(second: i64) -> MessageCommand {
    step(StepKind::Resolve, second)
}

fn reopen(second: i64) -> MessageCommand {
    step(StepKind::Reopen, second)
}

fn spam(second: i64) -> MessageCommand {
    step(StepKind::MarkAsSpam, second)
}

fn delete(second: i64) -> MessageCommand {
    step(StepKind::Delete, second)
}

fn more(second: i64) -> MessageCommand {
    MessageCommand::Continue(ContinueMessage {
        at: at(second),
        words_id: WordsId(Uuid::from_u128(10)),
        content: Words::parse("还有一个问题。").expect("words"),
        images: vec![],
        files: vec![],
    })
}

fn note(second: i64) -> MessageCommand {
    MessageCommand::AddNote(AddNote {
        at: at(second),
        note_id: NoteId(Uuid::from_u128(11)),
        author: MemberId(Uuid::from_u128(3)),
        content: ReplyText::parse("已经问过仓库。").expect("words"),
        mentions: vec![],
        mentions_known: true,
    })
}

fn park(second: i64, due: i64) -> MessageCommand {
    MessageCommand::ScheduleFollowUp(ScheduleFollowUp {
        at: at(second),
        by: MemberId(Uuid::from_u128(3)),
        due_at: at(due),
        note: Reason::parse("再问一次").ok(),
    })
}

fn bring_up(second: i64, follow_up: u32) -> MessageCommand {
    MessageCommand::BringUpFollowUp(BringUpFollowUp { at: at(second), follow_up })
}

fn assign(second: i64, member: u128, standing: Standing) -> MessageCommand {
    let to = Assignee::Member(MemberId(Uuid::from_u128(member)));
    MessageCommand::Assign(AssignMessage { at: at(second), to, standing, reason: None })
}

fn assign_to_team(second: i64, team: u128, standing: Standing) -> MessageCommand {
    let to = Assignee::Team(TeamId(Uuid::from_u128(team)));
    MessageCommand::Assign(AssignMessage { at: at(second), to, standing, reason: None })
}

fn tag(second: i64, add: &[&str], remove: &[&str]) -> MessageCommand {
    let tags = |tags: &[&str]| tags.iter().map(|tag| Tag((*tag).to_owned())).collect::<Vec<_>>();
    let known = tags(&["refund", "complaint", "praise"]);
    let (add, remove) = (tags(add).into_iter().collect(), tags(remove).into_iter().collect());
    MessageCommand::Tag(TagMessage { at: at(second), add, remove, known })
}

fn categorize(second: i64, category: &str) -> MessageCommand {
    let (category_id, known) = (CategoryId(category.to_owned()), category != "weather");
    MessageCommand::Categorize(CategorizeMessage { at: at(second), category_id, known })
}

fn prioritize(second: i64, priority: Priority) -> MessageCommand {
    MessageCommand::Prioritize(PrioritizeMessage { at: at(second), priority })
}

fn rate(second: i64, stars: i64) -> MessageCommand {
    let rating = Stars::new(stars).expect("stars");
    MessageCommand::Rate(RateMessage { at: at(second), rating, comment: Reason::parse("很快").ok() })
}

const DAY: i64 = 24 * 60 * 60;

fn claim(second: i64, member: u128) -> MessageCommand {
    let member = MemberId(Uuid::from_u128(member));
    MessageCommand::Claim(ClaimMessage { at: at(second), member, reason: None })
}

fn overdue(second: i64, wait: u32) -> MessageCommand {
    let target = ServiceTarget::of_seconds(DAY.unsigned_abs());
    MessageCommand::BecomeOverdue(BecomeOverdue { at: at(second), wait, target }.into())
}

/// The desk keeps what is deleted for a day.
fn shred(second: i64, deletion: u32) -> MessageCommand {
    MessageCommand::Shred(ShredMessage { at: at(second), deletion, grace: Grace::of_days(1) })
}

fn erase(second: i64) -> MessageCommand {
    MessageCommand::Erase(EraseMessage { at: at(second) })
}

fn submitted(commands: impl IntoIterator<Item = MessageCommand>) -> Submitted {
    let Message::Submitted(message) = after(commands) else { panic!("submitted") };
    message
}

fn after(commands: impl IntoIterator<Item = MessageCommand>) -> Message {
    let mut message = Message::default();
    for command in [MessageCommand::Submit(Box::new(submission()))].into_iter().chain(commands) {
        for event in message.decide(command).expect("accepted") {
            message.apply(event);
        }
    }
    message
}

fn refusal(change: impl FnOnce(&mut SubmitMessage)) -> Result<Vec<MessageEvent>, MessageError> {
    let mut command = submission();
    change(&mut command);
    Message::default().decide(MessageCommand::Submit(Box::new(command)))
}

#[test]
fn a_submitted_message_is_open_and_awaits_the_desk() {
    assert_eq!(after([]).status(), Some((MessageStatus::Open, VisitorStatus::AwaitingReply)));
}

#[test]
fn a_reply_makes_the_visitor_owe_the_next_word() {
    assert_eq!(after([reply(1)]).status(), Some((MessageStatus::Replied, VisitorStatus::Replied)));
}

#[test]
fn several_replies_are_counted() {
    assert_eq!(submitted([reply(1), reply(2)]).replies, 2);
}

#[test]
fn a_closed_message_is_closed_for_both_sides_and_stays_so_after_a_reply() {
    let closed = Some((MessageStatus::Closed, VisitorStatus::Closed));
    assert_eq!(after([close(1)]).status(), closed);
    assert_eq!(after([close(1), reply(2)]).status(), closed);
}

#[test]
fn closing_twice_is_refused() {
    assert_eq!(after([close(1)]).decide(close(2)), Err(MessageError::AlreadyClosed));
}

#[test]
fn submitting_twice_is_refused() {
    let again = MessageCommand::Submit(Box::new(submission()));
    assert_eq!(after([]).decide(again), Err(MessageError::AlreadySubmitted));
}

#[test]
fn nothing_happens_to_a_message_that_was_never_submitted() {
    let steps = StepKind::ALL.map(|kind| step(kind, 1));
    let others = [
        more(1),
        reply(1),
        note(1),
        rate(1, 5),
        claim(1, 3),
        assign(1, 3, Standing::Active),
        park(1, 2),
        bring_up(1, 1),
        categorize(1, "inquiry"),
        tag(1, &["refund"], &[]),
        prioritize(1, Priority::High),
        overdue(DAY, 1),
    ];
    for command in others.into_iter().chain(steps) {
        assert_eq!(Message::default().decide(command), Err(MessageError::NotSubmitted));
    }
    assert_eq!(Message::default().status(), None);
}

#[test]
fn the_form_may_require_a_name_and_a_category_and_knows_its_categories() {
    assert_eq!(refusal(|c| c.name = None), Err(MessageError::NameRequired));
    assert_eq!(refusal(|c| c.form.require_category = true), Err(MessageError::CategoryRequired));
    let unknown = Some(CategoryId("weather".into()));
    assert_eq!(refusal(|c| c.category_id = unknown), Err(MessageError::CategoryUnknown));
    assert!(refusal(|c| c.category_id = Some(CategoryId("inquiry".into()))).is_ok());
}

#[test]
fn an_earlier_message_must_be_the_visitors_own_and_absent_looks_like_not_theirs() {
    let related = |visitor_id| Some(Related { message_id: MessageId(Uuid::from_u128(7)), visitor_id });
    assert_eq!(refusal(|c| c.related_to = related(Some(STRANGER))), Err(MessageError::RelatedUnknown));
    assert_eq!(refusal(|c| c.related_to = related(None)), Err(MessageError::RelatedUnknown));
    assert!(refusal(|c| c.related_to = related(Some(VISITOR))).is_ok());
}

#[test]
fn whoever_claims_a_message_has_it() {
    let assignee = submitted([claim(1, 3)]).assignee;
    assert_eq!(assignee, Some(Assignee::Member(MemberId(Uuid::from_u128(3)))));
}

#[test]
fn claiming_what_somebody_has_is_refused_and_names_them_even_to_themselves() {
    let theirs = MessageError::AlreadyAssigned(Assignee::Member(MemberId(Uuid::from_u128(3))));
    for member in [3, 4] {
        assert_eq!(after([claim(1, 3)]).decide(claim(2, member)), Err(theirs.clone()));
    }
}

#[test]
fn what_a_team_has_a_member_claims() {
    let claimed = submitted([assign_to_team(1, 5, Standing::Active), claim(2, 3)]);
    assert_eq!(claimed.assignee, Some(Assignee::Member(MemberId(Uuid::from_u128(3)))));
}

#[test]
fn a_claim_changes_no_status_and_stays_through_reply_closing_and_reopening() {
    assert_eq!(after([claim(1, 3)]).status(), after([]).status());
    assert!(submitted([claim(1, 3), reply(2), close(3), reopen(4)]).assignee.is_some());
}

#[test]
fn reopening_what_is_not_closed_is_refused() {
    assert_eq!(after([]).decide(reopen(1)), Err(MessageError::NotClosed));
    assert_eq!(after([reply(1)]).decide(reopen(2)), Err(MessageError::NotClosed));
    assert_eq!(after([close(1), reopen(2)]).decide(reopen(3)), Err(MessageError::NotClosed));
}

#[test]
fn a_reopened_message_is_open_until_the_next_reply_or_closing() {
    let unanswered = after([close(1), reopen(2)]);
    assert_eq!(unanswered.status(), Some((MessageStatus::Open, VisitorStatus::AwaitingReply)));
    let answered = [reply(1), close(2), reopen(3)];
    assert_eq!(after(answered.clone()).status(), Some((MessageStatus::Open, VisitorStatus::Replied)));
    let replied = answered.clone().into_iter().chain([reply(4)]);
    assert_eq!(after(replied).status(), Some((MessageStatus::Replied, VisitorStatus::Replied)));
    let closed = answered.into_iter().chain([close(4)]);
    assert_eq!(after(closed).status(), Some((MessageStatus::Closed, VisitorStatus::Closed)));
}

#[test]
fn a_reply_becomes_overdue_when_the_target_has_passed_and_not_before() {
    assert_eq!(after([]).decide(overdue(DAY - 1, 1)), Err(MessageError::NotDueYet));
    let told = after([]).decide(overdue(DAY + 7, 1)).expect("accepted");
    let event = ReplyBecameOverdue { at: at(DAY + 7), wait: 1, due_at: at(DAY) };
    assert_eq!(told, [MessageEvent::ReplyBecameOverdue(event)]);
    assert_eq!(after([overdue(DAY, 1)]).status(), after([]).status(), "it changes no status");
}

#[test]
fn a_wait_becomes_overdue_once() {
    assert_eq!(after([overdue(DAY, 1)]).decide(overdue(DAY + 1, 1)), Err(MessageError::AlreadyOverdue));
}

#[test]
fn what_became_overdue_stays_due_when_it_was_whatever_the_target_is_later() {
    let message = submitted([overdue(DAY + 7, 1)]);
    assert_eq!(message.due_at(&ServiceTarget::of_seconds(1)), Some(at(DAY)));
}

#[test]
fn a_wait_that_is_over_becomes_overdue_no_more() {
    for end in [reply(1), close(1)] {
        assert_eq!(after([end]).decide(overdue(DAY, 1)), Err(MessageError::WaitIsOver));
    }
    assert_eq!(after([]).decide(overdue(DAY, 2)), Err(MessageError::WaitIsOver), "it is not that one");
}

#[test]
fn reopening_what_the_desk_owes_begins_another_wait() {
    let message = submitted([claim(1, 3), close(2), reopen(10)]);
    assert_eq!(message.wait, Some(Wait::new(4, at(10))), "the fourth event began it");
    let message = Message::Submitted(message);
    assert_eq!(message.decide(overdue(DAY + 10, 1)), Err(MessageError::WaitIsOver));
    assert_eq!(message.decide(overdue(DAY + 9, 4)), Err(MessageError::NotDueYet));
    assert!(message.decide(overdue(DAY + 10, 4)).is_ok());
}

#[test]
fn reopening_after_the_desks_last_word_begins_no_wait() {
    assert_eq!(submitted([reply(1), close(2), reopen(3)]).wait, None);
}

#[test]
fn a_target_beyond_all_time_is_never_due() {
    let target = ServiceTarget::of_seconds(u64::MAX);
    let command = BecomeOverdue { at: at(DAY), wait: 1, target };
    let refused = after([]).decide(MessageCommand::BecomeOverdue(command.into()));
    assert_eq!(refused, Err(MessageError::NotDueYet));
}

#[test]
fn business_time_never_goes_back_within_a_message() {
    let events = after([reply(60)]).decide(close(1)).expect("accepted");
    assert_eq!(events[0].at(), at(60));
}

#[test]
fn the_state_holds_no_words() {
    let said = [reply(1), close(2), reopen(3), note(4), more(5), park(6, DAY), rate(7, 5)];
    let state = serde_json::to_string(&after(said)).expect("serialises");
    for word in ["李雷", "138", "订单", "发货", "办妥", "问题", "仓库", "再问", "很快"] {
        assert!(!state.contains(word), "{word} in {state}");
    }
}

#[test]
fn golden_files_are_read_back() {
    crate::golden::check::<MessageEvent>("message", MessageEvent::TYPES);
}
