//! A member's address, and their names with vendors of group chats.

use crate::{
    contact::{ContactError, canonical_email},
    personal::Personal,
    text::Text,
};
use email_address::Options;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A member's e-mail address, its domain in lower case.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MemberEmail(String);

impl MemberEmail {
    /// Reads an address; `name@localhost` is one too, for the first administrator.
    pub fn parse(typed: &str) -> Result<Self, ContactError> {
        canonical_email(typed, Options::default().without_display_text()).map(Self)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes two addresses the same account: members are found without regard to case.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Debug for MemberEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// What a member is called by a vendor: an id, or a number. 1 to 100 characters.
pub type Handle = Text<100>;

/// By whom a handle is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vendor {
    /// WeCom, 企业微信.
    Wecom,
    /// Feishu, 飞书, or Lark.
    Feishu,
    /// DingTalk, 钉钉.
    Dingtalk,
    /// A mobile phone's number, which WeCom and DingTalk mention by.
    Mobile,
}

/// A handle that is another one from now on, or none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandleRevised {
    /// By whom it is understood.
    pub of: Vendor,
    /// What they are called from now on; `None`: nothing.
    pub to: Option<Personal<Handle>>,
}
