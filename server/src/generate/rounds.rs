//! Who leads the desk, and how those who work there come and go.

use super::{
    calendar::{DAY, HOUR, instant},
    settings::{AT_FIRST, REVISIONS},
    simulation::{Act, Simulation},
    staff::members,
};
use commands::{FIRST_EMAIL, FIRST_NAME, rules};
use domain::{
    access::Role,
    actor::Actor,
    desk::DeskCommand,
    member::{Handle, HandleRevised, MemberCommand, MemberEmail, SignInMeans, Vendor},
    team::TeamCommand,
    text::Name,
};

/// The id of the desk's own role.
pub(super) const SHIFT: &str = "SHIFT_LEADER";
/// A minute.
pub(super) const MINUTE: i64 = HOUR / 60;
/// The least and the most who are invited at first, and how many messages a day each of them answers.
const HANDS: (u64, u64) = (7, 60);
const A_DAY: u64 = 30;
/// Whom the desk has at first, in the order of their invitations; then agents.
const FIRST_ROLES: [Role; 7] =
    [Role::Lead, Role::Agent, Role::Agent, Role::Admin, Role::Agent, Role::Auditor, Role::Analyst];
pub(super) const FIRST_TEAMS: [&str; 2] = ["Sales", "After-sales"];

/// A moment at which the desk is led.
#[derive(Clone, Copy, Debug)]
pub(super) enum Round {
    /// First start.
    Open,
    /// The first administrator gets in.
    GetIn,
    /// The settings are revised for that many times.
    Revise(usize),
    /// A team is formed.
    Form,
    /// Somebody is invited.
    Invite(Role),
    /// What happens among those who work here, by its number.
    Among(usize),
}

impl Simulation {
    /// When the desk is set up and led.
    pub(super) fn plan_rounds(&mut self, messages: u64) {
        let (from, span) = (self.from, self.until - self.from);
        self.plan(from, Act::Round(Round::Open));
        self.plan(from + MINUTE, Act::Round(Round::GetIn));
        for number in 0..AT_FIRST {
            let minutes = 5 + 5 * i64::try_from(number).unwrap_or_default();
            self.plan(from + minutes * MINUTE, Act::Round(Round::Revise(number)));
        }
        for number in AT_FIRST..REVISIONS {
            let [number_, left] =
                [number - AT_FIRST + 1, REVISIONS - AT_FIRST + 1].map(|it| i64::try_from(it).unwrap_or(1));
            let at = from + span / left * number_ + self.dice.within(DAY);
            self.plan(at, Act::Round(Round::Revise(number)));
        }
        for number in 0..2 {
            self.plan(from + HOUR + number * MINUTE, Act::Round(Round::Form));
        }
        let days = u64::try_from(span / DAY).unwrap_or(1).max(1);
        let hands = (HANDS.0 + messages / days / A_DAY).min(HANDS.1);
        let roles = FIRST_ROLES.into_iter().chain(std::iter::repeat(Role::Agent));
        for (minutes, role) in (0..).zip(roles).take(usize::try_from(hands).unwrap_or_default()) {
            self.plan(from + 2 * HOUR + minutes * MINUTE, Act::Round(Round::Invite(role)));
        }
        let among = usize::try_from((messages / 50).clamp(80, 2_000)).unwrap_or_default();
        for number in 0..among {
            let place = i64::try_from(number + 1).unwrap_or_default();
            let every = span / i64::try_from(among + 1).unwrap_or(1);
            let at = from + every * place + self.dice.within(every);
            self.plan(at, Act::Round(Round::Among(number)));
        }
    }

    pub(super) fn lead(&mut self, at: i64, round: Round) {
        match round {
            Round::Open => self.open(at),
            Round::GetIn => {
                if let Some(first) = self.staff.people.first().map(|person| person.id) {
                    self.get_in(at, first);
                }
            }
            Round::Revise(number) => self.revise_settings(at, number),
            Round::Form => self.form(at),
            Round::Invite(role) => self.invite(at, role),
            Round::Among(number) => self.among(at, number),
        }
    }

    /// As at every first start.
    fn open(&mut self, at: i64) {
        let by_rule = Actor::System(rules::FIRST_START);
        self.revise(at, by_rule, DeskCommand::Open { at: instant(at) });
        if let (Ok(name), Ok(email)) = (Name::parse(FIRST_NAME), MemberEmail::parse(FIRST_EMAIL)) {
            self.add(at, by_rule, Role::Admin, (name, email));
        }
    }

    /// What happens among those who work here, by turns.
    fn among(&mut self, at: i64, number: usize) {
        let Some(actor) = self.staff.administrator() else { return };
        let Some(somebody) = self.staff.anybody(&mut self.dice).map(|person| person.id) else { return };
        let now = instant(at);
        match number % 20 {
            0 => self.form(at),
            1 | 4 | 16 => self.join_team(at, somebody),
            3 => {
                let hour = instant(at - at.rem_euclid(HOUR) - HOUR);
                let count = u32::try_from(1 + self.dice.below(4)).unwrap_or(1);
                let refused = MemberCommand::CountRefusals { at: now, hour, count };
                self.command_member(at, somebody, Actor::System(rules::REFUSED), refused, vec![]);
            }
            5 => self.create_key(at, somebody),
            7 => {
                let name = Some(self.languages[self.dice.below(6)].name(&mut self.dice));
                let handle = Handle::parse(&format!("agent-{}", self.dice.below(1_000))).ok();
                let handles = vec![HandleRevised { of: Vendor::Wecom, to: handle.map(Into::into) }];
                self.command_own(at, somebody, MemberCommand::Revise { at: now, name, handles });
            }
            8 => self.deactivate(at, actor),
            9 => self.invite(at, Role::Agent),
            10 => self.change_role(at, actor),
            12 => self.revoke_key(at),
            13 => self.reactivate(at, actor),
            14 => self.of_youngest_team(at, actor, |group, people| {
                let leaving = members(&group.team).into_iter().next_back().filter(|_| people > 1);
                leaving.map(|member| TeamCommand::Leave { at: now, member })
            }),
            15 => {
                let name = Name::parse(&format!("Team {}", 1 + self.dice.below(90)));
                self.of_youngest_team(at, actor, |_, _| {
                    Some(TeamCommand::Rename { at: now, name: name.clone().ok()? })
                });
            }
            18 => self.get_in(at, somebody),
            // The two first ones stay.
            19 if self.staff.standing_teams().count() > FIRST_TEAMS.len() => {
                self.of_youngest_team(at, actor, |_, _| Some(TeamCommand::Disband { at: now }));
            }
            _ => self.sign_in(at, somebody, SignInMeans::Password),
        }
    }
}
