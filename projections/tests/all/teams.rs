//! Teams as a list, and scopes: what the list shows is what the domain says that a scope takes in.

use super::{Desk, MEMBER, TEAM};
use domain::{
    access::{Permission, Reach, Role, scope},
    actor::Actor,
    ids::{MemberId, MessageId, TeamId},
    message::Assignee,
    team::TeamCommand,
    text::Name,
};
use projections::{MessageFilter, MessageOrder, PageRequest, Reader};
use std::collections::BTreeSet;
use store::{Dialect, on_both_databases};
use uuid::Uuid;

on_both_databases!(
    a_team_is_listed_with_its_members_until_it_is_disbanded,
    the_list_shows_what_a_scope_takes_in_and_nothing_else,
);

async fn a_team_is_listed_with_its_members_until_it_is_disbanded(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.invite().await;
    desk.join().await;
    desk.form_team().await;
    let join = TeamCommand::Join {
        at: desk.clock.now(),
        member: MEMBER,
        standing: domain::message::Standing::Active,
    };
    desk.change_team(TEAM, join).await;
    desk.rename_team().await;
    let teams = desk.views.teams().await.expect("readable");
    assert_eq!(teams.len(), 1);
    assert_eq!((teams[0].id, &teams[0].name), (TEAM, &Name::parse("物流").expect("a name")));
    assert_eq!(teams[0].members, BTreeSet::from([MEMBER]));
    desk.change_team(TEAM, TeamCommand::Disband { at: desk.clock.now() }).await;
    assert!(desk.views.teams().await.expect("readable").is_empty());
    let gone = desk.views.team(TEAM).await.expect("readable").expect("still known");
    assert!(gone.disbanded && gone.members.is_empty());
}

const COLLEAGUE: MemberId = MemberId(Uuid::from_u128(8));
const STRANGER: MemberId = MemberId(Uuid::from_u128(9));
const OTHERS: TeamId = TeamId(Uuid::from_u128(71));

/// A message for each way to have one; the first is nobody's.
async fn held(desk: &Desk) -> Vec<(MessageId, Option<Assignee>)> {
    desk.arrive(1).await;
    let holders = [
        None,
        Some(Assignee::Member(MEMBER)),
        Some(Assignee::Member(COLLEAGUE)),
        Some(Assignee::Member(STRANGER)),
        Some(Assignee::Team(TEAM)),
        Some(Assignee::Team(OTHERS)),
    ];
    let mut all = Vec::new();
    for (n, holder) in (1..).zip(holders) {
        desk.submit(n, 1).await;
        if let Some(to) = holder {
            desk.assign(n, 1, to).await;
        }
        all.push((Desk::message(n), holder));
    }
    all
}

fn teams() -> Reach {
    Reach::Teams { teams: BTreeSet::from([TEAM]), members: BTreeSet::from([MEMBER, COLLEAGUE]) }
}

async fn listed(desk: &Desk, reader: &Reader, filter: &MessageFilter) -> Vec<MessageId> {
    let page = PageRequest::default();
    let page = desk.views.messages(reader, filter, MessageOrder::OldestFirst, &page).await.expect("a page");
    let ids: Vec<_> = page.rows.iter().map(|(_, row)| row.id).collect();
    let count = desk.views.message_count(reader, filter).await.expect("a count");
    assert_eq!(usize::try_from(count), Ok(ids.len()), "the count is the list's");
    ids
}

async fn the_list_shows_what_a_scope_takes_in_and_nothing_else(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let all = held(&desk).await;
    for (role, reach) in [
        (Role::Agent, Reach::Desk),
        (Role::Agent, teams()),
        (Role::Lead, teams()),
        (Role::Admin, teams()),
        (Role::Auditor, teams()),
    ] {
        let actor = Actor::Member { id: MEMBER, grants: role.grants() };
        let reader = Reader::of_messages(actor, &reach).expect("reads");
        let scope = scope(actor, Permission::MessagesRead).expect("held");
        let within: Vec<MessageId> = all
            .iter()
            .filter(|(_, holder)| reach.takes_in(scope, MEMBER, *holder))
            .map(|(id, _)| *id)
            .collect();
        assert_eq!(listed(&desk, &reader, &MessageFilter::default()).await, within, "{role:?} {reach:?}");
        for (id, _) in &all {
            let row = desk.views.message(&reader, *id).await.expect("readable");
            assert_eq!(row.is_some(), within.contains(id), "{role:?}: one message is as the list has it");
        }
        let of = desk.views.visitor_message_counts(&reader, &[Desk::visitor(1)]).await.expect("a count");
        let of = of.first().map_or(0, |(_, left)| *left);
        let left = usize::try_from(of);
        assert_eq!(left, Ok(within.len()), "{role:?}: what a visitor has left, within the scope");
        let counts = desk.views.message_counts(&reader, &MessageFilter::default()).await.expect("counts");
        let total = usize::try_from(counts.total);
        assert_eq!(total, Ok(within.len()), "{role:?}: what is counted, within the scope");
    }
    // A filter never shows more than the scope.
    let reader = Reader::of_messages(Actor::Member { id: MEMBER, grants: Role::Agent.grants() }, &teams())
        .expect("reads");
    let of_teams = |team_id| MessageFilter { team_id, ..MessageFilter::default() };
    assert_eq!(listed(&desk, &reader, &of_teams(vec![TEAM, OTHERS])).await, [all[4].0]);
    let of_members = |assignee_id| MessageFilter { assignee_id, ..MessageFilter::default() };
    assert_eq!(listed(&desk, &reader, &of_members(vec![STRANGER, COLLEAGUE])).await, [all[2].0]);
    assert!(listed(&desk, &reader, &of_members(vec![MemberId(TEAM.0)])).await.is_empty(), "no member's id");
    let queue = MessageFilter { unassigned: Some(true), ..MessageFilter::default() };
    assert_eq!(listed(&desk, &reader, &queue).await, [all[0].0]);
}
