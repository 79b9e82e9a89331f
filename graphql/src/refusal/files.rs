//! Refusals of files that are no pictures.

use super::{Refusal, UserError, UserErrorCode as C, tell};
use commands::files::FileRefusal;
use domain::locale::Locale;

/// A file that is not taken.
pub(super) fn of_file(error: FileRefusal, locale: Option<&Locale>) -> UserError {
    use FileRefusal as R;
    let (refusal, gap): (Refusal, Option<(&str, String)>) = match error {
        R::Empty => ((C::Required, Some("bytes"), "file-empty"), None),
        R::TooManyBytes { most } => {
            ((C::UploadTooLarge, Some("bytes"), "file-too-many-bytes"), Some(("most", most.to_string())))
        }
        R::NotThat(format) => {
            ((C::UploadNotThatType, None, "file-not-that"), Some(("format", format.name().to_uppercase())))
        }
        R::BrokenOff => ((C::Invalid, None, "file-broken-off"), None),
        R::TooSlow => ((C::Invalid, None, "file-too-slow"), None),
        R::Busy => ((C::NotAllowed, None, "file-busy"), None),
    };
    let gaps: Vec<(&str, &str)> = gap.iter().map(|(name, words)| (*name, words.as_str())).collect();
    tell(refusal, &gaps, locale)
}
