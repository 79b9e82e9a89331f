//! Faults: what stands in `errors`, each with a code. Refusals are not here: they are answers (`refusal.rs`).

use async_graphql::{Error, ErrorExtensions};
use commands::{Caller, CommandError, files::FileRefusal, images::ImageRefusal};
use projections::QueryError;

/// The codes of request faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Unauthenticated,
    Forbidden,
    NotFound,
    BadRequest,
    TooComplex,
    RateLimited,
    Unavailable,
    Internal,
}

impl Code {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::BadRequest => "BAD_REQUEST",
            Self::TooComplex => "TOO_COMPLEX",
            Self::RateLimited => "RATE_LIMITED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }
}

/// Seconds after which a caller may try again.
const RETRY_AFTER: i32 = 1;

/// A fault with its code and a sentence.
pub(crate) fn fault(code: Code, message: impl Into<String>) -> Error {
    Error::new(message).extend_with(|_, extensions| {
        extensions.set("code", code.name());
        if code == Code::Unavailable {
            extensions.set("retryAfter", RETRY_AFTER);
        }
    })
}

/// Too much within too little time; `retry_after`: after so many seconds it may be tried again.
pub(crate) fn rate_limited(retry_after: i64) -> Error {
    later(format!("too many requests; try again in {retry_after} s"), retry_after)
}

/// The same of what questions cost together.
pub(crate) fn too_costly(retry_after: i64) -> Error {
    let message = format!(
        "this and what was asked in the last minute cost too much together; try again in {retry_after} s, or ask for fewer \
         rows and points (docs/edge.md)"
    );
    later(message, retry_after)
}

fn later(message: String, retry_after: i64) -> Error {
    fault(Code::RateLimited, message).extend_with(|_, extensions| {
        extensions.set("code", Code::RateLimited.name());
        extensions.set("retryAfter", retry_after);
    })
}

/// A fault of a question.
pub(crate) fn of_query(caller: &Caller, error: &QueryError) -> Error {
    match error {
        QueryError::Unauthenticated => unauthenticated(caller),
        QueryError::Forbidden(_) => fault(Code::Forbidden, error.to_string()),
        QueryError::BadPage(_)
        | QueryError::TooLong
        // The same would take as long another time.
        | QueryError::TooBroad
        | QueryError::FiguresTookTooLong
        | QueryError::NotCounted
        | QueryError::NothingIsBest
        | QueryError::TooManyPoints
        | QueryError::TooManyFacts
        | QueryError::NoFilterOfFigures(..) => fault(Code::BadRequest, error.to_string()),
        QueryError::Busy | QueryError::BusyFigures => fault(Code::Unavailable, error.to_string()),
        QueryError::Fault(cause) if cause.passes() => unavailable(cause),
        QueryError::Fault(cause) => internal(caller, cause),
    }
}

/// The fault in a command's error; `None` when it is a refusal, to be answered in the payload.
pub(crate) fn of_command(caller: &Caller, error: &CommandError) -> Option<Error> {
    use CommandError as E;
    match error {
        E::Unauthenticated => Some(unauthenticated(caller)),
        E::TokenUnknown => Some(fault(Code::Unauthenticated, error.to_string())),
        E::Forbidden(_) | E::NotForYou(_) => Some(fault(Code::Forbidden, error.to_string())),
        E::NotFound => Some(fault(Code::NotFound, error.to_string())),
        E::RateLimited { retry_after } => Some(rate_limited(*retry_after)),
        E::Unavailable | E::OutcomeUnknown | E::Image(ImageRefusal::Busy) | E::File(FileRefusal::Busy) => {
            Some(fault(Code::Unavailable, error.to_string()))
        }
        E::Fault(cause) if cause.passes() => Some(unavailable(cause)),
        E::Fault(cause) => Some(internal(caller, cause)),
        E::Message(_)
        | E::Visitor(_)
        | E::Member(_)
        | E::Desk(_)
        | E::Team(_)
        | E::Channel(_)
        | E::TeamUnknown
        | E::Image(_)
        | E::File(_)
        | E::FileName(_)
        | E::Contact(_)
        | E::TooManyUploads { .. }
        | E::UploadUnknown
        | E::ProofRequired
        | E::Name(_)
        | E::Password(_)
        | E::EmailTaken
        | E::Erased
        | E::Identity(_)
        | E::RestoreUnknown
        | E::CodeUnknown
        | E::WrongCredentials
        | E::LinkUnknown
        | E::InvitationUnknown
        | E::Conflict { .. }
        | E::Moved { .. }
        | E::NoSuchVersion { .. }
        | E::KeyReused
        | E::KeyExpired
        | E::KeyTooShort
        | E::KeyTooLong => None,
    }
}

/// The database is busy or away: the same request may go through later.
fn unavailable(cause: &dyn std::fmt::Display) -> Error {
    tracing::warn!(%cause, "the database does not answer in time");
    fault(Code::Unavailable, "the database does not answer in time; try again")
}

/// An event names a member whom the list of members does not have yet.
pub(crate) fn member_unseen() -> Error {
    fault(Code::Unavailable, "the list of members has not come this far yet; try again")
}

pub(crate) fn unauthenticated(caller: &Caller) -> Error {
    match caller.token_unknown {
        true => fault(Code::Unauthenticated, "this token is not valid (any more); sign in again"),
        false => fault(Code::Unauthenticated, "sign in first"),
    }
}

/// Ours: the log has the cause, the caller a trace id to name it by, and nothing else.
pub(crate) fn internal(caller: &Caller, cause: &dyn std::fmt::Display) -> Error {
    let trace_id = caller.correlation_id.to_string();
    tracing::error!(trace_id, %cause, "a request failed");
    fault(Code::Internal, "something went wrong on our side").extend_with(|_, extensions| {
        extensions.set("code", Code::Internal.name());
        extensions.set("traceId", trace_id);
    })
}
