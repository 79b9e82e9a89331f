//! Who works at the desk: members and teams as the rules see them, and who may do what to which message.

use super::dice::Dice;
use cqrs_es::Aggregate;
use domain::{
    access::{Grants, Permission, Reach, Roles},
    actor::Actor,
    ids::{MemberId, TeamId},
    member::{Member, MemberEvent},
    message::{Assignee, Standing},
    team::{Team, TeamEvent},
};
use std::collections::BTreeSet;

/// Everybody who is or was there.
#[derive(Default)]
pub(super) struct Staff {
    /// The first one is the first administrator, who stays.
    pub(super) people: Vec<Person>,
    pub(super) teams: Vec<Group>,
}

/// A member.
pub(super) struct Person {
    pub(super) id: MemberId,
    pub(super) member: Member,
    pub(super) version: i64,
    /// What their role gives.
    grants: Grants,
    /// Whose messages they see.
    reach: Reach,
}

/// A team.
pub(super) struct Group {
    pub(super) id: TeamId,
    pub(super) team: Team,
    pub(super) version: i64,
}

impl Person {
    pub(super) fn new(id: MemberId) -> Self {
        let (member, grants, reach) = (Member::default(), Grants::NONE, Reach::Desk);
        Self { id, member, version: 0, grants, reach }
    }

    pub(super) fn works(&self) -> bool {
        self.member.standing() == Standing::Active
    }

    pub(super) fn actor(&self) -> Actor {
        Actor::Member { id: self.id, grants: self.grants }
    }

    fn may(&self, permission: Permission, assignee: Option<Assignee>) -> bool {
        let scope = self.grants.scope(permission);
        self.works() && scope.is_some_and(|scope| self.reach.takes_in(scope, self.id, assignee))
    }
}

impl Staff {
    /// Somebody who may do that to a message that is assigned like this, whose it is before anybody else.
    pub(super) fn who(
        &self,
        permission: Permission,
        assignee: Option<Assignee>,
        dice: &mut Dice,
    ) -> Option<(MemberId, Actor)> {
        let its_own = |person: &&Person| match assignee {
            Some(Assignee::Member(id)) => id == person.id,
            Some(Assignee::Team(id)) => self.is_in(id, person.id),
            None => false,
        };
        let may = |person: &&Person| person.may(permission, assignee);
        let from = dice.below(self.people.len());
        let mut round = self.people.iter().cycle().skip(from).take(self.people.len());
        let found = round.clone().find(|person| its_own(person) && may(person)).or_else(|| round.find(may));
        found.map(|person| (person.id, person.actor()))
    }

    /// The same, but not these.
    pub(super) fn who_else(
        &self,
        permission: Permission,
        assignee: Option<Assignee>,
        not: &[MemberId],
    ) -> Option<(MemberId, Actor)> {
        let found =
            self.people.iter().rfind(|person| !not.contains(&person.id) && person.may(permission, assignee));
        found.map(|person| (person.id, person.actor()))
    }

    /// Somebody who works here now.
    pub(super) fn anybody(&self, dice: &mut Dice) -> Option<&Person> {
        let from = dice.below(self.people.len());
        self.people.iter().cycle().skip(from).take(self.people.len()).find(|person| person.works())
    }

    /// The first administrator.
    pub(super) fn administrator(&self) -> Option<Actor> {
        self.people.first().map(Person::actor)
    }

    /// How many work here now.
    pub(super) fn at_work(&self) -> usize {
        self.people.iter().filter(|person| person.works()).count()
    }

    /// Those of the teams that are still there.
    pub(super) fn standing_teams(&self) -> impl Iterator<Item = &Group> {
        self.teams.iter().filter(|group| group.team.standing() == Standing::Active)
    }

    pub(super) fn is_in(&self, team: TeamId, member: MemberId) -> bool {
        self.teams.iter().any(|group| group.id == team && members(&group.team).contains(&member))
    }

    /// What happened to a member.
    pub(super) fn apply(&mut self, id: MemberId, events: &[MemberEvent]) {
        let Some(person) = self.people.iter_mut().find(|person| person.id == id) else { return };
        for event in events {
            person.member.apply(event.clone());
            person.version += 1;
        }
    }

    /// What happened to a team.
    pub(super) fn apply_to_team(&mut self, id: TeamId, events: &[TeamEvent]) {
        let Some(group) = self.teams.iter_mut().find(|group| group.id == id) else { return };
        for event in events {
            group.team.apply(event.clone());
            group.version += 1;
        }
    }

    /// Reads again what everybody may do and see.
    pub(super) fn look_up(&mut self, roles: &Roles) {
        let disbanded = self.teams.iter().filter(|group| group.team.standing() != Standing::Active);
        let disbanded: Vec<TeamId> = disbanded.map(|group| group.id).collect();
        for person in &mut self.people {
            person.grants = match &person.member {
                Member::NotInvited => Grants::NONE,
                Member::Invited(employed) => roles.grants(&employed.role).unwrap_or_default(),
            };
            let theirs = || self.teams.iter().filter(|group| members(&group.team).contains(&person.id));
            person.reach = if theirs().next().is_none() {
                Reach::Desk
            } else {
                Reach::Teams {
                    teams: theirs().map(|group| group.id).chain(disbanded.iter().copied()).collect(),
                    members: theirs().flat_map(|group| members(&group.team)).collect(),
                }
            };
        }
    }
}

/// Who is in it.
pub(super) fn members(team: &Team) -> BTreeSet<MemberId> {
    match team {
        Team::NotFormed => BTreeSet::new(),
        Team::Formed(team) => team.members.clone(),
    }
}
