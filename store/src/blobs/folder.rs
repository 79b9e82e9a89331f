//! A folder of files, each whole or absent: written under another name, brought to the disk, renamed.

use std::{
    io::{Error, ErrorKind},
    path::PathBuf,
};
use tokio::{
    fs::{self, File},
    io::AsyncWriteExt,
};

/// What a file is called while it is written.
const UNFINISHED: &str = "part";

/// It is made when the first file comes.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    folder: PathBuf,
}

impl Folder {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Writes a file, and comes back once it would survive a power cut. Names are ours: an id, a dot, a word.
    pub(crate) async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        fs::create_dir_all(&self.folder).await?;
        let (file, unfinished) = (self.folder.join(name), self.unfinished(name));
        let mut written = File::create(&unfinished).await?;
        written.write_all(bytes).await?;
        written.sync_all().await?;
        drop(written);
        fs::rename(&unfinished, &file).await?;
        // The name, too, has to be on the disk.
        #[cfg(unix)]
        File::open(&self.folder).await?.sync_all().await?;
        Ok(())
    }

    /// Reads a file; `None`: there is none.
    pub(crate) async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        match fs::read(self.folder.join(name)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes a file, and what somebody who was killed had written of it.
    pub(crate) async fn remove(&self, name: &str) -> Result<(), Error> {
        for file in [self.folder.join(name), self.unfinished(name)] {
            match fs::remove_file(file).await {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    fn unfinished(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{UNFINISHED}"))
    }
}
