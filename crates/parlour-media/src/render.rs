//! A file becomes a picture: measured by its header, decoded within limits, turned upright, and drawn anew in a few widths.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{CompressionType, FilterType, PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::imageops::FilterType as Filter;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageEncoder, RgbImage};

use crate::{Kind, Refused, blurhash};

/// Widths in which a picture is kept, in pixels; a picture that is narrower is kept as it is instead.
pub const WIDTHS: [u32; 4] = [320, 640, 1280, 2048];
/// Of 100; where one does not see the difference any more.
const JPEG_QUALITY: u8 = 82;
/// The longest side of what the hash is made of: its waves are longer than that.
const HASHED_SIDE: u32 = 64;
/// Tallest rendition: a strip a few pixels wide must not become one of its width.
const MAX_HEIGHT: u32 = 8192;

/// What a file may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub max_bytes: usize,
    /// Pixels of the picture.
    pub max_pixels: u64,
    /// Pixels of its longer side.
    pub max_side: u32,
    /// Bytes of memory that decoding may take.
    pub max_memory: u64,
}

/// A picture as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// JPEG, or PNG where one can see through it.
    pub kind: Kind,
    /// Pixels across, of the widest rendition.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// What is shown until it is there.
    pub blurhash: String,
    /// Its mean colour: red, green, blue.
    pub colour: [u8; 3],
    /// Itself, from narrow to wide; there is at least one.
    pub renditions: Vec<Rendition>,
}

/// A picture in one width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendition {
    /// Pixels across.
    pub width: u32,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Reads a file and draws it in every width that it has pixels for. Of something that moves, its first image.
pub fn picture(bytes: &[u8], limits: &Limits) -> Result<Picture, Refused> {
    if bytes.is_empty() {
        return Err(Refused::Empty);
    }
    if limits.max_bytes < bytes.len() {
        return Err(Refused::TooLarge { n_bytes: bytes.len(), most: limits.max_bytes });
    }
    let image = match Kind::of(bytes) {
        Ok(Kind::Jpeg) => decoded(JpegDecoder::new(Cursor::new(bytes)), limits),
        Ok(Kind::Png) => decoded(PngDecoder::with_limits(Cursor::new(bytes), of_decoder(limits)), limits),
        Ok(Kind::Webp) => decoded(WebPDecoder::new(Cursor::new(bytes)), limits),
        Err(Some(stranger)) => Err(Refused::Unwanted(stranger)),
        Err(None) => Err(Refused::Unknown),
    }?;
    drawn(image)
}

/// A JPEG of what somebody painted: rows of red, green and blue. `None` where the sizes do not fit.
pub fn draw_jpeg(pixels: Vec<u8>, (width, height): (u32, u32)) -> Option<Vec<u8>> {
    encoded(&DynamicImage::ImageRgb8(RgbImage::from_raw(width, height, pixels)?), Kind::Jpeg).ok()
}

fn of_decoder(limits: &Limits) -> image::Limits {
    let mut all = image::Limits::default();
    all.max_image_width = Some(limits.max_side);
    all.max_image_height = Some(limits.max_side);
    all.max_alloc = Some(limits.max_memory);
    all
}

/// What a decoder makes of a file, upright. It is asked for its size first, and for no pixel if that is too large.
fn decoded<D: ImageDecoder>(decoder: image::ImageResult<D>, limits: &Limits) -> Result<DynamicImage, Refused> {
    let broken = |_| Refused::Broken;
    let mut decoder = decoder.map_err(|error| match error {
        image::ImageError::Limits(_) => too_many((0, 0), limits),
        image::ImageError::Decoding(_)
        | image::ImageError::Encoding(_)
        | image::ImageError::Parameter(_)
        | image::ImageError::Unsupported(_)
        | image::ImageError::IoError(_) => Refused::Broken,
    })?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(Refused::Broken);
    }
    let n_pixels = u64::from(width) * u64::from(height);
    let is_long = limits.max_side < width.max(height);
    if is_long || limits.max_pixels < n_pixels || limits.max_memory < decoder.total_bytes() {
        return Err(too_many((width, height), limits));
    }
    decoder.set_limits(of_decoder(limits)).map_err(broken)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn too_many((width, height): (u32, u32), limits: &Limits) -> Refused {
    Refused::TooManyPixels { width, height, most_side: limits.max_side, most_pixels: limits.max_pixels }
}

fn drawn(image: DynamicImage) -> Result<Picture, Refused> {
    // Eight bits a channel are all that screens show, and what the files hold.
    let (kind, image) = if image.color().has_alpha() {
        let rgba = image.into_rgba8();
        if rgba.pixels().any(|pixel| pixel.0[3] < 255) {
            (Kind::Png, DynamicImage::ImageRgba8(rgba))
        } else {
            (Kind::Jpeg, DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(rgba).into_rgb8()))
        }
    } else {
        (Kind::Jpeg, DynamicImage::ImageRgb8(image.into_rgb8()))
    };
    let mut renditions = Vec::new();
    let mut size = (0, 0);
    let mut last = image;
    // Each is made of the next wider one, so that the large one is read once.
    for width in widths(last.width()).into_iter().rev() {
        let height = (u64::from(last.height()) * u64::from(width)).div_ceil(u64::from(last.width())).max(1);
        let height = u32::try_from(height).unwrap_or(MAX_HEIGHT).min(MAX_HEIGHT);
        if (width, height) != (last.width(), last.height()) {
            last = last.resize_exact(width, height, Filter::CatmullRom);
        }
        if renditions.is_empty() {
            size = (width, height);
        }
        renditions.push(Rendition { width, bytes: encoded(&last, kind)? });
    }
    renditions.reverse();
    let small = last.thumbnail(HASHED_SIDE, HASHED_SIDE).to_rgba8();
    let (pixels, colour) = on_white(&small);
    let hash = blurhash(&pixels, (small.width() as usize, small.height() as usize), (4, 3));
    Ok(Picture { kind, width: size.0, height: size.1, blurhash: hash, colour, renditions })
}

/// The widths a picture is kept in, ascending: those it has pixels for, or its own where it has fewer than the widest.
fn widths(own: u32) -> Vec<u32> {
    let mut widths: Vec<u32> = WIDTHS.into_iter().filter(|width| *width < own).collect();
    if widths.len() < WIDTHS.len() {
        widths.push(own);
    }
    widths
}

fn encoded(image: &DynamicImage, kind: Kind) -> Result<Vec<u8>, Refused> {
    let (mut bytes, size) = (Vec::new(), (image.width(), image.height()));
    let colour = image.color().into();
    let written = match kind {
        Kind::Jpeg => {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
            encoder.write_image(image.as_bytes(), size.0, size.1, colour)
        }
        Kind::Png | Kind::Webp => {
            let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
            encoder.write_image(image.as_bytes(), size.0, size.1, colour)
        }
    };
    written.map(|()| bytes).map_err(|_| Refused::Broken)
}

/// Pixels as they look on white, and their mean.
fn on_white(image: &image::RgbaImage) -> (Vec<u8>, [u8; 3]) {
    let (mut pixels, mut sum, mut n) = (Vec::new(), [0u64; 3], 0u64);
    for pixel in image.pixels() {
        let [red, green, blue, alpha] = pixel.0.map(u32::from);
        for (part, sum) in [red, green, blue].into_iter().zip(&mut sum) {
            let part = (part * alpha + 255 * (255 - alpha)) / 255;
            *sum += u64::from(part);
            pixels.push(part as u8);
        }
        n += 1;
    }
    (pixels, sum.map(|sum| (sum / n.max(1)) as u8))
}
