//! The databases: PostgreSQL and embedded SQLite, behind one set of SQL texts.
//!
//! Knows how events are appended, read and followed, how personal data is sealed, and where keys and credentials
//! lie. Must not know what any event means: it moves payloads and turns `{"$personal": …}` markers, wherever they
//! stand, from clear to sealed and back.

mod accounts;
mod api_keys;
mod append;
mod blobs;
mod cache;
mod channels;
mod clock;
mod database;
mod destroy;
mod error;
mod event;
mod follow;
mod held;
mod idempotency;
mod images;
mod keys;
mod limits;
mod load;
mod lock;
mod many;
mod master;
mod measures;
mod migrate;
mod once;
mod people;
mod place;
mod presence;
pub mod random;
mod read;
mod rebuild;
mod refusals;
mod rename;
mod seal;
mod secrets;
mod sessions;
mod sole;
mod sql;
mod store;
mod teams;
#[cfg(feature = "testing")]
pub mod testing;
mod tokens;

pub use accounts::{Account, CredentialRow, TokenHash};
pub use api_keys::{KeyChange, KeyRow};
pub use append::{Append, Appended, NewEvent, Receipt, Reservation, Stood, StreamAppend, StreamKey};
pub use cache::Known;
pub use channels::ChannelChange;
pub use clock::Clock;
pub use database::{Database, DatabaseUrl, Dialect};
pub use destroy::{Destroyer, Destruction, DestructionStatus};
pub use error::{AppendError, StoreError};
pub use event::{RecordedEvent, micros};
pub use follow::{BoxFuture, FollowerStatus, Followers, Handle, HandleError, View};
pub use idempotency::Idempotency;
pub use images::{AttachedImage, ImageChange, ImageFacts, ImageSize, NewUpload, Upload};
pub use limits::{Rate, Taken};
pub use load::Loaded;
pub use lock::{AlreadyServed, ServerLock};
pub use many::{Column, Kind};
pub use measures::Burden;
pub use people::AccountChange;
pub use read::LogFilter;
pub use rebuild::{RebuildError, RebuildProgress, RebuildStep};
pub use refusals::RefusalCount;
pub use secrets::Secret;
pub use sessions::SessionRow;
pub use sole::{Sole, Standby};
pub use sql::{Open, Row, Side, Tx, Value, placeholders};
pub use store::{Store, StoreConfig};
pub use teams::{TeamChange, TeamsOf};
