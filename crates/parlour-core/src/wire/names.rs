//! Names of events as programs agree on them, and what each means here: one table.
//!
//! It holds Segment's e-commerce, lifecycle, mail and account events. Names that are not in it, or whose verb the
//! vocabulary has not, are kept as `did:<name>`, and what an operator says of a name in the vocabulary goes before it.

/// What an event is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Toward {
    /// The brand.
    Brand,
    /// The product that the properties name, or else the brand.
    Product,
    /// Each product of an order, or else the brand; with the order's money shared among them.
    Order,
}

/// What a name means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meaning {
    /// The name in lower case, words parted by one blank.
    name: &'static str,
    /// The verb; none where the name itself is kept.
    pub(super) verb: Option<&'static str>,
    pub(super) toward: Toward,
    /// The property that holds the id of what else it points at, and of which kind that is.
    pub(super) target: Option<(&'static str, &'static str)>,
    /// The property that holds what was said.
    pub(super) text: Option<&'static str>,
}

const fn means(name: &'static str, verb: &'static str, toward: Toward) -> Meaning {
    Meaning { name, verb: Some(verb), toward, target: None, text: None }
}

/// A name that has an object we know and no verb.
const fn keeps(name: &'static str, toward: Toward) -> Meaning {
    Meaning { name, verb: None, toward, target: None, text: None }
}

impl Meaning {
    const fn at(self, property: &'static str, kind: &'static str) -> Self {
        Self { target: Some((property, kind)), ..self }
    }

    const fn saying(self, property: &'static str) -> Self {
        Self { text: Some(property), ..self }
    }
}

use Toward::{Brand, Order, Product};

/// Sorted by name.
const NAMES: &[Meaning] = &[
    means("account created", "joined", Brand),
    means("account deleted", "left", Brand),
    means("application backgrounded", "peeked", Brand),
    means("application installed", "downloaded", Brand),
    means("application opened", "visited", Brand),
    means("application uninstalled", "left", Brand),
    means("cart shared", "shared", Brand).saying("share_message"),
    means("cart viewed", "viewed", Brand),
    means("checkout step viewed", "viewed", Brand),
    means("coupon applied", "redeemed", Brand).at("coupon_id", "coupon"),
    means("deep link clicked", "clicked", Brand),
    means("deep link opened", "visited", Brand),
    means("email link clicked", "clicked", Brand).at("campaign_id", "campaign"),
    means("email marked as spam", "blocked", Brand).at("campaign_id", "campaign"),
    means("email opened", "viewed", Brand).at("campaign_id", "campaign"),
    means("invite sent", "invited", Brand),
    means("order cancelled", "cancelled", Brand).at("order_id", "order"),
    means("order completed", "bought", Order).at("order_id", "order"),
    means("order refunded", "returned_goods", Order).at("order_id", "order"),
    means("product added", "wanted", Product),
    means("product added to wishlist", "wanted", Product),
    means("product clicked", "clicked", Product),
    means("product list filtered", "searched", Brand).at("list_id", "list"),
    means("product list viewed", "viewed", Brand).at("list_id", "list"),
    keeps("product removed", Product),
    keeps("product removed from wishlist", Product),
    means("product reviewed", "reviewed", Product).saying("review_body"),
    means("product shared", "shared", Product).saying("share_message"),
    means("product viewed", "viewed", Product),
    means("products searched", "searched", Brand).saying("query"),
    means("promotion clicked", "clicked", Brand).at("promotion_id", "promotion"),
    means("promotion viewed", "viewed", Brand).at("promotion_id", "promotion"),
    means("push notification tapped", "clicked", Brand),
    means("signed in", "visited", Brand),
    means("signed up", "joined", Brand),
    means("subscribed", "subscribed", Brand),
    means("survey sent", "answered_survey", Brand).at("$survey_id", "survey"),
    means("unsubscribed", "unsubscribed", Brand),
    means("wishlist product added to cart", "wanted", Product),
];

/// Longest name of the table, and room to spare.
const MAX_BYTES: usize = 32;

/// What a name means, whatever its case and whether its words are parted by blanks, `_` or `-`.
pub(super) fn meaning(name: &str) -> Option<&'static Meaning> {
    let mut folded = [0; MAX_BYTES];
    let folded = folded.get_mut(..name.len())?;
    for (to, from) in folded.iter_mut().zip(name.bytes()) {
        *to = if matches!(from, b'_' | b'-') { b' ' } else { from.to_ascii_lowercase() };
    }
    let folded: &[u8] = folded;
    let at = NAMES.binary_search_by(|meaning| meaning.name.as_bytes().cmp(folded)).ok()?;
    NAMES.get(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Vocabulary;

    #[test]
    fn the_table_is_in_order_and_has_verbs_that_are_there() {
        assert!(NAMES.is_sorted_by(|a, b| a.name < b.name));
        assert!(NAMES.iter().all(|meaning| meaning.name.len() <= MAX_BYTES));
        let vocabulary = Vocabulary::default();
        for meaning in NAMES {
            assert!(meaning.verb.is_none_or(|verb| vocabulary.verbs.contains_key(verb)), "{meaning:?}");
        }
    }

    #[test]
    fn names_are_found_however_they_are_written() {
        for name in ["Order Completed", "order_completed", "ORDER-COMPLETED"] {
            assert_eq!(meaning(name).unwrap().verb, Some("bought"), "{name}");
        }
        assert!(meaning("OrderCompleted").is_none() && meaning("").is_none() && meaning("Played Chess").is_none());
    }

    /// What the vocabulary says of a name in its default must be what is done with it.
    #[test]
    fn the_vocabulary_agrees() {
        for (name, verb) in &Vocabulary::default().names {
            if let Some(meaning) = meaning(name) {
                assert_eq!(meaning.verb, Some(verb.as_str()), "{name}");
            }
        }
    }
}
