//! Who is to notice, as far as a vendor can be told of them.

use super::{Mention, Notice};

/// Whom a request names; each once.
#[derive(Default)]
pub(crate) struct Mentions<'a> {
    pub(crate) all: bool,
    pub(crate) users: Vec<&'a str>,
    pub(crate) mobiles: Vec<&'a str>,
}

/// As many bytes of names as a request has.
const MOST_BYTES: usize = 3_000;

impl<'a> Mentions<'a> {
    /// Reads them off a notice. What is no id is left out: it would be markup, or name everybody.
    pub(crate) fn of(notice: &'a Notice) -> Self {
        let mut mentions = Self::default();
        let mut bytes = 0;
        for mention in &notice.mentions {
            let (list, name) = match mention {
                Mention::All => {
                    mentions.all = true;
                    continue;
                }
                Mention::User(id) if is_id(id) => (&mut mentions.users, id.as_str()),
                Mention::Mobile(number) if is_number(number) => (&mut mentions.mobiles, number.as_str()),
                Mention::User(_) | Mention::Mobile(_) => continue,
            };
            if !list.contains(&name) && bytes + name.len() <= MOST_BYTES {
                bytes += name.len();
                list.push(name);
            }
        }
        mentions
    }

    /// Nobody?
    pub(crate) fn is_empty(&self) -> bool {
        !self.all && self.users.is_empty() && self.mobiles.is_empty()
    }
}

/// A member says themselves what they are called there: `all` would be everybody.
fn is_id(id: &str) -> bool {
    let is_everybody = ["all", "channel", "here", "everyone"].iter().any(|all| id.eq_ignore_ascii_case(all));
    let shape = |c: char| c.is_ascii_alphanumeric() || "_-.@$".contains(c);
    (1..=100).contains(&id.len()) && id.chars().all(shape) && !id.starts_with('@') && !is_everybody
}

fn is_number(number: &str) -> bool {
    (5..=24).contains(&number.len()) && number.chars().all(|c| c.is_ascii_digit() || c == '+' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn nobody_is_everybody_by_their_own_word() {
        let mut notice = samples::notice();
        let user = |id: &str| Mention::User(id.to_owned());
        for id in ["all", "@all", "ALL", "channel", "a>b", "a\"b", "", "李"] {
            notice.mentions = vec![user(id)];
            assert!(Mentions::of(&notice).is_empty(), "{id}");
        }
        let mobile = Mention::Mobile("13800138000".to_owned());
        notice.mentions = vec![user("ou_1"), mobile.clone(), user("ou_1"), mobile, Mention::All];
        let mentions = Mentions::of(&notice);
        assert_eq!(
            (mentions.all, mentions.users, mentions.mobiles),
            (true, vec!["ou_1"], vec!["13800138000"])
        );
        notice.mentions = (0..1_000).map(|n| user(&format!("somebody{n:090}"))).collect();
        assert!(Mentions::of(&notice).users.len() < 40);
    }
}
