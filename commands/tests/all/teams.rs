//! Teams, and what a scope keeps from whom.

use super::{Desk, anonymous, caller, member};
use commands::{AssignInput, Caller, CommandError, NewMember, ReplyInput, Submitted, WorkInput};
use domain::{
    access::{Reach, Role},
    actor::Actor,
    ids::{MemberId, MessageId, TeamId},
    member::MemberEmail,
    message::{Assignee, MessageError, StepKind},
    team::TeamError,
    text::{Name, ReplyText},
};
use store::{Dialect, on_both_databases};
use uuid::Uuid;

on_both_databases!(
    only_whoever_manages_members_changes_teams,
    a_team_has_members_who_work_at_the_desk_and_each_once,
    what_another_team_has_is_absent_to_a_member_of_a_team,
    a_team_that_changes_changes_who_may_at_once_in_every_process,
    what_a_team_has_one_of_its_members_claims_and_then_nobody_else,
    nothing_is_assigned_to_a_team_that_is_no_more_or_never_was,
    what_a_disbanded_team_had_is_everybodys,
    an_assignment_relies_on_its_team_as_it_is,
);

fn admin() -> Caller {
    member(Role::Admin)
}

fn name(name: &str) -> Name {
    Name::parse(name).expect("a name")
}

fn work(message_id: MessageId) -> WorkInput {
    WorkInput { target: message_id.into(), reason: None }
}

fn id(submitted: &Submitted) -> MessageId {
    submitted.receipt.id.parse().expect("an id")
}

impl Desk {
    /// Somebody who works here.
    async fn hire(&self, who: &str, role: Role) -> (MemberId, Caller) {
        let email = MemberEmail::parse(&format!("{who}@example.com")).expect("an address");
        let new = NewMember { name: name(who), email, role: role.into() };
        let operator = Caller::system("test");
        let hired = self.commands.add_member(&operator, new, Some("correct horse battery")).await;
        let id = hired.expect("hired");
        (id, caller(Actor::Member { id, grants: role.grants() }))
    }

    async fn team(&self, called: &str, members: &[MemberId]) -> TeamId {
        let formed = self.commands.form_team(&admin(), name(called)).await.expect("formed");
        let team = TeamId::typed(&formed.id);
        for id in members {
            self.commands.join_team(&admin(), team, *id).await.expect("joined");
        }
        team
    }

    async fn assign(&self, message: MessageId, to: Assignee) -> Result<(), CommandError> {
        let input = AssignInput { target: message.into(), to, reason: None };
        self.commands.assign_message(&admin(), input).await.map(drop)
    }
}

async fn only_whoever_manages_members_changes_teams(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let team = desk.team("售后", &[]).await;
    for refused in [member(Role::Lead), member(Role::Agent), member(Role::Auditor), member(Role::Analyst)] {
        let formed = desk.commands.form_team(&refused, name("售前")).await;
        assert!(matches!(formed, Err(CommandError::Forbidden(_))));
        let joined = desk.commands.join_team(&refused, team, MemberId(Uuid::from_u128(7))).await;
        assert!(matches!(joined, Err(CommandError::Forbidden(_))));
        let disbanded = desk.commands.disband_team(&refused, team).await;
        assert!(matches!(disbanded, Err(CommandError::Forbidden(_))));
    }
    let anyone = desk.commands.rename_team(&anonymous(), team, name("售前")).await;
    assert!(matches!(anyone, Err(CommandError::Unauthenticated)));
    let absent = desk.commands.rename_team(&admin(), TeamId(Uuid::from_u128(404)), name("售前")).await;
    assert!(matches!(absent, Err(CommandError::NotFound)));
}

async fn a_team_has_members_who_work_at_the_desk_and_each_once(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (mei, _) = desk.hire("mei", Role::Agent).await;
    let team = desk.team("售后", &[mei]).await;
    let join = async |id| desk.commands.join_team(&admin(), team, id).await;
    assert!(matches!(join(mei).await, Err(CommandError::Team(TeamError::AlreadySo))));
    let nobody = join(MemberId(Uuid::from_u128(404))).await;
    assert!(matches!(nobody, Err(CommandError::Team(TeamError::MemberUnknown))));
    let email = MemberEmail::parse("invited@example.com").expect("an address");
    let invited = NewMember { name: name("invited"), email, role: Role::Agent.into() };
    let invited = desk.commands.add_member(&Caller::system("test"), invited, None).await.expect("invited");
    assert!(matches!(join(invited).await, Err(CommandError::Team(TeamError::MemberInactive))));
    desk.commands.leave_team(&admin(), team, mei).await.expect("left");
    let again = desk.commands.leave_team(&admin(), team, mei).await;
    assert!(matches!(again, Err(CommandError::Team(TeamError::AlreadySo))));
}

async fn what_another_team_has_is_absent_to_a_member_of_a_team(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let ((mei, by_mei), (hua, by_hua)) =
        (desk.hire("mei", Role::Agent).await, desk.hire("hua", Role::Lead).await);
    let (_, of_no_team) = desk.hire("anna", Role::Agent).await;
    let message = id(&desk.submit(&anonymous()).await);
    let other = desk.team("物流", &[hua]).await;
    desk.team("售后", &[mei]).await;
    let content = ReplyText::parse("好的。").expect("words");
    let reply = || ReplyInput { target: message.into(), content: content.clone(), upload_ids: vec![] };
    desk.commands.reply_to_message(&by_mei, reply()).await.expect("the queue is everybody's");
    for to in [Assignee::Member(hua), Assignee::Team(other)] {
        desk.assign(message, to).await.expect("assigned");
        let hidden = desk.commands.reply_to_message(&by_mei, reply()).await.expect_err("not theirs");
        let absent = work(MessageId(Uuid::from_u128(404)));
        let absent = desk.commands.step(&by_mei, StepKind::Close, absent).await.expect_err("not there");
        assert_eq!(hidden.to_string(), absent.to_string(), "absent and not theirs are the same");
        assert!(matches!(hidden, CommandError::NotFound));
        for reaching in [&by_hua, &of_no_team, &admin()] {
            desk.commands.reply_to_message(reaching, reply()).await.expect("within their scope");
        }
    }
}

async fn a_team_that_changes_changes_who_may_at_once_in_every_process(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let ((mei, by_mei), (hua, _)) =
        (desk.hire("mei", Role::Agent).await, desk.hire("hua", Role::Agent).await);
    let message = id(&desk.submit(&anonymous()).await);
    let (_, other) = (desk.team("售后", &[mei]).await, desk.team("物流", &[hua]).await);
    desk.assign(message, Assignee::Member(hua)).await.expect("assigned");
    let store = desk.database.open(desk.clock.clone()).await;
    let elsewhere = commands::Commands::new(store.clone());
    let closed = elsewhere.step(&by_mei, StepKind::Close, work(message)).await;
    assert!(matches!(closed, Err(CommandError::NotFound)));
    desk.commands.join_team(&admin(), other, mei).await.expect("joined");
    elsewhere.step(&by_mei, StepKind::Close, work(message)).await.expect("of their team");
    desk.commands.leave_team(&admin(), other, mei).await.expect("left");
    let reopened = elsewhere.step(&by_mei, StepKind::Reopen, work(message)).await;
    assert!(matches!(reopened, Err(CommandError::NotFound)));
    store.close().await;
}

async fn what_a_team_has_one_of_its_members_claims_and_then_nobody_else(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let ((mei, by_mei), (hua, by_hua)) =
        (desk.hire("mei", Role::Agent).await, desk.hire("hua", Role::Agent).await);
    let (stranger, by_stranger) = desk.hire("anna", Role::Agent).await;
    let team = desk.team("售后", &[mei, hua]).await;
    desk.team("物流", &[stranger]).await;
    let message = id(&desk.submit(&anonymous()).await);
    desk.assign(message, Assignee::Team(team)).await.expect("assigned");
    let outside = desk.commands.claim_message(&by_stranger, work(message)).await;
    assert!(matches!(outside, Err(CommandError::NotFound)));
    let claims = [by_mei, by_hua].map(|by| {
        let commands = desk.commands.clone();
        tokio::spawn(async move { commands.claim_message(&by, work(message)).await })
    });
    let mut won = 0;
    for claim in claims {
        match claim.await.expect("finishes") {
            Ok(_) => won += 1,
            Err(CommandError::Message(MessageError::AlreadyAssigned(Assignee::Member(_)))) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(won, 1);
}

async fn nothing_is_assigned_to_a_team_that_is_no_more_or_never_was(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let message = id(&desk.submit(&anonymous()).await);
    let team = desk.team("售后", &[]).await;
    desk.assign(message, Assignee::Team(team)).await.expect("assigned");
    let again = desk.assign(message, Assignee::Team(team)).await;
    assert!(matches!(again, Err(CommandError::Message(MessageError::AlreadySo))));
    desk.commands.disband_team(&admin(), team).await.expect("disbanded");
    let gone = desk.assign(message, Assignee::Team(team)).await;
    assert!(matches!(gone, Err(CommandError::Message(MessageError::TeamDisbanded))));
    let never = desk.assign(message, Assignee::Team(TeamId(Uuid::from_u128(404)))).await;
    assert!(matches!(never, Err(CommandError::Message(MessageError::TeamUnknown))));
}

async fn what_a_disbanded_team_had_is_everybodys(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (mei, by_mei) = desk.hire("mei", Role::Agent).await;
    let (own, other) = (desk.team("售后", &[mei]).await, desk.team("物流", &[]).await);
    let message = id(&desk.submit(&anonymous()).await);
    desk.assign(message, Assignee::Team(other)).await.expect("assigned");
    let hidden = desk.commands.claim_message(&by_mei, work(message)).await;
    assert!(matches!(hidden, Err(CommandError::NotFound)));
    desk.commands.disband_team(&admin(), other).await.expect("disbanded");
    desk.commands.claim_message(&by_mei, work(message)).await.expect("nobody's is everybody's");
    let reach = desk.commands.reach_of(by_mei.actor).await.expect("readable");
    let Reach::Teams { teams, members } = reach else { panic!("they are in a team") };
    assert_eq!((teams, members), ([own, other].into(), [mei].into()));
}

async fn an_assignment_relies_on_its_team_as_it_is(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let message = id(&desk.submit(&anonymous()).await);
    let team = desk.team("售后", &[]).await;
    desk.assign(message, Assignee::Team(team)).await.expect("this process knows the team");
    let store = desk.database.open(desk.clock.clone()).await;
    commands::Commands::new(store.clone()).disband_team(&admin(), team).await.expect("disbanded");
    desk.commands.step(&admin(), StepKind::Unassign, work(message)).await.expect("back to the queue");
    // What this process knows of the team is old by now.
    let gone = desk.assign(message, Assignee::Team(team)).await;
    assert!(matches!(gone, Err(CommandError::Message(MessageError::TeamDisbanded))));
    store.close().await;
}
