//! A visitor comes back to what is theirs: by the one-time link of a notice, or by a code that they asked for.
//!
//! Knows when a way back opens, and that it opens once. Must not know how anything is sent, nor who wrote with a contact:
//! whoever sends a code has found that out.

use crate::{
    Caller, Commands, Visit,
    error::CommandError,
    execute::ATTEMPTS,
    streams::{stream, visitor_key},
    visitor::Arriving,
};
use domain::{
    actor::Actor,
    contact::Contact,
    decide::Decide,
    ids::VisitorId,
    visitor::{ReturnMeans, Visitor, VisitorCommand},
};
use store::{AppendError, CredentialRow, TokenHash, WayBack};

/// Digits of a code.
const CODE: usize = 6;

impl Commands {
    /// `startVisit` by a link. Whoever is that visitor already needs no token, and the link stays good for another device.
    pub(crate) async fn visit_by_link(
        &self,
        caller: &Caller,
        link: &str,
        known: Option<VisitorId>,
    ) -> Result<Visit, CommandError> {
        let token = TokenHash::of(link);
        let visitor = self.store.restore_link(&token).await?;
        let visitor_id: VisitorId =
            visitor.and_then(|id| id.parse().ok()).ok_or(CommandError::RestoreUnknown)?;
        if known == Some(visitor_id) {
            return Ok(Visit { visitor_id, token: None, position: 0 });
        }
        let way = WayBack::LinkUsed { token, at: self.store.clock().micros() };
        let returned = self.come_back(caller, visitor_id, ReturnMeans::Link, way).await?;
        returned.ok_or(CommandError::RestoreUnknown)
    }

    /// `requestRecovery`: may they ask for a code? Counted before anybody looks whether the contact is known.
    pub async fn count_recovery(&self, caller: &Caller, contact: &str) -> Result<Contact, CommandError> {
        let contact = self.visitors_contact(caller, contact).await?;
        self.count_code_asked(caller, &contact).await?;
        Ok(contact)
    }

    /// `redeemRecoveryCode`: the visitor whom the code was sent to, with a token; every other token of theirs ends. Wrong, over
    /// and never sent are one answer.
    pub async fn redeem_recovery_code(
        &self,
        caller: &Caller,
        contact: &str,
        code: &str,
    ) -> Result<Visit, CommandError> {
        let contact = self.visitors_contact(caller, contact).await?;
        self.count_code_tried(caller).await?;
        let code: String = code.chars().filter(|c| !c.is_whitespace()).take(CODE + 1).collect();
        let contact = self.store.contact_print(&contact.canonical);
        let code = self.store.code_print(&contact, &code);
        let visitor = self.store.try_recovery_code(&contact, &code).await?;
        let visitor_id: VisitorId =
            visitor.as_ref().and_then(|id| id.parse().ok()).ok_or(CommandError::CodeUnknown)?;
        let way = WayBack::CodeUsed { contact, code, visitor_id: visitor_id.to_string() };
        let returned = self.come_back(caller, visitor_id, ReturnMeans::Code, way).await?;
        returned.ok_or(CommandError::CodeUnknown)
    }

    async fn visitors_contact(&self, caller: &Caller, contact: &str) -> Result<Contact, CommandError> {
        match caller.actor {
            Actor::Anonymous | Actor::Visitor(_) => {}
            Actor::Member { .. } | Actor::Key { .. } | Actor::System(_) => {
                return Err(CommandError::NotForYou(
                    "a visitor asks for their own messages: send no member's token",
                ));
            }
        }
        let (desk, _) = self.desk_as(false).await?;
        Ok(Contact::parse(contact, desk.settings().phone_region())?)
    }

    /// Writes that they came back, with their token; `None`: the way is closed, for it was used or they are no more.
    async fn come_back(
        &self,
        caller: &Caller,
        id: VisitorId,
        means: ReturnMeans,
        way: WayBack,
    ) -> Result<Option<Visit>, CommandError> {
        let arriving = Arriving::returning(id, None);
        let by = Caller { actor: Actor::Visitor(id), ..caller.clone() };
        for _ in 0..ATTEMPTS {
            let loaded = self.store.load::<Visitor>(&id.to_string()).await?;
            let come = VisitorCommand::Return { at: self.store.clock().now(), means };
            let Ok(decided) = loaded.aggregate.decide(come) else { return Ok(None) };
            let stream = stream::<Visitor>(id.to_string(), &loaded, Some(visitor_key(id)), &decided)?;
            let mut append = self.append(&by, vec![stream], None);
            append.credentials.push(CredentialRow::WayBack(way.clone()));
            append.credentials.extend(self.visitor_token_row(&arriving));
            match self.store.append(append).await {
                Ok(appended) => {
                    let (token, position) = (arriving.token().cloned(), appended.receipt().position);
                    return Ok(Some(Visit { visitor_id: id, token, position }));
                }
                Err(AppendError::Conflict) => {}
                Err(AppendError::Spent | AppendError::Erased) => return Ok(None),
                Err(error) => return Err(CommandError::of_append(error)),
            }
        }
        Err(CommandError::Unavailable)
    }
}
