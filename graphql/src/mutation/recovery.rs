//! A visitor who lost what they came with asks for a code, and comes back with it.

use super::visitor::refused;
use crate::{caller::Asks, query::visitor::Visitor, refusal::UserError, scalar::Locale};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use projections::{VISITOR_VIEWS, notifications::Notifier};

#[derive(Default)]
pub(crate) struct RecoveryMutation;

/// Where a code is to go.
#[derive(InputObject)]
struct RequestRecoveryInput {
    /// The phone number or e-mail address that messages were left with.
    contact: String,
    /// In which language.
    locale: Option<Locale>,
}

/// The same answer whether anybody wrote with this contact or not.
#[derive(Default, SimpleObject)]
struct RequestRecoveryPayload {
    /// A code is on its way, if messages were left with this contact.
    requested: bool,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

/// What was sent, and to where.
#[derive(InputObject)]
struct RedeemRecoveryCodeInput {
    /// Where the code was sent.
    contact: String,
    /// Its six digits.
    code: String,
}

/// The visitor and their token, or why there is none.
#[derive(Default, SimpleObject)]
struct RedeemRecoveryCodePayload {
    /// Who came back.
    visitor: Option<Visitor>,
    /// Theirs, from now on: send it as `Authorization: Bearer …`. Every other token of theirs has ended.
    token: Option<String>,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

#[Object]
impl RecoveryMutation {
    /// Sends a code of six digits to the phone or address that messages were left with. It is good for ten minutes and can be
    /// tried five times; another one takes its place.
    async fn request_recovery(
        &self,
        ctx: &Context<'_>,
        input: RequestRecoveryInput,
    ) -> Result<RequestRecoveryPayload> {
        match ctx.commands().count_recovery(ctx.caller(), &input.contact).await {
            Ok(contact) => {
                let notifier: &Notifier = ctx.data_unchecked();
                let locale = input.locale.map(|locale| locale.0).or_else(|| ctx.locale().cloned());
                notifier.send_code(contact, locale);
                Ok(RequestRecoveryPayload { requested: true, user_errors: vec![] })
            }
            Err(error) => {
                let user_errors = vec![refused(ctx, &error)?];
                Ok(RequestRecoveryPayload { requested: false, user_errors })
            }
        }
    }

    /// Brings a visitor back with the code that was sent to them. A code that is wrong, over or was never sent is refused alike.
    async fn redeem_recovery_code(
        &self,
        ctx: &Context<'_>,
        input: RedeemRecoveryCodeInput,
    ) -> Result<RedeemRecoveryCodePayload> {
        let RedeemRecoveryCodeInput { contact, code } = input;
        let visit = match ctx.commands().redeem_recovery_code(ctx.caller(), &contact, &code).await {
            Ok(visit) => visit,
            Err(error) => {
                let user_errors = vec![refused(ctx, &error)?];
                return Ok(RedeemRecoveryCodePayload { user_errors, ..RedeemRecoveryCodePayload::default() });
            }
        };
        // What is written stays written: a fault from here on must not take the token away.
        let visitor = match ctx.projections().wait_for(VISITOR_VIEWS, visit.position).await {
            Ok(_) => Visitor::load(ctx, visit.visitor_id).await.ok(),
            Err(error) => {
                tracing::warn!(%error, "the visitor cannot be read yet");
                None
            }
        };
        Ok(RedeemRecoveryCodePayload { visitor, token: visit.token, user_errors: vec![] })
    }
}
