//! The desk that is read: made up as `leaveword generate` makes one up, its views filled, with a member who sees all of it.

use commands::{Caller, Commands, NewMember};
use domain::{
    access::{Reach, Role},
    actor::Actor,
    ids::MemberId,
    member::MemberEmail,
    message::MessageStatus,
    text::Name,
};
use projections::{MessageFilter, Projections, Reader, VIEWS};
use server::generate::{self, Options};
use store::{
    Clock, RebuildProgress, Store,
    testing::{self, TestDatabase},
};
use tokio::sync::watch;
use uuid::Uuid;

/// How many days it has been there: three years.
const DAYS: u32 = 3 * 365;
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
        let token = member(&store).await?;
        let (progress, _) = watch::channel(RebuildProgress::default());
        store.rebuild(VIEWS, &progress).await.map_err(|error| error.to_string())?;
        let projections = Projections::reading(&store);
        let mut after = i64::MIN;
        while let Some(day) =
            projections.put_statistics_together(after).await.map_err(|error| error.to_string())?
        {
            after = day;
        }
        Ok(Self { store, projections, token })
    }

    /// Waits until a server has told all that was due, and the list has followed.
    pub(crate) async fn at_rest(&self) {
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

async fn member(store: &Store) -> Result<String, String> {
    let commands = Commands::new(store.clone());
    let signed_in = async {
        let email = MemberEmail::parse("peers@example.com").expect("an address");
        let name = Name::parse("韩梅梅").expect("a name");
        let new = NewMember { name, email: email.clone(), role: Role::Admin.into() };
        let caller = Caller::system("bench");
        commands.add_member(&caller, new, None).await?;
        let link = commands.create_sign_in_link(&email).await?;
        commands.redeem_sign_in_link(&caller, &link.token, "correct horse battery").await
    };
    signed_in.await.map(|it| it.token).map_err(|error: commands::CommandError| error.to_string())
}
