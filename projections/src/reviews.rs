//! What members think of each other's replies.

use crate::{
    Projections,
    error::QueryError,
    event::event_of,
    opening::{self, column},
};
use chrono::{DateTime, Utc};
use domain::{
    ids::{MemberId, ReplyId, ReviewId},
    message::{CriterionScore, Message, MessageEvent},
    personal::Personal,
    text::Reason,
};
use store::{
    BoxFuture, Column, HandleError, Kind, RecordedEvent, Row, StoreError, Tx, Value, any_of, micros,
};

/// Where the rows stand.
pub(crate) const TABLE: &str = "reviews";

/// Reviews of one reply that are shown, the latest.
const MOST: i64 = 100;

const COLUMNS: [Column; 7] = [
    ("review_id", Kind::Text),
    ("reply_id", Kind::Text),
    ("reviewer_id", Kind::Text),
    ("position", Kind::Int),
    ("at", Kind::Int),
    ("scores", Kind::Text),
    ("comment", Kind::Text),
];

/// A review of a reply.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewRow {
    /// Its id.
    pub id: ReviewId,
    /// Which reply.
    pub reply_id: ReplyId,
    /// Who reviewed it.
    pub reviewer_id: MemberId,
    /// The position of its event in the log.
    pub position: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What they gave it.
    pub scores: Vec<CriterionScore>,
    /// In their words.
    pub comment: Option<Personal<Reason>>,
}

/// Takes a run of events into the view.
pub(crate) fn project<'a>(
    tx: &'a mut Tx,
    run: &'a [RecordedEvent],
) -> BoxFuture<'a, Result<(), HandleError>> {
    Box::pin(async move {
        let mut rows = Vec::new();
        for recorded in run.iter().filter(|recorded| recorded.event_type == "ReplyReviewed") {
            let MessageEvent::ReplyReviewed(reviewed) = event_of::<Message>(recorded)? else {
                return Err("this event reviews nothing".into());
            };
            rows.push(vec![
                reviewed.review_id.to_string().into(),
                reviewed.reply_id.to_string().into(),
                reviewed.reviewer.to_string().into(),
                recorded.position.into(),
                reviewed.at.timestamp_micros().into(),
                serde_json::to_string(&reviewed.scores)?.into(),
                reviewed.comment.as_ref().map(column).transpose()?.into(),
            ]);
        }
        // A repeat after its key was forgotten had the same id once (until version 0.1): it is no second review.
        tx.insert_many(TABLE, &COLUMNS, rows, "ON CONFLICT (review_id) DO NOTHING").await?;
        Ok(())
    })
}

impl Projections {
    /// The reviews of these replies, in order; this does not ask whether the caller may read them.
    pub async fn reviews(&self, of: &[ReplyId]) -> Result<Vec<ReviewRow>, QueryError> {
        let columns = COLUMNS.map(|(name, _)| name).join(", ");
        let sql = format!(
            "SELECT {columns} FROM (SELECT {columns}, ROW_NUMBER() OVER (PARTITION BY reply_id ORDER BY position DESC) \
             AS place FROM {TABLE} WHERE reply_id {}) AS reviewed WHERE place <= {MOST} ORDER BY position",
            any_of(self.dialect(), 1)
        );
        let rows = self.store.database().views.rows(&sql, &[Value::texts(of)]).await?;
        let sealed = rows.iter().map(|row| row.text_or_null("comment")).collect::<Result<_, _>>()?;
        let mut opened = opening::open(&self.store, sealed).await?;
        let bad = |what: &str| StoreError::Setup(format!("reviews holds a bad {what}"));
        let review = |row: &Row| {
            Ok(ReviewRow {
                id: row.text("review_id")?.parse().map_err(|_| bad("review_id"))?,
                reply_id: row.text("reply_id")?.parse().map_err(|_| bad("reply_id"))?,
                reviewer_id: row.text("reviewer_id")?.parse().map_err(|_| bad("reviewer_id"))?,
                position: row.int("position")?,
                at: micros(row.int("at")?),
                scores: serde_json::from_str(&row.text("scores")?).map_err(|_| bad("list of scores"))?,
                comment: opened.next()?,
            })
        };
        rows.iter().map(review).collect()
    }
}
