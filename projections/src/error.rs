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
    #[error("this message has more events than are folded for one question; read its history instead")]
    TooLong,
    /// More look for something at once than are let.
    #[error("too many searches are under way; try again in a moment")]
    Busy,
    /// What is looked for is said so often that it takes too long.
    #[error("this search takes too long; look for more words, or narrow the filter")]
    TooBroad,
    /// To count what is found all of it would have to be opened.
    #[error("what a search finds is not counted; ask without `search`")]
    NotCounted,
    /// Nothing is looked for, so nothing says it best.
    #[error("BEST_FIRST is an order of what a search finds; ask with `search`, or in another order")]
    NothingIsBest,
    /// As many figures are worked out at once as may be.
    #[error("too many figures are being worked out; ask again in a few seconds")]
    BusyFigures,
    /// More happened in a range than one question goes through.
    #[error(
        "more happened in this range than one question goes through; ask for a shorter one, or narrow the filter"
    )]
    TooManyFacts,
    /// Reading what figures are made of took longer than it may.
    #[error(
        "these figures were not read within ten seconds; ask again when less is going on, or for fewer messages: by a narrower filter, or for a shorter range"
    )]
    FiguresTookTooLong,
    /// A series of more points than one answer has.
    #[error(
        "a series has at most {} points: ask for a longer interval or a shorter range",
        crate::statistics::MOST_POINTS
    )]
    TooManyPoints,
    /// Figures are not told by what else was filtered for.
    #[error("figures cannot be filtered by {0}: {1}")]
    NoFilterOfFigures(&'static str, &'static str),
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
