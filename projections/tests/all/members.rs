//! Members as a list: what they may do, how they are called, and their keys.

use super::{Desk, MEMBER};
use domain::{
    access::{Permissions, Role},
    ids::KeyId,
    member::{CreateKey, Giving, Handle, HandleRevised, Member, MemberCommand, Vendor},
    personal::Personal,
    text::Name,
};
use projections::PageRequest;
use std::time::Duration;
use store::{Dialect, StreamKey, on_both_databases};
use uuid::Uuid;

on_both_databases!(
    a_member_is_listed_as_they_are_now,
    a_key_is_listed_until_it_is_revoked_and_what_has_ended_makes_room,
    what_was_erased_of_a_member_is_gone,
);

impl Desk {
    async fn change_member(&self, command: MemberCommand) {
        let key = StreamKey { id: format!("member/{MEMBER}"), parent: None };
        self.carry_out::<Member>(MEMBER.0, key, command).await;
    }

    async fn create_key(&self, n: u128, seconds: u64) {
        let at = self.clock.now();
        self.change_member(MemberCommand::CreateKey(CreateKey {
            at,
            key_id: KeyId(Uuid::from_u128(n)),
            name: Name::parse("报表").expect("a name"),
            permissions: Permissions::named(["messages.read"]).expect("a permission"),
            held: Role::Agent.grants(),
            expires_at: at + Duration::from_secs(seconds),
        }))
        .await;
    }
}

async fn a_member_is_listed_as_they_are_now(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.invite().await;
    let listed = async || desk.views.member(MEMBER).await.expect("readable").expect("a member");
    assert!(!listed().await.joined);
    desk.join().await;
    let handle = |of, to: &str| HandleRevised { of, to: Some(Handle::parse(to).expect("a handle").into()) };
    let name = Name::parse("韩梅").ok();
    let handles = vec![handle(Vendor::Feishu, "ou_1"), handle(Vendor::Mobile, "138")];
    desk.change_member(MemberCommand::Revise { at: desk.clock.now(), name, handles }).await;
    let gone = vec![HandleRevised { of: Vendor::Mobile, to: None }];
    desk.change_member(MemberCommand::Revise { at: desk.clock.now(), name: None, handles: gone }).await;
    let (role, giving) = (Role::Lead.into(), Giving::everything());
    let at = desk.clock.now();
    desk.change_member(MemberCommand::ChangeRole { at, role, giving, administered: true }).await;
    let row = listed().await;
    let told = (row.name.text(), row.role.as_str(), row.joined, row.active);
    assert_eq!(told, (Some("韩梅"), "LEAD", true, true));
    assert_eq!(row.handles.feishu.as_ref().and_then(Personal::text), Some("ou_1"));
    assert!(row.handles.mobile.is_none() && row.handles.wecom.is_none());
    let (at, giving) = (desk.clock.now(), Giving::everything());
    desk.change_member(MemberCommand::Deactivate { at, giving, administered: true }).await;
    assert!(!listed().await.active);
    let (at, giving) = (desk.clock.now(), Giving::everything());
    desk.change_member(MemberCommand::Reactivate { at, giving }).await;
    assert!(listed().await.active);
    let page = desk.views.member_page(&PageRequest::default()).await.expect("a page");
    assert_eq!(page.rows.iter().map(|(_, row)| row.id).collect::<Vec<_>>(), [MEMBER]);
    assert_eq!(desk.views.member_count().await.expect("a count"), 1);
}

async fn a_key_is_listed_until_it_is_revoked_and_what_has_ended_makes_room(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.invite().await;
    desk.join().await;
    let keys = async || desk.views.member(MEMBER).await.expect("readable").expect("a member").keys;
    desk.create_key(1, 60).await;
    desk.create_key(2, 6_000).await;
    let listed = keys().await;
    assert_eq!(listed.iter().map(|key| key.id.0.as_u128()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((listed[0].name.text(), listed[0].permissions.names()), (Some("报表"), vec!["messages.read"]));
    let revoke = MemberCommand::RevokeKey { at: desk.clock.now(), key_id: KeyId(Uuid::from_u128(2)) };
    desk.change_member(revoke).await;
    desk.clock.advance(Duration::from_secs(60));
    desk.create_key(3, 60).await;
    assert_eq!(keys().await.iter().map(|key| key.id.0.as_u128()).collect::<Vec<_>>(), [3]);
    let rows =
        desk.store.database().views.rows("SELECT api_keys FROM members_2", &[]).await.expect("readable");
    assert!(!rows[0].text("api_keys").expect("text").contains("报表"));
}

async fn what_was_erased_of_a_member_is_gone(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    desk.invite().await;
    desk.join().await;
    desk.create_key(1, 60).await;
    desk.store.destroy_key(&format!("member/{MEMBER}")).await.expect("destroyed");
    let row = desk.views.member(MEMBER).await.expect("readable").expect("a member");
    assert!(matches!(row.name, Personal::Erased) && matches!(row.email, Personal::Erased));
    assert!(matches!(row.keys[0].name, Personal::Erased));
}
