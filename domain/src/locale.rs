//! A language tag.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A language tag in the shape of BCP 47 (RFC 5646), such as `zh-CN` or `de`; its registry is not consulted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Locale(String);

/// Not a language tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a language tag such as zh-CN or de (BCP 47)")]
pub struct NotALocale;

impl Locale {
    /// Reads a tag: subtags of 1 to 8 ASCII letters and digits joined by `-`, the first of 2 or 3 letters.
    pub fn parse(tag: &str) -> Result<Self, NotALocale> {
        let mut subtags = tag.split('-');
        let language = subtags.next().unwrap_or_default();
        let language_fits =
            (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic());
        let rest_fits =
            subtags.all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric()));
        if language_fits && rest_fits && tag.len() <= 35 { Ok(Self(canonical(tag))) } else { Err(NotALocale) }
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is it Chinese in traditional characters? It goes by its script, and without one by where it is spoken (RFC 5646, 2.2.3
    /// and 2.2.4).
    pub fn is_traditional_chinese(&self) -> bool {
        let has = |subtag: &str| self.0.split('-').skip(1).any(|other| other == subtag);
        self.language() == "zh" && !has("Hans") && ["Hant", "TW", "HK", "MO"].into_iter().any(has)
    }

    /// The language alone: `zh` of `zh-CN`.
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

/// Upper and lower case as RFC 5646 recommends (2.1.1): `zh-Hant-TW`.
fn canonical(tag: &str) -> String {
    let subtag = |(index, subtag): (usize, &str)| match (index, subtag.len()) {
        (1.., 2) => subtag.to_ascii_uppercase(),
        (1.., 4) => subtag[..1].to_ascii_uppercase() + &subtag[1..].to_ascii_lowercase(),
        _ => subtag.to_ascii_lowercase(),
    };
    tag.split('-').enumerate().map(subtag).collect::<Vec<_>>().join("-")
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Locale {
    type Error = NotALocale;
    fn try_from(tag: String) -> Result<Self, NotALocale> {
        Self::parse(&tag)
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> Self {
        locale.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_and_nonsense_is_refused() {
        for good in ["zh-CN", "de", "zh-Hant-TW", "en-US-x-abc"] {
            assert_eq!(Locale::parse(good).map(|l| l.to_string()), Ok(good.to_owned()));
        }
        assert_eq!(Locale::parse("ZH-hant-tw"), Locale::parse("zh-Hant-TW"));
        for bad in ["", "z", "中文", "zh_CN", "de-", "123-AB", "en-verylongsub"] {
            assert_eq!(Locale::parse(bad), Err(NotALocale), "{bad}");
        }
    }
}
