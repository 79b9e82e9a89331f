//! Small files that would become large. What they take is measured in the tests of memory.

use super::kinds::{prepared, refused};
use super::made::{self, fixture};
use commands::images::{ImageLimits, ImageRefusal, prepare};

fn too_many_pixels(width: u32, height: u32) -> ImageRefusal {
    let limits = ImageLimits::default();
    ImageRefusal::TooManyPixels { width, height, side: limits.side, pixels: limits.pixels }
}

#[test]
fn a_png_of_50_000_by_50_000_pixels_is_refused_with_the_limit() {
    let file = made::png_of(&[
        (b"IHDR", &made::ihdr(50_000, 50_000, 8, 6)),
        (b"IDAT", &made::zlib_of_zeros(30_000_000)),
        (b"IEND", b""),
    ]);
    assert!((25_000..35_000).contains(&file.len()), "{}", file.len());
    let refusal = refused(&file);
    assert_eq!(refusal, too_many_pixels(50_000, 50_000));
    let told = refusal.to_string();
    assert!(told.contains("at most 8000 a side and 40000000 in all are taken: make it smaller"), "{told}");
}

#[test]
fn a_size_beyond_the_limits_is_refused_in_each_kind() {
    let mut jpeg = fixture("orientation_1.jpg");
    let frame = jpeg.windows(2).position(|it| it == [0xFF, 0xC0]).expect("a frame");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    assert_eq!(refused(&jpeg), too_many_pixels(65_500, 65_500));

    let mut gif = made::gif_of(2, 1, gif::Repeat::Infinite);
    gif[6..10].copy_from_slice(&[0xFF; 4]);
    assert_eq!(refused(&gif), too_many_pixels(65_535, 65_535));

    // 16384 × 16384, as much as a stream can say; the canvas of an extended file can say more.
    let stream = [0x2F, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0, 0];
    assert_eq!(refused(&made::webp_of(&[(b"VP8L", &stream)])), too_many_pixels(16_384, 16_384));
    let canvas = [0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    assert_eq!(
        refused(&made::webp_of(&[(b"VP8X", &canvas), (b"VP8L", &stream)])),
        too_many_pixels(1 << 24, 1 << 24)
    );
}

#[test]
fn a_frame_larger_than_its_canvas_is_refused() {
    let canvas = [0, 0, 0, 0, 7, 0, 0, 7, 0, 0];
    let lossy = [0x10, 0, 0, 0x9D, 1, 0x2A, 0xFF, 0x3F, 0xFF, 0x3F, 0, 0];
    assert_eq!(refused(&made::webp_of(&[(b"VP8X", &canvas), (b"VP8 ", &lossy)])), ImageRefusal::Damaged);
    let frame = [&[0; 16][..], b"VP8 \x0C\0\0\0", &lossy].concat();
    let moving = [2, 0, 0, 0, 7, 0, 0, 7, 0, 0];
    let file = made::webp_of(&[(b"VP8X", &moving), (b"ANIM", &[0; 6]), (b"ANMF", &frame)]);
    assert_eq!(refused(&file), ImageRefusal::Damaged);
}

#[test]
fn a_gif_of_10_000_frames_is_refused_with_the_limit() {
    let refusal = refused(&made::gif_of(2, 10_000, gif::Repeat::Infinite));
    assert_eq!(refusal, ImageRefusal::TooManyFrames { most: 100 });
    assert_eq!(refusal.to_string(), "has more than 100 frames: shorten it");
    assert_eq!(prepared(&made::gif_of(2, 100, gif::Repeat::Infinite)).frames, 100);
}

#[test]
fn frames_have_a_limit_of_pixels_together() {
    let file = made::gif_of(2000, 26, gif::Repeat::Infinite);
    assert_eq!(refused(&file), ImageRefusal::TooMuchMotion { most: 100_000_000 });
}

#[test]
fn pixels_beyond_what_the_header_says_are_not_read() {
    let file = made::png_of(&[
        (b"IHDR", &made::ihdr(8, 8, 8, 0)),
        (b"IDAT", &made::zlib_of_zeros(1 << 28)),
        (b"IEND", b""),
    ]);
    assert!(file.len() > 250_000, "{}", file.len());
    // The standard lets a decoder take it; either answer is quick and small.
    match prepare(&file, &ImageLimits::default()) {
        Ok(prepared) => assert_eq!((prepared.picture.width, prepared.picture.height), (8, 8)),
        Err(refusal) => assert_eq!(refusal, ImageRefusal::Damaged),
    }
}

#[test]
fn tables_without_end_are_refused_before_they_are_built() {
    let file = made::webp_of_tables(30_000);
    assert!(file.len() < ImageLimits::default().bytes, "{}", file.len());
    assert_eq!(refused(&file), ImageRefusal::TooHeavy);
    assert_eq!(prepared(&made::webp_of_tables(3)).picture.width, 1, "a few tables are a picture");
}

#[test]
fn scans_without_end_are_refused() {
    let mut file = fixture("progressive.jpg");
    let end = file.len() - 2;
    let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 5, 0, 0];
    file.splice(end..end, scan.into_iter().cycle().take(scan.len() * 100));
    assert_eq!(refused(&file), ImageRefusal::Damaged);
}

#[test]
fn what_is_kept_has_a_limit_too() {
    let limits = ImageLimits { stored: 20_000, ..ImageLimits::default() };
    let noise: Vec<u8> = (0..40_000_u32)
        .map(|it| u8::try_from(it.wrapping_mul(2_654_435_761) >> 24).expect("a byte"))
        .collect();
    let file = made::png_file(200, 200, png::ColorType::Grayscale, &noise);
    assert_eq!(prepare(&file, &limits), Err(ImageRefusal::TooLargeAnew { most: 20_000 }));
}

#[test]
fn bytes_are_counted_first() {
    let limits = ImageLimits { bytes: 100, ..ImageLimits::default() };
    assert_eq!(prepare(&fixture("gray.jpg"), &limits), Err(ImageRefusal::TooManyBytes { most: 100 }));
}
