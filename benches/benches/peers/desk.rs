//! The desk that is read: made up as `leaveword generate` makes one up, its views filled, with a member who sees all of it.

use commands::{AssignInput, Caller, Commands, NewMember};
use domain::{
    access::{Reach, Role},
    actor::Actor,
    ids::MemberId,
    member::MemberEmail,
    message::{Assignee, MessageStatus},
    text::Name,
};
use projections::{MessageFilter, MessageOrder, PageRequest, Projections, Reader, VIEWS};
use server::generate::{self, Options};
use store::{
    Clock, RebuildProgress, Store,
    testing::{self, TestDatabase},
};
use tokio::sync::watch;
use uuid::Uuid;

/// How many days it has been there: three years.
const DAYS: u32 = 3 * 365;
/// So many of the newest open messages are looked at, and every third of them is given to somebody.
const LOOKED_AT: i32 = 100;
/// Nothing new has happened for so many days: what is due by the clock is told when the server starts, and then there is
/// nothing that changes by itself.
const QUIET_DAYS: i64 = 60;

pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) projections: Projections,
    /// The session of a member who sees every message.
    pub(crate) token: String,
}

impl Desk {
    pub(crate) async fn make(database: &TestDatabase, messages: u64) -> Result<Self, String> {
        let store = database.open(Clock::system()).await;
        let until = store.clock().now() - chrono::TimeDelta::days(QUIET_DAYS);
        let options = Options { messages, seed: 7, days: DAYS, until };
        generate::into(&store, &options, |_| {}).await.map_err(|error| error.to_string())?;
        let commands = Commands::new(store.clone());
        let (token, member) = member(&commands).await?;
        let (progress, _) = watch::channel(RebuildProgress::default());
        store.rebuild(VIEWS, &progress).await.map_err(|error| error.to_string())?;
        let projections = Projections::reading(&store);
        let mut after = i64::MIN;
        while let Some(day) =
            projections.put_statistics_together(after).await.map_err(|error| error.to_string())?
        {
            after = day;
        }
        let desk = Self { store, projections, token };
        desk.assign(&commands, member).await?;
        Ok(desk)
    }

    /// Gives some of the newest open messages to the desk's members in turn: in a made-up desk whoever takes a message answers it
    /// soon, and what is open is nobody's.
    async fn assign(&self, commands: &Commands, by: MemberId) -> Result<(), String> {
        let actor = Actor::Member { id: by, grants: Role::Admin.grants() };
        let reader = Reader::of_messages(actor, &Reach::Desk).map_err(|error| error.to_string())?;
        let caller = Caller { actor, ..Caller::system("bench") };
        let filter = MessageFilter { status: vec![MessageStatus::Open], ..MessageFilter::default() };
        let first = PageRequest::forward(Some(LOOKED_AT), None);
        let open = self.projections.messages(&reader, &filter, MessageOrder::LastActivity, &first).await;
        let members = self.projections.member_page(&PageRequest::forward(Some(10), None)).await;
        let (open, members) = (open.map_err(|it| it.to_string())?, members.map_err(|it| it.to_string())?);
        let members = members.rows.iter().filter(|(_, member)| member.active).cycle();
        let nobodys = open.rows.iter().step_by(3).filter(|(_, message)| message.assignee_id.is_none());
        for ((_, message), (_, member)) in nobodys.zip(members) {
            let to = Assignee::Member(member.id);
            let input = AssignInput { target: message.id.into(), to, reason: None };
            commands.assign_message(&caller, input).await.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Waits until a server has told all that was due, and the list has followed.
    pub(crate) async fn at_rest(&self) {
        testing::soon("following", || async {
            let Ok(head) = self.store.head().await else { return false };
            self.projections.wait_for(&["message_list"], head).await.is_ok_and(|followed| followed)
        })
        .await;
        let now = self.store.clock().now();
        testing::soon("telling all that was due", || async {
            let due = self.projections.due(None, 1).await;
            due.is_ok_and(|due| due.first().is_none_or(|due| due.due_at > now))
        })
        .await;
    }

    /// How many messages the filter finds.
    pub(crate) async fn open(&self) -> Result<i64, String> {
        let admin = Actor::Member { id: MemberId(Uuid::from_u128(1)), grants: Role::Admin.grants() };
        let reader = Reader::of_messages(admin, &Reach::Desk).map_err(|error| error.to_string())?;
        let filter = MessageFilter { status: vec![MessageStatus::Open], ..MessageFilter::default() };
        self.projections.message_count(&reader, &filter).await.map_err(|error| error.to_string())
    }
}

async fn member(commands: &Commands) -> Result<(String, MemberId), String> {
    let signed_in = async {
        let email = MemberEmail::parse("peers@example.com").expect("an address");
        let name = Name::parse("韩梅梅").expect("a name");
        let new = NewMember { name, email: email.clone(), role: Role::Admin.into() };
        let caller = Caller::system("bench");
        commands.add_member(&caller, new, None).await?;
        let link = commands.create_sign_in_link(&email).await?;
        commands.redeem_sign_in_link(&caller, &link.token, "correct horse battery").await
    };
    let signed_in = signed_in.await.map_err(|error: commands::CommandError| error.to_string())?;
    Ok((signed_in.token, signed_in.member_id))
}
