//! What is said of deliveries, before any vendor's form. Pure.

use super::{
    payload::data,
    sentences::Tongue,
    tell::{About, OfMessage, Tale},
    vendor::{Link, Notice, Piece},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use domain::{
    channel::{Connected, Rules, ShowContent, TemplatePart, Variable},
    desk::Settings,
    ids::CategoryId,
    locale::Locale,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// As much of a visitor's words as an excerpt has, in characters.
const EXCERPT: usize = 100;
/// So many are named in a digest; the others are counted.
const NAMED: usize = 5;

/// What notices of a channel are made with.
pub(crate) struct Voice<'a> {
    pub(crate) channel: &'a Connected,
    pub(crate) settings: &'a Settings,
    pub(crate) tongue: Tongue,
    pub(crate) zone: Tz,
    /// What links begin with; without it there are none.
    pub(crate) base: Option<&'a str>,
}

type Line = Vec<Piece>;

impl<'a> Voice<'a> {
    pub(crate) fn new(
        channel: &'a Connected,
        settings: &'a Settings,
        zone: Tz,
        base: Option<&'a str>,
    ) -> Self {
        let own = settings.desk.as_ref().and_then(|desk| desk.locales.first());
        let tongue = Tongue::of(channel.rules.locale.as_ref().or(own));
        Self { channel, settings, tongue, zone, base }
    }

    /// What is said of one delivery.
    pub(crate) fn one(&self, tale: &Tale) -> Notice {
        let mut notice = bare(&tale.due.event_type, self.head(&tale.due.event_type), tale.at);
        match &tale.about {
            About::Message(message) => {
                notice.lines = match &self.rules().template {
                    Some(template) => self.by_template(template.parts(), &tale.due.event_type, message),
                    None => self.by_lines(message),
                };
                notice.lines.extend(self.counts(message));
                notice.link = self.link(message);
                notice.mentions = self.mentions([&**message]);
            }
            About::Channel(channel) => {
                notice.lines.push(self.line("channel", Piece::Theirs(channel.name.clone())));
                notice.lines.extend(channel.pauses_at.map(|at| self.line("pauses_at", self.time(at))));
                let reason = channel.reason.as_ref().map(|reason| self.tongue.why_paused(reason));
                notice.lines.extend(reason.map(|reason| self.line("reason", Piece::Theirs(reason))));
            }
            About::Nothing => {}
        }
        notice.data = data(tale);
        notice
    }

    /// What is said of several at once: the first ones are named, and nobody is left out of the count.
    pub(crate) fn digest(&self, tales: &[Tale]) -> Notice {
        let new = tales.iter().all(|tale| tale.due.event_type == "message.submitted");
        let title = match abouts(tales) {
            _ if new => self.tongue.count("digest.new", tales.len()),
            1 => self.tongue.say("digest.one").to_owned(),
            several => self.tongue.count("digest", several),
        };
        let at = tales.iter().map(|tale| tale.at).max().unwrap_or_default();
        let mut notice = bare("digest", title, at);
        for tale in tales.iter().take(NAMED) {
            let mut line = vec![];
            if !new {
                line.push(Piece::Ours(format!("{} ", self.tongue.say(&tale.due.event_type))));
            }
            match &tale.about {
                About::Message(message) => {
                    line.push(Piece::Strong(message.reference.clone()));
                    line.extend(message.name.iter().map(|name| Piece::Theirs(format!(" {name}"))));
                    if let Some(words) = self.words(message, EXCERPT / 2) {
                        line.extend([Piece::Ours(": ".to_owned()), Piece::Words(words)]);
                    }
                    for count in self.counts(message) {
                        line.push(Piece::Ours(" · ".to_owned()));
                        line.extend(count);
                    }
                }
                About::Channel(channel) => line.push(Piece::Theirs(channel.name.clone())),
                About::Nothing => {}
            }
            notice.lines.push(line);
        }
        if let Some(more) = tales.len().checked_sub(NAMED).filter(|more| *more > 0) {
            notice.lines.push(vec![Piece::Ours(self.tongue.count("more", more))]);
        }
        let messages = tales.iter().filter_map(|tale| match &tale.about {
            About::Message(message) => Some(&**message),
            About::Channel(_) | About::Nothing => None,
        });
        notice.mentions = self.mentions(messages);
        notice.link = self.base.and_then(|base| link(self.tongue.say("open"), &format!("{base}/messages")));
        notice
    }

    /// A test: it says so.
    pub(crate) fn test(&self, at: DateTime<Utc>) -> Notice {
        let mut notice = bare("test", self.head("test"), at);
        notice.lines.push(self.line("channel", Piece::Theirs(self.channel.name.as_str().to_owned())));
        notice.data = json!({ "test": true });
        notice
    }

    pub(super) fn rules(&self) -> &'a Rules {
        &self.channel.rules
    }

    /// What heads it, with the desk's name.
    fn head(&self, event_type: &str) -> String {
        match self.desk() {
            "" => self.tongue.say(event_type).to_owned(),
            desk => format!("{} · {desk}", self.tongue.say(event_type)),
        }
    }

    fn desk(&self) -> &'a str {
        self.settings.desk.as_ref().map_or("", |desk| desk.name.as_str())
    }

    fn line(&self, label: &str, value: Piece) -> Line {
        vec![Piece::Ours(format!("{}: ", self.tongue.say(label))), value]
    }

    fn time(&self, at: DateTime<Utc>) -> Piece {
        Piece::Ours(at.with_timezone(&self.zone).format("%Y-%m-%d %H:%M %Z").to_string())
    }

    fn by_lines(&self, message: &OfMessage) -> Vec<Line> {
        let mut lines = vec![self.line("reference", Piece::Strong(message.reference.clone()))];
        let theirs = |label, value: String| self.line(label, Piece::Theirs(value));
        lines.extend(message.name.clone().map(|name| theirs("visitor", name)));
        lines.extend(self.contact(message).map(|contact| theirs("contact", contact)));
        lines.extend(message.category_id.as_ref().map(|id| theirs("category", self.category(id))));
        if message.priority != domain::message::Priority::default() {
            let priority = self.tongue.say(message.priority.name()).to_owned();
            lines.push(self.line("priority", Piece::Strong(priority)));
        }
        lines.extend(message.member.as_ref().map(|member| theirs("assignee", member.name.clone())));
        lines.extend(message.due_at.map(|at| self.line("due", self.time(at))));
        let stars = |stars: u8| self.line("rating", Piece::Ours("★".repeat(stars.into())));
        lines.extend(message.stars.map(stars));
        lines.extend(self.words(message, EXCERPT).map(|words| vec![Piece::Words(words)]));
        lines
    }

    fn by_template(&self, parts: &[TemplatePart], event_type: &str, message: &OfMessage) -> Vec<Line> {
        let mut lines = vec![vec![]];
        for part in parts {
            match part {
                // What the desk wrote may have several lines, and the vendor's own marks.
                TemplatePart::Words(words) => {
                    for (index, words) in words.split('\n').enumerate() {
                        if index > 0 {
                            lines.push(vec![]);
                        }
                        if let Some(line) = lines.last_mut().filter(|_| !words.is_empty()) {
                            line.push(Piece::Ours(words.to_owned()));
                        }
                    }
                }
                TemplatePart::Gap(variable) => {
                    let filled = self.fill(*variable, event_type, message);
                    if let (Some(line), Some(filled)) = (lines.last_mut(), filled) {
                        line.push(filled);
                    }
                }
            }
        }
        lines
    }

    fn fill(&self, variable: Variable, event_type: &str, message: &OfMessage) -> Option<Piece> {
        let theirs = |text: Option<String>| text.map(Piece::Theirs);
        match variable {
            Variable::Event => Some(Piece::Ours(self.tongue.say(event_type).to_owned())),
            Variable::Desk => theirs(Some(self.desk().to_owned())),
            Variable::Reference => theirs(Some(message.reference.clone())),
            Variable::Visitor => theirs(message.name.clone()),
            Variable::Contact => theirs(self.contact(message)),
            Variable::Words => self.words(message, EXCERPT).map(Piece::Words),
            Variable::Category => theirs(message.category_id.as_ref().map(|id| self.category(id))),
            Variable::Priority => theirs(Some(self.tongue.say(message.priority.name()).to_owned())),
            Variable::Assignee => theirs(message.member.as_ref().map(|member| member.name.clone())),
            Variable::Link => self.link(message).map(|link| Piece::Ours(link.url.to_string())),
        }
    }

    fn contact(&self, message: &OfMessage) -> Option<String> {
        let contact = message.contact.as_ref()?;
        Some(if self.rules().show_contacts { contact.given.clone() } else { contact.masked() })
    }

    /// As much of what was said as the channel shows.
    fn words(&self, message: &OfMessage, excerpt: usize) -> Option<String> {
        // Beside a picture nobody has to write.
        let words = message.words.as_ref().filter(|words| !words.is_empty())?;
        match self.rules().show_content {
            ShowContent::None => None,
            ShowContent::Full => Some(words.clone()),
            ShowContent::Excerpt if words.chars().count() <= excerpt => Some(words.clone()),
            ShowContent::Excerpt => Some(words.chars().take(excerpt).chain(['…']).collect()),
        }
    }

    /// How many pictures and other files there are, which no rule hides: what is in them it does not say.
    fn counts(&self, message: &OfMessage) -> impl Iterator<Item = Line> {
        let some = [("pictures", message.pictures()), ("files", message.files())];
        some.into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(label, count)| self.line(label, Piece::Ours(count.to_string())))
    }

    fn category(&self, id: &CategoryId) -> String {
        let own = self.settings.desk.as_ref().and_then(|desk| desk.locales.first());
        let (Some(category), Some(own)) = (self.settings.category_ever(id), own) else {
            return id.to_string();
        };
        let asked: Option<&Locale> = self.rules().locale.as_ref();
        match category.name.text(asked, own) {
            "" => id.to_string(),
            name => name.to_owned(),
        }
    }

    fn link(&self, message: &OfMessage) -> Option<Link> {
        let base = self.base?;
        link(self.tongue.say("open"), &format!("{base}/messages/{}", message.message_id()))
    }
}

/// How many messages, and channels, there is news of.
fn abouts(tales: &[Tale]) -> usize {
    let about = |tale: &Tale| match &tale.about {
        About::Message(message) => (message.id.clone(), String::new()),
        About::Channel(channel) => (String::new(), channel.name.clone()),
        About::Nothing => (String::new(), String::new()),
    };
    tales.iter().map(about).collect::<BTreeSet<_>>().len()
}

fn bare(event_type: &str, title: String, at: DateTime<Utc>) -> Notice {
    let (event_type, data) = (event_type.to_owned(), Value::Null);
    Notice { event_type, title, lines: vec![], link: None, mentions: vec![], at, data }
}

fn link(text: &str, address: &str) -> Option<Link> {
    Some(Link { text: text.to_owned(), url: address.parse().ok()? })
}
