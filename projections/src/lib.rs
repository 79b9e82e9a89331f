//! Everything that follows the log and everything that reads: one view, one file.
//!
//! Knows what each view keeps and how it is asked. Must not know how commands are carried out: the log is its only
//! conversation with them. Views hold personal data only sealed; queries open it when they read.
// A new variant has to be thought of wherever it matters.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod analytics;
mod around;
mod as_of;
mod cursor;
mod deletions;
mod desk;
mod due;
mod error;
mod event;
mod feed;
mod files;
mod fold;
mod history;
mod images;
mod log_index;
mod members;
mod message_entries;
mod message_list;
mod message_search;
mod message_tags;
pub mod notifications;
mod opening;
mod rating;
mod reader;
mod reviews;
pub mod statistics;
mod teams;
mod turns;
mod veil;
mod visitor_messages;
mod visitors;

pub use around::{Around, Called, Tale};
pub use cursor::{BadPage, Page, PageRequest};
pub use desk::InForce;
pub use error::QueryError;
pub use feed::{Change, Changes, Next, Wants};
pub use files::FileRow;
pub use history::{HistoryEntry, HistoryFilter};
pub use images::ImageRow;
pub use members::{HandlesRow, KeyRow, MemberRow};
pub use message_entries::{EntryKind, EntryRow};
pub use message_list::{FollowUpRow, MessageCounts, MessageFacts, MessageFilter, MessageOrder, MessageRow};
pub use rating::RatingRow;
pub use reader::{Reader, ShownContact};
pub use reviews::ReviewRow;
pub use teams::TeamRow;
pub use veil::Quote;
pub use visitor_messages::VisitorMessageRow;
pub use visitors::{VisitorRow, VisitorStanding};

use feed::{Feed, Looks};
use message_search::{Patience, Sweeps};
use statistics::Room;
use std::time::Duration;
use store::{FollowerStatus, Followers, Store, StoreError, View};
use tokio_util::sync::CancellationToken;
use turns::Turns;

/// Every view, with the version of its shape.
pub const VIEWS: &[View] = &[
    View { name: "message_list", version: 5, tables: message_list::TABLES, handle: message_list::project },
    View {
        name: "message_entries",
        version: 3,
        tables: message_entries::TABLES,
        handle: message_entries::project,
    },
    View {
        name: "visitor_messages",
        version: 1,
        tables: &["visitor_messages"],
        handle: visitor_messages::project,
    },
    View { name: "visitors", version: 1, tables: &["visitors"], handle: visitors::project },
    View { name: "message_tags", version: 2, tables: message_tags::TABLES, handle: message_tags::project },
    View { name: "reviews", version: 1, tables: &[reviews::TABLE], handle: reviews::project },
    View { name: "log_index", version: 1, tables: &[log_index::TABLE], handle: log_index::project },
    View { name: "members", version: 2, tables: &["members_2"], handle: members::project },
    View { name: "teams", version: 1, tables: &["teams"], handle: teams::project },
    View { name: "deletions", version: 1, tables: &[deletions::TABLE], handle: deletions::project },
    View {
        name: "message_search",
        version: 1,
        tables: &[message_search::TABLE],
        handle: message_search::project,
    },
    View { name: "statistics", version: 3, tables: statistics::TABLES, handle: statistics::project },
];

/// The views that an answer about a message is read from.
pub const MESSAGE_VIEWS: &[&str] =
    &["message_list", "message_entries", "message_tags", "reviews", "visitor_messages"];
/// The views that an answer about figures is read from.
pub const STATISTICS_VIEWS: &[&str] = &["statistics"];
/// The views that an answer about a member is read from.
pub const MEMBER_VIEWS: &[&str] = &["members"];
/// The views that an answer about a visitor is read from.
pub const VISITOR_VIEWS: &[&str] = &["visitors"];
/// The views that an answer about a team is read from.
pub const TEAM_VIEWS: &[&str] = &["teams"];

/// The views of a store, kept up to date by this process, and every question that can be asked of them.
#[derive(Clone)]
pub struct Projections {
    store: Store,
    followers: Followers,
    feed: Feed,
    looks: Looks,
    /// Of those who search.
    turns: Turns,
    /// … and of those who look for whoever lost what they came with: anybody may ask for that, and takes no member's place.
    recovering: Turns,
    /// How long each of their searches may take.
    search_patience: Patience,
    sweeps: Sweeps,
    /// Turns of those who ask for figures.
    figures: Turns,
    /// … and for what a message adds to them.
    explaining: Turns,
    /// What the facts of all of them may take.
    room: Room,
}

impl Projections {
    /// Starts following the log until `stop` is cancelled.
    pub fn start(store: &Store, stop: &CancellationToken) -> Self {
        Self::of(store, Followers::start(store, VIEWS, stop), stop)
    }

    /// Reads what other processes keep up to date; follows nothing.
    pub fn reading(store: &Store) -> Self {
        let stopped = CancellationToken::new();
        stopped.cancel();
        Self::of(store, Followers::start(store, &[], &stopped), &stopped)
    }

    fn of(store: &Store, followers: Followers, stop: &CancellationToken) -> Self {
        let dialect = store.database().dialect();
        Self {
            store: store.clone(),
            followers,
            feed: Feed::start(store, stop),
            looks: Looks::default(),
            turns: message_search::turns(dialect),
            recovering: message_search::turns(dialect),
            search_patience: Patience::default(),
            sweeps: Sweeps::default(),
            figures: statistics::turns(dialect),
            explaining: statistics::turns(dialect),
            room: Room::new(),
        }
    }

    /// The same, whose views are waited for as long as this.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { followers: self.followers.patient(patience), ..self }
    }

    /// The same, each step of whose searches may take as long as this.
    #[must_use]
    pub fn searching_for(self, each: Duration) -> Self {
        Self { search_patience: Patience::of(each), ..self }
    }

    /// Waits until the followers have ended.
    pub async fn ended(&self) {
        self.feed.ended().await;
        self.followers.ended().await;
    }

    /// How each view is doing.
    pub async fn status(&self) -> Result<Vec<FollowerStatus>, StoreError> {
        self.followers.status().await
    }

    /// Waits until every view has once caught up with the log: before that its answers would be of the past.
    pub async fn filled(&self) -> Result<(), StoreError> {
        self.followers.filled().await
    }

    /// Waits, at most two seconds unless more was said, until these views have seen a position: a writer reads what they wrote.
    pub async fn wait_for(&self, views: &[&str], position: i64) -> Result<bool, StoreError> {
        self.followers.wait_for(views, position).await
    }
}
