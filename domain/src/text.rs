//! Text as people write it, within limits.

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// A visitor's words: 1 to 5,000 characters.
pub type Words = Text<5_000>;
/// A member's reply: 1 to 20,000 characters.
pub type ReplyText = Text<20_000>;
/// A person's name: 1 to 100 characters.
pub type Name = Text<100>;
/// Why something was done: 1 to 1,000 characters.
pub type Reason = Text<1_000>;
/// The address of the page a message was written on: 1 to 2,000 characters.
pub type PageUrl = Text<2_000>;

/// Text of 1 to `MAX` Unicode characters, without surrounding white space, line ends as `\n`, and without control
/// characters other than tab and newline (PostgreSQL's `json` takes U+0000 but its `text` does not: a follower
/// would stop on it).
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// Why a text is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("is empty")]
    Empty,
    /// More characters than allowed.
    #[error("has {actual} characters, at most {max} are allowed")]
    TooLong {
        /// How many are allowed.
        max: usize,
        /// How many there are.
        actual: usize,
    },
    /// A control character that no person types.
    #[error("has the control character U+{0:04X}")]
    Control(u32),
    /// Not the address of a page.
    #[error("does not begin with https:// or http://")]
    NotAPage,
}

impl<const MAX: usize> Text<MAX> {
    /// Reads text as it came in.
    pub fn parse(given: &str) -> Result<Self, TextError> {
        let text = given.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim();
        refuse_control(text)?;
        match text.chars().count() {
            0 => Err(TextError::Empty),
            actual if actual > MAX => Err(TextError::TooLong { max: MAX, actual }),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// Nothing: beside a picture nobody has to write.
    pub fn nothing() -> Self {
        Self(String::new())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads the address of a page, and of nothing that a link to it would run.
pub fn parse_page_url(given: &str) -> Result<PageUrl, TextError> {
    let url = PageUrl::parse(given)?;
    let begins = |scheme: &str| {
        url.as_str().get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
    };
    if begins("https://") || begins("http://") { Ok(url) } else { Err(TextError::NotAPage) }
}

/// Refuses control characters other than tab and newline.
pub fn refuse_control(text: &str) -> Result<(), TextError> {
    match text.chars().find(|c| c.is_control() && *c != '\t' && *c != '\n') {
        Some(control) => Err(TextError::Control(control.into())),
        None => Ok(()),
    }
}

/// What people wrote is never printed by accident.
impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// A stored text is read back whatever today's limit is, but never with a control character.
impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        refuse_control(&text).map_err(serde::de::Error::custom)?;
        Ok(Self(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_not_bytes() {
        assert!(Words::parse(&"货".repeat(5_000)).is_ok());
        assert_eq!(Words::parse(&"货".repeat(5_001)), Err(TextError::TooLong { max: 5_000, actual: 5_001 }));
    }

    #[test]
    fn white_space_alone_is_empty_and_around_is_cut() {
        assert_eq!(Words::parse(" \r\n\t "), Err(TextError::Empty));
        assert_eq!(Words::parse("　你好 \r\n").map(|t| t.as_str().to_owned()), Ok("你好".into()));
    }

    #[test]
    fn control_characters_are_refused_on_the_way_in_and_when_read_back() {
        assert_eq!(Words::parse("a\0b"), Err(TextError::Control(0)));
        assert_eq!(Words::parse("a\u{85}b"), Err(TextError::Control(0x85)));
        assert!(serde_json::from_str::<Words>(r#""a\u0000b""#).is_err());
        assert!(Words::parse("a\tb\nc\u{202e}🎉").is_ok());
    }

    #[test]
    fn the_address_of_a_page_is_nothing_that_a_link_would_run() {
        assert!(parse_page_url("HTTPS://example.com/订单?id=1").is_ok());
        for given in ["javascript:alert(1)", "data:text/html,x", "/orders", "https", "ｈttps://example.com"]
        {
            assert_eq!(parse_page_url(given), Err(TextError::NotAPage), "{given}");
        }
    }

    #[test]
    fn debug_shows_no_word() {
        assert_eq!(format!("{:?}", Words::parse("秘密")), "Ok(…)");
    }
}
