//! What a file is, by its first bytes; what it is called does not matter.

use std::fmt::{self, Display};

/// Bytes in which something is looked for that may stand after white space or a declaration.
const HEAD_BYTES: usize = 1024;

/// A kind of picture that is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    Webp,
}

/// A kind of file that is known and not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// What Apple's phones store.
    Heic,
    /// The image of AV1.
    Avif,
    /// An old animation.
    Gif,
    /// A drawing that may hold scripts.
    Svg,
    /// What scanners make.
    Tiff,
    /// A film.
    Video,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::Webp];

    /// The kind of these bytes, or what they are instead.
    pub fn of(bytes: &[u8]) -> Result<Self, Option<Stranger>> {
        if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            return Ok(Self::Jpeg);
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Ok(Self::Png);
        }
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Ok(Self::Webp);
        }
        Err(Stranger::of(bytes))
    }

    /// Its name, which files of it end in.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }

    /// The kind of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// How HTTP calls it.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

impl Stranger {
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.get(4..8) == Some(b"ftyp") {
            return Some(match bytes.get(8..12) {
                Some(b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"mif1" | b"msf1") => Self::Heic,
                Some(b"avif" | b"avis") => Self::Avif,
                _ => Self::Video,
            });
        }
        if bytes.starts_with(b"GIF8") {
            return Some(Self::Gif);
        }
        if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") {
            return Some(Self::Tiff);
        }
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD_BYTES)]).to_ascii_lowercase();
        let head = head.trim_start_matches('\u{feff}').trim_start();
        (head.starts_with('<') && head.contains("<svg")).then_some(Self::Svg)
    }
}

impl Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Heic => {
                "this is HEIC, which few browsers show; on the phone choose Settings, Camera, Formats, Most Compatible, or \
                 share the picture as JPEG"
            }
            Self::Avif => "this is AVIF, which is not read here; save it as JPEG, PNG or WebP",
            Self::Gif => "this is a GIF, and pictures here stand still; save one of its images as PNG",
            Self::Svg => "this is SVG, a drawing that may hold scripts; export it as PNG",
            Self::Tiff => "this is TIFF, which browsers do not show; save it as JPEG or PNG",
            Self::Video => "this is a film; films are linked to, not uploaded",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_is_follows_from_its_bytes() {
        for (bytes, kind) in [
            (&b"\xff\xd8\xff\xe0"[..], Ok(Kind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", Ok(Kind::Png)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Ok(Kind::Webp)),
            (b"\0\0\0\x18ftypheic\0\0\0\0", Err(Some(Stranger::Heic))),
            (b"\0\0\0\x18ftypmif1\0\0\0\0", Err(Some(Stranger::Heic))),
            (b"\0\0\0\x18ftypavif\0\0\0\0", Err(Some(Stranger::Avif))),
            (b"\0\0\0\x18ftypisom\0\0\0\0", Err(Some(Stranger::Video))),
            (b"GIF89a", Err(Some(Stranger::Gif))),
            (b"MM\0*\0\0", Err(Some(Stranger::Tiff))),
            (b"\xef\xbb\xbf \n<?xml version='1.0'?><!-- x --><SVG onload='x()'>", Err(Some(Stranger::Svg))),
            (b"<html><p>no", Err(None)),
            (b"RIFF", Err(None)),
            (b"", Err(None)),
        ] {
            assert_eq!(Kind::of(bytes), kind, "{bytes:?}");
        }
        assert!(Kind::ALL.into_iter().all(|kind| Kind::of_name(kind.name()) == Some(kind)));
    }
}
