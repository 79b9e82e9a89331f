//! Invitations: somebody is a member from then on, and gets in by a link that is good once, for seven days.

use crate::{
    Caller, Commands,
    access::{admit, person},
    accounts::{EMAIL, NewMember, SignInLink, SignedIn},
    error::CommandError,
    execute::ATTEMPTS,
    members::MANAGE,
    streams::{member_key, stream},
    teams, token,
};
use domain::{
    access::held,
    decide::Decide,
    ids::{MemberId, TeamId},
    member::{Giving, Member, MemberCommand},
    message::Standing,
    team::{Team, TeamCommand, TeamError},
};
use std::collections::BTreeSet;
use store::{AccountChange, AppendError, CredentialRow, Loaded, Receipt, Reservation, TokenHash, micros};

/// An invitation is good for seven days; in microseconds.
const INVITATION_LIFE: i64 = 7 * 24 * 60 * 60 * 1_000_000;

/// Somebody who was invited.
#[derive(Clone, Debug)]
pub struct Invited {
    /// Who.
    pub member_id: MemberId,
    /// How they get in.
    pub link: SignInLink,
    /// What was recorded.
    pub receipt: Receipt,
}

impl Commands {
    /// `inviteMember`: a member of a role that gives nothing that whoever invites them does not hold, in some teams.
    pub async fn invite_member(
        &self,
        caller: &Caller,
        new: NewMember,
        team_ids: &BTreeSet<TeamId>,
    ) -> Result<Invited, CommandError> {
        person(caller)?;
        admit(caller, MANAGE)?;
        let (at, now) = (self.store.clock().now(), self.store.clock().micros());
        let member_id = MemberId(store::random::uuid(at));
        let (token, expires_at) =
            (token::token(token::INVITATION, store::random::bytes()), now + INVITATION_LIFE);
        let role = new.role.to_string();
        let reserved = self.reserved(&new.email);
        for _ in 0..ATTEMPTS {
            let (roles, relied_on) = self.roles().await?;
            let giving = Giving { by: held(caller.actor), roles };
            let NewMember { name, email, role: given } = new.clone();
            let invite = MemberCommand::Invite { at, name, email, role: given, giving };
            let decided = Member::default().decide(invite)?;
            let mut streams = vec![relied_on];
            let holder = member_id.to_string();
            let mut credentials =
                vec![CredentialRow::Account { member_id: holder.clone(), role: role.clone() }];
            for id in team_ids {
                let id = id.to_string();
                let team = self.store.load::<Team>(&id).await?;
                // Whoever is invited into a team is in it before they have joined.
                let join = TeamCommand::Join { at, member: member_id, standing: Standing::Active };
                let joined = team.aggregate.decide(join).map_err(|error| match error {
                    TeamError::NotFormed => CommandError::TeamUnknown,
                    other => other.into(),
                })?;
                credentials.extend(teams::rows(&id, &joined));
                streams.push(stream::<Team>(id, &team, None, &joined)?);
            }
            credentials.push(CredentialRow::Changed(AccountChange::Link {
                token: TokenHash::of(&token),
                member_id: holder.clone(),
                expires_at,
            }));
            let key = Some(member_key(member_id));
            streams.push(stream::<Member>(holder.clone(), &Loaded::new_stream(), key, &decided)?);
            let mut append = self.append(caller, streams, None);
            append.credentials = credentials;
            append.reservations = vec![Reservation { kind: EMAIL, value: reserved.clone(), holder }];
            match self.store.append(append).await {
                Ok(appended) => {
                    let link = SignInLink { token, expires_at: micros(expires_at) };
                    return Ok(Invited { member_id, link, receipt: appended.receipt() });
                }
                Err(AppendError::Conflict) => {}
                Err(AppendError::Taken { .. }) => return Err(CommandError::EmailTaken),
                Err(error) => return Err(CommandError::of_append(error)),
            }
        }
        Err(CommandError::Unavailable)
    }

    /// `acceptInvitation`: once; chooses a password and signs in.
    pub async fn accept_invitation(
        &self,
        caller: &Caller,
        invitation: &str,
        new_password: &str,
    ) -> Result<SignedIn, CommandError> {
        if !invitation.starts_with(token::INVITATION) {
            return Err(CommandError::InvitationUnknown);
        }
        let entered = self.enter_by(caller, invitation, new_password).await;
        entered.map_err(|error| match error {
            CommandError::LinkUnknown => CommandError::InvitationUnknown,
            other => other,
        })
    }
}
