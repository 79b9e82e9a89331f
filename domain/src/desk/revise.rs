//! Another way of running the desk: settings as they were given, read and compared with those that stand. What is left out
//! stays as it is.

mod auto_reply;
mod blocked_words;
mod categories;
mod change;
mod form;
mod hours;
mod itself;
mod notice;
mod wrong;

pub use auto_reply::ReviseAutoReply;
pub use blocked_words::{MOST_BLOCKED_WORDS, ReviseBlockedWords};
pub use categories::{CategoryInput, CriterionInput, ReviseCategories};
pub use change::{HoursChange, HoursPreset, RuleChange};
pub use form::{FormFieldInput, MOST_FIELDS, ReviseForm};
pub use hours::{
    ANSWER_WITHIN, MOST_EXCEPTIONS, ReviseOpeningHours, ReviseServiceTarget, TargetError, TargetProblem,
};
pub use itself::ReviseDesk;
pub use notice::RevisePrivacyNotice;
pub use wrong::{SettingError, SettingProblem, TextIn};

use super::{DeskError, DeskEvent};

type Decided = Result<Vec<DeskEvent>, DeskError>;
