//! Says at start that holidays are known for a short time only: nobody looks at them again until the desk is open on one.

use chrono::{DateTime, Months, Utc};
use projections::Projections;

/// They are announced some months before a year begins.
const SOON: Months = Months::new(2);

/// Tells the log which hours have special days and none after the next two months.
pub(crate) async fn warn(projections: &Projections, now: DateTime<Utc>) {
    let Ok(desk) = projections.desk().await else { return };
    let (Some(revised), Some(soon)) = (&desk.opening_hours, now.date_naive().checked_add_months(SOON)) else {
        return;
    };
    for (category_id, last) in revised.hours.special_days_ending_before(soon) {
        tracing::warn!(
            %last,
            category_id,
            "no holiday or make-up working day is known after this one: add those of the next year to the opening \
             hours (`specialDays` or `iCalendar` of `reviseOpeningHours`)"
        );
    }
}
