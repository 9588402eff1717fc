//! Presets: mappings for files whose shape is known.

use super::mapping::{Also, Extra, Field, Format, Header, Mapping, TimeFormat};

/// The presets and what each is for.
pub const PRESETS: &[(&str, &str)] = &[
    ("cdnow", "the CDNOW master file: blank-parted purchases with a header line"),
    ("cdnow-sample", "the CDNOW sample: five blank-parted columns without a header"),
    ("segment", "calls in Segment's format, one JSON object a line (track, page, screen, identify, group, alias)"),
    ("shop", "a shop's orders as CSV: customer, date, amount, currency, product"),
];

/// The brand that events are about where a file names none.
const OWN_BRAND: &str = "own";

/// The mapping of this name. Every field of it may be changed afterwards.
pub fn preset(name: &str) -> Option<Mapping> {
    match name {
        "cdnow" => Some(cdnow()),
        "cdnow-sample" => Some(cdnow_sample()),
        "segment" => Some(segment()),
        "shop" => Some(shop()),
        _ => None,
    }
}

fn extra(name: &str, column: &str) -> Extra {
    Extra { name: name.to_owned(), column: column.to_owned() }
}

fn also(column: &str, kind: &str) -> Also {
    Also { column: column.to_owned(), kind: kind.to_owned() }
}

fn cdnow() -> Mapping {
    Mapping {
        format: Some(Format::Fixed),
        header: Header::Yes,
        person: Some("customer_id".to_owned()),
        verb: Some(Field::constant("bought")),
        object: Some(Field::constant("cdnow")),
        time: Some("date".to_owned()),
        time_format: TimeFormat::Ymd,
        value: Some("dollar_value".to_owned()),
        currency: Some(Field::constant("USD")),
        layer: Some(Field::constant("web")),
        extra: vec![extra("quantity", "number_of_cds")],
        ..Mapping::default()
    }
}

fn cdnow_sample() -> Mapping {
    Mapping {
        header: Header::No,
        person: Some("#1".to_owned()),
        time: Some("#3".to_owned()),
        value: Some("#5".to_owned()),
        extra: vec![extra("quantity", "#4")],
        ..cdnow()
    }
}

/// `page` and `screen` calls get their type as verb, which the vocabulary maps to `viewed`, and `identify` to a verb
/// that scores nothing. A call about a product is toward the product, any other toward the brand.
fn segment() -> Mapping {
    Mapping {
        format: Some(Format::Jsonl),
        person: Some("userId".to_owned()),
        person_kind: "user".to_owned(),
        also: vec![
            also("anonymousId", "anonymous"),
            also("traits.email|context.traits.email", "email"),
            also("previousId", "anonymous"),
        ],
        verb: Some(Field::column("event|type")),
        object: Some(Field::column("properties.product_id|properties.sku")),
        object_kind: "product".to_owned(),
        parent: Some(Field::constant(OWN_BRAND)),
        time: Some("timestamp|originalTimestamp|receivedAt|sentAt".to_owned()),
        value: Some("properties.revenue|properties.total|properties.value".to_owned()),
        currency: Some(Field { column: Some("properties.currency".to_owned()), constant: Some("USD".to_owned()) }),
        text: Some("properties.text|properties.review_body|properties.query".to_owned()),
        rating: Some("properties.rating".to_owned()),
        message: Some("messageId".to_owned()),
        scored: Some(Field::column("context.active")),
        extra: ["type", "name", "category", "groupId", "properties", "traits"].map(|name| extra(name, name)).to_vec(),
        ..Mapping::default()
    }
}

fn shop() -> Mapping {
    Mapping {
        format: Some(Format::Csv),
        person: Some("customer".to_owned()),
        verb: Some(Field::constant("bought")),
        object: Some(Field::column("product")),
        object_kind: "product".to_owned(),
        parent: Some(Field::constant(OWN_BRAND)),
        time: Some("date".to_owned()),
        value: Some("amount".to_owned()),
        currency: Some(Field::column("currency")),
        ..Mapping::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_there_and_survives_toml() {
        for (name, _) in PRESETS {
            let mapping = preset(name).unwrap();
            let text = toml::to_string(&mapping).unwrap();
            assert_eq!(toml::from_str::<Mapping>(&text).unwrap(), mapping, "{text}");
        }
        assert_eq!(preset("nonsense"), None);
    }
}
