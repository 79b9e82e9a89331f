//! A picture is shown as it was seen, and nothing says where.

use super::kinds::prepared;
use super::made::fixture;
use commands::images::{ImageKind, Picture};
use image::{ImageFormat, RgbaImage};

/// Decoded by `image` and `png`, which the other tests compare with Pillow.
pub(crate) fn pixels(picture: &Picture) -> RgbaImage {
    match picture.kind {
        ImageKind::Jpeg => {
            image::load_from_memory_with_format(&picture.bytes, ImageFormat::Jpeg).expect("a JPEG").to_rgba8()
        }
        ImageKind::Png => {
            let mut decoder = png::Decoder::new(std::io::Cursor::new(&picture.bytes));
            decoder.set_transformations(png::Transformations::EXPAND);
            let mut reader = decoder.read_info().expect("a PNG");
            let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
            let info = reader.next_frame(&mut pixels).expect("pixels");
            let pixels = match info.color_type {
                png::ColorType::Rgb => {
                    pixels.chunks_exact(3).flat_map(|it| [it[0], it[1], it[2], 255]).collect()
                }
                png::ColorType::Rgba => pixels,
                other => panic!("{other:?}"),
            };
            RgbaImage::from_raw(info.width, info.height, pixels).expect("fits")
        }
        other @ (ImageKind::Gif | ImageKind::WebP) => panic!("{other:?} is decoded elsewhere"),
    }
}

/// Red in the upper left, green in the lower left, blue on the right: how `tests/pictures/make.py` painted it.
fn assert_upright(picture: &Picture, name: &str) {
    assert_eq!((picture.width, picture.height), (48, 32), "{name}");
    let shown = pixels(picture);
    assert_eq!(shown.dimensions(), (48, 32), "{name}");
    for (at, strongest) in [((10, 6), 0), ((10, 25), 1), ((40, 6), 2), ((40, 25), 2)] {
        let pixel = shown.get_pixel(at.0, at.1).0;
        let is_strongest = (0..3).all(|it| it == strongest || pixel[it] + 80 < pixel[strongest]);
        assert!(is_strongest, "{name} at {at:?}: {pixel:?}");
    }
}

#[test]
fn every_orientation_of_a_camera_comes_out_upright() {
    for orientation in 1..=8 {
        let name = format!("orientation_{orientation}.jpg");
        let prepared = prepared(&fixture(&name));
        assert_upright(&prepared.picture, &name);
        assert_upright(&prepared.thumbnail, &name);
    }
    for name in ["orientation_6.png", "orientation_6.webp", "progressive.jpg", "cmyk.jpg"] {
        assert_upright(&prepared(&fixture(name)).picture, name);
    }
}

#[test]
fn an_orientation_that_follows_the_pixels_counts() {
    let original = fixture("orientation_6.png");
    let at = original.windows(4).position(|it| it == b"eXIf").expect("has one") - 4;
    let length = u32::from_be_bytes(original[at..at + 4].try_into().expect("four"));
    let end = at + 12 + usize::try_from(length).expect("short");
    let (last, exif) = (original.len() - 12, &original[at..end]);
    let moved = [&original[..at], &original[end..last], exif, &original[last..]].concat();
    assert_upright(&prepared(&moved).picture, "eXIf after IDAT");
}
