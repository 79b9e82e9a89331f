//! What is wrong with hours, and where.

use super::input::LONGEST_NAME;

/// Something that is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", field.join("."))]
pub struct HoursError {
    /// The way to the field, such as `holidays`, `3`, `name`; entries of lists are counted from 0.
    pub field: Vec<String>,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What can be wrong with a field of opening hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// No time zone.
    #[error("is not a time zone such as Asia/Shanghai or Europe/Berlin (IANA)")]
    TimeZone,
    /// Longer than allowed.
    #[error("has {actual} entries, at most {most} are allowed")]
    TooMany {
        /// So many are allowed.
        most: usize,
        /// So many there are.
        actual: usize,
    },
    /// Not a list of days of the week.
    #[error("needs days of the week, each once: 1 is Monday, 7 Sunday")]
    Days,
    /// Not a weekday.
    #[error("is not a day of the week: 1 is Monday, 7 Sunday")]
    Weekday,
    /// A working day like a weekday without hours.
    #[error("that weekday has no hours: name one that has some, or give `ranges`")]
    WeekdayClosed,
    /// Not a time of day.
    #[error("is not a time of day such as 09:00")]
    Time,
    /// Nothing begins at the end of a day.
    #[error("24:00 can only be the end; what begins at midnight begins at 00:00")]
    BeginsAtTheEnd,
    /// From a time until the same.
    #[error("is the same time as `from`; the whole day is from 00:00 until 24:00")]
    NoLength,
    /// A name of no or too many characters, or with a control character.
    #[error("needs 1 to {LONGEST_NAME} characters, none of them a control character")]
    Name,
    /// A day too far away.
    #[error("is not in the years 2000 to 2099")]
    Year,
    /// The same day twice in one list.
    #[error("stands twice in the list: give each day once")]
    Twice,
    /// Hours of its own and of a weekday, or neither.
    #[error("a working day needs either `like`, the weekday whose hours it has, or `ranges` of its own")]
    LikeOrRanges,
    /// The desk has no such category.
    #[error("there is no such category")]
    CategoryUnknown,
    /// The same category twice.
    #[error("has hours already: give each category once")]
    CategoryTwice,
}
