//! What can be asked of a message. Each command carries every fact that its decision needs.

use super::{
    AddNote, AssignMessage, BecomeOverdue, BringUpFollowUp, CategorizeMessage, ClaimMessage, ContinueMessage,
    EraseMessage, PrioritizeMessage, RateMessage, ReplyToMessage, ReviewReply, ScheduleFollowUp,
    SendAutoReply, ShredMessage, Step, SubmitMessage, TagMessage,
};

/// A command to a message.
#[derive(Clone, Debug)]
pub enum MessageCommand {
    /// `submitMessage`.
    Submit(Box<SubmitMessage>),
    /// `continueMessage`.
    Continue(ContinueMessage),
    /// `replyToMessage`.
    Reply(ReplyToMessage),
    /// A rule: the desk is closed.
    SendAutoReply(SendAutoReply),
    /// `addNote`.
    AddNote(AddNote),
    /// `rateMessage`.
    Rate(RateMessage),
    /// `claimMessage`.
    Claim(ClaimMessage),
    /// `assignMessage`.
    Assign(AssignMessage),
    /// `scheduleFollowUp`.
    ScheduleFollowUp(ScheduleFollowUp),
    /// The clock: a follow-up has fallen due.
    BringUpFollowUp(BringUpFollowUp),
    /// `categorizeMessage`.
    Categorize(CategorizeMessage),
    /// `tagMessage`.
    Tag(TagMessage),
    /// `prioritizeMessage`.
    Prioritize(PrioritizeMessage),
    /// What needs nothing but a reason: `resolveMessage`, `closeMessage`, and so on.
    Step(Step),
    /// `reviewReply`.
    Review(ReviewReply),
    /// The clock: the service target of a wait has passed.
    BecomeOverdue(Box<BecomeOverdue>),
    /// The clock: it has been deleted for long enough.
    Shred(ShredMessage),
    /// Its visitor was erased.
    Erase(EraseMessage),
}
