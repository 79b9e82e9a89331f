//! Refusals: one table from what the domain said to a code, a field, and the key of a sentence in `graphql/locales/`.

mod channels;
mod desk;
mod files;
mod form;
mod images;
mod roles;

pub(crate) use channels::{of_address, of_emails, of_rules, of_secret, of_stars, required, too_many_emails};

pub(crate) use desk::{all_of_command, of_calendar, of_days, of_days_file, of_most_waiting, why_left_out};
pub(crate) use form::form_changed;

use crate::language::{Gap, Language};
use async_graphql::{Enum, SimpleObject};
use commands::{CommandError, IdentityError, PasswordError};
use domain::{
    contact::ContactError,
    locale::Locale,
    member::MemberError,
    message::{MOST_ANSWERS, MessageError},
    team::TeamError,
    text::TextError,
    visitor::VisitorError,
};

/// What kind of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum UserErrorCode {
    /// Something is missing.
    Required,
    /// Something is too long.
    TooLong,
    /// Something cannot be understood.
    Invalid,
    /// Something is not known here.
    Unknown,
    /// It is not possible as things are.
    NotAllowed,
    /// `expectedVersion` no longer holds.
    Conflict,
    /// The idempotency key was used with other input.
    IdempotencyKeyReused,
    /// It is so already.
    AlreadySo,
    /// It is resolved already.
    AlreadyResolved,
    /// It is closed already.
    AlreadyClosed,
    /// It is neither resolved nor closed.
    NotClosed,
    /// Somebody has it already.
    AlreadyAssigned,
    /// Nobody has it.
    NotAssigned,
    /// No follow-up is scheduled.
    NotScheduled,
    /// It was never replied to.
    NotReplied,
    /// It is one's own.
    OwnReply,
    /// This time has passed.
    InThePast,
    /// It ended too long ago.
    TooLate,
    /// They do not work at the desk at present.
    InactiveAssignee,
    /// It is deleted.
    Deleted,
    /// The words, or the person, are gone for ever.
    Erased,
    /// They may leave no messages.
    Blocked,
    /// It is marked as spam.
    Spam,
    /// A picture has too many bytes, pixels or frames, or a file too many bytes.
    UploadTooLarge,
    /// A picture is none that is taken, nor a file that the desk takes.
    UploadNotAnImage,
    /// A file's first bytes are not those of what it was announced as.
    UploadNotThatType,
    /// More pictures and files than go with words, or than a message has in all.
    TooManyUploads,
    /// More messages come in than people write: ask for a `challenge`, and send its solution along.
    ProofRequired,
}

/// Why something was refused, for a program and for a person.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct UserError {
    /// For a program.
    pub(crate) code: UserErrorCode,
    /// For a person, in the request's language.
    pub(crate) message: String,
    /// The input field it is about.
    pub(crate) field: Option<Vec<String>>,
}

/// A refusal, for whoever answers without a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// For a program: the name that the schema has for it.
    pub code: String,
    /// For a person, in their language.
    pub message: String,
}

/// The refusal in a command's error that is no fault.
pub fn refused(error: &CommandError, locale: Option<&Locale>) -> Refused {
    let UserError { code, message, .. } = of_command(error, locale);
    let name = if let async_graphql::Value::Enum(name) = async_graphql::resolver_utils::enum_value(code) {
        name.to_string()
    } else {
        String::new()
    };
    Refused { code: name, message }
}

/// A refusal before it is told: code, field, the key of its sentence.
type Refusal = (UserErrorCode, Option<&'static str>, &'static str);

fn tell((code, field, key): Refusal, gaps: &[Gap], locale: Option<&Locale>) -> UserError {
    let message = Language::of(locale).say(key, gaps);
    UserError { code, message, field: field.map(|field| vec![field.to_owned()]) }
}

/// The same of a field within others.
fn tell_within(
    field: Vec<String>,
    (code, key): (UserErrorCode, &str),
    gaps: &[Gap],
    locale: Option<&Locale>,
) -> UserError {
    UserError { code, message: Language::of(locale).say(key, gaps), field: Some(field) }
}

/// A text that cannot be taken, in that input field.
pub(crate) fn of_text(error: &TextError, field: &'static str, locale: Option<&Locale>) -> UserError {
    use UserErrorCode as C;
    let refusal = |code, key| (code, Some(field), key);
    // What people call it, where it has a name of theirs.
    let called = Language::of(locale).find(&format!("field-{field}"), &[]);
    let called = called.as_deref().unwrap_or(field);
    match error {
        TextError::Empty => tell(refusal(C::Required, "text-empty"), &[("field", called)], locale),
        TextError::TooLong { max, actual } => {
            let (max, actual) = (max.to_string(), actual.to_string());
            let gaps = [("field", called), ("max", max.as_str()), ("actual", actual.as_str())];
            tell(refusal(C::TooLong, "text-too-long"), &gaps, locale)
        }
        TextError::Control(code) => {
            let character = format!("U+{code:04X}");
            let gaps = [("field", called), ("character", character.as_str())];
            tell(refusal(C::Invalid, "text-control"), &gaps, locale)
        }
        TextError::NotAPage => tell(refusal(C::Invalid, "text-not-a-page"), &[("field", called)], locale),
    }
}

/// The refusal in a command's error. Faults never come here: `fault::of_command` takes them first.
pub(crate) fn of_command(error: &CommandError, locale: Option<&Locale>) -> UserError {
    use UserErrorCode as C;
    let refusal = match error {
        CommandError::Message(MessageError::Answer(id, problem)) => {
            return form::of_answer(id, problem, locale);
        }
        CommandError::Message(MessageError::TooManyUploads) => return images::too_many_in_all(locale),
        CommandError::Message(MessageError::TooManyAnswers) => {
            let gaps = [("field", "fields"), ("most", &MOST_ANSWERS.to_string())];
            return tell((C::TooLong, Some("fields"), "too-many"), &gaps, locale);
        }
        CommandError::Message(error) => of_message(error),
        CommandError::Contact(error) => of_contact(error),
        CommandError::Password(PasswordError::TooShort) => {
            (C::Invalid, Some("newPassword"), "password-too-short")
        }
        CommandError::Password(PasswordError::TooLong) => {
            (C::TooLong, Some("newPassword"), "password-too-long")
        }
        CommandError::WrongCredentials => (C::Invalid, None, "wrong-credentials"),
        CommandError::LinkUnknown => (C::Invalid, Some("token"), "link-unknown"),
        CommandError::InvitationUnknown => (C::Invalid, Some("token"), "invitation-unknown"),
        CommandError::EmailTaken => (C::AlreadySo, Some("email"), "email-taken"),
        CommandError::Conflict { expected, version } => {
            let refusal = (C::Conflict, Some("expectedVersion"), "conflict");
            return of_version(refusal, *expected, *version, locale);
        }
        CommandError::Moved { expected, version } => {
            let refusal = (C::Conflict, Some("expectedVersion"), "moved");
            return of_version(refusal, *expected, *version, locale);
        }
        CommandError::NoSuchVersion { expected, version } => {
            let refusal = (C::Unknown, Some("expectedVersion"), "version-unknown");
            return of_version(refusal, *expected, *version, locale);
        }
        CommandError::KeyReused => (C::IdempotencyKeyReused, Some("idempotencyKey"), "key-reused"),
        CommandError::KeyExpired => (C::IdempotencyKeyReused, Some("idempotencyKey"), "key-expired"),
        CommandError::KeyTooShort => (C::Invalid, Some("idempotencyKey"), "key-too-short"),
        CommandError::KeyTooLong => (C::TooLong, Some("idempotencyKey"), "key-too-long"),
        CommandError::Name(error) => return of_text(error, "name", locale),
        CommandError::Identity(error) => (C::Invalid, Some("identity"), of_identity(*error)),
        CommandError::RestoreUnknown => (C::Unknown, Some("restore"), "restore-unknown"),
        CommandError::CodeUnknown => (C::Invalid, Some("code"), "code-unknown"),
        CommandError::Erased => (C::Erased, None, "visitor-erased"),
        CommandError::Visitor(error) => of_visitor(*error),
        CommandError::Member(error) => of_member(*error),
        CommandError::Team(error) => of_team(*error),
        CommandError::Channel(error) => return channels::of_channel(error, locale),
        CommandError::TeamUnknown => (C::Unknown, Some("teamIds"), "team-unknown"),
        CommandError::Image(error) => return images::of_image(*error, locale),
        CommandError::File(error) => return files::of_file(*error, locale),
        CommandError::FileName(error) => return of_text(error, "fileName", locale),
        CommandError::TooManyUploads { most } => return images::too_many(*most, locale),
        CommandError::ProofRequired => (C::ProofRequired, Some("proof"), "proof-required"),
        CommandError::UploadUnknown => (C::Unknown, Some("uploadIds"), "upload-unknown"),
        // Told whole by `all_of_command`.
        CommandError::Desk(_)
        | CommandError::Unauthenticated
        | CommandError::TokenUnknown
        | CommandError::Forbidden(_)
        | CommandError::NotForYou(_)
        | CommandError::NotFound
        | CommandError::RateLimited { .. }
        | CommandError::Unavailable
        | CommandError::OutcomeUnknown
        | CommandError::Fault(_) => {
            let why = error.to_string();
            return tell((C::NotAllowed, None, "not-now"), &[("why", &why)], locale);
        }
    };
    tell(refusal, &[], locale)
}

fn of_version(refusal: Refusal, expected: i64, version: i64, locale: Option<&Locale>) -> UserError {
    let (expected, version) = (expected.to_string(), version.to_string());
    tell(refusal, &[("expected", &expected), ("version", &version)], locale)
}

/// A score that is none.
pub(crate) fn of_score(locale: Option<&Locale>) -> UserError {
    tell((UserErrorCode::Invalid, Some("scores"), "score-invalid"), &[], locale)
}

/// A rating that is none.
pub(crate) fn of_rating(locale: Option<&Locale>) -> UserError {
    tell((UserErrorCode::Invalid, Some("rating"), "rating-invalid"), &[], locale)
}

/// A message is assigned to one, and to one only.
pub(crate) fn one_assignee(locale: Option<&Locale>) -> UserError {
    tell((UserErrorCode::Required, Some("memberId"), "one-assignee"), &[], locale)
}

/// An address that is none.
pub(crate) fn of_email(locale: Option<&Locale>) -> UserError {
    tell((UserErrorCode::Invalid, Some("email"), "email-invalid"), &[], locale)
}

/// A role that there is not.
pub(crate) fn of_role(locale: Option<&Locale>) -> UserError {
    tell((UserErrorCode::Unknown, Some("roleId"), "role-unknown"), &[], locale)
}

/// A permission that there is not.
pub(crate) fn of_permission(locale: Option<&Locale>) -> UserError {
    tell((UserErrorCode::Unknown, Some("permissions"), "permission-unknown"), &[], locale)
}

/// A list that holds more than anybody needs.
pub(crate) fn too_many(field: &'static str, most: usize, locale: Option<&Locale>) -> UserError {
    let gaps = [("field", field), ("most", &most.to_string())];
    tell((UserErrorCode::TooLong, Some(field), "too-many"), &gaps, locale)
}

/// Somebody has the message already; the sentence names them when they are known.
pub(crate) fn already_assigned(name: Option<&str>, locale: Option<&Locale>) -> UserError {
    let refusal = |key| (UserErrorCode::AlreadyAssigned, None, key);
    match name {
        Some(name) => tell(refusal("already-assigned-to"), &[("name", name)], locale),
        None => tell(refusal("already-assigned"), &[], locale),
    }
}

fn of_message(error: &MessageError) -> Refusal {
    use UserErrorCode as C;
    match error {
        MessageError::NotSubmitted => (C::Unknown, Some("messageId"), "not-submitted"),
        MessageError::AlreadySubmitted => (C::AlreadySo, None, "already-submitted"),
        MessageError::NameRequired => (C::Required, Some("name"), "name-required"),
        MessageError::CategoryRequired => (C::Required, Some("categoryId"), "category-required"),
        MessageError::CategoryUnknown => (C::Unknown, Some("categoryId"), "category-unknown"),
        // Told question by question.
        MessageError::Answer(..) => (C::Invalid, Some("fields"), "answer-unknown"),
        MessageError::TooManyAnswers => (C::TooLong, Some("fields"), "too-many"),
        // Told with the number.
        MessageError::TooManyUploads => (C::TooManyUploads, Some("uploadIds"), "too-many-uploads-in-all"),
        MessageError::NoticeUnknown => (C::Unknown, Some("privacyNoticeVersion"), "notice-unknown"),
        MessageError::NoAutoReply => (C::NotAllowed, None, "no-auto-reply"),
        MessageError::RelatedUnknown => (C::Unknown, Some("relatedTo"), "related-unknown"),
        MessageError::AlreadyClosed => (C::AlreadyClosed, None, "already-closed"),
        MessageError::AlreadySo => (C::AlreadySo, None, "already-so"),
        MessageError::AlreadyResolved => (C::AlreadyResolved, None, "already-resolved"),
        MessageError::NotClosed => (C::NotClosed, None, "not-closed"),
        MessageError::NotAssigned => (C::NotAssigned, None, "not-assigned"),
        MessageError::AssigneeUnknown => (C::Unknown, Some("memberId"), "assignee-unknown"),
        MessageError::AssigneeInactive => (C::InactiveAssignee, Some("memberId"), "assignee-inactive"),
        MessageError::TeamUnknown => (C::Unknown, Some("teamId"), "team-unknown"),
        MessageError::TeamDisbanded => (C::InactiveAssignee, Some("teamId"), "team-disbanded"),
        MessageError::MentionUnknown => (C::Unknown, Some("mentions"), "mention-unknown"),
        MessageError::NotScheduled => (C::NotScheduled, None, "not-scheduled"),
        MessageError::InThePast => (C::InThePast, Some("dueAt"), "in-the-past"),
        MessageError::TagUnknown => (C::Unknown, Some("add"), "tag-unknown"),
        MessageError::Spam => (C::Spam, None, "spam"),
        MessageError::Deleted => (C::Deleted, None, "deleted"),
        MessageError::Erased => (C::Erased, None, "erased"),
        MessageError::NotReplied => (C::NotReplied, None, "not-replied"),
        MessageError::ReplyUnknown => (C::Unknown, Some("replyId"), "reply-unknown"),
        MessageError::OwnReply => (C::OwnReply, Some("replyId"), "own-reply"),
        MessageError::ScoresMissing => (C::Required, Some("scores"), "scores-missing"),
        MessageError::CriterionUnknown => (C::Unknown, Some("scores"), "criterion-unknown"),
        MessageError::ScoredTwice => (C::Invalid, Some("scores"), "scored-twice"),
        MessageError::TooLate => (C::TooLate, None, "too-late"),
        MessageError::AlreadyAssigned(_) => (C::AlreadyAssigned, None, "already-assigned"),
        // Of the clock's commands, which nobody sends.
        MessageError::WaitIsOver => (C::NotAllowed, None, "wait-is-over"),
        MessageError::AlreadyOverdue => (C::AlreadySo, None, "already-overdue"),
        MessageError::NotDeleted => (C::NotAllowed, None, "not-deleted"),
        MessageError::NotDueYet => (C::NotAllowed, None, "not-due-yet"),
    }
}

fn of_member(error: MemberError) -> Refusal {
    use UserErrorCode as C;
    match error {
        MemberError::NotInvited => (C::Unknown, None, "member-unknown"),
        MemberError::AlreadyInvited | MemberError::AlreadyJoined => (C::AlreadySo, None, "member-joined"),
        MemberError::NotJoined => (C::NotAllowed, None, "member-not-joined"),
        MemberError::Deactivated => (C::NotAllowed, None, "member-deactivated"),
        MemberError::AlreadySo => (C::AlreadySo, None, "already-so"),
        MemberError::LastAdministrator => (C::NotAllowed, None, "last-administrator"),
        MemberError::RoleUnknown => (C::Unknown, Some("roleId"), "role-unknown"),
        MemberError::GivesBeyondOwn(_) => (C::NotAllowed, Some("roleId"), "member-gives-beyond-own"),
        MemberError::ManagesBeyondOwn(_) => (C::NotAllowed, None, "member-beyond-own"),
        MemberError::RoleGone => (C::NotAllowed, None, "member-role-gone"),
        MemberError::NoPermission => (C::Required, Some("permissions"), "key-without-permission"),
        MemberError::BeyondRole(_) => (C::NotAllowed, Some("permissions"), "key-beyond-role"),
        MemberError::InThePast => (C::InThePast, Some("expiresAt"), "in-the-past"),
        MemberError::TooFarAhead => (C::Invalid, Some("expiresAt"), "key-too-far-ahead"),
        MemberError::TooManyKeys => (C::NotAllowed, None, "too-many-keys"),
        MemberError::KeyUnknown => (C::Unknown, Some("id"), "key-unknown"),
    }
}

fn of_team(error: TeamError) -> Refusal {
    use UserErrorCode as C;
    match error {
        TeamError::NotFormed => (C::Unknown, Some("id"), "team-unknown"),
        TeamError::AlreadyFormed | TeamError::AlreadySo => (C::AlreadySo, None, "already-so"),
        TeamError::Disbanded => (C::NotAllowed, None, "team-disbanded"),
        TeamError::MemberUnknown => (C::Unknown, Some("memberId"), "member-unknown"),
        TeamError::MemberInactive => (C::InactiveAssignee, Some("memberId"), "assignee-inactive"),
        TeamError::Full => (C::NotAllowed, None, "team-full"),
        TeamError::TooMany => (C::NotAllowed, None, "too-many-teams"),
    }
}

fn of_visitor(error: VisitorError) -> Refusal {
    use UserErrorCode as C;
    match error {
        VisitorError::NotArrived => (C::Unknown, Some("id"), "visitor-unknown"),
        VisitorError::AlreadyArrived | VisitorError::AlreadySo => (C::AlreadySo, None, "already-so"),
        VisitorError::Blocked => (C::Blocked, None, "visitor-blocked"),
        VisitorError::Erased => (C::Erased, None, "visitor-erased"),
    }
}

fn of_identity(error: IdentityError) -> &'static str {
    match error {
        IdentityError::Unreadable => "identity-unreadable",
        IdentityError::Audience => "identity-audience",
        IdentityError::Claim("sub") => "identity-sub",
        IdentityError::Claim("jti") => "identity-jti",
        IdentityError::Claim("email") => "identity-email",
        IdentityError::Claim("phone_number") => "identity-phone",
        IdentityError::Claim("name") => "identity-name",
        IdentityError::Claim(_) => "identity-times",
        IdentityError::TooLong => "identity-too-long",
        IdentityError::Expired => "identity-expired",
        IdentityError::NotYet => "identity-not-yet",
        IdentityError::Used => "identity-used",
    }
}

fn of_contact(error: &ContactError) -> Refusal {
    use UserErrorCode as C;
    match error {
        ContactError::Empty => (C::Required, Some("contact"), "contact-empty"),
        ContactError::TooLong => (C::TooLong, Some("contact"), "contact-too-long"),
        ContactError::Neither => (C::Invalid, Some("contact"), "contact-neither"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_the_language_of_the_request() {
        let told = |tag: &str| {
            let locale = Locale::parse(tag).expect("a tag");
            of_command(&CommandError::Message(MessageError::AlreadyClosed), Some(&locale)).message
        };
        assert_eq!(told("zh-CN"), "这条留言已关闭");
        assert_eq!(told("zh-HK"), "這則留言已關閉");
        assert_eq!(told("de"), "Diese Nachricht ist schon geschlossen");
        assert_eq!(told("fr"), "this message is closed already");
    }

    #[test]
    fn a_text_says_how_long_it_is_and_may_be() {
        let error = TextError::TooLong { max: 5_000, actual: 5_001 };
        let told = of_text(&error, "content", None).message;
        assert_eq!(told, "the message has 5001 characters, at most 5000 are allowed");
        assert_eq!(of_text(&TextError::Empty, "teamName", None).message, "teamName is empty");
    }
}
