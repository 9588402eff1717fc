//! How a batch of events lies in the journal: a version byte, then zstd of the events in postcard.

use std::cell::RefCell;

use parlour_core::event::Event;
use zstd::bulk::{Compressor, Decompressor};

/// The version of the format.
const VERSION: u8 = 2;
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

/// Unpacks what [`pack`] packed; else what is wrong with it.
pub fn unpack(packed: &[u8]) -> Result<Vec<Event>, String> {
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
        postcard::from_bytes(plain).map_err(|error| error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use parlour_core::event::Name;
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
}
