//! Whatever the bytes are, there is an answer.

use super::made::fixture;
use commands::images::{ImageLimits, ImageRefusal, prepare};
use proptest::prelude::*;
use std::panic::catch_unwind;

pub(crate) const ALL: [&str; 16] = [
    "animated.gif",
    "animated.png",
    "animated.webp",
    "cmyk.jpg",
    "glass.png",
    "glass_lossy.webp",
    "gray.jpg",
    "lossless.webp",
    "lossy.webp",
    "orientation_5.jpg",
    "orientation_6.jpg",
    "orientation_6.png",
    "orientation_6.webp",
    "palette.png",
    "progressive.jpg",
    "sixteen.png",
];

const FIRST_BYTES: [&[u8]; 4] = [b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x80\0\0\0WEBPVP8L"];

fn answers(bytes: &[u8]) -> bool {
    let bytes = bytes.to_vec();
    catch_unwind(move || drop(prepare(&bytes, &ImageLimits::default()))).is_ok()
}

#[test]
fn a_file_that_was_cut_off_anywhere_is_refused() {
    for name in ALL {
        let whole = fixture(name);
        // The last bytes of a RIFF and of a PNG after its end are padding or sums.
        for length in (0..whole.len() - 12).step_by(7) {
            let result = prepare(&whole[..length], &ImageLimits::default());
            assert!(result.is_err(), "{name} of {length} instead of {} bytes", whole.len());
        }
    }
}

#[test]
fn a_flipped_byte_anywhere_has_an_answer() {
    for name in ALL {
        let whole = fixture(name);
        for (at, flip) in (0..whole.len()).zip([0xFF, 0x01, 0x80, 0x10].into_iter().cycle()) {
            let mut file = whole.clone();
            file[at] ^= flip;
            assert!(answers(&file), "{name}: byte {at} ^ {flip:#x}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_changed_at_random_have_an_answer(
        name in prop::sample::select(&ALL[..]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut file = fixture(name);
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Some(cut) = cut {
            let at = cut.index(file.len());
            file.drain(at..(at + 9).min(file.len()));
        }
        prop_assert!(answers(&file), "{name}");
    }

    #[test]
    fn any_bytes_behind_a_pictures_first_ones_have_an_answer(
        first in prop::sample::select(&FIRST_BYTES[..]),
        rest in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        prop_assert!(answers(&[first, &rest].concat()));
    }
}

#[test]
fn nothing_is_no_picture() {
    for name in ALL {
        assert!(prepare(&fixture(name), &ImageLimits::default()).is_ok(), "{name} is whole");
    }
    let empty = super::made::png_of(&[(b"IHDR", &super::made::ihdr(0, 8, 8, 0)), (b"IEND", b"")]);
    assert_eq!(super::kinds::refused(&empty), ImageRefusal::Damaged);
    assert_eq!(
        super::kinds::refused(&super::made::gif_of(0, 1, gif::Repeat::Infinite)),
        ImageRefusal::Damaged
    );
    assert_eq!(
        super::kinds::refused(&super::made::gif_of(4, 0, gif::Repeat::Infinite)),
        ImageRefusal::Damaged
    );
}
