//! One server per data directory: SQLite has one writer, and a second server would not know of the first.

use crate::database::make_private;
use std::{fs::File, path::Path};

/// Held as long as a server serves a data directory; the system lets go of it when the process dies, however.
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
}

/// Why a server may not serve this directory.
#[derive(Debug, thiserror::Error)]
pub enum AlreadyServed {
    /// Another server does.
    #[error("another Leaveword serves the data directory {0} already; stop it, or give this one its own")]
    Held(String),
    /// The lock file cannot be opened.
    #[error("cannot lock the data directory {0}: {1}")]
    Failed(String, std::io::Error),
}

impl ServerLock {
    /// Takes the lock, or says who is in the way.
    pub fn take(directory: &Path) -> Result<Self, AlreadyServed> {
        let shown = directory.display().to_string();
        let failed = |error| AlreadyServed::Failed(shown.clone(), error);
        make_private(directory).map_err(failed)?;
        let file = File::options()
            .create(true)
            .write(true)
            .truncate(false)
            .open(directory.join("lock"))
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(std::fs::TryLockError::WouldBlock) => Err(AlreadyServed::Held(shown)),
            Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}
