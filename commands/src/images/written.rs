//! A file that is being written and may not grow beyond a bound.

use super::ImageRefusal;
use std::io;

/// What `write` writes, if that is at most so many bytes; it is stopped when it goes beyond.
pub(super) fn within<E>(
    most: usize,
    write: impl FnOnce(&mut Written) -> Result<(), E>,
) -> Result<Vec<u8>, ImageRefusal> {
    let mut written = Written { bytes: Vec::new(), most, is_full: false };
    let result = write(&mut written);
    match result {
        _ if written.is_full => Err(ImageRefusal::TooLargeAnew { most }),
        Ok(()) => {
            // It waits to be stored: without the room that it grew in.
            written.bytes.shrink_to_fit();
            Ok(written.bytes)
        }
        // Encoders refuse what has no sense, and that came from the file.
        Err(_) => Err(ImageRefusal::Damaged),
    }
}

/// Takes bytes up to a bound.
pub(super) struct Written {
    bytes: Vec<u8>,
    most: usize,
    is_full: bool,
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.most - self.bytes.len() < bytes.len() {
            self.is_full = true;
            return Err(io::Error::other("larger than its limit"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
