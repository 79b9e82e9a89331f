//! What is asked: each with what its answer may take.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::{
    access::{Reach, Role},
    actor::Actor,
    ids::{CategoryId, MemberId, Tag},
    message::{MessageStatus, Priority},
    search::Query,
};
use projections::{
    MessageFilter, MessageOrder, PageRequest, Projections, QueryError, Reader,
    statistics::{Calendar, Interval, StatisticsRange, Wanted},
};
use uuid::Uuid;

/// Milliseconds for a year's figures, and for a page.
const OF_A_YEAR: f64 = 100.0;
const OF_A_PAGE: f64 = 50.0;

pub(crate) struct Question {
    pub(crate) name: String,
    /// Milliseconds.
    pub(crate) most: f64,
    asked: Asked,
}

enum Asked {
    /// All figures of a year, and those of each of its days.
    Year,
    Page(MessageFilter),
}

impl Question {
    pub(crate) async fn ask(&self, projections: &Projections, now: DateTime<Utc>) -> Result<(), String> {
        let failed = |error: QueryError| error.to_string();
        let admin = Actor::Member { id: MemberId(Uuid::from_u128(1)), grants: Role::Admin.grants() };
        match &self.asked {
            Asked::Year => {
                let reader = Reader::of_statistics(admin, &Reach::Desk).map_err(failed)?;
                let until = now.date_naive();
                let range = StatisticsRange::new(until - TimeDelta::days(365), until, Tz::Asia__Shanghai);
                let range = range.ok_or("a year is a range")?;
                let (filter, calendar) = (MessageFilter::default(), Calendar::DeskHours);
                let told = projections.statistics(&reader, range, &filter, calendar, Wanted::Figures).await;
                let told = told.map_err(failed)?;
                let (whole, days) =
                    (told.figures().map_err(failed)?, told.trend(Interval::Day).map_err(failed)?);
                let sum: u64 = days.iter().map(|(_, figures)| figures.submitted).sum();
                if sum != whole.submitted || sum == 0 {
                    return Err(format!("{} messages in a year, {sum} in its days", whole.submitted));
                }
            }
            Asked::Page(filter) => {
                let reader = Reader::of_messages(admin, &Reach::Desk).map_err(failed)?;
                let first = PageRequest::forward(Some(20), None);
                let page = projections.messages(&reader, filter, MessageOrder::NewestFirst, &first).await;
                if page.map_err(failed)?.rows.is_empty() {
                    return Err(format!("{}: there is nothing on that page", self.name));
                }
            }
        }
        Ok(())
    }
}

/// Every single filter, a search of two characters, and a year's figures.
pub(crate) fn questions() -> Vec<Question> {
    let all = MessageFilter::default;
    let page =
        |name: &str, filter| Question { name: name.to_owned(), most: OF_A_PAGE, asked: Asked::Page(filter) };
    let mut questions = vec![
        Question {
            name: "a year's figures, whole and by day".to_owned(),
            most: OF_A_YEAR,
            asked: Asked::Year,
        },
        page("no filter", all()),
    ];
    for status in MessageStatus::ALL {
        questions.push(page(status.name(), MessageFilter { status: vec![status], ..all() }));
    }
    let search = |words: &str| MessageFilter { search: Query::read(words).ok(), ..all() };
    let filters = [
        ("a category", MessageFilter { category_id: vec![CategoryId("complaint".into())], ..all() }),
        ("a tag", MessageFilter { tag: vec![Tag("refund".into())], ..all() }),
        ("a priority", MessageFilter { priority: vec![Priority::Urgent], ..all() }),
        ("nobody's", MessageFilter { unassigned: Some(true), ..all() }),
        ("somebody's", MessageFilter { unassigned: Some(false), ..all() }),
        ("overdue", MessageFilter { overdue: Some(true), ..all() }),
        ("spam", MessageFilter { spam: true, ..all() }),
        ("archived", MessageFilter { archived: true, ..all() }),
        (
            "left since 2000",
            MessageFilter { submitted_from: DateTime::from_timestamp(946_684_800, 0), ..all() },
        ),
        (
            "active since 2000",
            MessageFilter { activity_from: DateTime::from_timestamp(946_684_800, 0), ..all() },
        ),
        ("search 退款", search("退款")),
        ("search 订单", search("订单")),
        ("search invoice", search("invoice")),
    ];
    questions.extend(filters.map(|(name, filter)| page(name, filter)));
    questions
}
