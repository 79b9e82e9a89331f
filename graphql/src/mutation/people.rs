//! Mutations of people: signing in and out.

use crate::{
    caller::Asks,
    fault,
    query::member::Member,
    refusal::{self, UserError},
    scalar::DateTime,
};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use commands::{CommandError, SignedIn};
use projections::MEMBER_VIEWS;

#[derive(Default)]
pub(crate) struct PeopleMutation;

/// E-mail and password.
#[derive(InputObject)]
struct SignInInput {
    /// The member's address.
    email: String,
    /// Their password.
    password: String,
}

/// A one-time link and a new password.
#[derive(InputObject)]
struct RedeemSignInLinkInput {
    /// The token of the link.
    token: String,
    /// 10 to 200 characters.
    new_password: String,
}

/// A session, or why there is none.
#[derive(Default, SimpleObject)]
pub(super) struct SignInPayload {
    /// The session's token: send it as `Authorization: Bearer …`.
    token: Option<String>,
    /// When it ends.
    expires_at: Option<DateTime>,
    /// Who signed in.
    member: Option<Member>,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

#[Object]
impl PeopleMutation {
    /// Signs a member in.
    async fn sign_in(&self, ctx: &Context<'_>, input: SignInInput) -> Result<SignInPayload> {
        let signed_in = ctx.commands().sign_in(ctx.caller(), &input.email, &input.password).await;
        SignInPayload::of(ctx, signed_in).await
    }

    /// Ends the session whose token was sent; false when there was none.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<bool> {
        let Some(bearer) = &ctx.request().bearer else { return Ok(false) };
        let ended = ctx.commands().sign_out(bearer).await;
        ended.map_err(|error| fault::internal(ctx.caller(), &error))
    }

    /// Redeems a one-time sign-in link: chooses a password and signs in. Other sessions of the member end.
    async fn redeem_sign_in_link(
        &self,
        ctx: &Context<'_>,
        input: RedeemSignInLinkInput,
    ) -> Result<SignInPayload> {
        let (token, password) = (input.token, input.new_password);
        let signed_in = ctx.commands().redeem_sign_in_link(ctx.caller(), &token, &password).await;
        SignInPayload::of(ctx, signed_in).await
    }
}

impl SignInPayload {
    pub(super) async fn of(
        ctx: &Context<'_>,
        signed_in: std::result::Result<SignedIn, CommandError>,
    ) -> Result<Self> {
        let signed_in = match signed_in {
            Ok(signed_in) => signed_in,
            Err(error) => {
                if let Some(fault) = fault::of_command(ctx.caller(), &error) {
                    return Err(fault);
                }
                let user_errors = vec![refusal::of_command(&error, ctx.locale())];
                return Ok(Self { user_errors, ..Self::default() });
            }
        };
        Ok(Self {
            member: Self::signed_in(ctx, &signed_in).await,
            token: Some(signed_in.token),
            expires_at: Some(DateTime(signed_in.expires_at)),
            user_errors: vec![],
        })
    }

    /// What was redeemed is spent: a fault from here on must not take the token away.
    async fn signed_in(ctx: &Context<'_>, signed_in: &SignedIn) -> Option<Member> {
        let read = async {
            ctx.projections().wait_for(MEMBER_VIEWS, signed_in.position).await?;
            ctx.projections().member(signed_in.member_id).await
        };
        let member = read.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "who signed in could not be read back");
            None
        });
        member.map(Member)
    }
}
