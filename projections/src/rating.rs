//! How content a visitor was, as two views keep it: columns `rating`, `rating_comment` (sealed) and `rated_at`.

use crate::{
    error::QueryError,
    opening::{Opened, column},
};
use chrono::{DateTime, Utc};
use domain::{message::MessageRated, personal::Personal, text::Reason};
use store::{Column, HandleError, Kind, Row, Value, micros};

/// The columns.
pub(crate) const COLUMNS: [Column; 3] =
    [("rating", Kind::Int), ("rating_comment", Kind::Text), ("rated_at", Kind::Int)];

/// How content a visitor was, as they said last.
#[derive(Clone, Debug, PartialEq)]
pub struct RatingRow {
    /// From 1 to 5.
    pub rating: i64,
    /// In their words.
    pub comment: Option<Personal<Reason>>,
    /// When.
    pub at: DateTime<Utc>,
}

/// The columns while events are folded into a row.
#[derive(Clone, Default)]
pub(crate) struct Rated {
    rating: Option<i64>,
    comment: Option<String>,
    at: Option<i64>,
}

impl Rated {
    /// As an event says.
    pub(crate) fn new(event: &MessageRated) -> Result<Self, HandleError> {
        let comment = event.comment.as_ref().map(column).transpose()?;
        let (rating, at) = (event.rating.count().into(), event.at.timestamp_micros());
        Ok(Self { rating: Some(rating), comment, at: Some(at) })
    }

    /// As a row has it.
    pub(crate) fn read(row: &Row) -> Result<Self, HandleError> {
        Ok(Self {
            rating: row.int_or_null("rating")?,
            comment: row.text_or_null("rating_comment")?,
            at: row.int_or_null("rated_at")?,
        })
    }

    /// The values of the columns.
    pub(crate) fn values(&self) -> [Value; 3] {
        [self.rating.into(), self.comment.clone().into(), self.at.into()]
    }
}

/// What a row says, the comment being what is opened next.
pub(crate) fn opened(row: &Row, opened: &mut Opened) -> Result<Option<RatingRow>, QueryError> {
    let comment = opened.next()?;
    let rated = row.int_or_null("rating")?.zip(row.int_or_null("rated_at")?);
    Ok(rated.map(|(rating, at)| RatingRow { rating, comment, at: micros(at) }))
}
