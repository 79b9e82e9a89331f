//! Texts in several languages as they came in, and what every revision of the desk says beside.

use crate::scalar::Locale;
use async_graphql::InputObject;
use domain::desk::TextIn;

/// A text in one language.
#[derive(InputObject)]
pub(super) struct LocalisedTextInput {
    /// Which.
    locale: Locale,
    /// The text.
    text: String,
}

pub(super) fn read(texts: Vec<LocalisedTextInput>) -> Vec<TextIn> {
    texts.into_iter().map(|text| (text.locale.0, text.text)).collect()
}

/// The same of texts that may be left out.
pub(super) fn read_some(texts: Option<Vec<LocalisedTextInput>>) -> Option<Vec<TextIn>> {
    texts.map(read)
}
