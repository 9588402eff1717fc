//! The write key inside a body.

use std::borrow::Cow;

use super::json::Value;
use super::{BatchError, Limits, document};

/// The fields in which SDKs put it.
const NAMES: [&str; 4] = ["writeKey", "api_key", "token", "write_key"];

/// The write key in a body that has one: as a field of it, or of its first event, or of that one's properties.
pub fn key_in(body: &[u8], limits: &Limits) -> Result<Option<String>, BatchError> {
    let document = document(body, limits)?;
    let root = document.root();
    let first = root.elements().next().or_else(|| root.get("batch")?.elements().next());
    Ok(within(root).or_else(|| within(first?)).map(Cow::into_owned))
}

fn within(value: Value<'_>) -> Option<Cow<'_, str>> {
    let own = NAMES.iter().find_map(|name| value.get(name)?.scalar());
    own.or_else(|| {
        let properties = value.get("properties")?;
        properties.get("token").or_else(|| properties.get("$token"))?.scalar()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lie_where_the_sdks_put_them() {
        for (body, key) in [
            (r#"{"batch":[],"writeKey":"k"}"#, Some("k")),
            (r#"{"api_key":"k","batch":[]}"#, Some("k")),
            (r#"{"token":"k","event":"e"}"#, Some("k")),
            (r#"[{"properties":{"token":"k"}}]"#, Some("k")),
            (r#"{"batch":[{"properties":{"$token":" k "}}]}"#, Some("k")),
            (r#"{"writeKey":"","batch":[{"api_key":"k"}]}"#, Some("k")),
            (r#"{"batch":[{}]}"#, None),
            ("[]", None),
            ("7", None),
        ] {
            assert_eq!(key_in(body.as_bytes(), &Limits::default()).unwrap().as_deref(), key, "{body}");
        }
        assert!(key_in(b"\xff", &Limits::default()).is_err());
    }
}
