//! Where a channel sends to, and with which secrets: sealed beside the log, never in an event.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a channel sends to.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelAddress {
    /// The receiver's address; of a robot it is its credential. `None` for e-mail.
    pub url: Option<String>,
    /// What requests are signed with, the newest first; none: they are not signed.
    pub secrets: Vec<ChannelSecret>,
    /// Who gets mail.
    pub emails: Vec<String>,
}

/// A secret, and until when it still signs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelSecret {
    /// As its vendor, or we, gave it.
    pub secret: String,
    /// Until then; `None`: until another one takes its place.
    pub until: Option<DateTime<Utc>>,
}

impl ChannelAddress {
    /// The secrets that sign at an instant, the newest first.
    pub fn signing(&self, at: DateTime<Utc>) -> impl Iterator<Item = &str> {
        let signs = move |secret: &&ChannelSecret| secret.until.is_none_or(|until| at < until);
        self.secrets.iter().filter(signs).map(|secret| secret.secret.as_str())
    }

    /// Another secret in front; the one before signs until then, too.
    pub fn rotate(&mut self, secret: String, until: DateTime<Utc>) {
        self.secrets.truncate(1);
        for old in &mut self.secrets {
            old.until = Some(until);
        }
        self.secrets.insert(0, ChannelSecret { secret, until: None });
    }
}

/// Nothing of it.
impl fmt::Debug for ChannelAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Nothing of it.
impl fmt::Debug for ChannelSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_secret_signs_beside_the_new_one_for_a_while_and_older_ones_do_not() {
        let at = |hour: i64| DateTime::from_timestamp(hour * 3600, 0).expect("a time");
        let mut address = ChannelAddress::default();
        for (secret, until) in [("first", 1), ("second", 24), ("third", 48)] {
            address.rotate(secret.to_owned(), at(until));
        }
        assert_eq!(address.signing(at(47)).collect::<Vec<_>>(), ["third", "second"]);
        assert_eq!(address.signing(at(48)).collect::<Vec<_>>(), ["third"]);
        assert_eq!(format!("{address:?} {:?}", address.secrets), "… […, …]");
    }
}
