//! One server per data directory: SQLite has one writer, and a second server would not know of the first. And one process
//! at a time that opens it: the very first switches the files to write-ahead logs and makes the tables.

use crate::database::make_private;
use std::{fs::File, path::Path, time::Duration};
use tokio::time::{Instant, sleep};

/// How long a process waits for others that open the same directory: longer than any migration so far.
const PATIENCE: Duration = Duration::from_secs(60);
const AGAIN: Duration = Duration::from_millis(20);

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

/// Waits for its turn to open the data directory; the turn ends when this is dropped.
pub(crate) async fn opening(directory: &Path) -> std::io::Result<File> {
    let file =
        File::options().create(true).write(true).truncate(false).open(directory.join("lock.opening"))?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(std::fs::TryLockError::WouldBlock) if Instant::now() < deadline => sleep(AGAIN).await,
            Err(error) => return Err(error.into()),
        }
    }
}
