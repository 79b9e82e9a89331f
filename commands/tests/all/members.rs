//! Members: invited, revised, promoted, deactivated; and what ends with them.

use super::{Desk, anonymous, caller};
use commands::{Caller, CommandError, Invited, NewMember, ReviseInput};
use domain::{
    access::{Role, RoleId},
    actor::Actor,
    ids::{MemberId, TeamId},
    member::{Member, MemberEmail, MemberError, Vendor},
    text::{Name, Text},
};
use std::{collections::BTreeSet, time::Duration};
use store::{Dialect, on_both_databases};
use uuid::Uuid;

on_both_databases!(
    an_invitation_is_accepted_once_of_two_who_try_at_the_same_moment,
    an_invitation_and_a_sign_in_link_are_two_things,
    an_invitation_expires_after_seven_days_and_a_link_takes_its_place,
    whoever_is_invited_into_a_team_is_in_it,
    only_whoever_manages_members_manages_them,
    everybody_is_called_as_they_like_and_by_an_administrator_as_it_is_right,
    of_two_administrators_who_demote_each_other_one_stays,
    of_two_administrators_who_deactivate_each_other_one_stays,
    whoever_is_deactivated_is_out_at_once_in_every_process,
    a_role_counts_from_the_next_request_on,
    of_two_who_redeem_a_link_at_the_same_moment_one_is_in,
    presence_ends_by_itself,
);

const PASSWORD: &str = "correct horse battery";

pub(super) fn new(who: &str, role: impl Into<RoleId>) -> NewMember {
    let email = MemberEmail::parse(&format!("{who}@example.com")).expect("an address");
    NewMember { name: Name::parse(who).expect("a name"), email, role: role.into() }
}

impl Desk {
    /// Somebody who works here and is signed in: who they are, and their session.
    pub(super) async fn employ(&self, who: &str, role: impl Into<RoleId>) -> (MemberId, Caller, String) {
        let operator = Caller::system("test");
        let id = self.commands.add_member(&operator, new(who, role), Some(PASSWORD)).await.expect("added");
        let email = format!("{who}@example.com");
        let session = self.commands.sign_in(&anonymous(), &email, PASSWORD).await.expect("signs in");
        let actor = self.opens(&session.token).await.expect("a member");
        (id, caller(actor), session.token)
    }

    async fn invite(&self, by: &Caller, who: &str) -> Invited {
        let invited = self.commands.invite_member(by, new(who, Role::Agent), &BTreeSet::new()).await;
        invited.expect("invited")
    }

    async fn opens(&self, token: &str) -> Option<Actor> {
        self.commands.authenticate(token).await.expect("readable")
    }
}

async fn an_invitation_is_accepted_once_of_two_who_try_at_the_same_moment(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (_, admin, _) = desk.employ("admin", Role::Admin).await;
    let invited = desk.invite(&admin, "mei").await;
    let accept = [1, 2].map(|_| {
        let (commands, token) = (desk.commands.clone(), invited.link.token.clone());
        tokio::spawn(async move { commands.accept_invitation(&anonymous(), &token, PASSWORD).await })
    });
    let mut sessions = Vec::new();
    for accepted in accept {
        match accepted.await.expect("finishes") {
            Ok(session) => sessions.push(session),
            Err(CommandError::InvitationUnknown) => {}
            Err(error) => panic!("{error}"),
        }
    }
    let [session] = sessions.as_slice() else { panic!("{} accepted it", sessions.len()) };
    let member = Actor::Member { id: invited.member_id, grants: Role::Agent.grants() };
    assert_eq!(desk.opens(&session.token).await, Some(member));
    assert_eq!((desk.count("MemberJoined").await, desk.count("MemberInvited").await), (2, 3));
    assert!(!format!("{invited:?} {session:?}").contains("lw"), "no token is printed");
    let again = desk.commands.invite_member(&admin, new("MEI", Role::Lead), &BTreeSet::new()).await;
    assert!(matches!(again, Err(CommandError::EmailTaken)));
}

async fn an_invitation_and_a_sign_in_link_are_two_things(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (_, admin, _) = desk.employ("admin", Role::Admin).await;
    let invited = desk.invite(&admin, "mei").await;
    let redeemed = desk.commands.redeem_sign_in_link(&anonymous(), &invited.link.token, PASSWORD).await;
    assert!(matches!(redeemed, Err(CommandError::LinkUnknown)));
    let link = desk.commands.create_link_for(&admin, invited.member_id).await.expect("a link");
    let accepted = desk.commands.accept_invitation(&anonymous(), &link.token, PASSWORD).await;
    assert!(matches!(accepted, Err(CommandError::InvitationUnknown)));
    let earlier = desk.commands.accept_invitation(&anonymous(), &invited.link.token, PASSWORD).await;
    assert!(matches!(earlier, Err(CommandError::InvitationUnknown)), "a link ends what was sent before");
    desk.commands.redeem_sign_in_link(&anonymous(), &link.token, PASSWORD).await.expect("joins by it");
}

async fn an_invitation_expires_after_seven_days_and_a_link_takes_its_place(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (_, admin, _) = desk.employ("admin", Role::Admin).await;
    let (late, early) = (desk.invite(&admin, "mei").await, desk.invite(&admin, "hua").await);
    desk.clock.advance(Duration::from_secs(7 * 24 * 60 * 60 - 1));
    desk.commands.accept_invitation(&anonymous(), &early.link.token, PASSWORD).await.expect("in time");
    desk.clock.advance(Duration::from_secs(1));
    let expired = desk.commands.accept_invitation(&anonymous(), &late.link.token, PASSWORD).await;
    assert!(matches!(expired, Err(CommandError::InvitationUnknown)));
    let link = desk.commands.create_link_for(&admin, late.member_id).await.expect("a link");
    desk.commands.redeem_sign_in_link(&anonymous(), &link.token, PASSWORD).await.expect("joins after all");
}

async fn whoever_is_invited_into_a_team_is_in_it(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (_, admin, _) = desk.employ("admin", Role::Admin).await;
    let formed = desk.commands.form_team(&admin, Name::parse("售后").expect("a name")).await.expect("formed");
    let team = TeamId::typed(&formed.id);
    let invite = async |who, teams| desk.commands.invite_member(&admin, new(who, Role::Agent), &teams).await;
    let absent = invite("hua", BTreeSet::from([TeamId(Uuid::from_u128(404))])).await;
    assert!(matches!(absent, Err(CommandError::TeamUnknown)));
    let mei = invite("mei", BTreeSet::from([team])).await.expect("invited").member_id;
    let reach = desk
        .commands
        .reach_of(Actor::Member { id: mei, grants: Role::Agent.grants() })
        .await
        .expect("readable");
    let theirs = domain::access::Reach::Teams { teams: [team].into(), members: [mei].into() };
    assert_eq!(reach, theirs);
    assert_eq!(desk.count("MemberInvited").await, 3, "nobody was invited into a team that is not there");
}

async fn only_whoever_manages_members_manages_them(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (id, agent, _) = desk.employ("mei", Role::Agent).await;
    let (_, lead, _) = desk.employ("hua", Role::Lead).await;
    for by in [&agent, &lead] {
        let invited = desk.commands.invite_member(by, new("new", Role::Agent), &BTreeSet::new()).await;
        let refused = [
            invited.map(drop),
            desk.commands.change_member_role(by, id, Role::Admin.into()).await.map(drop),
            desk.commands.deactivate_member(by, id).await.map(drop),
            desk.commands.reactivate_member(by, id).await.map(drop),
            desk.commands.create_link_for(by, id).await.map(drop),
        ];
        for refused in refused {
            assert!(matches!(refused, Err(CommandError::Forbidden(_))), "{refused:?}");
        }
    }
    let anyone = desk.commands.deactivate_member(&anonymous(), id).await;
    assert!(matches!(anyone, Err(CommandError::Unauthenticated)));
    let (_, admin, _) = desk.employ("admin", Role::Admin).await;
    let absent = desk.commands.deactivate_member(&admin, MemberId(Uuid::from_u128(404))).await;
    assert!(matches!(absent, Err(CommandError::NotFound)));
}

async fn everybody_is_called_as_they_like_and_by_an_administrator_as_it_is_right(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let ((mei, by_mei, _), (hua, ..)) =
        (desk.employ("mei", Role::Agent).await, desk.employ("hua", Role::Agent).await);
    let (_, admin, _) = desk.employ("admin", Role::Admin).await;
    let revise = || ReviseInput {
        name: Name::parse("韩梅梅").ok(),
        handles: vec![(Vendor::Wecom, Text::parse("HanMeiMei").ok()), (Vendor::Mobile, None)],
    };
    desk.commands.revise_member(&by_mei, mei, revise()).await.expect("their own");
    desk.commands.revise_member(&admin, hua, revise()).await.expect("anybody's");
    let others = desk.commands.revise_member(&by_mei, hua, revise()).await;
    assert!(matches!(others, Err(CommandError::Forbidden(_))));
    let nothing = desk.commands.revise_member(&by_mei, mei, ReviseInput::default()).await;
    assert!(matches!(nothing, Err(CommandError::Member(MemberError::AlreadySo))));
    let sql = "SELECT payload FROM events WHERE event_type = 'MemberRevised'";
    for row in desk.store.database().log.rows(sql, &[]).await.expect("readable") {
        let payload = row.text("payload").expect("text");
        assert!(payload.contains("sealed") && !payload.contains("韩梅梅") && !payload.contains("HanMeiMei"));
    }
}

/// Two administrators who, in two processes, take away from each other what makes them one.
async fn against_each_other<F, G>(dialect: Dialect, go: G)
where
    F: Future<Output = Result<(), CommandError>> + Send + 'static,
    G: Fn(commands::Commands, Caller, MemberId) -> F,
{
    for _ in 0..3 {
        let desk = Desk::open(dialect).await;
        let store = desk.database.open(desk.clock.clone()).await;
        let elsewhere = commands::Commands::new(store.clone());
        let (one, by_one, _) = desk.employ("one", Role::Admin).await;
        let (two, by_two, _) = desk.employ("two", Role::Admin).await;
        let both = [
            tokio::spawn(go(desk.commands.clone(), by_one, two)),
            tokio::spawn(go(elsewhere.clone(), by_two, one)),
        ];
        let mut refused = 0;
        for went in both {
            match went.await.expect("finishes") {
                Ok(()) => {}
                Err(CommandError::Member(MemberError::LastAdministrator)) => refused += 1,
                Err(error) => panic!("{error}"),
            }
        }
        let mut left = 0;
        for id in [one, two] {
            let member = desk.store.load::<Member>(&id.to_string()).await.expect("loads");
            left += usize::from(member.aggregate.administers());
        }
        assert_eq!((refused, left), (1, 1), "one of them stays, and administers the desk");
        store.close().await;
    }
}

async fn of_two_administrators_who_demote_each_other_one_stays(dialect: Dialect) {
    against_each_other(dialect, |commands, by, other| async move {
        commands.change_member_role(&by, other, Role::Lead.into()).await.map(drop)
    })
    .await;
}

async fn of_two_administrators_who_deactivate_each_other_one_stays(dialect: Dialect) {
    against_each_other(dialect, |commands, by, other| async move {
        commands.deactivate_member(&by, other).await.map(drop)
    })
    .await;
}

async fn whoever_is_deactivated_is_out_at_once_in_every_process(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let ((id, agent, session), (_, admin, _)) =
        (desk.employ("mei", Role::Agent).await, desk.employ("admin", Role::Admin).await);
    let store = desk.database.open(desk.clock.clone()).await;
    let elsewhere = commands::Commands::new(store.clone());
    let link = desk.commands.create_link_for(&admin, id).await.expect("a link");
    desk.commands.set_presence(&agent, true).await.expect("said");
    assert!(elsewhere.authenticate(&session).await.expect("readable").is_some());
    desk.commands.deactivate_member(&admin, id).await.expect("deactivated");
    assert_eq!(elsewhere.authenticate(&session).await.expect("readable"), None);
    assert!(elsewhere.present().await.expect("readable").is_empty());
    let signed_in = elsewhere.sign_in(&anonymous(), "mei@example.com", PASSWORD).await;
    assert!(matches!(signed_in, Err(CommandError::WrongCredentials)));
    let redeemed = elsewhere.redeem_sign_in_link(&anonymous(), &link.token, PASSWORD).await;
    assert!(matches!(redeemed, Err(CommandError::LinkUnknown)));
    let link = desk.commands.create_link_for(&admin, id).await;
    assert!(matches!(link, Err(CommandError::Member(MemberError::Deactivated))));
    desk.commands.reactivate_member(&admin, id).await.expect("back");
    assert_eq!(elsewhere.authenticate(&session).await.expect("readable"), None, "what has ended has ended");
    elsewhere.sign_in(&anonymous(), "mei@example.com", PASSWORD).await.expect("with the password they had");
    store.close().await;
}

async fn a_role_counts_from_the_next_request_on(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let ((id, _, session), (_, admin, _)) =
        (desk.employ("mei", Role::Agent).await, desk.employ("admin", Role::Admin).await);
    desk.commands.change_member_role(&admin, id, Role::Auditor.into()).await.expect("changed");
    assert_eq!(desk.opens(&session).await, Some(Actor::Member { id, grants: Role::Auditor.grants() }));
}

async fn of_two_who_redeem_a_link_at_the_same_moment_one_is_in(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let ((id, ..), (_, admin, _)) =
        (desk.employ("mei", Role::Agent).await, desk.employ("admin", Role::Admin).await);
    let link = desk.commands.create_link_for(&admin, id).await.expect("a link");
    let store = desk.database.open(desk.clock.clone()).await;
    let both = [desk.commands.clone(), commands::Commands::new(store.clone())].map(|commands| {
        let token = link.token.clone();
        tokio::spawn(async move { commands.redeem_sign_in_link(&anonymous(), &token, "another horse").await })
    });
    let mut won = 0;
    for redeemed in both {
        match redeemed.await.expect("finishes") {
            Ok(session) => {
                won += 1;
                assert!(desk.opens(&session.token).await.is_some());
            }
            Err(CommandError::LinkUnknown) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(won, 1);
    store.close().await;
}

async fn presence_ends_by_itself(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (id, agent, _) = desk.employ("mei", Role::Agent).await;
    let present = async || desk.commands.present().await.expect("readable");
    assert!(present().await.is_empty());
    desk.commands.set_presence(&agent, true).await.expect("said");
    assert_eq!(present().await, BTreeSet::from([id]));
    desk.clock.advance(Duration::from_secs(4 * 60));
    desk.commands.set_presence(&agent, true).await.expect("said again");
    desk.clock.advance(Duration::from_secs(4 * 60));
    assert_eq!(present().await, BTreeSet::from([id]));
    desk.clock.advance(Duration::from_secs(60));
    assert!(present().await.is_empty(), "five minutes after it was last said");
    let left = async || desk.store.last_left().await.expect("readable");
    let ended = left().await;
    assert_eq!(ended, Some(desk.clock.micros()));
    desk.clock.advance(Duration::from_secs(60));
    desk.commands.set_presence(&agent, true).await.expect("said");
    assert_eq!(left().await, None, "the only one is here");
    desk.clock.advance(Duration::from_secs(60));
    desk.commands.set_presence(&agent, false).await.expect("gone");
    assert!(present().await.is_empty());
    let gone = desk.clock.micros();
    desk.clock.advance(Duration::from_secs(60));
    desk.commands.set_presence(&agent, false).await.expect("gone already");
    assert_eq!(left().await, Some(gone), "when they left, and not when they said it again");
    let visitor = desk.submit(&anonymous()).await.visitor_id;
    let visitor = desk.commands.set_presence(&caller(Actor::Visitor(visitor)), true).await;
    assert!(matches!(visitor, Err(CommandError::NotForYou(_))));
}
