//! What a visitor is answered at once when the desk is closed.

use super::{
    super::{
        AutoReplyRevised, DeskError, DeskEvent, Localised, Settings,
        auto_reply::{Gap, Part, parts},
    },
    Decided, SettingProblem, TextIn,
    wrong::Wrong,
};
use chrono::{DateTime, Utc};

const TEXT: usize = 2_000;

/// Another automatic reply; what is left out stays as it is.
#[derive(Clone, Debug)]
pub struct ReviseAutoReply {
    /// The clock.
    pub at: DateTime<Utc>,
    /// Is it sent?
    pub enabled: Option<bool>,
    /// What it says when it is known when the desk opens.
    pub text: Option<Vec<TextIn>>,
    /// What it says when nobody can tell.
    pub text_without_time: Option<Vec<TextIn>>,
}

impl Settings {
    pub(in crate::desk) fn revise_auto_reply(&self, command: ReviseAutoReply) -> Decided {
        let mut wrong = Wrong::default();
        let stands = self.auto_reply.clone().unwrap_or_default();
        let mut revised = stands.clone();
        revised.enabled = command.enabled.unwrap_or(stands.enabled);
        if let Some(given) = command.text {
            revised.text = read(&mut wrong, "text", given, &[Gap::OpensAt, Gap::Desk]);
        }
        if let Some(given) = command.text_without_time {
            revised.text_without_time = read(&mut wrong, "textWithoutTime", given, &[Gap::Desk]);
        }
        for (field, text) in [("text", &revised.text), ("textWithoutTime", &revised.text_without_time)] {
            if revised.enabled && text.0.is_empty() {
                wrong.refuse(&[field], SettingProblem::Missing);
            }
        }
        wrong.found()?;
        if revised == stands {
            return Err(DeskError::AlreadySo);
        }
        Ok(vec![DeskEvent::AutoReplyRevised(AutoReplyRevised { at: command.at, ..revised })])
    }
}

/// A text whose gaps can be filled.
fn read(wrong: &mut Wrong, field: &str, given: Vec<TextIn>, gaps: &[Gap]) -> Localised {
    for (index, (_, text)) in given.iter().enumerate() {
        let fits = |part: Part<'_>| match part {
            Part::Words(_) => true,
            Part::Gap(gap) => gaps.contains(&gap),
            Part::Unknown => false,
        };
        if !parts(text).into_iter().all(fits) {
            wrong.refuse(&[field, &index.to_string(), "text"], SettingProblem::Gap);
        }
    }
    wrong.paragraphs_in(&[field], TEXT, given)
}
