//! What is near a member, as far as words tell: places that name their town.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The first of those whose place names a town, else the first of all.
pub(super) fn next_near<T>(mut coming: Vec<T>, place: impl Fn(&T) -> &str, town: &str) -> Option<T> {
    let near = coming.iter().position(|one| names(place(one), town)).unwrap_or(0);
    (near < coming.len()).then(|| coming.swap_remove(near))
}

/// Whether a place names a town: its words one after the other and whole, whatever their case and accents. Of a town such as
/// `Bremen, Germany` that is what comes before the comma.
fn names(place: &str, town: &str) -> bool {
    let town = town.split([',', ';', '(', '/']).map(words).find(|words| !words.is_empty()).unwrap_or_default();
    !town.is_empty() && words(place).windows(town.len()).any(|words| words == town)
}

fn words(text: &str) -> Vec<String> {
    let folded = folded(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Small letters without their accents.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        // Letters that have a stroke or are two of them, which do not come apart.
        match c {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ø' => out.push('o'),
            'đ' | 'ð' => out.push('d'),
            'ł' => out.push('l'),
            'ı' => out.push('i'),
            other => out.push(other),
        }
    }
    // Small letters of some capitals bring a mark of their own.
    out.retain(|c| !is_combining_mark(c));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_names_a_town_by_whole_words() {
        for (place, town) in [
            ("Bremen, at the market", "Bremen"),
            ("At the market of BREMEN", "bremen"),
            ("Café Central, Zürich", "Zurich"),
            ("Rynek 1, Łódź", "lodz"),
            ("Hauptstr. 3, 35390 Gießen", "Giessen"),
            ("Tromsø harbour", "Tromso"),
            ("İstanbul, Kadıköy", "istanbul"),
            ("Römerberg, Frankfurt am Main", "Frankfurt am Main"),
            ("Market square, Bremen", "Bremen, Germany"),
            ("Market square, Bremen", ", Bremen (DE)"),
            ("Ναύπλιο, στην πλατεία", "ΝΑΎΠΛΙΟ"),
            ("القاهرة، ميدان التحرير", "القاهرة"),
        ] {
            assert!(names(place, town), "{place} {town}");
        }
        for (place, town) in [
            ("Bremerhaven, at the harbour", "Bremen"),
            ("Neu-Bremenried", "Bremen"),
            ("Frankfurt an der Oder", "Frankfurt am Main"),
            ("Main street, Frankfurt", "Frankfurt am Main"),
            ("York Street, Leeds", "New York"),
            ("Bremen", ""),
            ("Bremen", " ,; "),
            ("", "Bremen"),
        ] {
            assert!(!names(place, town), "{place} {town}");
        }
    }

    #[test]
    fn what_is_near_comes_first_and_else_what_comes_next() {
        let coming = || vec![(1, "Oslo"), (2, "Bremen, old town"), (3, "Bremen, market")];
        let next = |town: &str| next_near(coming(), |one| one.1, town).map(|one| one.0);
        assert_eq!([next("Bremen"), next("Oslo"), next("Lyon"), next("")], [Some(2), Some(1), Some(1), Some(1)]);
        assert_eq!(next_near(Vec::<(i32, &str)>::new(), |one| one.1, "Oslo"), None);
    }
}
