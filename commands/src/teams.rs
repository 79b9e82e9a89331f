//! Teams: formed, renamed, joined, left and disbanded by whoever manages members.

use crate::{
    Caller, Commands,
    access::admit,
    change::{Change, Relied, Relies},
    error::CommandError,
    members::MANAGE,
};
use domain::{
    access::{Permission, Reach, Scope, scope},
    actor::Actor,
    decide::Decide,
    ids::{MemberId, TeamId},
    message::Standing,
    team::{Team, TeamCommand, TeamEvent},
    text::Name,
};
use store::{CredentialRow, Receipt, TeamChange};

impl Commands {
    /// `formTeam`.
    pub async fn form_team(&self, caller: &Caller, name: Name) -> Result<Receipt, CommandError> {
        admit(caller, MANAGE)?;
        let at = self.store.clock().now();
        let standing = self.store.standing_teams().await?;
        let decided = Team::default().decide(TeamCommand::Form { at, name, standing })?;
        let id = TeamId(store::random::uuid(at)).to_string();
        let rows = rows(&id, &decided);
        self.begin::<Team>(caller, (id, None), &decided, rows).await
    }

    /// `renameTeam`.
    pub async fn rename_team(
        &self,
        caller: &Caller,
        team: TeamId,
        name: Name,
    ) -> Result<Receipt, CommandError> {
        self.of_team(caller, team, Relies::Nothing, |at, _| TeamCommand::Rename { at, name: name.clone() })
            .await
    }

    /// `joinTeam`.
    pub async fn join_team(
        &self,
        caller: &Caller,
        team: TeamId,
        member: MemberId,
    ) -> Result<Receipt, CommandError> {
        let join = |at, standing| TeamCommand::Join { at, member, standing };
        self.of_team(caller, team, Relies::Member(member), join).await
    }

    /// `leaveTeam`.
    pub async fn leave_team(
        &self,
        caller: &Caller,
        team: TeamId,
        member: MemberId,
    ) -> Result<Receipt, CommandError> {
        self.of_team(caller, team, Relies::Nothing, |at, _| TeamCommand::Leave { at, member }).await
    }

    /// `disbandTeam`: what was assigned to it is nobody's from then on, and in everybody's queue.
    pub async fn disband_team(&self, caller: &Caller, team: TeamId) -> Result<Receipt, CommandError> {
        self.of_team(caller, team, Relies::Nothing, |at, _| TeamCommand::Disband { at }).await
    }

    /// How far an actor's `team` reaches now.
    pub async fn reach_of(&self, actor: Actor) -> Result<Reach, CommandError> {
        let Some(id) = actor.member() else { return Ok(Reach::Desk) };
        if !Permission::ALL.iter().any(|permission| scope(actor, *permission) == Some(Scope::Team)) {
            return Ok(Reach::Desk);
        }
        let found = self.store.teams_of(&id.to_string()).await?;
        if found.teams.is_empty() {
            return Ok(Reach::Desk);
        }
        Ok(Reach::Teams {
            teams: found.teams.iter().chain(&found.disbanded).filter_map(|id| id.parse().ok()).collect(),
            members: found.members.iter().filter_map(|id| id.parse().ok()).collect(),
        })
    }

    async fn of_team(
        &self,
        caller: &Caller,
        team: TeamId,
        relies_on: Relies,
        command: impl Fn(chrono::DateTime<chrono::Utc>, Standing) -> TeamCommand,
    ) -> Result<Receipt, CommandError> {
        admit(caller, MANAGE)?;
        let (id, at) = (team.to_string(), self.store.clock().now());
        let change = Change { caller, id: id.clone(), key: None, relies_on };
        let command = |relied: &Relied| command(at, relied.standing());
        self.change::<Team>(change, command, |decided| rows(&id, decided)).await
    }
}

/// The rows that scopes are told by, as these events leave them.
pub(crate) fn rows(id: &str, decided: &[TeamEvent]) -> Vec<CredentialRow> {
    let team_id = || id.to_owned();
    let row = |event: &TeamEvent| {
        Some(CredentialRow::Team(match event {
            TeamEvent::TeamFormed(_) => TeamChange::Formed { team_id: team_id() },
            TeamEvent::TeamRenamed(_) => return None,
            TeamEvent::MemberJoinedTeam(event) => {
                TeamChange::Joined { team_id: team_id(), member_id: event.member.to_string() }
            }
            TeamEvent::MemberLeftTeam(event) => {
                TeamChange::Left { team_id: team_id(), member_id: event.member.to_string() }
            }
            TeamEvent::TeamDisbanded(_) => TeamChange::Disbanded { team_id: team_id() },
        }))
    };
    decided.iter().filter_map(row).collect()
}
