//! How a batch of events lies in the journal: a version byte, then zstd of the events in postcard.

use std::cell::RefCell;

use parlour_core::event::{Event, Layer, Money, Space};
use serde::Deserialize;
use zstd::bulk::{Compressor, Decompressor};

/// The version of the format.
const VERSION: u8 = 3;
/// The version and the unpacked size.
const HEADER_BYTES: usize = 5;
/// Level of zstd.
const LEVEL: i32 = 1;
/// Largest batch once unpacked, bytes.
const MAX_UNPACKED_BYTES: usize = 256 << 20;

/// What packing and unpacking need each time, kept from one batch to the next: it is large, and memory asked for anew
/// is cleared by the system first.
struct Room {
    plain: Vec<u8>,
    compressor: Compressor<'static>,
    decompressor: Decompressor<'static>,
}

thread_local! {
    static ROOM: RefCell<Room> = RefCell::new(Room {
        plain: Vec::new(),
        compressor: Compressor::new(LEVEL).expect("the level is one that zstd knows"),
        decompressor: Decompressor::new().expect("memory is all that unpacking needs"),
    });
}

/// Packs events.
pub fn pack(events: &[Event]) -> Vec<u8> {
    ROOM.with_borrow_mut(|Room { plain, compressor, .. }| {
        plain.clear();
        postcard::to_io(events, &mut *plain).expect("an event has only shapes that postcard knows");
        let size = u32::try_from(plain.len()).unwrap_or(u32::MAX);
        let body = compressor.compress(plain).expect("memory is all that packing needs");
        let mut packed = Vec::with_capacity(HEADER_BYTES + body.len());
        packed.push(VERSION);
        packed.extend_from_slice(&size.to_le_bytes());
        packed.extend_from_slice(&body);
        packed
    })
}

/// An event as it lies in an unpacked batch. Its fields are those of [`Event`] in their order; most are there only to
/// find where it ends.
#[derive(Deserialize)]
#[expect(dead_code, reason = "what is read over has to be told")]
struct Lying<'a> {
    message: Option<&'a str>,
    at: i64,
    said_at: Option<i64>,
    undated: bool,
    #[serde(borrow)]
    subject: (&'a str, &'a str),
    also: Vec<(&'a str, &'a str)>,
    verb: &'a str,
    object: (&'a str, &'a str),
    parent: Option<(&'a str, &'a str)>,
    layer: Layer,
    space: Space,
    target: Option<(&'a str, &'a str)>,
    reply_to: Option<&'a str>,
    text: Option<&'a str>,
    rating: Option<u8>,
    value: Option<Money>,
    seconds: u32,
    paid: bool,
    scored: bool,
    extra: Option<&'a str>,
}

/// Where one event lies in an unpacked batch, and by what it is sorted.
pub(crate) struct Place<'a> {
    pub(crate) offset: u32,
    pub(crate) kind: &'a str,
    pub(crate) id: &'a str,
    pub(crate) at: i64,
}

/// The events of an unpacked batch, in order, without copying them.
pub(crate) fn places(plain: &[u8]) -> Result<Vec<Place<'_>>, String> {
    let told = |error: postcard::Error| error.to_string();
    let (n, mut rest) = postcard::take_from_bytes::<usize>(plain).map_err(told)?;
    // An event has more bytes than this.
    let mut places = Vec::with_capacity(n.min(plain.len() / 16));
    for _ in 0..n {
        let offset = (plain.len() - rest.len()) as u32;
        let (lying, after) = postcard::take_from_bytes::<Lying<'_>>(rest).map_err(told)?;
        places.push(Place { offset, kind: lying.subject.0, id: lying.subject.1, at: lying.at });
        rest = after;
    }
    Ok(places)
}

/// The event that lies there.
pub(crate) fn event_at(plain: &[u8], offset: u32) -> Result<Event, String> {
    let rest = plain.get(offset as usize..).ok_or("it is too short")?;
    postcard::take_from_bytes(rest).map(|(event, _)| event).map_err(|error| error.to_string())
}

/// Unpacks what [`pack`] packed; else what is wrong with it.
pub fn unpack(packed: &[u8]) -> Result<Vec<Event>, String> {
    with_plain(packed, |plain| postcard::from_bytes(plain).map_err(|error| error.to_string()))
}

/// The bytes of the events, unpacked.
pub(crate) fn unpack_bytes(packed: &[u8]) -> Result<Box<[u8]>, String> {
    with_plain(packed, |plain| Ok(plain.into()))
}

fn with_plain<T>(packed: &[u8], read: impl FnOnce(&[u8]) -> Result<T, String>) -> Result<T, String> {
    let (&[version, a, b, c, d], rest) = packed.split_first_chunk().ok_or("it is too short")?;
    if version != VERSION {
        return Err(format!("its format is version {version}, this parlour knows {VERSION}"));
    }
    let size = u32::from_le_bytes([a, b, c, d]) as usize;
    if size > MAX_UNPACKED_BYTES {
        return Err(format!("it claims {size} bytes"));
    }
    ROOM.with_borrow_mut(|Room { plain, decompressor, .. }| {
        plain.clear();
        plain.reserve(size);
        decompressor.decompress_to_buffer(rest, plain).map_err(|error| error.to_string())?;
        read(plain)
    })
}

#[cfg(test)]
mod tests {
    use parlour_core::event::{Currency, Name};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_batch_survives_and_damage_is_told(at in any::<i64>(), id in ".*", place in 0usize..200) {
            let event = Event::new(at, Name::new("user", id), "bought", Name::new("brand", "x"));
            let packed = pack(&[event.clone(), event.clone()]);
            prop_assert_eq!(unpack(&packed).unwrap(), vec![event.clone(), event]);
            prop_assert!(unpack(&packed[..place.min(packed.len() - 1)]).is_err());
        }
    }

    #[test]
    fn events_are_found_where_they_lie() {
        let name = |id: &str| Name::new("user", id);
        let plain = Event::new(-5, name("ann"), "bought", Name::new("brand", "x"));
        let full = Event {
            message: Some("m".to_owned()),
            said_at: Some(i64::MIN),
            undated: true,
            also: vec![name("b"), name("")],
            parent: Some(name("c")),
            layer: Layer::Mobile,
            space: Space::Elsewhere,
            target: Some(name("d")),
            reply_to: Some("r".to_owned()),
            text: Some("é".repeat(300)),
            rating: Some(5),
            value: Some(Money { minor: -1, currency: Currency::of_code("EUR").unwrap() }),
            seconds: u32::MAX,
            paid: true,
            scored: false,
            extra: Some("{}".to_owned()),
            ..Event::new(i64::MAX, name("eve"), "did:x", Name::new("brand", "x"))
        };
        let events = [plain.clone(), full.clone(), plain, full];
        let bytes = unpack_bytes(&pack(&events)).unwrap();
        let found = places(&bytes).unwrap();
        assert_eq!(found.len(), events.len());
        for (place, event) in found.iter().zip(&events) {
            assert_eq!((place.kind, place.id, place.at), ("user", event.subject.id.as_str(), event.at));
            assert_eq!(&event_at(&bytes, place.offset).unwrap(), event);
        }
        assert!((0..bytes.len()).all(|n| places(&bytes[..n]).is_err()));
    }
}
