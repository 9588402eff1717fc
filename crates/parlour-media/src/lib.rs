//! Pictures: bytes of a stranger become images in a few widths that say nothing but what they show.
//!
//! What an image is follows from its first bytes alone. Nothing is decoded before its header says that it is small
//! enough, and nothing but pixels survives: what a camera wrote beside them (place, time, owner) is left behind, because
//! every image that comes out was drawn anew. It knows no disk, no clock and no network.

mod blurhash;
mod kind;
mod render;

pub use blurhash::blurhash;
pub use kind::{Kind, Stranger};
pub use render::{Limits, Picture, Rendition, WIDTHS, draw_jpeg, picture};

/// Why a file was not taken: each is a different thing to do for whoever sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is nothing in it.
    #[error("the file is empty; choose it again")]
    Empty,
    /// Its bytes are too many.
    #[error("the file has {n_bytes} bytes, and {most} are allowed; save it smaller")]
    TooLarge {
        /// How many it has.
        n_bytes: usize,
        /// How many it may have.
        most: usize,
    },
    /// It is something known that is not taken.
    #[error("{0}")]
    Unwanted(Stranger),
    /// Nobody knows what it is.
    #[error("this is no picture that is known here; save it as JPEG, PNG or WebP")]
    Unknown,
    /// Its header promises more pixels than are drawn here.
    #[error("{}; at most {most_side} a side and {most_pixels} in all are taken, save it smaller", told(*width, *height))]
    TooManyPixels {
        /// Its width; 0 where it was not even read so far.
        width: u32,
        /// Its height; likewise.
        height: u32,
        /// The longest side.
        most_side: u32,
        /// Pixels in all.
        most_pixels: u64,
    },
    /// It is damaged, or was made to break what reads it.
    #[error("the picture cannot be read to its end; open it, save it again and send that")]
    Broken,
}

fn told(width: u32, height: u32) -> String {
    if width == 0 {
        return "the picture has more pixels than can be read".to_owned();
    }
    format!("the picture is {width} by {height} pixels")
}
