//! Carrying commands out: authorise, load, decide, append, decide again when somebody was faster, answer.
//!
//! Knows the domain and the store, and where facts for a decision come from. Must not know views or HTTP: the log is
//! its only conversation with them.

mod access;
mod accounts;
mod auto_reply;
mod challenge;
mod change;
mod channels;
mod clock;
mod desk;
mod erasure;
mod error;
mod execute;
pub mod files;
mod first_start;
mod idempotency;
mod identity;
mod image_address;
pub mod images;
mod invitations;
mod keys;
mod limits;
mod members;
mod message;
mod password;
mod past;
mod places;
mod presence;
mod refusals;
mod roles;
mod sessions;
mod streams;
mod teams;
mod token;
mod uploads;
mod visitor;
mod visitors;
mod ways_back;
mod work;

pub use accounts::{NewMember, SignInLink, SignedIn};
pub use challenge::Challenge;
pub use channels::{ConnectInput, ConnectedChannel, ReviseChannelInput};
pub use desk::{
    AutoReplyInput, CategoriesInput, DeskInput, FormInput, OpeningHoursInput, ServiceTargetInput,
};
pub use erasure::MessagesOf;
pub use error::CommandError;
pub use first_start::{FIRST_EMAIL, FIRST_NAME};
pub use identity::{IdentityError, IdentitySecret, Visit, VisitInput};
pub use image_address::ImageReader;
pub use invitations::Invited;
pub use keys::{KeyInput, NewKey};
pub use limits::Limits;
pub use members::ReviseInput;
pub use message::{OnBehalf, SubmitInput, Submitted};
pub use password::PasswordError;
pub use past::{Happened, Past, PastEvents, Unique};
pub use places::Place;
pub use sessions::Session;
pub use store::{ImageSize, Receipt};
pub use uploads::{Arrival, FileArrival, ImageArrival, TakenFile, TakenImage, UploadInput, UploadLeave};
pub use visitors::{EraseInput, Erasure, VisitorInput};
pub use work::{
    AssignInput, CategorizeInput, ContinueInput, FollowUpInput, NoteInput, PrioritizeInput, RateInput,
    ReplyInput, ReviewInput, TagInput, Target, WorkInput,
};

/// The names of the rules that act by themselves, as they stand in the metadata of events.
pub mod rules {
    pub use crate::{
        auto_reply::RULE as AUTO_REPLY,
        clock::{FOLLOW_UP, OVERDUE, SHREDDED},
        erasure::RULE as ERASED,
        first_start::RULE as FIRST_START,
        refusals::RULE as REFUSED,
    };
}

use domain::{actor::Actor, locale::Locale};
use files::FileRoom;
use images::{ImageRoom, Space};
use limits::Limiter;
use password::Passwords;
use std::{net::IpAddr, time::Duration};
use store::Store;
use uuid::Uuid;
use visitor::Contacts;

/// Everything that can be asked to happen. Its clones share one store.
#[derive(Clone, Debug)]
pub struct Commands {
    store: Store,
    passwords: Passwords,
    contacts: Contacts,
    limiter: Limiter,
    images: ImageRoom,
    files: FileRoom,
    /// How long an answer waits until keys are destroyed.
    patience: Duration,
}

/// Who asks, in which language, and in the course of which request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// A token was sent that opens nothing (any more): they are anonymous, and should be told.
    pub token_unknown: bool,
    /// Their language.
    pub locale: Option<Locale>,
    /// The request that it all belongs to.
    pub correlation_id: Uuid,
    /// Where they ask from; `None`: from this machine, by its command line or its own rules.
    pub address: Option<IpAddr>,
}

impl Commands {
    /// The commands on this store, without limits.
    pub fn new(store: Store) -> Self {
        let limiter = Limiter::new(Limits::NONE);
        let (passwords, contacts, space) = (Passwords::new(), Contacts::new(), Space::default());
        let (images, files) = (ImageRoom::new(space), FileRoom::new(space));
        Self { store, passwords, contacts, limiter, images, files, patience: store::READ_YOUR_WRITES }
    }

    /// The same within limits.
    #[must_use]
    pub fn limited(self, limits: Limits) -> Self {
        Self { limiter: Limiter::new(limits), ..self }
    }

    /// The same with other room for pictures and files.
    #[must_use]
    pub fn with_space(self, space: Space) -> Self {
        Self { images: ImageRoom::new(space), files: FileRoom::new(space), ..self }
    }

    /// The same, where an answer waits as long as this until keys are destroyed.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The clock that everything is decided by.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.store.clock().now()
    }

    /// How many passwords have been compared since this process started.
    pub fn passwords_compared(&self) -> u64 {
        self.passwords.compared()
    }
}
