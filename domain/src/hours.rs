//! Opening hours: when somebody is at the desk, and how long that is between two instants.
//!
//! A range is an interval of local wall-clock time in a zone and belongs to the day on which it begins: what begins
//! on Friday at 22:00 runs on into Saturday, also when Saturday is a holiday, and a holiday takes away what begins on
//! it. A day has the hours of its make-up working day (调休), else of its holiday, else of its weekday.
//!
//! Where the clocks are put forward, a time that does not exist is the first that does; where they are put back, a
//! time that comes twice is the first for an opening and the second for a closing. So 01:00 to 04:00 is two hours in
//! one night and four in the other. The rules of the zones are those of `chrono-tz`, which end with the year 2099.
//!
//! No clock and no I/O: instants come in and go out in UTC.

mod ask;
mod availability;
mod calendar;
mod category;
mod error;
mod ical;
mod input;
mod piece;
mod read;
mod ready;
mod span;
#[cfg(test)]
mod tests;

pub use availability::{Availability, AvailabilityRule, Moment, Reason};
pub use calendar::Hours;
pub use category::{CategoryHoursInput, DeskHours, DeskHoursInput};
pub use error::{HoursError, Problem};
pub use ical::{ICalendarError, ImportedDays, LeftOut, WhyLeftOut, import_holidays};
pub use input::{HolidayInput, HoursInput, HoursRange, TimeRange, WorkingDayInput};
pub use ready::{SpecialDays, SpecialDaysError, always_open, china, monday_to_friday_9_to_18};
pub use span::day_begins;
