//! Files beside the database, for what is too large for its rows: in a folder, or in a bucket of an S3-compatible store. A
//! file is there whole, or not at all.
//!
//! Must not know what is in them: whoever puts something there has sealed it.

mod bucket;
mod folder;

pub use bucket::{BucketPlace, BucketPlaceFault};

use crate::{clock::Clock, random, store::StoreConfig};
use bucket::Bucket;
use folder::Folder;
use std::io::Error;

/// Where the files are.
#[derive(Debug)]
pub(crate) enum Blobs {
    Folder(Folder),
    Bucket(Box<Bucket>),
}

impl Blobs {
    pub(crate) fn new(config: &StoreConfig, clock: &Clock) -> Self {
        match &config.bucket {
            None => Self::Folder(Folder::new(config.images.clone())),
            Some(place) => Self::Bucket(Box::new(Bucket::new(place.clone(), clock.clone()))),
        }
    }

    /// Writes a file, and comes back once it is kept for good. Names are ours: an id, a dot, a word.
    pub(crate) async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        match self {
            Self::Folder(folder) => folder.put(name, bytes).await,
            Self::Bucket(bucket) => bucket.put(name, bytes).await.map_err(Error::other),
        }
    }

    /// Reads a file; `None`: there is none.
    pub(crate) async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        match self {
            Self::Folder(folder) => folder.get(name).await,
            Self::Bucket(bucket) => bucket.get(name).await.map_err(Error::other),
        }
    }

    /// Removes a file, and what somebody who was killed had written of it.
    pub(crate) async fn remove(&self, name: &str) -> Result<(), Error> {
        match self {
            Self::Folder(folder) => folder.remove(name).await,
            Self::Bucket(bucket) => bucket.remove(name).await.map_err(Error::other),
        }
    }

    /// Tries a bucket out with everything that will be asked of it. A folder is made when it is needed.
    pub(crate) async fn try_out(&self) -> Result<(), Error> {
        let Self::Bucket(_) = self else { return Ok(()) };
        let (name, written) = (format!("{:016x}.trial", u64::from_be_bytes(random::bytes())), b"leaveword");
        self.put(&name, written).await?;
        let read = self.get(&name).await?;
        self.remove(&name).await?;
        match read.as_deref() == Some(written.as_slice()) {
            true => Ok(()),
            false => Err(Error::other("the bucket gives back something else than was put there")),
        }
    }
}
