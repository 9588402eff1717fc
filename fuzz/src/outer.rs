//! The decoders outside the core: mappings of webhooks, packed bodies, and files.

use std::sync::LazyLock;

use parlour_core::event::{Layer, Name};
use parlour_core::vocabulary::Vocabulary;
use parlour_doors::file::{self, Mapping as FileMapping, Opening};
use parlour_engine::mapping::{Body, Mapping};

use super::wire::NOW;

/// Most bytes of a body once it is unpacked.
const MOST: usize = 1 << 20;

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::default);

/// A mapping that asks for all that a mapping can.
static MAPPING: LazyLock<Mapping> = LazyLock::new(|| {
    let text = r#"{"when": "has(body.batch)", "each": "body.batch", "subject": "item.userId", "verb": "item.type",
        "object": "item.properties.product_id", "at": "item.timestamp", "message": "item.messageId",
        "value": "item.properties.revenue", "currency": "item.properties.currency", "text": "item.properties.text",
        "also": {"email": "item.traits.email"}}"#;
    Mapping::parse(text).expect("the mapping is one")
});

/// A webhook's body by a mapping, and the bytes as a mapping.
pub fn webhook(bytes: &[u8]) {
    let brand = Name::new("brand", "acme");
    let (headers, message, topic) = (&[], None, None);
    let body = Body { raw: bytes, headers, message, topic, received_at: NOW, brand: &brand, layer: Layer::Web };
    let _ = MAPPING.events(&body, &VOCABULARY);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Mapping::parse(text).map(|mapping| mapping.events(&body, &VOCABULARY));
    }
}

/// The JSON within whatever a body is packed in.
pub fn unpacking(bytes: &[u8]) {
    if let Some(plain) = parlour_server::unpacked(bytes, MOST) {
        assert!(plain.len() <= MOST.max(bytes.len()));
    }
}

/// A file of separated values.
pub fn csv(bytes: &[u8]) {
    let columns = |mapping: &mut FileMapping| mapping.person = Some("#1".to_owned());
    read(bytes, file::Format::Csv, columns);
}

/// A file of JSON lines.
pub fn json_lines(bytes: &[u8]) {
    let columns = |mapping: &mut FileMapping| mapping.person = Some("userId".to_owned());
    read(bytes, file::Format::Jsonl, columns);
}

fn read(bytes: &[u8], format: file::Format, columns: impl Fn(&mut FileMapping)) {
    let mut mapping = FileMapping { format: Some(format), ..FileMapping::default() };
    columns(&mut mapping);
    mapping.verb = Some(file::Field::constant("bought"));
    mapping.object = Some(file::Field::constant("b"));
    mapping.time = Some(if format == file::Format::Csv { "#2" } else { "timestamp" }.to_owned());
    thread_local! {
        static PATH: std::path::PathBuf = {
            let name = format!("parlour-fuzz-{}-{:?}", std::process::id(), std::thread::current().id());
            let shared = std::path::Path::new("/dev/shm");
            if shared.is_dir() { shared.join(name) } else { std::env::temp_dir().join(name) }
        };
    }
    PATH.with(|path| {
        std::fs::write(path, bytes).expect("there is space for a small file");
        if let Ok(mut records) = file::open(path, &mapping, &Opening::new(NOW, &VOCABULARY)) {
            let mut after = 0;
            while let Ok(Some(record)) = records.next_record() {
                assert!(after <= record.after.bytes, "records go forward");
                after = record.after.bytes;
                if let Ok(event) = record.outcome {
                    assert_eq!(event.flaw(NOW), None, "{event:?}");
                }
            }
        }
        let _ = std::fs::remove_file(path);
    });
}
