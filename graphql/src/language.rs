//! Sentences for people, in every language the desk's tools speak: one table, `graphql/locales/*.ftl`.
//!
//! Knows which language a tag asks for, and how a sentence with gaps is said in it (Project Fluent,
//! <https://projectfluent.org>). Must not know what is said, or why.

use domain::locale::Locale;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use std::sync::LazyLock;

/// A language that every sentence exists in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English, also for whoever asks for a language we do not speak.
    #[default]
    English,
    /// Chinese as written in mainland China and Singapore.
    SimplifiedChinese,
    /// Chinese as written in Taiwan, Hong Kong and Macau.
    TraditionalChinese,
    /// German.
    German,
}

/// What fills a gap: its name in the table, and the words.
pub(crate) type Gap<'a> = (&'static str, &'a str);

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::English, Self::SimplifiedChinese, Self::TraditionalChinese, Self::German];

    /// The language that fits a tag best.
    pub fn of(locale: Option<&Locale>) -> Self {
        locale.and_then(Self::spoken).unwrap_or_default()
    }

    /// The same; `None`: a language that we do not speak.
    pub fn spoken(locale: &Locale) -> Option<Self> {
        Some(match locale.language() {
            "zh" if locale.is_traditional_chinese() => Self::TraditionalChinese,
            "zh" => Self::SimplifiedChinese,
            "de" => Self::German,
            "en" => Self::English,
            _ => return None,
        })
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::SimplifiedChinese => "zh-CN",
            Self::TraditionalChinese => "zh-TW",
            Self::German => "de",
        }
    }

    /// A sentence of the table with its gaps filled; the key itself when the table has none, which a test forbids.
    pub(crate) fn say(self, key: &str, gaps: &[Gap]) -> String {
        self.find(key, gaps).unwrap_or_else(|| key.to_owned())
    }

    /// As `say`; `None` when the table has no such sentence, or a gap has nothing to fill it.
    pub(crate) fn find(self, key: &str, gaps: &[Gap]) -> Option<String> {
        let bundle = &BUNDLES.iter().find(|(language, _)| *language == self)?.1;
        let pattern = bundle.get_message(key)?.value()?;
        let mut arguments = FluentArgs::new();
        for (name, words) in gaps {
            arguments.set(*name, FluentValue::from(*words));
        }
        let mut faults = vec![];
        let said = bundle.format_pattern(pattern, Some(&arguments), &mut faults).into_owned();
        faults.is_empty().then_some(said)
    }

    /// The table as it is written.
    fn table(self) -> &'static str {
        match self {
            Self::English => include_str!("../locales/en.ftl"),
            Self::SimplifiedChinese => include_str!("../locales/zh-CN.ftl"),
            Self::TraditionalChinese => include_str!("../locales/zh-TW.ftl"),
            Self::German => include_str!("../locales/de.ftl"),
        }
    }

    fn bundle(self) -> FluentBundle<FluentResource> {
        let tag = self.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Names stand as they are: programs compare these sentences, and no mark is wanted around a name.
        bundle.set_use_isolating(false);
        // A table that cannot be read whole leaves sentences out: a test sees that.
        let table = FluentResource::try_new(self.table().to_owned()).unwrap_or_else(|(read, _)| read);
        bundle.add_resource_overriding(table);
        bundle
    }
}

static BUNDLES: LazyLock<[(Language, FluentBundle<FluentResource>); 4]> =
    LazyLock::new(|| Language::ALL.map(|language| (language, language.bundle())));

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Each key with the gaps of its sentence.
    fn sentences(language: Language) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
        let lines = language.table().lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines
            .map(|line| {
                let (key, sentence) = line.split_once(" = ").unwrap_or_else(|| panic!("{line}"));
                let gaps = sentence.split("{ $").skip(1).map(|rest| rest.split(' ').next().unwrap_or(rest));
                (key, gaps.collect())
            })
            .collect()
    }

    #[test]
    fn every_language_has_every_sentence_with_the_same_gaps() {
        let english = sentences(Language::English);
        assert!(english.len() > 40, "{}", english.len());
        for language in Language::ALL {
            assert_eq!(sentences(language), english, "{}", language.tag());
            for (key, gaps) in &english {
                let filled: Vec<Gap> = gaps.iter().map(|gap| (*gap, "X")).collect();
                let said = language.find(key, &filled).unwrap_or_else(|| panic!("{} {key}", language.tag()));
                assert!(!said.contains('{'), "{said}");
            }
        }
    }

    #[test]
    fn a_tag_gets_the_language_that_fits_it_best() {
        let of = |tag: &str| Language::of(Some(&Locale::parse(tag).expect("a tag"))).tag();
        let wanted = [
            ("zh", "zh-CN"),
            ("zh-CN", "zh-CN"),
            ("zh-SG", "zh-CN"),
            ("zh-TW", "zh-TW"),
            ("zh-HK", "zh-TW"),
            ("zh-Hant", "zh-TW"),
            ("zh-Hans-HK", "zh-CN"),
            ("de-AT", "de"),
            ("en-GB", "en"),
            ("fr", "en"),
        ];
        for (asked, given) in wanted {
            assert_eq!(of(asked), given, "{asked}");
        }
        assert_eq!(Language::of(None).tag(), "en");
    }
}
