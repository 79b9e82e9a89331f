//! Members and teams: who is invited, gets in, leaves and comes back, and what the rules say to it.

use super::{
    calendar::{DAY, HOUR, instant},
    rounds::{FIRST_TEAMS, MINUTE, SHIFT},
    simulation::{Act, Simulation},
    staff::{Group, Person, members},
};
use commands::{Happened, Unique};
use domain::{
    access::{Permissions, Role, RoleId, held},
    actor::Actor,
    decide::Decide,
    ids::{KeyId, MemberId, TeamId},
    member::{CreateKey, Giving, Member, MemberCommand, MemberEmail, SignInMeans},
    message::Standing,
    team::{Team, TeamCommand},
    text::Name,
};

impl Simulation {
    pub(super) fn invite(&mut self, at: i64, role: Role) {
        let Some(actor) = self.staff.administrator() else { return };
        let place = self.staff.people.len();
        let name = self.languages[place % self.languages.len()].name(&mut self.dice);
        let Ok(email) = MemberEmail::parse(&format!("agent{place}@example.com")) else { return };
        if let Some(id) = self.add(at, actor, role, (name, email)) {
            let joins = at + 10 * MINUTE + self.dice.within(20 * HOUR);
            self.plan(joins, Act::Join(id));
        }
    }

    pub(super) fn add(
        &mut self,
        at: i64,
        actor: Actor,
        role: Role,
        (name, email): (Name, MemberEmail),
    ) -> Option<MemberId> {
        let id = MemberId(self.dice.uuid(instant(at)));
        self.staff.people.push(Person::new(id));
        let unique = vec![Unique::Email(email.clone(), id)];
        let giving = self.giving(actor);
        let invite = MemberCommand::Invite { at: instant(at), name, email, role: role.into(), giving };
        self.command_member(at, id, actor, invite, unique).then_some(id)
    }

    /// Somebody who was invited chooses a password, and a team is glad of them.
    pub(super) fn join(&mut self, at: i64, id: MemberId) {
        self.get_in(at, id);
        self.join_team(at, id);
    }

    /// By a link: a password first.
    pub(super) fn get_in(&mut self, at: i64, id: MemberId) {
        let Some(actor) = self.actor_of(id) else { return };
        if self.command_member(at, id, actor, MemberCommand::ChoosePassword { at: instant(at) }, vec![]) {
            self.sign_in(at, id, SignInMeans::Link);
        }
    }

    pub(super) fn sign_in(&mut self, at: i64, id: MemberId, means: SignInMeans) {
        let Some(actor) = self.actor_of(id) else { return };
        self.command_member(at, id, actor, MemberCommand::SignIn { at: instant(at), means }, vec![]);
    }

    pub(super) fn form(&mut self, at: i64) {
        let Some(actor) = self.staff.administrator() else { return };
        let (formed, standing) = (self.staff.teams.len(), self.staff.standing_teams().count());
        let name =
            FIRST_TEAMS.get(formed).map_or_else(|| format!("Project {formed}"), |name| (*name).to_owned());
        let (Ok(name), true) = (Name::parse(&name), standing < 6) else { return };
        let id = TeamId(self.dice.uuid(instant(at)));
        self.staff.teams.push(Group { id, team: Team::default(), version: 0 });
        self.command_team(at, id, actor, TeamCommand::Form { at: instant(at), name, standing });
    }

    /// Into the team that has the fewest.
    pub(super) fn join_team(&mut self, at: i64, member: MemberId) {
        let Some(actor) = self.staff.administrator() else { return };
        let without = self.staff.standing_teams().filter(|group| !members(&group.team).contains(&member));
        let Some(id) = without.min_by_key(|group| members(&group.team).len()).map(|group| group.id) else {
            return;
        };
        let standing = self.staff.people.iter().find(|person| person.id == member);
        let standing = standing.map_or(Standing::Absent, |person| person.member.standing());
        self.command_team(at, id, actor, TeamCommand::Join { at: instant(at), member, standing });
    }

    /// To the youngest of the teams.
    pub(super) fn of_youngest_team(
        &mut self,
        at: i64,
        actor: Actor,
        command: impl FnOnce(&Group, usize) -> Option<TeamCommand>,
    ) {
        let Some(group) = self.staff.standing_teams().last() else { return };
        let (id, command) = (group.id, command(group, members(&group.team).len()));
        if let Some(command) = command {
            self.command_team(at, id, actor, command);
        }
    }

    pub(super) fn create_key(&mut self, at: i64, id: MemberId) {
        let Some(actor) = self.actor_of(id) else { return };
        let (Ok(name), Ok(permissions)) =
            (Name::parse("Monthly report"), Permissions::named(["statistics.read"]))
        else {
            return;
        };
        let (now, key_id) = (instant(at), KeyId(self.dice.uuid(instant(at))));
        let (held, expires_at) = (held(actor), instant(at + 90 * DAY));
        let create = CreateKey { at: now, key_id, name, permissions, held, expires_at };
        self.command_member(at, id, actor, MemberCommand::CreateKey(create), vec![]);
    }

    pub(super) fn revoke_key(&mut self, at: i64) {
        let mut keys = self.staff.people.iter().filter_map(|person| match &person.member {
            Member::NotInvited => None,
            Member::Invited(employed) => Some((person.id, *employed.keys.keys().next()?)),
        });
        let Some((owner, key_id)) = keys.next_back() else { return };
        self.command_own(at, owner, MemberCommand::RevokeKey { at: instant(at), key_id });
    }

    /// Somebody who has no more to say than an agent leaves, as long as enough are left.
    pub(super) fn deactivate(&mut self, at: i64, actor: Actor) {
        let mut agents =
            self.staff.people.iter().filter(|person| person.works() && has_role(person, Role::Agent.id()));
        let Some(id) = agents.next_back().map(|person| person.id).filter(|_| self.staff.at_work() > 4) else {
            return;
        };
        let giving = self.giving(actor);
        let deactivate = MemberCommand::Deactivate { at: instant(at), giving, administered: true };
        self.command_member(at, id, actor, deactivate, vec![]);
    }

    pub(super) fn reactivate(&mut self, at: i64, actor: Actor) {
        let away =
            |person: &&Person| matches!(&person.member, Member::Invited(it) if it.joined && !it.active);
        let Some(id) = self.staff.people.iter().rfind(away).map(|person| person.id) else { return };
        let giving = self.giving(actor);
        self.command_member(at, id, actor, MemberCommand::Reactivate { at: instant(at), giving }, vec![]);
    }

    /// An agent leads a shift from now on, and whoever did is an agent again.
    pub(super) fn change_role(&mut self, at: i64, actor: Actor) {
        let Ok(shift) = SHIFT.parse::<RoleId>() else { return };
        let before = self.staff.people.iter().find(|person| person.works() && has_role(person, SHIFT));
        let before = before.map(|person| person.id);
        let agent =
            self.staff.people.iter().find(|person| person.works() && has_role(person, Role::Agent.id()));
        let agent = agent.map(|person| person.id);
        for (id, role) in [(before, RoleId::from(Role::Agent)), (agent, shift)] {
            let Some(id) = id else { continue };
            let giving = self.giving(actor);
            let change = MemberCommand::ChangeRole { at: instant(at), role, giving, administered: true };
            self.command_member(at, id, actor, change, vec![]);
        }
    }

    fn giving(&self, actor: Actor) -> Giving {
        Giving { by: held(actor), roles: self.settings().roles() }
    }

    fn actor_of(&self, id: MemberId) -> Option<Actor> {
        self.staff.people.iter().find(|person| person.id == id).map(Person::actor)
    }

    pub(super) fn command_own(&mut self, at: i64, id: MemberId, command: MemberCommand) {
        if let Some(actor) = self.actor_of(id) {
            self.command_member(at, id, actor, command, vec![]);
        }
    }

    /// A command to a member; `false`: the rules say no.
    pub(super) fn command_member(
        &mut self,
        at: i64,
        id: MemberId,
        actor: Actor,
        command: MemberCommand,
        unique: Vec<Unique>,
    ) -> bool {
        let Some(person) = self.staff.people.iter().find(|person| person.id == id) else { return false };
        let (Ok(events), after) = (person.member.decide(command), person.version) else { return false };
        self.staff.apply(id, &events);
        let roles = self.settings().roles();
        self.staff.look_up(&roles);
        self.hand_out(at, actor, None, None, vec![(after, Happened::Member(id, events))], unique);
        true
    }

    fn command_team(&mut self, at: i64, id: TeamId, actor: Actor, command: TeamCommand) {
        let Some(group) = self.staff.teams.iter().find(|group| group.id == id) else { return };
        let (Ok(events), after) = (group.team.decide(command), group.version) else { return };
        self.staff.apply_to_team(id, &events);
        let roles = self.settings().roles();
        self.staff.look_up(&roles);
        self.hand_out(at, actor, None, None, vec![(after, Happened::Team(id, events))], vec![]);
    }
}

fn has_role(person: &Person, role: &str) -> bool {
    matches!(&person.member, Member::Invited(employed) if employed.role.as_str() == role)
}
