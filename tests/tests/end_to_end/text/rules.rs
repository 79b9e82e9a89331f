//! The texts of mutations, and what the schema says becomes of each.

use super::texts::{few, texts};

/// Long enough for a key of somebody without a token.
const KEY: &str = "5a8a2f8e-6e0b-4b4e-9d54-7f0c36b2a9d1";

/// A text of a mutation, and what is to become of it.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub(super) mutation: &'static str,
    pub(super) name: &'static str,
    pub(super) rule: Rule,
}

/// What the schema says of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Text of at most so many characters, without surrounding white space and with line ends as `\n`.
    Required(usize),
    /// The same, and white space alone counts as left out.
    Optional(usize),
    /// The same as required text, and nobody ever sees it.
    Forgotten(usize),
    /// Taken whatever it is, and kept nowhere.
    NotKept,
    /// The same for the address of a page, which begins with a scheme.
    Page,
    /// Whatever is a phone number or an address, as it was given.
    Contact,
    /// At most 200 characters; the second use is answered as the first.
    Key,
    /// Refused as something that is not known here.
    Unknown,
    /// The same, as the only one of a list.
    UnknownOf,
    /// Refused as something that cannot be understood.
    Invalid,
    /// Refused as no type of picture.
    NotAnImage,
    /// Nothing would change: refused without a name.
    NothingToDo,
    /// The whole request is refused, with this code.
    Fault(&'static str),
    /// Of signing in: `members` tries it.
    OfMembers,
}

pub(super) const fn field(mutation: &'static str, name: &'static str, rule: Rule) -> Field {
    Field { mutation, name, rule }
}

/// The texts of the mutations that are a step and a reason.
pub(super) const STEPS: [&str; 12] = [
    "claimMessage",
    "unassignMessage",
    "completeFollowUp",
    "resolveMessage",
    "closeMessage",
    "reopenMessage",
    "markAsSpam",
    "unmarkAsSpam",
    "archiveMessage",
    "unarchiveMessage",
    "deleteMessage",
    "restoreMessage",
];

/// Every text of every mutation.
pub(super) fn fields() -> Vec<Field> {
    let said =
        ["replyToMessage", "continueMessage", "addNote", "rateMessage", "assignMessage", "reviewReply"];
    let done = ["scheduleFollowUp", "categorizeMessage", "tagMessage", "prioritizeMessage"];
    let all = STEPS.into_iter().chain(said).chain(done).flat_map(|mutation| {
        [field(mutation, "messageId", Rule::Fault("NOT_FOUND")), field(mutation, "idempotencyKey", Rule::Key)]
    });
    let reasons = STEPS.into_iter().map(|step| field(step, "reason", Rule::Optional(1_000)));
    all.chain(reasons).chain(OTHERS).collect()
}

const OTHERS: [Field; 33] = [
    field("reviewReply", "replyId", Rule::Unknown),
    field("reviewReply", "scores", Rule::OfMembers),
    field("reviewReply", "comment", Rule::Optional(1_000)),
    field("submitMessage", "name", Rule::Required(100)),
    field("submitMessage", "contact", Rule::Contact),
    field("submitMessage", "content", Rule::Required(5_000)),
    field("submitMessage", "categoryId", Rule::Unknown),
    field("submitMessage", "relatedTo", Rule::Unknown),
    field("submitMessage", "uploadIds", Rule::UnknownOf),
    field("submitMessage", "locale", Rule::Fault("BAD_REQUEST")),
    field("submitMessage", "pageUrl", Rule::Page),
    field("submitMessage", "idempotencyKey", Rule::Key),
    field("submitMessage", "website", Rule::NotKept),
    field("submitMessage", "proof", Rule::NotKept),
    field("replyToMessage", "content", Rule::Required(20_000)),
    field("replyToMessage", "uploadIds", Rule::UnknownOf),
    field("continueMessage", "content", Rule::Required(5_000)),
    field("continueMessage", "uploadIds", Rule::UnknownOf),
    field("addNote", "content", Rule::Required(20_000)),
    field("addNote", "mentions", Rule::UnknownOf),
    field("rateMessage", "comment", Rule::Optional(1_000)),
    field("assignMessage", "memberId", Rule::Unknown),
    field("assignMessage", "teamId", Rule::Unknown),
    field("assignMessage", "reason", Rule::Optional(1_000)),
    field("scheduleFollowUp", "dueAt", Rule::Fault("BAD_REQUEST")),
    field("scheduleFollowUp", "note", Rule::Optional(1_000)),
    field("categorizeMessage", "categoryId", Rule::Unknown),
    field("tagMessage", "add", Rule::UnknownOf),
    field("tagMessage", "remove", Rule::NothingToDo),
    field("prioritizeMessage", "priority", Rule::Fault("BAD_REQUEST")),
    field("signIn", "email", Rule::OfMembers),
    field("signIn", "password", Rule::OfMembers),
    field("redeemSignInLink", "token", Rule::OfMembers),
];

/// What is to become of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is read back as this.
    Kept(String),
    /// As if nothing had been sent.
    LeftOut,
    /// Refused with this code, by its name.
    Refused(&'static str),
    /// The request is refused with this code.
    Fault(&'static str),
    /// Kept as this, or refused by its name.
    KeptOrRefused(String),
}

impl Rule {
    /// What is tried: around the rule's limit, and where it asks for a beginning also with one.
    pub(super) fn texts(self) -> Vec<String> {
        let around =
            |before: &str, after: &str| few(20).map(|text| format!("{before}{text}{after}")).collect();
        match self {
            Self::Required(limit) | Self::Forgotten(limit) => texts(limit),
            Self::Optional(limit) => few(limit).chain([String::new(), "\u{3000}\r\n".to_owned()]).collect(),
            Self::Page => {
                let begin = "https://example.org/";
                texts(2_000 - begin.len())
                    .into_iter()
                    .map(|text| format!("{begin}{text}"))
                    .chain(few(2_000))
                    .collect()
            }
            Self::Contact => {
                let shapes = [
                    ("", "@example.org"),
                    ("b@", "example.org"),
                    ("b@example.org", ""),
                    ("+49 30", "901820"),
                ];
                shapes
                    .into_iter()
                    .flat_map(|(before, after)| -> Vec<_> { around(before, after) })
                    .chain(texts(254))
                    .collect()
            }
            // Each of its own: a key is used once.
            Self::Key => {
                let begun = (100..).zip(few(200 - 3 - KEY.len())).map(|(n, text)| format!("{KEY}{n}{text}"));
                begun.chain(["", &KEY[..31]].map(String::from)).collect()
            }
            Self::NotKept
            | Self::Unknown
            | Self::UnknownOf
            | Self::Invalid
            | Self::NotAnImage
            | Self::NothingToDo
            | Self::Fault(_) => few(200).collect(),
            Self::OfMembers => vec![],
        }
    }

    pub(super) fn fate(self, text: &str, by_anyone: bool) -> Fate {
        match self {
            Self::Required(limit) => of_text(text, limit).unwrap_or(Fate::Refused("REQUIRED")),
            Self::Forgotten(limit) => match of_text(text, limit) {
                Some(Fate::Kept(_)) => Fate::LeftOut,
                fate => fate.unwrap_or(Fate::Refused("REQUIRED")),
            },
            Self::Optional(limit) => of_text(text, limit).unwrap_or(Fate::LeftOut),
            Self::Page => match of_text(text, 2_000) {
                Some(Fate::Kept(url)) if !url.starts_with("http") => Fate::Refused("INVALID"),
                fate => fate.unwrap_or(Fate::LeftOut),
            },
            Self::Contact => match text.trim() {
                "" => Fate::Refused("REQUIRED"),
                long if long.chars().count() > 254 => Fate::Refused("TOO_LONG"),
                bad if bad.contains(is_refused) => Fate::Refused("INVALID"),
                kept => Fate::KeptOrRefused(kept.to_owned()),
            },
            Self::Key => match text.chars().count() {
                201.. => Fate::Refused("TOO_LONG"),
                ..32 if by_anyone => Fate::Refused("INVALID"),
                _ => Fate::LeftOut,
            },
            Self::NotKept => Fate::LeftOut,
            Self::Unknown | Self::UnknownOf => Fate::Refused("UNKNOWN"),
            Self::Invalid => Fate::Refused("INVALID"),
            Self::NotAnImage => Fate::Refused("UPLOAD_NOT_AN_IMAGE"),
            Self::NothingToDo => Fate::Refused("ALREADY_SO"),
            Self::Fault(code) => Fate::Fault(code),
            Self::OfMembers => unreachable!("nothing of it is tried here"),
        }
    }
}

/// `None`: nothing but white space.
pub(super) fn of_text(text: &str, limit: usize) -> Option<Fate> {
    let kept = text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned();
    match kept.chars().count() {
        _ if kept.contains(is_refused) => Some(Fate::Refused("INVALID")),
        0 => None,
        count if count > limit => Some(Fate::Refused("TOO_LONG")),
        _ => Some(Fate::Kept(kept)),
    }
}

/// A control character other than tab and newline.
fn is_refused(c: char) -> bool {
    c.is_control() && c != '\t' && c != '\n'
}
