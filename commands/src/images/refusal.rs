//! Why a picture is not taken. Each goes on from "this picture …" and says what to do.

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageRefusal {
    /// No bytes.
    #[error("is empty: choose it again")]
    Empty,
    /// Neither by name nor by declared type: by its first bytes.
    #[error("is not a JPG, PNG, GIF or WebP: save it as one of these")]
    NotAnImage,
    /// The file is too large, or larger than it was announced.
    #[error("has more than {most} bytes: save it smaller")]
    TooManyBytes {
        /// The limit in force.
        most: usize,
    },
    /// One side, or the area, is too large.
    #[error(
        "is {width} × {height} pixels; at most {side} a side and {pixels} in all are taken: make it smaller"
    )]
    TooManyPixels {
        /// As the file says.
        width: u32,
        /// As the file says.
        height: u32,
        /// The limit of each side.
        side: u32,
        /// The limit of the area.
        pixels: u64,
    },
    /// An animation with too many frames.
    #[error("has more than {most} frames: shorten it")]
    TooManyFrames {
        /// The limit in force.
        most: u32,
    },
    /// An animation whose frames have too many pixels together.
    #[error("has frames of more than {most} pixels together: shorten it or make it smaller")]
    TooMuchMotion {
        /// The limit in force.
        most: u64,
    },
    /// Decoding it would take too much memory.
    #[error("takes too much memory to be read: make it smaller, or save it as a simple JPG or PNG")]
    TooHeavy,
    /// Written anew it is too large.
    #[error("has more than {most} bytes when it is saved anew: make it smaller, or save it as JPG")]
    TooLargeAnew {
        /// The limit in force.
        most: usize,
    },
    /// It begins like a picture and does not go on like one.
    #[error("is damaged, incomplete or of a rare make: open it, save it again as JPG or PNG, and try that")]
    Damaged,
    /// It took too long to come: others wait for its room.
    #[error("came too slowly: ask for another address and send it again by a better line")]
    TooSlow,
    /// Too many pictures wait already. Nothing is wrong with this one.
    #[error("has to wait, the desk is busy with others: send it to the same address again in a few seconds")]
    Busy,
}
