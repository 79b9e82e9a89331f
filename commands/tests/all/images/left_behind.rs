//! Nothing but pixels is kept.

use super::kinds::prepared;
use super::made::{self, fixture};
use commands::images::PreparedImage;

const TRACES: [&[u8]; 9] = [
    b"Exif",
    b"GPS",
    b"PhoneMaker",
    b"eXIf",
    b"EXIF",
    b"comment",
    b"PK\x03\x04",
    b"<script",
    b"http://ns.adobe.com",
];

fn assert_without_traces(prepared: &PreparedImage, name: &str) {
    for file in [&prepared.picture.bytes, &prepared.thumbnail.bytes] {
        for trace in TRACES {
            let found = file.windows(trace.len()).any(|it| it == trace);
            assert!(!found, "{name}: {:?}", String::from_utf8_lossy(trace));
        }
    }
}

#[test]
fn a_photograph_from_a_phone_comes_back_without_where_and_with_what() {
    let names =
        ["orientation_6.jpg", "orientation_6.png", "orientation_6.webp", "orientation_1.jpg", "animated.gif"];
    for name in names {
        let original = fixture(name);
        let had = TRACES.iter().any(|trace| original.windows(trace.len()).any(|it| it == *trace));
        assert!(had, "{name} has something to lose");
        assert_without_traces(&prepared(&original), name);
    }
}

#[test]
fn no_64_bytes_of_the_originals_pixels_are_in_what_is_kept() {
    // The tables before the scan are the standard's, and anybody's.
    for (name, starts) in
        [("orientation_6.jpg", b"\xFF\xDA"), ("progressive.jpg", b"\xFF\xDA"), ("orientation_6.png", b"ID")]
    {
        let original = fixture(name);
        let start = original.windows(2).position(|it| it == starts).expect("has pixels");
        let prepared = prepared(&original);
        for window in original[start..].windows(64) {
            let kept = |file: &[u8]| file.windows(64).any(|it| it == window);
            assert!(!kept(&prepared.picture.bytes) && !kept(&prepared.thumbnail.bytes), "{name}");
        }
    }
}

#[test]
fn what_follows_the_end_is_not_kept() {
    let script = b"*/=1;<script>alert(1)</script>PK\x03\x04 a whole archive";
    for name in ["orientation_1.jpg", "glass.png", "animated.gif", "lossy.webp"] {
        assert_without_traces(&prepared(&[&fixture(name)[..], script].concat()), name);
    }
}

#[test]
fn a_script_in_a_comment_is_not_kept() {
    // 0x0A3D wide: `GIF89a=` and a line break.
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, 0x0A3D, 1, &[0, 0, 0]).expect("a header");
    let script: &[&[u8]] = &[b"*/1;<script>alert(1)</script>"];
    encoder.write_raw_extension(gif::AnyExtension(0xFE), script).expect("a comment");
    let frame = gif::Frame { width: 1, height: 1, buffer: vec![0].into(), ..Default::default() };
    encoder.write_frame(&frame).expect("a frame");
    drop(encoder);
    assert_without_traces(&prepared(&file), "GIF and JavaScript");
    let text = made::png_of(&[
        (b"IHDR", &made::ihdr(8, 8, 8, 0)),
        (b"tEXt", b"comment\0<script>alert(1)</script>"),
        (b"IDAT", &made::zlib_of_zeros(9 * 8)),
        (b"prIv", b"<script>"),
        (b"IEND", b""),
    ]);
    assert_without_traces(&prepared(&text), "PNG with text");
}
