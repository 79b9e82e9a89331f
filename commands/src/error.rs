//! Why a command did nothing.

use crate::{files::FileRefusal, identity::IdentityError, images::ImageRefusal, password::PasswordError};
use domain::{
    access::Permission, channel::ChannelError, contact::ContactError, desk::DeskError, member::MemberError,
    message::MessageError, team::TeamError, text::TextError, visitor::VisitorError,
};
use store::{AppendError, StoreError};

/// Refusals that a person can do something about, faults of the request, and faults of ours.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A rule of messages says no.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// A rule of visitors says no.
    #[error(transparent)]
    Visitor(#[from] VisitorError),
    /// A rule of members says no.
    #[error(transparent)]
    Member(#[from] MemberError),
    /// A rule of the desk says no.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// What the host site says of a visitor cannot be taken.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// A link that was sent to a visitor opens nothing.
    #[error("this link opens nothing (any more)")]
    RestoreUnknown,
    /// A rule of teams says no.
    #[error(transparent)]
    Team(#[from] TeamError),
    /// A rule of channels says no.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// A picture is not taken.
    #[error("this picture {0}")]
    Image(#[from] ImageRefusal),
    /// A file that is no picture is not taken.
    #[error(transparent)]
    File(#[from] FileRefusal),
    /// A file's name cannot be used.
    #[error("the file's name {0}")]
    FileName(TextError),
    /// More pictures and files than go with words.
    #[error("at most {most} pictures and files go with what is said at once")]
    TooManyUploads {
        /// The desk's limit.
        most: u32,
    },
    /// A picture or file that is not here, not the caller's, or goes with other words already.
    #[error("there is no such picture or file of yours that waits to be attached: send it again")]
    UploadUnknown,
    /// So much is being left that a message needs a proof of work, and this one has none that is good.
    #[error("so much is coming in that a proof of work is needed: solve a challenge, and send it along")]
    ProofRequired,
    /// The contact cannot be used.
    #[error("the contact {0}")]
    Contact(#[from] ContactError),
    /// A member's name cannot be used.
    #[error("the name {0}")]
    Name(TextError),
    /// The password cannot be used.
    #[error("the password {0}")]
    Password(#[from] PasswordError),
    /// Another member has this address.
    #[error("another member has this e-mail address")]
    EmailTaken,
    /// E-mail or password is wrong; which of them is not said.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// The link was used, has expired, or never was.
    #[error("this sign-in link has been used or has expired; ask for a new one")]
    LinkUnknown,
    /// The invitation was accepted, has expired, was replaced, or never was.
    #[error("this invitation has been accepted or has expired; ask for another one")]
    InvitationUnknown,
    /// Somebody is invited into a team that is not there.
    #[error("there is no such team")]
    TeamUnknown,
    /// The message has moved on since `expectedVersion`; it stands at `version`.
    #[error("the message has changed since version {expected}; it is at {version} now")]
    Conflict {
        /// What the caller had last seen.
        expected: i64,
        /// Where it stands.
        version: i64,
    },
    /// What is to be revised has been revised since `expectedVersion`; it stands at `version`.
    #[error("this has been revised since version {expected}; it is at {version} now: look at it again")]
    Moved {
        /// What the caller had last seen.
        expected: i64,
        /// Where it stands.
        version: i64,
    },
    /// The message has never been at `expectedVersion`; it stands at `version`.
    #[error("the message has no version {expected}; it is at {version} now")]
    NoSuchVersion {
        /// What the caller said they had seen.
        expected: i64,
        /// Where it stands.
        version: i64,
    },
    /// The code is not the one that was sent, or is over.
    #[error("this code is not the one that was sent, or is over; ask for another one")]
    CodeUnknown,
    /// The idempotency key was used with other input.
    #[error("this idempotency key was used with other input")]
    KeyReused,
    /// The idempotency key was used so long ago that its answer is forgotten; what it did still stands.
    #[error("this idempotency key was used more than seven days ago; what was sent with it then has arrived")]
    KeyExpired,
    /// An anonymous caller's idempotency key could be guessed.
    #[error(
        "without a token an idempotency key has at least 32 characters from a random source, such as a UUID"
    )]
    KeyTooShort,
    /// An idempotency key of any caller is limited.
    #[error("an idempotency key has at most 200 characters")]
    KeyTooLong,
    /// Nobody is signed in.
    #[error("sign in first")]
    Unauthenticated,
    /// A token was sent, and it opens nothing.
    #[error("this token is not valid (any more); sign in again, or send no token to submit as a new visitor")]
    TokenUnknown,
    /// The caller's role does not hold the permission.
    #[error("this needs the permission {}", .0.name())]
    Forbidden(Permission),
    /// Only the other side may do this.
    #[error("{0}")]
    NotForYou(&'static str),
    /// The keys that it would be sealed with are gone for ever.
    #[error("this person has been erased")]
    Erased,
    /// It does not exist, or it is not the caller's: which of the two is not said.
    #[error("there is no such thing, or it is not yours")]
    NotFound,
    /// Too much within too little time.
    #[error("too many requests; try again in {retry_after} s")]
    RateLimited {
        /// After so many seconds it may be tried again.
        retry_after: i64,
    },
    /// Too many others were faster, or too much is going on.
    #[error("too busy; try again")]
    Unavailable,
    /// The database went away while it committed, and did not say in time whether it had.
    #[error("the outcome is unknown; send it again with the same idempotencyKey, and nothing is done twice")]
    OutcomeUnknown,
    /// A fault of ours.
    #[error(transparent)]
    Fault(StoreError),
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error)
    }
}

impl CommandError {
    /// What an append's refusal means once there is nothing left to try.
    pub(crate) fn of_append(error: AppendError) -> Self {
        match error {
            AppendError::KeyReused => Self::KeyReused,
            AppendError::Conflict | AppendError::Taken { .. } | AppendError::Busy => Self::Unavailable,
            AppendError::Unknown => Self::OutcomeUnknown,
            AppendError::Spent => Self::LinkUnknown,
            AppendError::Erased => Self::Erased,
            AppendError::Store(error) => Self::Fault(error),
        }
    }
}
