//! What the name of an event says of its day: holiday or work.

/// What a day is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    /// A holiday: nothing is said of work, or that there is none.
    Holiday,
    /// A day that is worked.
    WorkingDay,
    /// Something with work, and it is not understood what.
    Unclear,
}

/// What may stand before the words for a working day, and changes nothing about them.
const KINDS: [&str; 10] = [
    "makeup",
    "special",
    "compensatory",
    "compensation",
    "compensating",
    "adjusted",
    "substitute",
    "replacement",
    "extra",
    "additional",
];
/// What may stand between a holiday's name and those.
const FILLING: [&str; 3] = ["holiday", "weekend", "official"];
/// What ends in work is not worked, or only in part.
const DOUBTS: [&str; 6] = ["no", "not", "non", "without", "half", "last"];

impl Called {
    /// As calendars of China (春节（班）, 国庆节补班 第1天) and others (Special Working Day) have it. To be on call (值班) is
    /// something else, and what is not understood is nobody's holiday.
    pub(super) fn of(name: &str) -> Self {
        let name = name.to_lowercase();
        let of = [chinese(&name), english(&name), german(&name)];
        // What one language understands is not undone by what another does not.
        of.into_iter().find(|called| *called == Some(Self::WorkingDay)).flatten().unwrap_or_else(|| {
            of.into_iter().flatten().min_by_key(|called| *called == Self::Unclear).unwrap_or(Self::Holiday)
        })
    }
}

/// `None`: says nothing of work.
fn chinese(name: &str) -> Option<Called> {
    const OFF: [&str; 8] =
        ["不补班", "不補班", "不上班", "不用上班", "无需上班", "無需上班", "非工作日", "不调班"];
    let any = |marks: &[&str]| marks.iter().any(|mark| name.contains(mark));
    let end = name.trim_end_matches([')', '）', ']', '】', ' ']);
    let ends = |marks: &[&str]| marks.iter().any(|mark| end.ends_with(mark));
    if any(&OFF) {
        return Some(Called::Holiday);
    }
    let works = any(&["补班", "補班"])
        || ends(&["(班", "（班", "[班", "【班", " 班", "上班", "调班", "調班"])
        || ends(&["调休工作日", "調休工作日", "特殊工作日", "(工作日", "（工作日", " 工作日"])
        || end == "工作日";
    if works {
        return Some(Called::WorkingDay);
    }
    any(&["班", "工作日"]).then_some(Called::Unclear)
}

fn german(name: &str) -> Option<Called> {
    let name = name.trim();
    if name == "arbeitstag" || name.starts_with("arbeitstag (") {
        return Some(Called::WorkingDay);
    }
    name.contains("arbeitstag").then_some(Called::Unclear)
}

/// `Special Working Day`, `Working day (Spring Festival)`, `Spring Festival make-up workday`.
fn english(name: &str) -> Option<Called> {
    let name = ["make-up", "make up"]
        .into_iter()
        .fold(name.to_owned(), |name, as_two| name.replace(as_two, "makeup"));
    if ["non-working", "nonworking", "non working", "non-workday"].into_iter().any(|off| name.contains(off)) {
        return Some(Called::Holiday);
    }
    let parts = name.replace(" for ", ",");
    let parts = parts.split(|c: char| !c.is_alphanumeric() && !c.is_whitespace() && c != '\'');
    if parts.map(words).any(|part| is_working_day(&part)) {
        return Some(Called::WorkingDay);
    }
    let all = words(&name);
    let works = |at: usize, word: &str| match word {
        // Holidays of those who work are holidays.
        "working" => {
            !matches!(all.get(at + 1), Some(&("women" | "women's" | "class" | "people" | "people's")))
        }
        "work" | "workday" | "workdays" | "makeup" => true,
        _ => false,
    };
    all.iter().enumerate().any(|(at, word)| works(at, word)).then_some(Called::Unclear)
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect()
}

/// Words for a working day, alone, after what kind of one it is, or after the holiday that it makes up for.
fn is_working_day(part: &[&str]) -> bool {
    let before = match part {
        [before @ .., "working" | "work", "day" | "days"] | [before @ .., "workday" | "workdays"] => before,
        [.., "makeup", "day" | "days"] => &part[..part.len() - 1],
        _ => return false,
    };
    let is_kind = |word: &&str| KINDS.contains(word);
    let plain = before.iter().all(|word| is_kind(word) || FILLING.contains(word));
    (plain || before.last().is_some_and(is_kind)) && !before.iter().any(|word| DOUBTS.contains(word))
}
