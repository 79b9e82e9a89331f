//! Refusals of pictures.

use super::{Refusal, UserError, UserErrorCode as C, tell};
use commands::images::ImageRefusal;
use domain::{locale::Locale, message::MOST_UPLOADS};

/// More pictures and files than go with words.
pub(super) fn too_many(most: u32, locale: Option<&Locale>) -> UserError {
    tell((C::TooManyUploads, Some("uploadIds"), "too-many-uploads"), &[("most", &most.to_string())], locale)
}

/// More than a message has in all.
pub(super) fn too_many_in_all(locale: Option<&Locale>) -> UserError {
    let most = MOST_UPLOADS.to_string();
    tell((C::TooManyUploads, Some("uploadIds"), "too-many-uploads-in-all"), &[("most", &most)], locale)
}

/// A picture that is not taken.
pub(crate) fn of_image(error: ImageRefusal, locale: Option<&Locale>) -> UserError {
    use ImageRefusal as R;
    let (refusal, gaps): (Refusal, Vec<(&str, String)>) = match error {
        R::Empty => ((C::Required, Some("bytes"), "upload-empty"), vec![]),
        R::NotAnImage => ((C::UploadNotAnImage, Some("contentType"), "upload-not-an-image"), vec![]),
        R::Damaged => ((C::UploadNotAnImage, None, "upload-damaged"), vec![]),
        R::TooManyBytes { most } => {
            ((C::UploadTooLarge, Some("bytes"), "upload-too-many-bytes"), vec![("most", most.to_string())])
        }
        R::TooLargeAnew { most } => {
            ((C::UploadTooLarge, None, "upload-too-large-anew"), vec![("most", most.to_string())])
        }
        R::TooManyPixels { width, height, side, pixels } => {
            let gaps = [("width", width), ("height", height), ("side", side)];
            let mut gaps: Vec<_> = gaps.map(|(name, number)| (name, number.to_string())).into();
            gaps.push(("pixels", pixels.to_string()));
            ((C::UploadTooLarge, None, "upload-too-many-pixels"), gaps)
        }
        R::TooManyFrames { most } => {
            ((C::UploadTooLarge, None, "upload-too-many-frames"), vec![("most", most.to_string())])
        }
        R::TooMuchMotion { most } => {
            ((C::UploadTooLarge, None, "upload-too-much-motion"), vec![("most", most.to_string())])
        }
        R::TooHeavy => ((C::UploadTooLarge, None, "upload-too-heavy"), vec![]),
        R::TooSlow => ((C::Invalid, None, "file-too-slow"), vec![]),
        R::Busy => ((C::NotAllowed, None, "upload-busy"), vec![]),
    };
    let gaps: Vec<_> = gaps.iter().map(|(name, words)| (*name, words.as_str())).collect();
    tell(refusal, &gaps, locale)
}
