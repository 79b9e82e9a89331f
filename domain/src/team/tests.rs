//! The rules of a team, one test each.

use super::*;
use uuid::Uuid;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).expect("a time")
}

fn name(name: &str) -> Name {
    Name::parse(name).expect("a name")
}

fn member(n: u128) -> MemberId {
    MemberId(Uuid::from_u128(n))
}

fn form() -> TeamCommand {
    TeamCommand::Form { at: at(0), name: name("售后"), standing: 0 }
}

fn join(n: u128) -> TeamCommand {
    TeamCommand::Join { at: at(1), member: member(n), standing: Standing::Active }
}

fn after(commands: impl IntoIterator<Item = TeamCommand>) -> Team {
    let mut team = Team::default();
    for command in [form()].into_iter().chain(commands) {
        for event in team.decide(command).expect("accepted") {
            team.apply(event);
        }
    }
    team
}

#[test]
fn a_team_is_formed_once_and_only_so_many_of_them() {
    assert_eq!(after([]).decide(form()), Err(TeamError::AlreadyFormed));
    let one_more = TeamCommand::Form { at: at(0), name: name("售前"), standing: MOST_TEAMS };
    assert_eq!(Team::default().decide(one_more), Err(TeamError::TooMany));
    assert_eq!(Team::default().decide(join(1)), Err(TeamError::NotFormed));
}

#[test]
fn a_name_is_replaced_by_another_one_only() {
    let rename = |to| TeamCommand::Rename { at: at(1), name: name(to) };
    assert_eq!(after([]).decide(rename("售后")), Err(TeamError::AlreadySo));
    let Team::Formed(renamed) = after([rename("物流")]) else { panic!("it was formed") };
    assert_eq!(renamed.name, name("物流"));
}

#[test]
fn a_member_joins_once_and_leaves_once() {
    assert_eq!(after([join(1)]).decide(join(1)), Err(TeamError::AlreadySo));
    let leave = TeamCommand::Leave { at: at(2), member: member(1) };
    assert_eq!(after([]).decide(leave.clone()), Err(TeamError::AlreadySo));
    let Team::Formed(left) = after([join(1), join(2), leave]) else { panic!("it was formed") };
    assert_eq!(left.members, BTreeSet::from([member(2)]));
}

#[test]
fn whoever_does_not_work_at_the_desk_joins_no_team() {
    for (standing, refusal) in
        [(Standing::Absent, TeamError::MemberUnknown), (Standing::Inactive, TeamError::MemberInactive)]
    {
        let join = TeamCommand::Join { at: at(1), member: member(1), standing };
        assert_eq!(after([]).decide(join), Err(refusal));
    }
}

#[test]
fn a_team_has_its_limit() {
    let full = after((1..=MOST_MEMBERS as u128).map(join));
    assert_eq!(full.decide(join(1_000)), Err(TeamError::Full));
}

#[test]
fn a_disbanded_team_has_nobody_and_refuses_everything() {
    let disband = || TeamCommand::Disband { at: at(2) };
    let gone = after([join(1), disband()]);
    let rename = TeamCommand::Rename { at: at(3), name: name("物流") };
    for refused in [join(2), TeamCommand::Leave { at: at(3), member: member(1) }, disband(), rename] {
        assert_eq!(gone.decide(refused), Err(TeamError::Disbanded));
    }
    let Team::Formed(team) = &gone else { panic!("it was formed") };
    assert_eq!((team.members.len(), gone.standing()), (0, Standing::Inactive));
    assert_eq!((Team::default().standing(), after([]).standing()), (Standing::Absent, Standing::Active));
}

#[test]
fn business_time_never_goes_back() {
    let early = TeamCommand::Disband { at: at(-5) };
    let decided = after([join(1)]).decide(early).expect("accepted");
    assert_eq!(decided[0].at(), at(1));
}

#[test]
fn golden_files_are_read_back() {
    crate::golden::check::<TeamEvent>("team", TeamEvent::TYPES);
}
