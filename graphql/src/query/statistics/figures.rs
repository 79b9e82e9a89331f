//! The figures of a stretch of time.

use super::signed;
use crate::{caller::Asks, query::member::Member};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::ids::MemberId;
use projections::statistics::{self, Figures as Worked};

/// As much of what members think of each other's replies is shown.
const MOST_QUALITIES: usize = 100;

/// The figures, and whether those of members are shown.
#[derive(Clone)]
pub(super) struct Figures {
    pub(super) figures: Worked,
    pub(super) per_member: bool,
}

/// How long something took, in seconds.
#[derive(SimpleObject)]
struct Durations {
    /// How many.
    count: i64,
    /// The mean; null when there are none.
    mean: Option<f64>,
    /// Half of them took no longer.
    p50: Option<i64>,
    /// Nine of ten took no longer.
    p90: Option<i64>,
}

impl From<statistics::Durations> for Durations {
    fn from(durations: statistics::Durations) -> Self {
        Self {
            count: signed(durations.count),
            mean: durations.mean(),
            p50: durations.p50.map(signed),
            p90: durations.p90.map(signed),
        }
    }
}

/// How content visitors were, of the messages left in the range.
#[derive(SimpleObject)]
struct Satisfaction {
    /// The mean of their latest ratings, 1 to 5; null when there are none.
    mean: Option<f64>,
    /// How many were rated.
    count: i64,
    /// Rated, divided by those that could be.
    response_rate: Option<f64>,
    /// How many were rated with 1, 2, 3, 4 and 5.
    distribution: Vec<i64>,
}

/// What members think of a member's replies.
#[derive(SimpleObject)]
struct Quality {
    /// Whose replies.
    member: Member,
    /// By which criterion.
    criterion: ID,
    /// The mean score, 1 to 5.
    mean: Option<f64>,
    /// How many scores.
    count: i64,
}

/// Figures of a stretch of time: what each means is told by `metrics`.
#[Object]
impl Figures {
    /// Messages left.
    async fn submitted(&self) -> i64 {
        signed(self.figures.submitted)
    }

    /// Replies of members.
    async fn replied(&self) -> i64 {
        signed(self.figures.replied)
    }

    /// Messages resolved.
    async fn resolved(&self) -> i64 {
        signed(self.figures.resolved)
    }

    /// Messages closed.
    async fn closed(&self) -> i64 {
        signed(self.figures.closed)
    }

    /// Messages opened again, by members or by more words of their visitors.
    async fn reopened(&self) -> i64 {
        signed(self.figures.reopened)
    }

    /// Messages marked as spam that are spam now.
    async fn spam(&self) -> i64 {
        signed(self.figures.spam)
    }

    /// Handled in the range, divided by left in it; may be more than 1. Null when none was left.
    async fn handling_rate_flow(&self) -> Option<f64> {
        self.figures.handling_rate_flow()
    }

    /// Of those left in the range, the share that is handled by now.
    async fn handling_rate_cohort(&self) -> Option<f64> {
        self.figures.handling_rate_cohort()
    }

    /// The share of visitors' waits that were over in time.
    async fn within_target(&self) -> Option<f64> {
        self.figures.within_target()
    }

    /// Waits that were over in time.
    async fn met(&self) -> i64 {
        signed(self.figures.met)
    }

    /// Waits that were not.
    async fn missed(&self) -> i64 {
        signed(self.figures.missed)
    }

    /// From being left to the first reply: version 1, which a reopening does not change.
    async fn first_response(&self) -> Durations {
        self.figures.first_response.into()
    }

    /// The same by version 2, in which a reopening starts the clock anew.
    async fn first_response_restarted(&self) -> Durations {
        self.figures.first_response_restarted.into()
    }

    /// Of each wait of a visitor's, to the reply that ended it.
    async fn reply(&self) -> Durations {
        self.figures.reply.into()
    }

    /// From being left to the last resolving or closing.
    async fn handling(&self) -> Durations {
        self.figures.handling.into()
    }

    /// How content visitors were.
    async fn satisfaction(&self) -> Satisfaction {
        let satisfaction = &self.figures.satisfaction;
        Satisfaction {
            mean: satisfaction.mean(),
            count: signed(satisfaction.count()),
            response_rate: satisfaction.response_rate(),
            distribution: satisfaction.distribution.iter().copied().map(signed).collect(),
        }
    }

    /// What members think of each other's replies, per member and criterion: of the caller's own replies, and of all others when
    /// they may review them or read the figures of the whole desk. At most 100, those with the most scores. Empty when the desk shows
    /// no figures per member.
    async fn quality(&self, ctx: &Context<'_>) -> Result<Vec<Quality>> {
        let mut shown: Vec<_> = self.figures.quality.iter().filter(|_| self.per_member).collect();
        if shown.len() > MOST_QUALITIES {
            shown.sort_by_key(|quality| std::cmp::Reverse(quality.count));
            shown.truncate(MOST_QUALITIES);
        }
        let ids: Vec<_> = shown.iter().map(|quality| MemberId(quality.member)).collect();
        let members = ctx.neighbours().all_named(ctx, &ids).await?;
        let quality = |(quality, member): (&statistics::Quality, Member)| Quality {
            member,
            criterion: ID(quality.criterion.clone()),
            mean: quality.mean(),
            count: signed(quality.count),
        };
        Ok(shown.into_iter().zip(members).map(quality).collect())
    }
}
