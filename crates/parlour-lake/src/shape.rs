//! What tables the lake has, for whoever asks them in SQL.

use arrow_schema::{DataType, SchemaRef};

use crate::{activity, event, standing};

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Its name, that of its folder.
    pub name: &'static str,
    /// Its columns and of what kind each is, in words.
    pub columns: Vec<(String, &'static str)>,
}

/// All tables.
pub fn shapes() -> [Shape; 3] {
    let of = |name: &'static str, schema: SchemaRef| Shape {
        name,
        columns: schema.fields().iter().map(|field| (field.name().clone(), kind(field.data_type()))).collect(),
    };
    [of("activity", activity::schema()), of("event", event::schema()), of("standing", standing::schema())]
}

fn kind(of: &DataType) -> &'static str {
    if let DataType::Dictionary(_, of) = of {
        return kind(of);
    }
    if of.is_integer() {
        return "integer";
    }
    if of.is_floating() {
        return "real";
    }
    let others = [
        (DataType::Binary, "bytes"),
        (DataType::Utf8, "text"),
        (DataType::Boolean, "boolean"),
        (DataType::Date32, "date"),
    ];
    others.into_iter().find(|(other, _)| other == of).map_or("timestamp", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_kind_in_words() {
        let [activity, event, standing] = shapes();
        let kind = |shape: &Shape, name: &str| shape.columns.iter().find(|(column, _)| column == name).unwrap().1;
        assert_eq!(
            (kind(&activity, "subject"), kind(&activity, "day"), kind(&activity, "n")),
            ("bytes", "date", "integer")
        );
        assert_eq!((kind(&event, "at"), kind(&event, "paid"), kind(&event, "text")), ("timestamp", "boolean", "text"));
        assert_eq!((kind(&standing, "degree"), standing.columns.len()), ("real", 16));
        let times = event.columns.iter().filter(|(_, kind)| *kind == "timestamp").map(|(name, _)| name.as_str());
        assert_eq!(times.collect::<Vec<_>>(), ["at", "said_at", "received_at"]);
    }
}
