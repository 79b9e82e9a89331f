//! What is taken, and as what it is kept.

use super::made::fixture;
use commands::images::{ImageKind, ImageLimits, ImageRefusal, PreparedImage, prepare};

pub(crate) fn prepared(bytes: &[u8]) -> PreparedImage {
    prepare(bytes, &ImageLimits::default()).expect("is taken")
}

pub(crate) fn refused(bytes: &[u8]) -> ImageRefusal {
    prepare(bytes, &ImageLimits::default()).expect_err("is refused")
}

#[test]
fn each_kind_is_kept_as_the_kind_that_suits_it() {
    let table = [
        ("orientation_1.jpg", ImageKind::Jpeg, ImageKind::Jpeg),
        ("progressive.jpg", ImageKind::Jpeg, ImageKind::Jpeg),
        ("gray.jpg", ImageKind::Jpeg, ImageKind::Jpeg),
        ("cmyk.jpg", ImageKind::Jpeg, ImageKind::Jpeg),
        ("sixteen.png", ImageKind::Png, ImageKind::Jpeg),
        ("palette.png", ImageKind::Png, ImageKind::Png),
        ("glass.png", ImageKind::Png, ImageKind::Png),
        ("animated.gif", ImageKind::Gif, ImageKind::Jpeg),
        ("lossy.webp", ImageKind::Jpeg, ImageKind::Jpeg),
        ("animated.webp", ImageKind::Jpeg, ImageKind::Jpeg),
        ("lossless.webp", ImageKind::Png, ImageKind::Jpeg),
        ("glass_lossy.webp", ImageKind::Png, ImageKind::Png),
    ];
    for (name, kept, thumbnail) in table {
        let prepared = prepared(&fixture(name));
        assert_eq!((prepared.picture.kind, prepared.thumbnail.kind), (kept, thumbnail), "{name}");
        assert_eq!(ImageKind::of(&prepared.picture.bytes), Some(kept), "{name}: what it says is what it is");
        assert_eq!(ImageKind::of(&prepared.thumbnail.bytes), Some(thumbnail), "{name}");
    }
}

#[test]
fn what_is_no_picture_of_ours_is_refused_whatever_it_is_called() {
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let html = b"<!DOCTYPE html><script>alert(1)</script>";
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    let bitmap = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0";
    let others: [&[u8]; 8] =
        [svg, html, heic, bitmap, b"%PDF-1.7\n", b"PK\x03\x04", b"II*\0\x08\0\0\0", b"\0\0\x01\0\x01\0"];
    for other in others {
        assert_eq!(refused(other), ImageRefusal::NotAnImage, "{:?}", String::from_utf8_lossy(other));
    }
    assert_eq!(refused(b""), ImageRefusal::Empty);
}

#[test]
fn a_page_with_a_pictures_first_bytes_is_refused() {
    let page = b"<!DOCTYPE html><script>alert(1)</script>";
    for first in [
        &b"\xFF\xD8\xFF\xE0"[..],
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBP",
        b"RIFF\x30\0\0\0WEBP",
    ] {
        let refusal = refused(&[first, page].concat());
        let is_told = matches!(refusal, ImageRefusal::Damaged | ImageRefusal::TooManyPixels { .. });
        assert!(is_told, "{refusal}");
    }
}

#[test]
fn an_animation_is_kept_with_its_loops_delays_and_disposals() {
    let original = fixture("animated.gif");
    let prepared = prepared(&original);
    assert_eq!((prepared.frames, prepared.stands_still_now), (5, false));
    let (before, after) = (played(&original), played(&prepared.picture.bytes));
    assert_eq!(before.0, gif::Repeat::Finite(3));
    assert_eq!(before.1.iter().map(|it| it.0).collect::<Vec<_>>(), [8, 9, 10, 11, 12]);
    assert!(before == after, "frames, their pixels, colours, delays and disposals are the same");
}

type Shown = (u16, gif::DisposalMethod, Vec<u8>);

fn played(file: &[u8]) -> (gif::Repeat, Vec<Shown>) {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(file).expect("a GIF");
    let mut frames = Vec::new();
    while let Some(frame) = decoder.read_next_frame().expect("a frame") {
        frames.push((frame.delay, frame.dispose, frame.buffer.to_vec()));
    }
    (decoder.repeat(), frames)
}

#[test]
fn other_animations_become_their_first_frame_and_say_so() {
    for name in ["animated.webp", "animated.png"] {
        let prepared = prepared(&fixture(name));
        assert_eq!((prepared.frames, prepared.stands_still_now), (1, true), "{name}");
        let shown = image::load_from_memory_with_format(&prepared.thumbnail.bytes, image::ImageFormat::Jpeg);
        let [red, green, blue] = shown.expect("a JPEG").to_rgb8().get_pixel(7, 12).0;
        assert!(
            red > 200 && green > 200 && blue < 90,
            "{name}: the ball is where it starts: {red} {green} {blue}"
        );
    }
    assert!(!prepared(&fixture("lossy.webp")).stands_still_now);
}

#[test]
fn a_thumbnail_has_a_longest_side_of_320_pixels_and_a_small_picture_stays() {
    let wide = super::made::jpeg(&super::made::photograph(1000, 400, 20), 80);
    let thumbnail = prepared(&wide).thumbnail;
    assert_eq!((thumbnail.width, thumbnail.height), (320, 128));
    let thin = super::made::jpeg(&super::made::photograph(4000, 3, 20), 80);
    assert_eq!((prepared(&thin).thumbnail.width, prepared(&thin).thumbnail.height), (320, 1));
    let small = prepared(&fixture("glass.png"));
    assert_eq!((small.thumbnail.width, small.thumbnail.height), (48, 32));
}

#[test]
fn what_can_be_seen_through_stays_so() {
    for name in ["glass.png", "glass_lossy.webp", "palette.png"] {
        let kept = super::upright::pixels(&prepared(&fixture(name)).picture);
        assert!(kept.pixels().any(|pixel| pixel.0[3] < 40), "{name}");
        assert!(kept.pixels().any(|pixel| pixel.0[3] > 200), "{name}");
    }
}

#[test]
fn a_photograph_that_would_grow_is_kept_in_less_quality() {
    let limits = ImageLimits { bytes: 100_000, ..ImageLimits::default() };
    let original = super::made::jpeg(&super::made::photograph(600, 600, 60), 62);
    assert!((70_000..=limits.bytes).contains(&original.len()), "{}", original.len());
    let kept = prepare(&original, &limits).expect("is taken").picture;
    assert!(kept.bytes.len() <= limits.bytes, "{}", kept.bytes.len());
}
