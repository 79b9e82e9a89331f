//! What pictures take from the heap at most. A binary of its own: the allocator counts for the whole process.

#[path = "../all/images/made.rs"]
mod made;

use commands::images::{ImageLimits, ImageRefusal, ImageRoom, Space, prepare};
use made::{fixture, jpeg, photograph};
use peak_alloc::PeakAlloc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// One at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What `work` takes at most beyond what was there, in bytes.
fn peak<T>(work: impl FnOnce() -> T) -> (usize, T) {
    HEAP.reset_peak_usage();
    let before = HEAP.current_usage();
    let result = work();
    (HEAP.peak_usage().saturating_sub(before), result)
}

const MIB: usize = 1 << 20;

#[test]
fn bombs_are_refused_with_memory_flat() {
    let _alone = alone();
    let mut vast = fixture("orientation_1.jpg");
    let frame = vast.windows(2).position(|it| it == [0xFF, 0xC0]).expect("a frame");
    vast[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    let square =
        [(b"IHDR", &made::ihdr(50_000, 50_000, 8, 6)[..]), (b"IDAT", &made::zlib_of_zeros(30_000_000))];
    let profile = [&b"icc\0\0"[..], &made::zlib_of_zeros(64 * MIB)].concat();
    let chunks: [(&[u8; 4], &[u8]); 4] = [
        (b"IHDR", &made::ihdr(8, 8, 8, 0)),
        (b"iCCP", &profile),
        (b"IDAT", &made::zlib_of_zeros(64 * MIB)),
        (b"IEND", b""),
    ];
    let bombs = [
        ("PNG of 50,000 × 50,000", made::png_of(&[(square[0].0, square[0].1), (square[1].0, square[1].1)])),
        ("PNG that inflates beyond its size", made::png_of(&chunks)),
        ("JPEG of 65,500 × 65,500", vast),
        ("GIF of 10,000 frames", made::gif_of(2, 10_000, gif::Repeat::Infinite)),
        ("WebP of 16,384 × 16,384", made::webp_of(&[(b"VP8L", &[0x2F, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0, 0])])),
        ("WebP of tables", made::webp_of_tables(30_000)),
    ];
    for (name, file) in bombs {
        let began = std::time::Instant::now();
        let (peak, result) = peak(|| prepare(&file, &ImageLimits::default()));
        report(&format!("{name}, {} bytes: {result:?}", file.len()), peak, began);
        assert!(peak < 8 * MIB, "{name}: {peak}");
    }
}

/// The least limit with which a file is taken: what its headers are reckoned to need.
fn reckoned(file: &[u8]) -> usize {
    let (mut too_little, mut enough) = (0, ImageLimits::default().memory);
    while enough - too_little > 1024 {
        let memory = usize::midpoint(too_little, enough);
        let limits = ImageLimits { memory, stored: 1, ..ImageLimits::default() };
        match prepare_headers(file, &limits) {
            Some(ImageRefusal::TooHeavy) => too_little = memory,
            _ => enough = memory,
        }
    }
    enough
}

/// With nothing allowed to be written the work ends soon after the headers.
fn prepare_headers(file: &[u8], limits: &ImageLimits) -> Option<ImageRefusal> {
    prepare(file, limits).err()
}

#[test]
fn a_picture_takes_no_more_than_its_headers_are_reckoned_to_need() {
    let _alone = alone();
    let rotated = |file: &[u8]| {
        // APP1 with nothing but an orientation of 6.
        let exif = b"\xFF\xE1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        [&file[..2], exif, &file[2..]].concat()
    };
    let photo = photograph(2000, 1500, 12);
    let plain = jpeg(&photo, 80);
    let mut progressive = plain.clone();
    let frame = progressive.windows(2).position(|it| it == [0xFF, 0xC0]).expect("a frame");
    progressive[frame + 1] = 0xC2;
    let scan = progressive.windows(2).position(|it| it == [0xFF, 0xDA]).expect("a scan");
    progressive[scan + 12] = 0;
    let gray = jpeg(&photo.to_luma8().into(), 80);
    let mut sampled = gray.clone();
    let frame = sampled.windows(2).position(|it| it == [0xFF, 0xC0]).expect("a frame");
    (sampled[frame + 1], sampled[frame + 11]) = (0xC2, 0x44);
    let scan = sampled.windows(2).position(|it| it == [0xFF, 0xDA]).expect("a scan");
    sampled[scan + 8] = 0;
    let flat = vec![200; 3000 * 2000 * 4];
    let rgba = made::png_file(3000, 2000, png::ColorType::Rgba, &flat);
    let deep = made::png_of(&[
        (b"IHDR", &made::ihdr(3000, 2000, 16, 6)),
        (b"IDAT", &made::zlib_of_zeros((3000 * 8 + 1) * 2000)),
        (b"IEND", b""),
    ]);
    let files = [
        ("JPEG 3 Mpx", plain.clone()),
        ("JPEG 3 Mpx, a quarter turn", rotated(&plain)),
        ("JPEG 3 Mpx, progressive", progressive.clone()),
        ("JPEG 3 Mpx, progressive, a quarter turn", rotated(&progressive)),
        ("JPEG 3 Mpx, grey", gray),
        ("JPEG 3 Mpx, grey in odd samples", sampled),
        ("PNG 6 Mpx with alpha", rgba),
        ("PNG 6 Mpx of 16 bits", deep),
        ("GIF 4 Mpx", made::gif_of(2000, 3, gif::Repeat::Infinite)),
        ("WebP of tables", made::webp_of_tables(6_000)),
        ("WebP lossless 3 Mpx", made_webp(&photograph(1500, 1000, 0))),
    ];
    for (name, file) in files {
        let reckoned = reckoned(&file);
        let began = std::time::Instant::now();
        let (peak, result) = peak(|| prepare(&file, &ImageLimits::default()));
        let written = result.as_ref().map_or(0, |it| it.picture.bytes.len() + it.thumbnail.bytes.len());
        report(
            &format!("{name}, {} bytes, reckoned {} MiB: {result:?}", file.len(), reckoned / MIB),
            peak,
            began,
        );
        // A growing file is there twice while it is moved.
        assert!(peak <= reckoned + 2 * written, "{name}: {peak} > {reckoned}");
    }
}

fn made_webp(image: &image::DynamicImage) -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut file);
    image.write_with_encoder(encoder).expect("encodes");
    file
}

/// Each file is there from its admission on, as in a server; what was made of it is dropped when it is stored.
#[test]
fn two_hundred_at_once_stay_below_400_mb() {
    let _alone = alone();
    // Nearly 2 MiB each; the first of twelve million pixels.
    let kinds = [
        jpeg(&photograph(4000, 3000, 20), 75),
        jpeg(&photograph(1300, 1000, 256), 90),
        made::png_file(800, 800, png::ColorType::Rgb, photograph(800, 800, 256).as_bytes()),
        noise(1100, 1200),
        padded(&jpeg(&photograph(400, 300, 20), 80)),
    ];
    for file in &kinds {
        let size = file.len();
        assert!((MIB..2 * MIB).contains(&size), "{size}");
    }
    // The last, which is soon done, most often.
    let which = |turn: usize| [0, 1, 2, 3].into_iter().find(|kind| turn % 50 == 10 * kind).unwrap_or(4);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().expect("a runtime");
    let (room, kinds) = (ImageRoom::new(Space::default()), Arc::new(kinds));
    let began = std::time::Instant::now();
    let (peak, taken) = peak(|| {
        let tasks: Vec<_> = (0..200)
            .map(|turn| {
                let (room, kinds) = (room.clone(), kinds.clone());
                runtime.spawn(async move {
                    let source = &kinds[which(turn)];
                    // Whoever waited too long comes again, as a client is told to.
                    let admission = loop {
                        match room.admit(&format!("{turn}"), None, source.len(), ImageLimits::default()).await
                        {
                            Err(ImageRefusal::Busy) => {}
                            admitted => break admitted?,
                        }
                    };
                    let received = source.clone();
                    admission.prepare(received).await.map(|it| it.picture.bytes.len())
                })
            })
            .collect();
        let taken = tasks.into_iter().map(|task| runtime.block_on(task).expect("ends"));
        taken.map(|it| it.expect("is taken")).filter(|it| *it > 0).count()
    });
    report("200 at once", peak, began);
    assert_eq!(taken, 200);
    assert!(peak < 400_000_000, "{peak}");
}

/// Comments, as large as they may be, before a picture.
fn padded(jpeg: &[u8]) -> Vec<u8> {
    let comment = [&[0xFF, 0xFE, 0xFF, 0xFF][..], &vec![b'.'; 0xFFFD]].concat();
    [&jpeg[..2], &comment.repeat(30), &jpeg[2..]].concat()
}

/// A still GIF of 256 colours that hardly gets smaller.
fn noise(width: u16, height: u16) -> Vec<u8> {
    let grain = photograph(u32::from(width), u32::from(height), 256).to_rgb8();
    let pixels: Vec<u8> = grain.pixels().map(|pixel| pixel.0[2]).collect();
    let palette: Vec<u8> = (0..=255).flat_map(|it| [it, it, it]).collect();
    let mut file = Vec::new();
    let mut encoder = gif::Encoder::new(&mut file, width, height, &palette).expect("a header");
    let frame = gif::Frame { width, height, buffer: pixels.into(), ..Default::default() };
    encoder.write_frame(&frame).expect("a frame");
    drop(encoder);
    file
}

/// Seen with `--nocapture`.
#[expect(clippy::print_stderr, reason = "figures for whoever asks for them")]
fn report(what: &str, peak: usize, began: std::time::Instant) {
    eprintln!("{:6} KiB {:6} ms  {what}", peak >> 10, began.elapsed().as_millis());
}
