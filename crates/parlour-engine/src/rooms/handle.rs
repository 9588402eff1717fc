//! Handles: where a room is. Plain letters alone, so that none can be dressed up as another; and none that looks like one
//! that is taken, or like a place of the house.

use crate::EngineError;

/// Least and most characters.
const LENGTH: std::ops::RangeInclusive<usize> = 3..=30;
/// What nobody can be called: places of this server, roles that people trust, and words that queries use.
const RESERVED: [&str; 62] = [
    "about",
    "account",
    "admin",
    "administrator",
    "album",
    "albums",
    "api",
    "app",
    "assets",
    "atom",
    "billing",
    "blog",
    "brand",
    "brands",
    "contact",
    "desk",
    "everybody",
    "everyone",
    "feed",
    "feeds",
    "fediverse",
    "form",
    "frame",
    "frames",
    "healthz",
    "help",
    "home",
    "house",
    "info",
    "legal",
    "login",
    "logout",
    "mail",
    "manifest",
    "media",
    "member",
    "members",
    "metrics",
    "moderator",
    "news",
    "nobody",
    "null",
    "official",
    "owner",
    "parlour",
    "passer_by",
    "passers_by",
    "postmaster",
    "privacy",
    "room",
    "rooms",
    "root",
    "search",
    "security",
    "settings",
    "square",
    "staff",
    "support",
    "system",
    "terms",
    "undefined",
    "webmaster",
];

/// A handle as it is kept: lower case, without the sign before it.
pub fn checked(handle: &str) -> Result<String, EngineError> {
    let handle = handle.trim().trim_start_matches('@').to_ascii_lowercase();
    let is_fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let is_word = handle.starts_with(|c: char| c.is_ascii_lowercase())
        && !handle.ends_with('_')
        && !handle.contains("__")
        && handle.bytes().all(is_fine);
    if !LENGTH.contains(&handle.len()) || !is_word {
        return Err(EngineError::Invalid(format!(
            "`handle` must be {} to {} of a–z, 0–9 and `_`, and begin with a letter, such as `anna`",
            LENGTH.start(),
            LENGTH.end()
        )));
    }
    let looks = skeleton(&handle);
    if RESERVED.iter().any(|reserved| skeleton(reserved) == looks) {
        return Err(EngineError::Invalid(format!("`handle`: `{handle}` is kept for the house; choose another")));
    }
    Ok(handle)
}

/// What a handle looks like at a glance: two with the same skeleton are easily taken for each other.
pub fn skeleton(handle: &str) -> String {
    let plain: String = handle
        .chars()
        .filter(|c| *c != '_')
        .map(|c| match c {
            '0' => 'o',
            '1' | 'i' | 'j' => 'l',
            '2' => 'z',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '6' | '9' | 'q' => 'g',
            '7' => 't',
            '8' => 'b',
            other => other,
        })
        .collect();
    plain.replace("rn", "m").replace("vv", "w").replace("cl", "d")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_a_handle() {
        for (said, kept) in [("anna", "anna"), (" @Anna_K ", "anna_k"), ("x2y", "x2y"), ("theo1998", "theo1998")] {
            assert_eq!(checked(said).unwrap(), kept);
        }
        let long = "a".repeat(31);
        for bad in ["", "ab", "1anna", "_anna", "anna_", "an__na", "an.na", "аnna", "anna\u{202e}", "a b", "a/b", &long]
        {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_house_and_what_looks_like_it_are_kept() {
        for bad in
            ["admin", "ADMIN", "adm1n", "a_d_m_i_n", "adrnin", "supp0rt", "parl0ur", "rooms", "passer_by", "0wner"]
        {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn look_alikes_have_one_skeleton() {
        for (one, other) in
            [("annika", "annlka"), ("theo", "the0"), ("marnie", "mamie"), ("wow", "vvovv"), ("a_b_c", "abc")]
        {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
        assert_ne!(skeleton("anna"), skeleton("hanna"));
    }
}
