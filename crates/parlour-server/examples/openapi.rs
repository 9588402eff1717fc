//! Writes `openapi.json` at the root of the repository; run it when the drift test says that the file is old.

fn main() -> std::io::Result<()> {
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json"), parlour_server::openapi())
}
