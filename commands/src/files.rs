//! Files other than pictures: what they are by their own first bytes, and how many are on their way at once. They are kept as
//! they come, so nobody looks further into them, and nobody is shown them but as a download.

use crate::{
    images::Space,
    places::{Place, Places},
};
use domain::message::FileFormat;
use std::time::Duration;

/// As much of a file says what it is.
const HEAD: usize = 4096;

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileRefusal {
    /// No bytes.
    #[error("the file is empty: choose it again")]
    Empty,
    /// The file is too large, or larger than it was announced.
    #[error("the file has more than {most} bytes: send a smaller one")]
    TooManyBytes {
        /// The limit in force.
        most: u64,
    },
    /// Its first bytes are those of something else.
    #[error("this is no {}: send it as what it is", .0.name().to_uppercase())]
    NotThat(FileFormat),
    /// Whoever sent it broke off.
    #[error("the file ended before all of it was here: ask for another address and send it again")]
    BrokenOff,
    /// A part of it took too long to come: others wait for the place.
    #[error("the file came too slowly: ask for another address and send it again by a better line")]
    TooSlow,
    /// Too many files are on their way already. Nothing is wrong with this one.
    #[error("the desk is busy with other files: try the same address again in a few seconds")]
    Busy,
}

/// Does a file that begins like this begin as one of this format does? What follows may be anything.
pub fn begins_as(format: FileFormat, bytes: &[u8]) -> bool {
    match format {
        FileFormat::Pdf => bytes.starts_with(b"%PDF-"),
        FileFormat::Mp4 => brands(bytes).is_some_and(|mut brands| brands.any(is_of_mp4)),
    }
}

/// The brands of a file whose first box is an `ftyp` (ISO 14496-12, 4.3); pictures (HEIC, AVIF) and `QuickTime` have others.
fn brands(bytes: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let rest = rest.strip_prefix(b"ftyp")?;
    let length =
        usize::try_from(u32::from_be_bytes(*length)).ok().filter(|length| (16..=HEAD).contains(length))?;
    let rest = rest.get(..length - 8)?;
    // The version of the first brand stands between it and the others.
    Some([&rest[..4]].into_iter().chain(rest[8..].chunks_exact(4)))
}

fn is_of_mp4(brand: &[u8]) -> bool {
    matches!(
        brand,
        [b'i', b's', b'o', _] | [b'm', b'p', b'4', b'1' | b'2'] | b"avc1" | b"M4V " | b"MSNV" | b"dash"
    )
}

/// Where files come and go, in parts: at most one part of each is here.
#[derive(Clone, Debug)]
pub(crate) struct FileRoom {
    coming: Places,
    going: Places,
    patience: Duration,
}

impl FileRoom {
    /// An empty room.
    pub(crate) fn new(space: Space) -> Self {
        Self {
            coming: Places::new(space.coming, space.coming_each),
            going: Places::new(space.going, space.going_each),
            patience: space.patience,
        }
    }

    /// Leave for one of this owner's to come in.
    pub(crate) async fn come(&self, owner: &str) -> Result<Place, FileRefusal> {
        self.coming.one(owner, 1, self.patience).await.ok_or(FileRefusal::Busy)
    }

    /// Leave for one to be sent to this reader.
    pub(crate) async fn go(&self, reader: &str) -> Result<Place, FileRefusal> {
        self.going.one(reader, 1, self.patience).await.ok_or(FileRefusal::Busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mp4(brands: &[&[u8; 4]]) -> Vec<u8> {
        let length = u32::try_from(12 + 4 * brands.len()).expect("few");
        let mut bytes = [&length.to_be_bytes()[..], b"ftyp", brands[0], &[0, 0, 2, 0]].concat();
        brands[1..].iter().for_each(|brand| bytes.extend_from_slice(*brand));
        bytes
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        assert!(begins_as(FileFormat::Pdf, b"%PDF-1.7\n"));
        for other in [&b"<html>%PDF-"[..], b" %PDF-1.7", b"%PDF", b"", b"%!PS-Adobe"] {
            assert!(!begins_as(FileFormat::Pdf, other));
        }
        for video in [mp4(&[b"isom", b"iso2", b"avc1"]), mp4(&[b"mp42"]), mp4(&[b"XAVC", b"mp42"])] {
            assert!(begins_as(FileFormat::Mp4, &video));
            assert!(!begins_as(FileFormat::Pdf, &video));
            assert!(!begins_as(FileFormat::Mp4, &video[..11]), "cut in its first box");
        }
        for other in [mp4(&[b"heic", b"mif1"]), mp4(&[b"qt  "]), b"\0\0\0\x08ftyp".to_vec(), vec![0; 64]] {
            assert!(!begins_as(FileFormat::Mp4, &other));
        }
        assert!(!begins_as(FileFormat::Mp4, b"\xff\xff\xff\xffftypisom\0\0\0\0"), "a box beyond all files");
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_too_long_is_told_to_try_again() {
        let room = FileRoom::new(Space { coming: 1, ..Space::default() });
        let first = room.come("a").await.expect("the first");
        assert_eq!(room.come("b").await.err(), Some(FileRefusal::Busy));
        assert!(room.go("b").await.is_ok(), "who goes does not wait for who comes");
        drop(first);
        assert!(room.come("b").await.is_ok());
    }
}
