//! Addresses of pictures and other files: a browser that shows one sends no token, so the address says who reads, and until
//! when.
//!
//! Whoever has the address is taken for that reader, for that one picture or file, for a few minutes; whether they may see it is asked
//! again when they come.

use crate::{Caller, Commands, error::CommandError, roles, token};
use domain::{
    actor::Actor,
    ids::{FileId, ImageId},
};
use store::{ImageSize, TokenHash};

/// An address is good for at least so long, in seconds.
const GOOD_FOR: i64 = 600;
/// It stays the same for so long, in seconds, so that a browser need not fetch the picture again.
const THE_SAME_FOR: i64 = 300;

/// What an address says of whoever reads.
#[derive(Clone)]
pub struct ImageReader {
    /// `visitor-ID` or `member-ID`.
    pub reader: String,
    /// Until when, in seconds since 1970.
    pub until: i64,
    /// That we said so.
    pub signature: String,
}

impl Commands {
    /// What the address of a picture says so that this caller can read it; `None`: they have no name to be read under.
    pub fn image_reader(&self, caller: &Caller, id: ImageId, size: ImageSize) -> Option<ImageReader> {
        self.reader(caller, &id.to_string(), word(size))
    }

    /// The same of another file.
    pub fn file_reader(&self, caller: &Caller, id: FileId) -> Option<ImageReader> {
        self.reader(caller, &id.to_string(), FILE)
    }

    /// Who reads by an address, as they stand now; `None`: it is not ours, it is over, or they are gone.
    pub async fn reader_of_image(
        &self,
        id: ImageId,
        size: ImageSize,
        said: &ImageReader,
    ) -> Result<Option<Actor>, CommandError> {
        self.said(&id.to_string(), word(size), said).await
    }

    /// The same of another file.
    pub async fn reader_of_file(
        &self,
        id: FileId,
        said: &ImageReader,
    ) -> Result<Option<Actor>, CommandError> {
        self.said(&id.to_string(), FILE, said).await
    }

    fn reader(&self, caller: &Caller, id: &str, what: &[u8]) -> Option<ImageReader> {
        let reader = match caller.actor {
            Actor::Visitor(id) => format!("visitor-{id}"),
            Actor::Member { id, .. } | Actor::Key { owner: id, .. } => format!("member-{id}"),
            Actor::Anonymous | Actor::System(_) => return None,
        };
        let now = self.store.clock().now().timestamp();
        let until = (now + GOOD_FOR + THE_SAME_FOR).div_euclid(THE_SAME_FOR) * THE_SAME_FOR;
        let signature = self.signature(id, what, &reader, until);
        Some(ImageReader { reader, until, signature })
    }

    async fn said(&self, id: &str, what: &[u8], said: &ImageReader) -> Result<Option<Actor>, CommandError> {
        let expected = self.signature(id, what, &said.reader, said.until);
        // Hashes are compared: how long that takes says nothing of the signature.
        let is_ours = TokenHash::of(&expected) == TokenHash::of(&said.signature);
        if !is_ours || said.until <= self.store.clock().now().timestamp() {
            return Ok(None);
        }
        Ok(match said.reader.split_once('-') {
            Some(("visitor", id)) => id.parse().ok().map(Actor::Visitor),
            Some(("member", id)) => {
                let found = self.store.authority_of(id).await?;
                found.as_ref().and_then(roles::member)
            }
            _ => None,
        })
    }

    fn signature(&self, id: &str, what: &[u8], reader: &str, until: i64) -> String {
        let until = until.to_string();
        let parts = [id.as_bytes(), what, reader.as_bytes(), until.as_bytes()];
        token::text(&self.store.derive("address of a picture", &parts))
    }
}

const FILE: &[u8] = b"file";

fn word(size: ImageSize) -> &'static [u8] {
    match size {
        ImageSize::Picture => b"picture",
        ImageSize::Thumbnail => b"thumbnail",
    }
}
