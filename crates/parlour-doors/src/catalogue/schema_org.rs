//! Products as schema.org has them, in JSON-LD: wherever they lie in it, with their first offer.

use serde_json::Value;

use super::rows::Fields;
use crate::markup::{Dialect, Tree};

/// Deepest nesting that is looked into.
const MAX_DEPTH: usize = 32;

/// The products of a JSON-LD text, with their number.
pub(super) fn of_json(text: &str) -> Result<Vec<(u64, Fields)>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
    let mut found = Vec::new();
    collect(&value, 0, &mut found);
    Ok((1..).zip(found).collect())
}

/// The products of a page, from its scripts of JSON-LD; one that cannot be read is passed over.
pub(super) fn of_page(text: &str) -> Vec<(u64, Fields)> {
    let tree = Tree::read(text, Dialect::Html);
    let is_ours = |at: &usize| {
        let node = &tree.nodes[*at];
        node.name == "script" && node.get("type").is_some_and(|kind| kind.eq_ignore_ascii_case("application/ld+json"))
    };
    let mut found = Vec::new();
    for script in tree.below(0).into_iter().filter(is_ours) {
        let texts = tree.nodes[script].children.iter().map(|at| tree.nodes[*at].text.as_str());
        let text: String = std::iter::once(tree.nodes[script].text.as_str()).chain(texts).collect();
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            collect(&value, 0, &mut found);
        }
    }
    (1..).zip(found).collect()
}

fn collect(value: &Value, depth: usize, found: &mut Vec<Fields>) {
    if MAX_DEPTH < depth {
        return;
    }
    match value {
        Value::Array(all) => all.iter().for_each(|one| collect(one, depth + 1, found)),
        Value::Object(all) if is_product(value) => {
            found.push(of_product(value));
            // A group of products has its variants inside.
            if let Some(variants) = all.get("hasVariant") {
                collect(variants, depth + 1, found);
            }
        }
        Value::Object(all) => all.values().for_each(|one| collect(one, depth + 1, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_product(value: &Value) -> bool {
    let is_it = |kind: &Value| {
        let kind = kind.as_str().unwrap_or_default().rsplit(['/', ':']).next().unwrap_or_default();
        matches!(kind, "Product" | "ProductModel" | "IndividualProduct" | "Vehicle" | "Car")
    };
    let kinds = &value["@type"];
    kinds.as_array().map_or_else(|| is_it(kinds), |kinds| kinds.iter().any(is_it))
}

fn of_product(product: &Value) -> Fields {
    let offer = first(&product["offers"]);
    let offer = if offer["price"].is_null() && !offer["offers"].is_null() { first(&offer["offers"]) } else { offer };
    let specified = first(&offer["priceSpecification"]);
    let either = |names: [&Value; 2]| names.into_iter().map(text_of).find(|text| !text.is_empty()).unwrap_or_default();
    let id = [&product["productID"], &product["sku"], &product["@id"], &product["url"]];
    let id = id.into_iter().map(text_of).find(|id| !id.is_empty()).unwrap_or_default();
    let mut fields = vec![
        ("id".to_owned(), id),
        ("title".to_owned(), text_of(&product["name"])),
        ("link".to_owned(), either([&product["url"], &offer["url"]])),
        ("image_link".to_owned(), text_of(&product["image"])),
        ("price".to_owned(), either([&offer["price"], &specified["price"]])),
        ("lowprice".to_owned(), text_of(&offer["lowPrice"])),
        ("currency".to_owned(), either([&offer["priceCurrency"], &specified["priceCurrency"]])),
        ("sku".to_owned(), either([&product["sku"], &product["mpn"]])),
    ];
    for name in ["gtin", "gtin13", "gtin14", "gtin12", "gtin8"] {
        fields.push((name.to_owned(), text_of(&product[name])));
    }
    Fields(fields)
}

fn first(value: &Value) -> &Value {
    value.as_array().map_or(value, |all| all.first().unwrap_or(&Value::Null))
}

/// A text, a number, or the address of what is described at length.
fn text_of(value: &Value) -> String {
    match first(value) {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Object(all) => {
            let inside =
                ["url", "contentUrl", "@value", "@id", "name"].iter().find_map(|name| all.get(*name)?.as_str());
            inside.unwrap_or_default().to_owned()
        }
        Value::Null | Value::Bool(_) | Value::Array(_) => String::new(),
    }
}
