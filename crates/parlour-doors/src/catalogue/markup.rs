//! Product feeds in RSS and Atom, with the elements of Google's namespace.

use super::rows::Fields;
use crate::markup::{Dialect, Tree};

/// How far into a text what it is must show.
const HEAD_BYTES: usize = 2_000;
/// Longest product, in bytes; what is longer is read as far as that.
const MAX_ITEM_BYTES: usize = 100_000;

/// Whether a text is a feed rather than a page.
pub(super) fn is_feed(text: &str) -> bool {
    let head: String = text.chars().take(HEAD_BYTES).collect::<String>().to_ascii_lowercase();
    ["<rss", "<feed", "<rdf:rdf"].iter().any(|root| head.contains(root))
}

/// The products of a feed, with their number. Each is read by itself, so that a feed may be as long as it likes.
pub(super) fn of_feed(text: &str) -> Vec<(u64, Fields)> {
    let mut products = Vec::new();
    let mut rest = text;
    while let Some((at, name)) = next_item(rest) {
        let end = rest[at..].find(&format!("</{name}>")).map_or(rest.len(), |end| at + end);
        let mut most = end.min(at + MAX_ITEM_BYTES);
        while !rest.is_char_boundary(most) {
            most -= 1;
        }
        products.push((products.len() as u64 + 1, of_item(&rest[at..most])));
        rest = &rest[end..];
    }
    products
}

fn next_item(text: &str) -> Option<(usize, &'static str)> {
    let of = |name: &'static str| {
        let opens = |(at, _): &(usize, &str)| {
            text[at + 1 + name.len()..].starts_with(|c: char| c == '>' || c.is_ascii_whitespace())
        };
        let opening = if name == "item" { "<item" } else { "<entry" };
        text.match_indices(opening).find(opens).map(|(at, _)| (at, name))
    };
    [of("item"), of("entry")].into_iter().flatten().min()
}

fn of_item(text: &str) -> Fields {
    let tree = Tree::read(text, Dialect::Xml);
    let Some(item) = tree.find(0, |node| matches!(node.name.as_str(), "item" | "entry")) else {
        return Fields::default();
    };
    let field = |at: &usize| {
        let node = &tree.nodes[*at];
        let name = node.name.rsplit(':').next().unwrap_or_default();
        let text = tree.text(*at);
        let text = if text.is_empty() { node.get("href").unwrap_or_default().to_owned() } else { text };
        (!name.is_empty()).then(|| (name.to_owned(), text))
    };
    Fields(tree.nodes[item].children.iter().filter_map(field).collect())
}
