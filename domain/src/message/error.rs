//! Why a command to a message is refused.

use super::{AnswerProblem, Assignee, MOST_ANSWERS, MOST_UPLOADS};

/// A refusal, in the desk's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// There is no such message.
    #[error("there is no such message")]
    NotSubmitted,
    /// A message is submitted once.
    #[error("this message has been submitted already")]
    AlreadySubmitted,
    /// The desk's form asks for a name.
    #[error("a name is required")]
    NameRequired,
    /// The desk's form asks for a category.
    #[error("a category is required")]
    CategoryRequired,
    /// The desk has no such category.
    #[error("there is no such category")]
    CategoryUnknown,
    /// The answer to a question of the desk's form, named here, cannot be.
    #[error("{0}: {1}")]
    Answer(String, AnswerProblem),
    /// More answers than any form has questions.
    #[error("at most {MOST_ANSWERS} answers are taken")]
    TooManyAnswers,
    /// More pictures and other files than one message has.
    #[error("a message has at most {MOST_UPLOADS} pictures and files in all; write a new one for more")]
    TooManyUploads,
    /// A privacy notice that never was.
    #[error("there is no such version of the privacy notice")]
    NoticeUnknown,
    /// The earlier message is absent or somebody else's: which of the two is not said.
    #[error("there is no such earlier message of yours")]
    RelatedUnknown,
    /// Somebody answered, ended it, or nobody meant it; or a rule has answered it once.
    #[error("nobody needs an automatic reply to this message any more")]
    NoAutoReply,
    /// It is so already, or nothing would change.
    #[error("this is so already")]
    AlreadySo,
    /// It is resolved already.
    #[error("this message is resolved already")]
    AlreadyResolved,
    /// It is closed already.
    #[error("this message is closed already")]
    AlreadyClosed,
    /// Somebody has it; whoever tells this says who.
    #[error("this message is assigned already")]
    AlreadyAssigned(Assignee),
    /// Nobody has it.
    #[error("this message is assigned to nobody")]
    NotAssigned,
    /// Nobody of that id works at the desk.
    #[error("there is nobody of this id to assign it to")]
    AssigneeUnknown,
    /// They do not work at the desk any more, or not yet.
    #[error("this member does not work at the desk at present")]
    AssigneeInactive,
    /// There is no team of that id.
    #[error("there is no team of this id to assign it to")]
    TeamUnknown,
    /// The team is no more.
    #[error("this team was disbanded")]
    TeamDisbanded,
    /// Somebody who is mentioned does not work at the desk.
    #[error("somebody who is mentioned is not a member of the desk")]
    MentionUnknown,
    /// Only what was resolved or closed can be opened again.
    #[error("this message is neither resolved nor closed")]
    NotClosed,
    /// It is not parked, or not by that follow-up any more.
    #[error("no follow-up is scheduled")]
    NotScheduled,
    /// A message is parked until a time to come.
    #[error("this time has passed already")]
    InThePast,
    /// The desk has no such tag.
    #[error("there is no such tag")]
    TagUnknown,
    /// Nobody answers what nobody meant.
    #[error("this message is marked as spam")]
    Spam,
    /// It is deleted, and can only be restored.
    #[error("this message is deleted; restore it first")]
    Deleted,
    /// Its words are gone for ever; only note, close, archive and delete are possible.
    #[error("the words of this message are gone for ever")]
    Erased,
    /// It is not deleted, or not by that deletion any more.
    #[error("this message is not deleted any more")]
    NotDeleted,
    /// What was never replied to cannot be rated.
    #[error("this message has not been replied to yet")]
    NotReplied,
    /// No such reply was written to this message.
    #[error("there is no such reply to this message")]
    ReplyUnknown,
    /// Nobody reviews their own replies.
    #[error("this reply is your own; somebody else reviews it")]
    OwnReply,
    /// A review says something.
    #[error("give a score for at least one criterion")]
    ScoresMissing,
    /// The desk has no such criterion.
    #[error("there is no such criterion")]
    CriterionUnknown,
    /// One score for each criterion.
    #[error("give one score for each criterion")]
    ScoredTwice,
    /// Too long ago.
    #[error("this message ended more than 30 days ago")]
    TooLate,
    /// The visitor waits no more, or it is another wait by now.
    #[error("that wait is over")]
    WaitIsOver,
    /// A wait becomes overdue once.
    #[error("that wait became overdue already")]
    AlreadyOverdue,
    /// The target may have been revised meanwhile.
    #[error("it is not due yet")]
    NotDueYet,
}
