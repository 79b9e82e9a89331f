//! Who is to notice: always, by category, and whoever is to answer. Pure.

use super::{
    notice::Voice,
    tell::{OfMessage, Person},
    vendor::Mention,
};
use domain::channel::{ChannelKind, Rules};
use std::collections::BTreeSet;

const ASSIGNEE: &str = "@assignee";
const ALL: &str = "@all";

/// Does whom a message is told to depend on the message?
pub(crate) fn recipients_vary(rules: &Rules) -> bool {
    !rules.category_mentions.is_empty() || rules.mentions.iter().any(|who| who.text() == Some(ASSIGNEE))
}

impl Voice<'_> {
    /// Who is mentioned: always, by category, and the assignees by the names that the vendor has for them.
    pub(super) fn mentions<'m>(&self, messages: impl IntoIterator<Item = &'m OfMessage>) -> Vec<Mention> {
        let rules = self.rules();
        let mut wanted: BTreeSet<&str> = rules.mentions.iter().filter_map(|who| who.text()).collect();
        let mut mentioned = Vec::new();
        for message in messages {
            let by_category = rules
                .category_mentions
                .iter()
                .filter(|each| Some(&each.category_id) == message.category_id.as_ref());
            let by_category: Vec<&str> =
                by_category.flat_map(|each| &each.mentions).filter_map(|who| who.text()).collect();
            let assignee = wanted.contains(ASSIGNEE) || by_category.contains(&ASSIGNEE);
            mentioned
                .extend(message.member.as_ref().filter(|_| assignee).and_then(|member| self.handle(member)));
            wanted.extend(by_category);
        }
        mentioned.extend(wanted.into_iter().filter(|who| *who != ASSIGNEE).map(read_mention));
        let mut seen: Vec<Mention> = vec![];
        for mention in mentioned {
            if !seen.contains(&mention) {
                seen.push(mention);
            }
        }
        seen
    }

    fn handle(&self, member: &Person) -> Option<Mention> {
        let user = |handle: &Option<String>| handle.clone().map(Mention::User);
        let mobile = || member.mobile.clone().map(Mention::Mobile);
        match self.channel.kind {
            ChannelKind::Wecom => user(&member.wecom).or_else(mobile),
            ChannelKind::Feishu | ChannelKind::Lark => user(&member.feishu),
            ChannelKind::Dingtalk => user(&member.dingtalk).or_else(mobile),
            ChannelKind::Email => user(&member.email),
            ChannelKind::Slack
            | ChannelKind::Webhook
            | ChannelKind::VisitorEmail
            | ChannelKind::VisitorSms => None,
        }
    }
}

/// A mobile phone's number is digits; anything else is an id.
fn read_mention(who: &str) -> Mention {
    let digits = who.strip_prefix('+').unwrap_or(who);
    match who {
        ALL => Mention::All,
        _ if digits.len() >= 7 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Mention::Mobile(who.to_owned())
        }
        _ => Mention::User(who.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{channel::CategoryMention, channel::MentionText, ids::CategoryId, personal::Personal};

    #[test]
    fn whom_a_message_is_told_to_depends_on_it_by_its_assignee_or_its_category() {
        let who = |text: &str| vec![Personal::Clear(MentionText::parse(text).expect("a mention"))];
        let always = |text| Rules { mentions: who(text), ..Rules::default() };
        assert!(recipients_vary(&always(ASSIGNEE)) && !recipients_vary(&always("a@example.com")));
        let of = CategoryMention {
            category_id: CategoryId("complaint".to_owned()),
            mentions: who("a@example.com"),
        };
        assert!(recipients_vary(&Rules { category_mentions: vec![of], ..Rules::default() }));
    }
}
