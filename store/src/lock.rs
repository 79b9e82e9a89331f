//! One server per data directory: SQLite has one writer, and a second server would not know of the first. And one process
//! at a time that opens it: the very first switches the files to write-ahead logs and makes the tables.

use crate::database::make_private;
use std::{
    fs::{File, TryLockError},
    path::Path,
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// How long a process waits for others that open the same directory: longer than any migration so far.
const PATIENCE: Duration = Duration::from_secs(60);
const AGAIN: Duration = Duration::from_millis(20);
/// So often a server tries again that meets those who only look whether there is one: they hold the lock for microseconds.
const LOOKS: u32 = 2_000;
const LOOK_AGAIN: Duration = Duration::from_millis(1);

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
        let (file, shown) = lock_file(directory)?;
        let failed = |error| AlreadyServed::Failed(shown.clone(), error);
        for _ in 0..LOOKS {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // A server shares it with nobody; whoever looks for one shares it with others who do.
            match file.try_lock_shared() {
                Ok(()) => file.unlock().map_err(failed)?,
                Err(TryLockError::WouldBlock) => return Err(AlreadyServed::Held(shown)),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Err(AlreadyServed::Held(shown))
    }

    /// Does a server hold it? Looking keeps no server out.
    pub(crate) fn is_held(directory: &Path) -> Result<bool, AlreadyServed> {
        let (file, shown) = lock_file(directory)?;
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(AlreadyServed::Failed(shown, error)),
        }
    }
}

fn lock_file(directory: &Path) -> Result<(File, String), AlreadyServed> {
    let shown = directory.display().to_string();
    let failed = |error| AlreadyServed::Failed(shown.clone(), error);
    make_private(directory).map_err(failed)?;
    let file = File::options()
        .create(true)
        .write(true)
        .truncate(false)
        .open(directory.join("lock"))
        .map_err(failed)?;
    Ok((file, shown))
}

/// Waits for its turn to open the data directory; the turn ends when this is dropped.
pub(crate) async fn opening(directory: &Path) -> std::io::Result<File> {
    let file =
        File::options().create(true).write(true).truncate(false).open(directory.join("lock.opening"))?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => sleep(AGAIN).await,
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    fn directory() -> std::path::PathBuf {
        std::env::temp_dir()
            .join(format!("leaveword_lock_{:032x}", u128::from_be_bytes(crate::random::bytes())))
    }

    #[test]
    fn there_is_one_server_and_whoever_looks_finds_it() {
        let directory = directory();
        assert!(!ServerLock::is_held(&directory).expect("looks"));
        let lock = ServerLock::take(&directory).expect("nobody else");
        assert!(ServerLock::is_held(&directory).expect("looks"));
        assert!(matches!(ServerLock::take(&directory), Err(AlreadyServed::Held(_))));
        drop(lock);
        assert!(!ServerLock::is_held(&directory).expect("looks"));
        std::fs::remove_dir_all(directory).expect("removed");
    }

    #[test]
    fn whoever_looks_for_a_server_keeps_none_out() {
        let (directory, ended) = (directory(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !ended.load(Ordering::SeqCst) {
                    ServerLock::is_held(&directory).expect("looks");
                }
            });
            for _ in 0..2_000 {
                let taken = ServerLock::take(&directory);
                if taken.is_err() {
                    ended.store(true, Ordering::SeqCst);
                }
                taken.expect("nobody else is a server");
            }
            ended.store(true, Ordering::SeqCst);
        });
        std::fs::remove_dir_all(directory).expect("removed");
    }
}
