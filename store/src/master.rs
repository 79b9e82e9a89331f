//! The master key: a file beside, not in, the data directory. Who has it and the database can read everything; who
//! has only one of them can read nothing.

use crate::{
    error::StoreError,
    random,
    seal::{Key, length_prefixed},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ring::digest::{SHA256, digest};
use std::{
    fs,
    io::{ErrorKind, Write},
    path::Path,
};
use zeroize::Zeroize;

/// The key that wraps visitors' and members' keys, and its public id.
#[derive(Clone)]
pub(crate) struct MasterKey {
    pub(crate) id: String,
    key: Key,
}

impl MasterKey {
    fn new(key: Key) -> Self {
        let fingerprint = digest(&SHA256, &length_prefixed(&[b"leaveword master key id 1", &key.0]));
        let id =
            fingerprint.as_ref()[..8].iter().fold("master/".to_owned(), |id, byte| format!("{id}{byte:02x}"));
        Self { id, key }
    }

    /// Reads the file; `None` when there is none.
    pub(crate) fn read(file: &Path) -> Result<Option<Self>, StoreError> {
        let mut text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(StoreError::Setup(format!(
                    "cannot read the master key {}: {error}",
                    file.display()
                )));
            }
        };
        if let Err(error) = is_private(file) {
            text.zeroize();
            return Err(error);
        }
        let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        text.zeroize();
        match bytes {
            Some(bytes) => Ok(Some(Self::new(Key(bytes)))),
            None => Err(StoreError::Setup(format!(
                "{} is not a master key (32 bytes in base64); put the right file there, or name it with \
                 LEAVEWORD_MASTER_KEY_FILE",
                file.display()
            ))),
        }
    }

    /// Makes a new key and its file, readable by its owner alone.
    pub(crate) fn create(file: &Path) -> Result<Self, StoreError> {
        let key = Key::generate();
        let mut text = STANDARD.encode(key.0);
        text.push('\n');
        let written = publish(file, text.as_bytes());
        text.zeroize();
        match written {
            Ok(()) => Ok(Self::new(key)),
            // Another process was first: its key counts.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::read(file)?
                .ok_or_else(|| StoreError::Setup(format!("{} is gone again", file.display()))),
            Err(error) => {
                Err(StoreError::Setup(format!("cannot make the master key {}: {error}", file.display())))
            }
        }
    }

    /// A key or secret wrapped under this one, for that name and nothing else.
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }
}

/// Refuses a file that others than its owner may read or write.
#[cfg(unix)]
fn is_private(file: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let name = file.display();
    let mode = match fs::metadata(file) {
        Ok(metadata) => metadata.permissions().mode() & 0o777,
        Err(error) => return Err(StoreError::Setup(format!("cannot read the master key {name}: {error}"))),
    };
    let for_others = mode & 0o077;
    if for_others == 0 {
        return Ok(());
    }
    Err(StoreError::Setup(format!(
        "others on this machine may read the master key {name} (its mode is {mode:03o}): chmod 600 {name}"
    )))
}

/// Who may read it is for the system to say.
#[cfg(not(unix))]
fn is_private(_file: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// Writes a file that is there whole or not at all, and never takes another's place.
fn publish(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let unfinished = file.with_extension(format!("{:016x}", u64::from_be_bytes(random::bytes())));
    write_private(&unfinished, bytes)?;
    let published = fs::hard_link(&unfinished, file);
    fs::remove_file(&unfinished)?;
    published
}

fn write_private(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut handle = options.open(file)?;
    handle.write_all(bytes)?;
    handle.sync_all()
}
