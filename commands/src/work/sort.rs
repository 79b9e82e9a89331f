//! What a message is about, how it is tagged, and how urgent it is.

use super::Target;
use crate::{Caller, Commands, access::Needs, error::CommandError, execute::Facts};
use domain::{
    access::Permission,
    desk::Settings,
    ids::{CategoryId, Tag},
    message::{CategorizeMessage, MessageCommand, PrioritizeMessage, Priority, TagMessage},
};
use serde::Serialize;
use std::collections::BTreeSet;
use store::Receipt;

const WORK: Needs = Needs::Member(Permission::MessagesWork);

/// About what.
#[derive(Clone, Debug, Serialize)]
pub struct CategorizeInput {
    /// Which message.
    #[serde(flatten)]
    pub target: Target,
    /// One of the desk's categories.
    pub category_id: CategoryId,
}

/// Which tags come and go.
#[derive(Clone, Debug, Serialize)]
pub struct TagInput {
    /// Which message.
    #[serde(flatten)]
    pub target: Target,
    /// To be added; from the desk's list.
    pub add: BTreeSet<Tag>,
    /// To be removed.
    pub remove: BTreeSet<Tag>,
}

/// How urgent.
#[derive(Clone, Debug, Serialize)]
pub struct PrioritizeInput {
    /// Which message.
    #[serde(flatten)]
    pub target: Target,
    /// As urgent as this.
    pub priority: Priority,
}

impl Commands {
    /// `categorizeMessage`: a member says what it is about.
    pub async fn categorize_message(
        &self,
        caller: &Caller,
        input: CategorizeInput,
    ) -> Result<Receipt, CommandError> {
        let request = self.request(caller, WORK, "categorizeMessage", &input.target, &input)?;
        let at = self.store.clock().now();
        let categorize = |settings: &Settings| {
            let category_id = input.category_id.clone();
            let known = settings.form_rules(None).categories.contains(&category_id);
            MessageCommand::Categorize(CategorizeMessage { at, category_id, known })
        };
        self.execute_with(request, Facts::Desk(&categorize)).await
    }

    /// `tagMessage`: a member adds tags and removes others.
    pub async fn tag_message(&self, caller: &Caller, input: TagInput) -> Result<Receipt, CommandError> {
        let request = self.request(caller, WORK, "tagMessage", &input.target, &input)?;
        let at = self.store.clock().now();
        let tag = |settings: &Settings| {
            let (add, remove) = (input.add.clone(), input.remove.clone());
            MessageCommand::Tag(TagMessage { at, add, remove, known: settings.tags() })
        };
        self.execute_with(request, Facts::Desk(&tag)).await
    }

    /// `prioritizeMessage`: a member says how urgent it is.
    pub async fn prioritize_message(
        &self,
        caller: &Caller,
        input: PrioritizeInput,
    ) -> Result<Receipt, CommandError> {
        let request = self.request(caller, WORK, "prioritizeMessage", &input.target, &input)?;
        let (at, priority) = (self.store.clock().now(), input.priority);
        self.execute(request, MessageCommand::Prioritize(PrioritizeMessage { at, priority })).await
    }
}
