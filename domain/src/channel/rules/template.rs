//! What a channel says, in the desk's own words with gaps for what happened.

use super::RulesError;
use crate::text::Text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What can fill a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// What happened, in words.
    Event,
    /// The desk's name.
    Desk,
    /// The message's reference.
    Reference,
    /// The visitor's name.
    Visitor,
    /// How to reach them, masked unless the channel says otherwise.
    Contact,
    /// Their words, as much of them as the channel says.
    Words,
    /// The category's name.
    Category,
    /// The priority, in words.
    Priority,
    /// The assignee's name.
    Assignee,
    /// Where the message can be opened.
    Link,
}

impl Variable {
    const ALL: [(Self, &'static str); 10] = [
        (Self::Event, "event"),
        (Self::Desk, "desk.name"),
        (Self::Reference, "message.reference"),
        (Self::Visitor, "visitor.name"),
        (Self::Contact, "visitor.contact"),
        (Self::Words, "message.words"),
        (Self::Category, "message.category"),
        (Self::Priority, "message.priority"),
        (Self::Assignee, "member.name"),
        (Self::Link, "message.link"),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(variable, _)| *variable)
    }

    /// All of them, as they are written.
    pub(super) fn names() -> String {
        Self::ALL.map(|(_, name)| format!("{{{{{name}}}}}")).join(", ")
    }
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplatePart {
    /// The desk's words.
    Words(String),
    /// A gap.
    Gap(Variable),
}

/// A text of 1 to 2,000 characters with gaps such as `{{visitor.name}}`.
#[derive(Clone, PartialEq, Eq)]
pub struct Template {
    text: Text<2_000>,
    parts: Vec<TemplatePart>,
}

impl Template {
    /// Reads a template; a gap that nothing can fill is refused.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let text = Text::parse(text).map_err(RulesError::Template)?;
        let parts = parts(text.as_str())?;
        Ok(Self { text, parts })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// Its parts, in order.
    pub fn parts(&self) -> &[TemplatePart] {
        &self.parts
    }
}

fn parts(text: &str) -> Result<Vec<TemplatePart>, RulesError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, beyond)) = after.split_once("}}") else { break };
        let variable = Variable::named(name.trim())
            .ok_or_else(|| RulesError::VariableUnknown(name.trim().to_owned()))?;
        if !before.is_empty() {
            parts.push(TemplatePart::Words(before.to_owned()));
        }
        parts.push(TemplatePart::Gap(variable));
        rest = beyond;
    }
    if !rest.is_empty() {
        parts.push(TemplatePart::Words(rest.to_owned()));
    }
    Ok(parts)
}

/// The desk's words are shown by whoever asks for them, not by accident.
impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

/// A variable that is known no more stays as it was written.
impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        let parts =
            parts(text.as_str()).unwrap_or_else(|_| vec![TemplatePart::Words(text.as_str().to_owned())]);
        Ok(Self { text, parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_words_and_gaps() {
        let template =
            Template::parse("新留言 {{message.reference}}：{{ visitor.name }}").expect("a template");
        let words = |text: &str| TemplatePart::Words(text.to_owned());
        let (reference, visitor) = (Variable::Reference, Variable::Visitor);
        let parts = [words("新留言 "), TemplatePart::Gap(reference), words("："), TemplatePart::Gap(visitor)];
        assert_eq!(template.parts(), parts);
    }

    #[test]
    fn a_gap_that_nothing_fills_is_refused_by_its_name() {
        let unknown = |text| Template::parse(text).expect_err("refused");
        assert_eq!(unknown("{{visitor.phone}}"), RulesError::VariableUnknown("visitor.phone".to_owned()));
        assert!(unknown("{{}}").to_string().contains("{{visitor.name}}"), "{}", unknown("{{}}"));
        assert!(matches!(unknown("  "), RulesError::Template(_)));
        assert!(Template::parse("a {{ b").is_ok(), "what is not closed is no gap");
    }

    #[test]
    fn a_template_is_stored_as_it_was_written() {
        let template = Template::parse("{{event}} ({{desk.name}})").expect("a template");
        let stored = serde_json::to_string(&template).expect("JSON");
        assert_eq!(stored, r#""{{event}} ({{desk.name}})""#);
        assert_eq!(serde_json::from_str::<Template>(&stored).expect("a template"), template);
    }
}
