//! Addresses of pictures: a browser that shows one sends no token, so the address says who reads, and until when.
//!
//! Whoever has the address is taken for that reader, for that one picture, for a few minutes; whether they may see it is asked
//! again when they come.

use crate::{Caller, Commands, accounts::parse_member, error::CommandError, token};
use domain::{actor::Actor, ids::ImageId};
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
        let reader = match caller.actor {
            Actor::Visitor(id) => format!("visitor-{id}"),
            Actor::Member { id, .. } | Actor::Key { owner: id, .. } => format!("member-{id}"),
            Actor::Anonymous | Actor::System(_) => return None,
        };
        let now = self.store.clock().now().timestamp();
        let until = (now + GOOD_FOR + THE_SAME_FOR).div_euclid(THE_SAME_FOR) * THE_SAME_FOR;
        let signature = self.signature(id, size, &reader, until);
        Some(ImageReader { reader, until, signature })
    }

    /// Who reads by an address, as they stand now; `None`: it is not ours, it is over, or they are gone.
    pub async fn reader_of_image(
        &self,
        id: ImageId,
        size: ImageSize,
        said: &ImageReader,
    ) -> Result<Option<Actor>, CommandError> {
        let expected = self.signature(id, size, &said.reader, said.until);
        // Hashes are compared: how long that takes says nothing of the signature.
        let is_ours = TokenHash::of(&expected) == TokenHash::of(&said.signature);
        if !is_ours || said.until <= self.store.clock().now().timestamp() {
            return Ok(None);
        }
        Ok(match said.reader.split_once('-') {
            Some(("visitor", id)) => id.parse().ok().map(Actor::Visitor),
            Some(("member", id)) => {
                let role = self.store.role_of(id).await?;
                let member = role.and_then(|role| parse_member(id, &role));
                member.map(|(id, role)| Actor::Member { id, role })
            }
            _ => None,
        })
    }

    fn signature(&self, id: ImageId, size: ImageSize, reader: &str, until: i64) -> String {
        let small: &[u8] = match size {
            ImageSize::Picture => b"picture",
            ImageSize::Thumbnail => b"thumbnail",
        };
        let (id, until) = (id.to_string(), until.to_string());
        let parts = [id.as_bytes(), small, reader.as_bytes(), until.as_bytes()];
        token::text(&self.store.derive("address of a picture", &parts))
    }
}
