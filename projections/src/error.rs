//! Why a question has no answer.

use crate::cursor::BadPage;
use domain::access::Permission;
use store::StoreError;

/// A fault of the question, or one of ours.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// Nobody is signed in.
    #[error("sign in first")]
    Unauthenticated,
    /// The reader's role does not hold the permission.
    #[error("this needs the permission {}", .0.name())]
    Forbidden(Permission),
    /// The page that was asked for cannot be.
    #[error(transparent)]
    BadPage(#[from] BadPage),
    /// A stream too long to be folded for a question.
    #[error(
        "this message has more events than are folded for one question (20000); read its history instead"
    )]
    TooLong,
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] StoreError),
}

impl QueryError {
    /// A view's row that cannot be read back.
    pub(crate) fn row(view: &str, error: serde_json::Error) -> Self {
        Self::Fault(StoreError::Json { place: view.to_owned(), error })
    }
}

impl From<sqlx::Error> for QueryError {
    fn from(error: sqlx::Error) -> Self {
        Self::Fault(error.into())
    }
}
