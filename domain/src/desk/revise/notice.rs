//! The privacy notice: what visitors are told of what becomes of their words.

use super::{
    super::{DeskError, DeskEvent, PrivacyNoticeRevised, Settings},
    Decided, TextIn,
    wrong::Wrong,
};
use chrono::{DateTime, Utc};

const NOTICE: usize = 10_000;

/// Another privacy notice.
#[derive(Clone, Debug)]
pub struct RevisePrivacyNotice {
    /// The clock.
    pub at: DateTime<Utc>,
    /// In each language; empty: there is none any more.
    pub text: Vec<TextIn>,
}

impl Settings {
    pub(in crate::desk) fn revise_privacy_notice(&self, command: RevisePrivacyNotice) -> Decided {
        let mut wrong = Wrong::default();
        let text = wrong.paragraphs_in(&["text"], NOTICE, command.text);
        wrong.found()?;
        let stands = self.privacy_notice.clone().unwrap_or_default();
        if text == stands.text {
            return Err(DeskError::AlreadySo);
        }
        let revised = PrivacyNoticeRevised { at: command.at, version: stands.version + 1, text };
        Ok(vec![DeskEvent::PrivacyNoticeRevised(revised)])
    }
}
