//! How a batch of events lies in the journal: a version byte, then zstd of the events in postcard.

use parlour_core::event::Event;

/// The version of the format.
const VERSION: u8 = 3;
/// Level of zstd.
const LEVEL: i32 = 1;
/// Largest batch once unpacked, bytes.
const MAX_UNPACKED_BYTES: usize = 256 << 20;

/// Packs events.
pub fn pack(events: &[Event]) -> Vec<u8> {
    let plain = postcard::to_stdvec(events).expect("an event has only shapes that postcard knows");
    let mut packed = vec![VERSION];
    let size = u32::try_from(plain.len()).unwrap_or(u32::MAX);
    packed.extend_from_slice(&size.to_le_bytes());
    packed.extend(zstd::bulk::compress(&plain, LEVEL).expect("memory is all that packing needs"));
    packed
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
    let plain = zstd::bulk::decompress(rest, size).map_err(|error| error.to_string())?;
    postcard::from_bytes(&plain).map_err(|error| error.to_string())
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
