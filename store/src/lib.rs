//! The databases: PostgreSQL and embedded SQLite, behind one set of SQL texts.
//!
//! Knows how events are appended, read and followed, how personal data is sealed, and where keys and credentials
//! lie. Must not know what any event means: it moves payloads and turns `{"$personal": …}` markers, wherever they
//! stand, from clear to sealed and back.

mod accounts;
mod acted;
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
mod files;
mod follow;
mod hashed;
mod held;
mod idempotency;
mod images;
mod keys;
mod lent;
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
mod roles;
mod seal;
mod secrets;
mod sessions;
mod sets;
mod snapshot;
mod sole;
mod sql;
mod store;
mod sweep;
mod teams;
#[cfg(feature = "testing")]
pub mod testing;
mod tokens;
mod uploads;
mod ways_back;
mod within;

pub use accounts::{Account, CredentialRow, TokenHash};
pub use api_keys::{KeyChange, KeyRow};
pub use append::{
    Append, Appended, NewEvent, Past, PastAppend, Receipt, Reservation, Stood, StreamAppend, StreamKey,
};
pub use blobs::{BucketPlace, BucketPlaceFault};
pub use cache::Known;
pub use channels::ChannelChange;
pub use clock::Clock;
pub use database::{Database, DatabaseUrl, Dialect};
pub use destroy::{Destroyer, Destruction, DestructionStatus};
pub use error::{AppendError, StoreError};
pub use event::{RecordedEvent, micros};
pub use files::{AttachedFile, FILE_PART, FileFacts};
pub use follow::{BoxFuture, FollowerStatus, Followers, Handle, HandleError, READ_YOUR_WRITES, View};
pub use idempotency::Idempotency;
pub use images::{AttachedImage, ImageFacts, ImageSize};
pub use limits::{Rate, Taken};
pub use load::Loaded;
pub use lock::{AlreadyServed, ServerLock};
pub use many::{Column, Kind};
pub use measures::Burden;
pub use people::AccountChange;
pub use read::LogFilter;
pub use rebuild::{RebuildError, RebuildProgress, RebuildStep};
pub use refusals::RefusalCount;
pub use roles::{Authority, RolesChange};
pub use secrets::Secret;
pub use sessions::SessionRow;
pub use sets::word;
pub use snapshot::Snapshot;
pub use sole::{Sole, Standby};
pub use sql::{Open, Row, Side, Tx, Value, any_of, placeholders};
pub use store::{Store, StoreConfig};
pub use teams::{TeamChange, TeamsOf};
pub use uploads::{NewFile, NewUpload, Swept, Upload, UploadChange};
pub use ways_back::{WayBack, recovery_code, restore_token};
