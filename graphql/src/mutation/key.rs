//! Mutations of API keys and of one's own sessions.

use super::{people::SignInPayload, read};
use crate::{
    caller::Asks,
    fault,
    query::member::ApiKey,
    refusal::{self, UserError},
    scalar::DateTime,
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use commands::{CommandError, KeyInput};
use domain::{
    access::Permissions,
    ids::{KeyId, SessionId},
    text::Name,
};
use projections::MEMBER_VIEWS;

/// As many permissions as there are, and more.
const MOST: usize = 50;

#[derive(Default)]
pub(crate) struct KeyMutation;

/// A program that is to act for the caller.
#[derive(InputObject)]
struct CreateApiKeyInput {
    /// What it is for: 1 to 100 characters.
    name: String,
    /// What it may do, such as `messages.read`: nothing that the caller may not. As far as the caller's own reach.
    permissions: Vec<String>,
    /// When it ends: within a year; 90 days from now when left out.
    expires_at: Option<DateTime>,
}

/// The key, or why there is none.
#[derive(Default, SimpleObject)]
struct CreateApiKeyPayload {
    /// The key; null when the view is behind.
    api_key: Option<ApiKey>,
    /// What to send as `Authorization: Bearer …`. It is shown once; keep it.
    secret: Option<String>,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

/// The password that is, and the one that is to be.
#[derive(InputObject)]
struct ChangePasswordInput {
    /// The password until now.
    current_password: String,
    /// 10 to 200 characters.
    new_password: String,
}

#[Object]
impl KeyMutation {
    /// Lets a program act for the caller. Needs a session; a key makes no other.
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        input: CreateApiKeyInput,
    ) -> Result<CreateApiKeyPayload> {
        let refused =
            |error| Ok(CreateApiKeyPayload { user_errors: vec![error], ..CreateApiKeyPayload::default() });
        let name = match Name::parse(&input.name) {
            Ok(name) => name,
            Err(error) => return refused(read::of_text(ctx, &error, "name")),
        };
        if input.permissions.len() > MOST {
            return refused(refusal::too_many("permissions", MOST, ctx.locale()));
        }
        let Ok(permissions) = Permissions::named(&input.permissions) else {
            return refused(refusal::of_permission(ctx.locale()));
        };
        let expires_at = input.expires_at.map(|at| at.0);
        let input = KeyInput { name, permissions, expires_at };
        let created = match ctx.commands().create_api_key(ctx.caller(), input).await {
            Ok(created) => created,
            Err(error) => match fault::of_command(ctx.caller(), &error) {
                Some(fault) => return Err(fault),
                None => return refused(refusal::of_command(&error, ctx.locale())),
            },
        };
        let seen = ctx.projections().wait_for(MEMBER_VIEWS, created.receipt.position).await;
        let api_key = match seen {
            Ok(true) => ctx.projections().member(created.owner).await.ok().flatten(),
            Ok(false) | Err(_) => None,
        };
        let api_key = api_key.and_then(|owner| owner.keys.into_iter().find(|key| key.id == created.id));
        Ok(CreateApiKeyPayload {
            api_key: api_key.map(ApiKey),
            secret: Some(created.secret),
            user_errors: vec![],
        })
    }

    /// Ends a key from the next request on: one's own, or with `members.manage` anybody's. False when there is none.
    async fn revoke_api_key(&self, ctx: &Context<'_>, id: ID) -> Result<bool> {
        let revoked = ctx.commands().revoke_api_key(ctx.caller(), KeyId::typed(&id)).await;
        revoked.map_err(|error| fault_of(ctx, &error))
    }

    /// Ends one of the caller's own sessions; false when there is none. Needs a session.
    async fn revoke_session(&self, ctx: &Context<'_>, id: ID) -> Result<bool> {
        let ended = ctx.commands().revoke_session(ctx.caller(), SessionId::typed(&id)).await;
        ended.map_err(|error| fault_of(ctx, &error))
    }

    /// Changes the caller's password: every session of theirs ends, and a new one begins.
    async fn change_password(&self, ctx: &Context<'_>, input: ChangePasswordInput) -> Result<SignInPayload> {
        let (current, new) = (input.current_password, input.new_password);
        let changed = ctx.commands().change_password(ctx.caller(), &current, &new).await;
        SignInPayload::of(ctx, changed).await
    }
}

/// These are refused with faults alone.
fn fault_of(ctx: &Context<'_>, error: &CommandError) -> async_graphql::Error {
    fault::of_command(ctx.caller(), error).unwrap_or_else(|| fault::internal(ctx.caller(), error))
}
