//! Makes sure that the folder of the built web pages exists, so that the server compiles without them, and that they
//! are embedded anew when they change.

use std::fs;

const DIST: &str = "../../web/dist";

fn main() {
    if let Err(error) = fs::create_dir_all(DIST) {
        println!("cargo::error=`{DIST}` cannot be made: {error}");
    }
    println!("cargo::rerun-if-changed={DIST}");
    println!("cargo::rerun-if-changed=build.rs");
}
