//! Where the cells of a JSON object are: numbers stay the text they are, so that amounts remain exact.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::decode::Span;
use super::error::{FileError, shown};
use super::layout::Cells;
use super::plan::Wanted;

/// The paths to look for in every object.
pub(super) struct Paths {
    root: Node,
    /// The leaves of each wanted cell, of which the first that is there counts.
    slots: Vec<(Vec<usize>, Wanted)>,
    n_leaves: usize,
}

#[derive(Default)]
struct Node {
    leaf: Option<usize>,
    children: Vec<(String, Node)>,
}

impl Paths {
    pub(super) fn new(wanted: &[Wanted]) -> Result<Self, FileError> {
        let mut paths = Self { root: Node::default(), slots: Vec::new(), n_leaves: 0 };
        for wanted in wanted {
            let leaves = wanted.column.split('|').map(|path| paths.leaf(path.trim()));
            let leaves = leaves.collect::<Result<_, _>>()?;
            paths.slots.push((leaves, wanted.clone()));
        }
        Ok(paths)
    }

    fn leaf(&mut self, path: &str) -> Result<usize, FileError> {
        if path.is_empty() || path.split('.').any(str::is_empty) || path.starts_with('#') {
            let path = shown(path);
            return Err(FileError::Mapping(format!("`{path}` is no path in JSON; write it as `properties.total`")));
        }
        let mut node = &mut self.root;
        for key in path.split('.') {
            let at = node.children.iter().position(|(name, _)| name == key).unwrap_or_else(|| {
                node.children.push((key.to_owned(), Node::default()));
                node.children.len() - 1
            });
            node = &mut node.children[at].1;
        }
        let n_leaves = &mut self.n_leaves;
        Ok(*node.leaf.get_or_insert_with(|| {
            *n_leaves += 1;
            *n_leaves - 1
        }))
    }

    /// Finds the cells of an object; what is not there is blank.
    pub(super) fn read(&self, record: &str, cells: &mut Cells) -> Result<(), String> {
        let mut leaves: Vec<Option<&str>> = vec![None; self.n_leaves];
        if !record.trim_start().starts_with('{') {
            return Err("the line is no JSON object; write one object a line".to_owned());
        }
        walk(&self.root, record, &mut leaves).map_err(|error| format!("the line is not JSON: {error}"))?;
        cells.scratch.clear();
        cells.spans.clear();
        cells.is_scratch = true;
        for (of_slot, wanted) in &self.slots {
            let start = cells.scratch.len();
            for leaf in of_slot.iter().filter_map(|leaf| leaves[*leaf]) {
                push(leaf, wanted, &mut cells.scratch)?;
                if !cells.scratch[start..].trim().is_empty() {
                    break;
                }
                cells.scratch.truncate(start);
            }
            cells.spans.push(Span { start: start as u32, end: cells.scratch.len() as u32 });
        }
        Ok(())
    }
}

/// Adds a JSON value as a cell: null is blank, a string is its content.
fn push(json: &str, wanted: &Wanted, scratch: &mut String) -> Result<(), String> {
    let not_json = |error: serde_json::Error| format!("`{}` is not text: {error}", shown(&wanted.column));
    match json.as_bytes().first() {
        Some(b'n') => {}
        _ if wanted.is_extra => scratch.push_str(json),
        Some(b'"') if !json.contains('\\') => scratch.push_str(&json[1..json.len() - 1]),
        Some(b'"') => scratch.push_str(&serde_json::from_str::<String>(json).map_err(not_json)?),
        Some(b'{' | b'[') => {
            let column = shown(&wanted.column);
            return Err(format!("`{column}` is a list or an object; give the path of a value inside it"));
        }
        _ => scratch.push_str(json),
    }
    Ok(())
}

/// The keys of an object, for messages.
pub(super) fn keys(record: &str) -> Vec<String> {
    let object: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_str(record);
    let mut keys = Vec::new();
    for (key, value) in object.unwrap_or_default() {
        if let serde_json::Value::Object(inner) = value {
            keys.extend(inner.keys().map(|of| format!("{key}.{of}")));
        } else {
            keys.push(key);
        }
    }
    keys
}

fn walk<'de>(node: &Node, json: &'de str, leaves: &mut [Option<&'de str>]) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(json);
    Walk { node, leaves }.deserialize(&mut json)?;
    json.end()
}

/// Goes through a value, keeping the texts of the leaves below `node`.
struct Walk<'a, 'de> {
    node: &'a Node,
    leaves: &'a mut [Option<&'de str>],
}

impl<'de> DeserializeSeed<'de> for Walk<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(child) = map.next_key_seed(Key { node: self.node })? {
            let Some(child) = child else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let Some(leaf) = child.leaf else {
                map.next_value_seed(Walk { node: child, leaves: &mut *self.leaves })?;
                continue;
            };
            let raw = map.next_value::<&RawValue>()?.get();
            self.leaves[leaf] = Some(raw);
            if !child.children.is_empty() {
                walk(child, raw, self.leaves).map_err(A::Error::custom)?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Looks a key up among a node's children.
struct Key<'a> {
    node: &'a Node,
}

impl<'a, 'de> DeserializeSeed<'de> for Key<'a> {
    type Value = Option<&'a Node>;

    fn deserialize<D: Deserializer<'de>>(self, key: D) -> Result<Self::Value, D::Error> {
        key.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for Key<'a> {
    type Value = Option<&'a Node>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.node.children.iter().find(|(name, _)| name == key).map(|(_, child)| child))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(record: &str, columns: &[&str]) -> Result<Vec<String>, String> {
        let wanted: Vec<Wanted> = columns
            .iter()
            .map(|column| Wanted {
                column: column.trim_start_matches('!').to_owned(),
                is_extra: column.starts_with('!'),
            })
            .collect();
        let mut cells = Cells::default();
        Paths::new(&wanted).unwrap().read(record, &mut cells)?;
        Ok(cells.spans.iter().map(|span| cells.scratch[span.start as usize..span.end as usize].to_owned()).collect())
    }

    #[test]
    fn values_are_found_by_path_and_numbers_keep_their_text() {
        let record =
            r#"{"a":{"b":{"c":12345678901234567890.10}},"s":"é\u00e9\n","n":null,"t":true,"other":[1,{"a":2}]}"#;
        assert_eq!(
            read(record, &["a.b.c", "s", "n", "t", "x.y"]).unwrap(),
            ["12345678901234567890.10", "éé\n", "", "true", ""]
        );
        assert_eq!(read(record, &["n|x|t"]).unwrap(), ["true"], "the first that is not blank");
        assert_eq!(read(record, &["!a", "a.b.c", "!s"]).unwrap()[0], r#"{"b":{"c":12345678901234567890.10}}"#);
        assert_eq!(read(record, &["s.x", "other.y"]).unwrap(), ["", ""], "a path through what is no object");
    }

    #[test]
    fn what_is_no_object_or_no_single_value_is_refused() {
        for record in
            ["[1]", "7", "{", "{\"a\":1}}", "{\"a\":1,}", "{\"a\" 1}", "{\"a\":\"\\ud800\"}", "nonsense", "{\"z\":[}"]
        {
            assert!(read(record, &["a"]).is_err(), "{record}");
        }
        assert!(read(r#"{"a":{"b":1}}"#, &["a"]).unwrap_err().contains("path"));
        let deep = format!("{{\"z\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(&deep, &["a"]).unwrap(), [""], "what is not asked for may be deep");
        let deep = format!("{{\"a\":{}1{}}}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
        assert!(read(&deep, &["a.a"]).is_err());
    }

    #[test]
    fn a_path_must_be_one() {
        for path in ["", "a..b", ".a", "#1", "a|"] {
            assert!(Paths::new(&[Wanted { column: path.to_owned(), is_extra: false }]).is_err(), "{path}");
        }
    }
}
