//! Mutations of members: who is invited, how they are called, what they may do, and whether they still work here.

use super::{payload::Receipt, people::SignInPayload, read};
use crate::{
    caller::{Asks, Links},
    fault,
    query::member::{Member, Presence},
    refusal::{self, UserError},
    scalar::DateTime,
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use commands::{CommandError, NewMember, ReviseInput, SignInLink};
use domain::{
    access::RoleId,
    ids::{MemberId, TeamId},
    member::{Handle, MemberEmail, Vendor},
    text::{Name, TextError},
};
use projections::{MEMBER_VIEWS, TEAM_VIEWS};
use std::collections::BTreeSet;

/// As many teams as anybody is invited into at once.
const MOST_TEAMS: usize = 20;

#[derive(Default)]
pub(crate) struct MemberMutation;

/// Somebody who is to work at the desk.
#[derive(InputObject)]
struct InviteMemberInput {
    /// Their name: 1 to 100 characters.
    name: String,
    /// Their address, which nobody else here has.
    email: String,
    /// One of `AGENT`, `LEAD`, `ADMIN`, `AUDITOR`, `ANALYST`, or of the desk's own roles: one that gives nothing that the caller
    /// does not hold.
    role_id: ID,
    /// Teams that they are in from the beginning, at most 20.
    team_ids: Option<Vec<ID>>,
}

/// An invitation's token and a password.
#[derive(InputObject)]
struct AcceptInvitationInput {
    /// The token of the invitation.
    token: String,
    /// 10 to 200 characters.
    new_password: String,
}

/// How somebody is called from now on; what is left out stays as it is.
#[derive(InputObject)]
struct ReviseMemberInput {
    /// Who; oneself when it is left out. Somebody else needs `members.manage`.
    member_id: Option<ID>,
    /// Their name: 1 to 100 characters.
    name: Option<String>,
    /// Their id with WeCom; empty: none. So with the others.
    wecom: Option<String>,
    /// Their id with Feishu or Lark.
    feishu: Option<String>,
    /// Their id with DingTalk.
    dingtalk: Option<String>,
    /// The number of their mobile phone.
    mobile: Option<String>,
}

/// What somebody may do from now on.
#[derive(InputObject)]
struct ChangeMemberRoleInput {
    /// Who.
    member_id: ID,
    /// One of `AGENT`, `LEAD`, `ADMIN`, `AUDITOR`, `ANALYST`, or of the desk's own roles: one that gives nothing that the caller
    /// does not hold.
    role_id: ID,
}

/// The member as they are now, or why nothing happened.
#[derive(Default, SimpleObject)]
struct MemberPayload {
    /// The member; null when the view is behind: then the receipt stands alone.
    member: Option<Member>,
    /// What was recorded, and where; null for what is no event.
    receipt: Option<Receipt>,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

/// A link that is good once.
#[derive(SimpleObject)]
struct Invitation {
    /// For `acceptInvitation`. It is shown once.
    token: String,
    /// The page that asks for a password; null as long as the desk's own address is not configured.
    url: Option<String>,
    /// Until when.
    expires_at: DateTime,
}

/// Who was invited and how they get in, or why nobody was.
#[derive(Default, SimpleObject)]
struct InviteMemberPayload {
    /// The member; null when the view is behind.
    member: Option<Member>,
    /// How they get in: once, within seven days.
    invitation: Option<Invitation>,
    /// What was recorded, and where.
    receipt: Option<Receipt>,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

/// A link for somebody who has to choose a password, or why there is none.
#[derive(Default, SimpleObject)]
struct SignInLinkPayload {
    /// For `redeemSignInLink`. It is shown once.
    token: Option<String>,
    /// The page that asks for a password; null as long as the desk's own address is not configured.
    url: Option<String>,
    /// Until when: a day.
    expires_at: Option<DateTime>,
    /// Why nothing happened; empty when it did.
    user_errors: Vec<UserError>,
}

#[Object]
impl MemberMutation {
    /// Invites somebody: they are a member from then on, and get in by a link. Needs `members.manage`, and a session.
    async fn invite_member(
        &self,
        ctx: &Context<'_>,
        input: InviteMemberInput,
    ) -> Result<InviteMemberPayload> {
        let refused =
            |error| Ok(InviteMemberPayload { user_errors: vec![error], ..InviteMemberPayload::default() });
        let name = match Name::parse(&input.name) {
            Ok(name) => name,
            Err(error) => return refused(read::of_text(ctx, &error, "name")),
        };
        let Ok(email) = MemberEmail::parse(&input.email) else {
            return refused(refusal::of_email(ctx.locale()));
        };
        let Ok(role) = input.role_id.parse::<RoleId>() else {
            return refused(refusal::of_role(ctx.locale()));
        };
        let teams: BTreeSet<_> =
            input.team_ids.unwrap_or_default().iter().map(|id| TeamId::typed(id)).collect();
        if teams.len() > MOST_TEAMS {
            return refused(refusal::too_many("teamIds", MOST_TEAMS, ctx.locale()));
        }
        let invited =
            ctx.commands().invite_member(ctx.caller(), NewMember { name, email, role }, &teams).await;
        let invited = match invited {
            Ok(invited) => invited,
            Err(error) => match fault::of_command(ctx.caller(), &error) {
                Some(fault) => return Err(fault),
                None => return refused(refusal::of_command(&error, ctx.locale())),
            },
        };
        let views = [MEMBER_VIEWS, TEAM_VIEWS].concat();
        let member = written(ctx, &views, invited.member_id, invited.receipt.position).await;
        let SignInLink { token, expires_at } = invited.link;
        let url = ctx.data_unchecked::<Links>().sign_in(&token);
        let invitation = Some(Invitation { token, url, expires_at: DateTime(expires_at) });
        let receipt = Some(invited.receipt.into());
        Ok(InviteMemberPayload { member, invitation, receipt, user_errors: vec![] })
    }

    /// Accepts an invitation: chooses a password and signs in. Once.
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        input: AcceptInvitationInput,
    ) -> Result<SignInPayload> {
        let (token, password) = (input.token, input.new_password);
        let signed_in = ctx.commands().accept_invitation(ctx.caller(), &token, &password).await;
        SignInPayload::of(ctx, signed_in).await
    }

    /// Calls somebody otherwise: oneself, or with `members.manage` anybody.
    async fn revise_member(&self, ctx: &Context<'_>, input: ReviseMemberInput) -> Result<MemberPayload> {
        let name = match input.name.as_deref().map(Name::parse).transpose() {
            Ok(name) => name,
            Err(error) => return Ok(MemberPayload::refused(read::of_text(ctx, &error, "name"))),
        };
        let mut handles = Vec::new();
        for (vendor, field, given) in [
            (Vendor::Wecom, "wecom", input.wecom),
            (Vendor::Feishu, "feishu", input.feishu),
            (Vendor::Dingtalk, "dingtalk", input.dingtalk),
            (Vendor::Mobile, "mobile", input.mobile),
        ] {
            let Some(given) = given else { continue };
            match Handle::parse(&given) {
                Ok(handle) => handles.push((vendor, Some(handle))),
                Err(TextError::Empty) => handles.push((vendor, None)),
                Err(error) => return Ok(MemberPayload::refused(read::of_text(ctx, &error, field))),
            }
        }
        let own = ctx.caller().actor.member();
        let id = input.member_id.map(|id| MemberId::typed(&id)).or(own).unwrap_or(MemberId::typed(""));
        let revised = ctx.commands().revise_member(ctx.caller(), id, ReviseInput { name, handles }).await;
        MemberPayload::of(ctx, id, revised).await
    }

    /// Gives somebody another role, from the next request on. The last administrator stays one; nobody gives or takes what they
    /// do not hold. Needs `members.manage`, and a session.
    async fn change_member_role(
        &self,
        ctx: &Context<'_>,
        input: ChangeMemberRoleInput,
    ) -> Result<MemberPayload> {
        let Ok(role) = input.role_id.parse::<RoleId>() else {
            return Ok(MemberPayload::refused(refusal::of_role(ctx.locale())));
        };
        let id = MemberId::typed(&input.member_id);
        MemberPayload::of(ctx, id, ctx.commands().change_member_role(ctx.caller(), id, role).await).await
    }

    /// Ends somebody's work at the desk: their sessions and keys open nothing from the next request on. The last
    /// administrator stays. Needs `members.manage`.
    async fn deactivate_member(&self, ctx: &Context<'_>, id: ID) -> Result<MemberPayload> {
        let id = MemberId::typed(&id);
        MemberPayload::of(ctx, id, ctx.commands().deactivate_member(ctx.caller(), id).await).await
    }

    /// Lets somebody work at the desk again; their keys stay revoked. Needs `members.manage`, and a session.
    async fn reactivate_member(&self, ctx: &Context<'_>, id: ID) -> Result<MemberPayload> {
        let id = MemberId::typed(&id);
        MemberPayload::of(ctx, id, ctx.commands().reactivate_member(ctx.caller(), id).await).await
    }

    /// A link by which somebody chooses a password, once, within a day; earlier links of theirs end. Needs
    /// `members.manage`, and a session.
    async fn create_sign_in_link(&self, ctx: &Context<'_>, member_id: ID) -> Result<SignInLinkPayload> {
        match ctx.commands().create_link_for(ctx.caller(), MemberId::typed(&member_id)).await {
            Ok(SignInLink { token, expires_at }) => Ok(SignInLinkPayload {
                url: ctx.data_unchecked::<Links>().sign_in(&token),
                token: Some(token),
                expires_at: Some(DateTime(expires_at)),
                user_errors: vec![],
            }),
            Err(error) => {
                if let Some(fault) = fault::of_command(ctx.caller(), &error) {
                    return Err(fault);
                }
                let user_errors = vec![refusal::of_command(&error, ctx.locale())];
                Ok(SignInLinkPayload { user_errors, ..SignInLinkPayload::default() })
            }
        }
    }

    /// Says whether one is at the desk. `PRESENT` ends by itself after five minutes: say it again before.
    async fn set_presence(&self, ctx: &Context<'_>, presence: Presence) -> Result<MemberPayload> {
        let present = presence == Presence::Present;
        match ctx.commands().set_presence(ctx.caller(), present).await {
            Ok(id) => {
                let member = ctx.projections().member(id).await;
                let member = member.map_err(|error| fault::of_query(ctx.caller(), &error))?.map(Member);
                Ok(MemberPayload { member, ..MemberPayload::default() })
            }
            Err(error) => MemberPayload::of_error(ctx, &error),
        }
    }
}

/// What was written of a member, once the views have seen it. It stays written: a fault must not take that away.
async fn written(ctx: &Context<'_>, views: &[&str], id: MemberId, position: i64) -> Option<Member> {
    match ctx.projections().wait_for(views, position).await {
        Ok(true) => {}
        Ok(false) => return None,
        Err(error) => {
            tracing::warn!(%error, "a member who was written cannot be read back yet");
            return None;
        }
    }
    ctx.projections().member(id).await.map_or_else(
        |error| {
            tracing::warn!(%error, "a member who was written could not be read back");
            None
        },
        |member| member.map(Member),
    )
}

impl MemberPayload {
    fn refused(error: UserError) -> Self {
        Self { user_errors: vec![error], ..Self::default() }
    }

    fn of_error(ctx: &Context<'_>, error: &CommandError) -> Result<Self> {
        match fault::of_command(ctx.caller(), error) {
            Some(fault) => Err(fault),
            None => Ok(Self::refused(refusal::of_command(error, ctx.locale()))),
        }
    }

    async fn of(
        ctx: &Context<'_>,
        id: MemberId,
        outcome: std::result::Result<commands::Receipt, CommandError>,
    ) -> Result<Self> {
        match outcome {
            Ok(receipt) => {
                let member = written(ctx, MEMBER_VIEWS, id, receipt.position).await;
                Ok(Self { member, receipt: Some(receipt.into()), user_errors: vec![] })
            }
            Err(error) => Self::of_error(ctx, &error),
        }
    }
}
