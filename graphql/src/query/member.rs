//! Members: who works at the desk, as what, and by which programs.

use super::{role::Role, team::Team};
use crate::{caller::Asks, fault, page::connection, scalar::DateTime};
use async_graphql::{
    Context, Enum, ID, Object, Result, SimpleObject,
    connection::{Connection, EmptyFields},
};
use domain::{
    access::{self, Permission},
    actor::Actor,
    member::MemberEmail,
};
use projections::{HandlesRow, KeyRow, MemberRow, PageRequest};

#[derive(Default)]
pub(crate) struct MemberQuery;

/// How many there are, counted when asked.
struct MemberCount;

/// What a list of members has beside them.
#[Object]
impl MemberCount {
    /// How many there are.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        ctx.projections().member_count().await.map_err(|error| fault::of_query(ctx.caller(), &error))
    }
}

#[Object]
impl MemberQuery {
    /// The member who asks; null for everyone else.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Member>> {
        let Actor::Member { id, .. } = ctx.caller().actor else { return Ok(None) };
        let member = ctx.projections().member(id).await;
        Ok(member.map_err(|error| fault::of_query(ctx.caller(), &error))?.map(Member))
    }

    /// Everybody who works here, or did, in the order in which they were invited; a page at a time (20 unless told, at
    /// most 100). For members.
    async fn members(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<String, Member, MemberCount, EmptyFields>> {
        ctx.staff()?;
        let page = ctx.projections().member_page(&PageRequest::forward(first, after)).await;
        let page = page.map_err(|error| fault::of_query(ctx.caller(), &error))?;
        Ok(connection(page, MemberCount, Member))
    }
}

/// A member.
pub(crate) struct Member(pub(crate) MemberRow);

/// Is somebody at the desk?
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum Presence {
    /// They said so within the last five minutes.
    Present,
    /// They did not.
    Away,
}

/// What a member is called by vendors of group chats.
struct Handles(Option<HandlesRow>);

/// What a member is called by vendors of group chats; nothing for whoever may not see it.
#[Object]
impl Handles {
    /// Their id with WeCom.
    async fn wecom(&self) -> Option<&str> {
        self.0.as_ref()?.wecom.as_ref()?.text()
    }

    /// Their id with Feishu or Lark.
    async fn feishu(&self) -> Option<&str> {
        self.0.as_ref()?.feishu.as_ref()?.text()
    }

    /// Their id with DingTalk.
    async fn dingtalk(&self) -> Option<&str> {
        self.0.as_ref()?.dingtalk.as_ref()?.text()
    }

    /// The number of their mobile phone.
    async fn mobile(&self) -> Option<&str> {
        self.0.as_ref()?.mobile.as_ref()?.text()
    }
}

/// A program's key.
pub(crate) struct ApiKey(pub(crate) KeyRow);

/// A key by which a program acts for a member.
#[Object]
impl ApiKey {
    /// Its id; not what opens anything.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// What it is for; empty once erased.
    async fn name(&self) -> &str {
        self.0.name.text().unwrap_or_default()
    }

    /// What it may do, as far as its owner may.
    async fn permissions(&self) -> Vec<&'static str> {
        self.0.permissions.names()
    }

    /// Since when.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Until when.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.0.expires_at)
    }
}

/// Somewhere a member is signed in.
#[derive(SimpleObject)]
struct Session {
    /// Its id; not what opens anything.
    id: ID,
    /// Since when.
    created_at: DateTime,
    /// Until when.
    expires_at: DateTime,
    /// Is it the one that this was asked with?
    current: bool,
}

impl Member {
    /// May whoever asks see what is between a member and the desk: their own, or with `members.manage` anybody's?
    fn is_theirs_to_see(&self, ctx: &Context<'_>) -> bool {
        let actor = ctx.caller().actor;
        actor.member() == Some(self.0.id) || access::holds(actor, Permission::MembersManage)
    }
}

/// Somebody who works at the desk.
#[Object]
impl Member {
    /// Their id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// Their name; empty once erased.
    async fn name(&self) -> &str {
        self.0.name.text().unwrap_or_default()
    }

    /// Their address; null once erased.
    async fn email(&self) -> Option<&str> {
        self.0.email.clear().map(MemberEmail::as_str)
    }

    /// The teams that they are in.
    async fn teams(&self, ctx: &Context<'_>) -> Result<Vec<Team>> {
        Team::of(ctx, self.0.id).await
    }

    /// What they may do.
    async fn role(&self, ctx: &Context<'_>) -> Result<Role> {
        Role::of(ctx, &self.0.role).await
    }

    /// Do they work here, so that messages can be assigned to them? Not before they accepted their invitation, and not
    /// once they were deactivated.
    async fn active(&self) -> bool {
        self.0.joined && self.0.active
    }

    /// Have they accepted their invitation?
    async fn joined(&self) -> bool {
        self.0.joined
    }

    /// Are they at the desk?
    async fn presence(&self, ctx: &Context<'_>) -> Result<Presence> {
        let present = ctx.present().await?;
        Ok(if present.contains(&self.0.id) { Presence::Present } else { Presence::Away })
    }

    /// What vendors call them: for themselves, and with `members.manage`; empty for others.
    async fn handles(&self, ctx: &Context<'_>) -> Handles {
        Handles(self.is_theirs_to_see(ctx).then(|| self.0.handles.clone()))
    }

    /// Programs that act for them: for themselves, and with `members.manage`; null for others. At most 20 that have not
    /// ended.
    async fn api_keys(&self, ctx: &Context<'_>) -> Option<Vec<ApiKey>> {
        self.is_theirs_to_see(ctx).then(|| self.0.keys.iter().cloned().map(ApiKey).collect())
    }

    /// Where they are signed in, the newest first, at most 50: for themselves alone; null for others.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Option<Vec<Session>>> {
        let Actor::Member { id, .. } = ctx.caller().actor else { return Ok(None) };
        if id != self.0.id {
            return Ok(None);
        }
        let bearer = ctx.request().bearer.as_deref();
        let sessions = ctx.commands().sessions(ctx.caller(), bearer).await;
        let sessions = sessions.map_err(|error| fault::internal(ctx.caller(), &error))?;
        let session = |session: commands::Session| Session {
            id: ID(session.id.to_string()),
            created_at: DateTime(session.created_at),
            expires_at: DateTime(session.expires_at),
            current: session.current,
        };
        Ok(Some(sessions.into_iter().map(session).collect()))
    }
}
