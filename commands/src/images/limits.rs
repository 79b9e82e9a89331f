//! How much of a picture is too much.

use super::ImageRefusal;

/// What is taken. The desk may set `bytes`; the others protect the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageLimits {
    /// Of the file as it comes.
    pub bytes: usize,
    /// Of each side, in pixels. Below 8192: so the size of a GIF is no text, and no script begins with it.
    pub side: u32,
    /// Width × height.
    pub pixels: u64,
    /// Of an animation.
    pub frames: u32,
    /// Width × height × frames of an animation: what it costs whoever looks at it.
    pub motion: u64,
    /// What decoding may take from the heap, reckoned from the file's headers.
    pub memory: usize,
    /// Of the file as it is kept; the room counts it.
    pub stored: usize,
}

impl Default for ImageLimits {
    /// 2 MiB, 8000 pixels a side, 40 million in all, 100 frames (OWASP ASVS 5.2.6 asks for such limits).
    fn default() -> Self {
        Self {
            bytes: 2 << 20,
            side: 8000,
            pixels: 40_000_000,
            frames: 100,
            motion: 100_000_000,
            memory: 160 << 20,
            stored: 4 << 20,
        }
    }
}

impl ImageLimits {
    /// Those of a file of so many bytes at most, as many as a desk takes: made anew it may have twice as many, as a PNG of what
    /// was lossy has, or as many as are usual.
    pub fn of(bytes: usize) -> Self {
        let usual = Self::default();
        Self { bytes, stored: usual.stored.max(bytes.saturating_mul(2)), ..usual }
    }

    pub(super) fn check_bytes(&self, bytes: usize) -> Result<(), ImageRefusal> {
        match bytes {
            0 => Err(ImageRefusal::Empty),
            _ if bytes > self.bytes => Err(ImageRefusal::TooManyBytes { most: self.bytes }),
            _ => Ok(()),
        }
    }

    /// The area, if it is within the limits.
    pub(super) fn check_size(&self, width: u32, height: u32) -> Result<usize, ImageRefusal> {
        let area = u64::from(width) * u64::from(height);
        let (side, pixels) = (self.side, self.pixels);
        if area == 0 {
            return Err(ImageRefusal::Damaged);
        }
        if width > side || height > side || area > pixels {
            return Err(ImageRefusal::TooManyPixels { width, height, side, pixels });
        }
        usize::try_from(area).map_err(|_| ImageRefusal::TooHeavy)
    }

    pub(super) fn check_frames(&self, frames: u32, area: usize) -> Result<(), ImageRefusal> {
        if frames > self.frames {
            return Err(ImageRefusal::TooManyFrames { most: self.frames });
        }
        // 2^64 has room for 40 million pixels 400 thousand million times.
        if frames > 1 && u64::from(frames) * area as u64 > self.motion {
            return Err(ImageRefusal::TooMuchMotion { most: self.motion });
        }
        Ok(())
    }

    pub(super) fn check_memory(&self, memory: usize) -> Result<(), ImageRefusal> {
        if memory > self.memory { Err(ImageRefusal::TooHeavy) } else { Ok(()) }
    }
}
