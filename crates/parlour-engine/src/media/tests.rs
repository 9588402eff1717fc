//! Pictures are kept whole or not at all, and leave nothing behind.

use std::fs;
use std::path::{Path, PathBuf};

use parlour_media::draw_jpeg;

use super::*;

fn painted(seed: u8) -> Vec<u8> {
    let pixels = (0..400 * 300 * 3).map(|n: u32| (n.wrapping_mul(31) >> 3) as u8 ^ seed).collect();
    draw_jpeg(pixels, (400, 300)).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn token_of(source: &Source) -> String {
    source.url.strip_prefix("/media/").unwrap().to_owned()
}

#[test]
fn a_picture_is_kept_and_read_by_its_links_until_it_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path(), None).unwrap();
    let (media, alongside) = engine.take_media("brand:acme", &painted(0), |_, media| Ok(media.id)).unwrap();
    assert_eq!((media.id, media.widths.clone()), (alongside, vec![320, 400]));
    let sources = engine.media_sources(&media);
    assert_eq!(sources.iter().map(|source| source.width).collect::<Vec<_>>(), [320, 400]);
    let file = engine.media_file(&token_of(&sources[0])).unwrap().unwrap();
    assert_eq!((file.kind, Kind::of(&file.bytes)), (Kind::Jpeg, Ok(Kind::Jpeg)));
    assert!(engine.media_file("nonsense").unwrap().is_none());
    assert_eq!(files(&folder.path().join("media")).len(), 2);
    engine.remove_media(media.id).unwrap();
    assert!(engine.media_file(&token_of(&sources[0])).unwrap().is_none());
    assert!(files(&folder.path().join("media")).is_empty());
}

#[test]
fn what_fails_alongside_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path(), None).unwrap();
    // Somebody who was erased in the middle of it.
    let gone = engine.take_media("member:1", &painted(1), |_, _| Err::<(), _>(StoreError::Corrupt("gone".to_owned())));
    assert!(gone.is_err());
    assert!(files(&folder.path().join("media")).is_empty());
    assert!(engine.database.read(|conn| media::of_owner(conn, "member:1")).unwrap().is_empty());
}

#[test]
fn an_owner_has_so_much_room_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("parlour.toml"), "[media]\nowner_bytes = 10\n").unwrap();
    let engine = Engine::open(folder.path(), None).unwrap();
    let told = engine.take_media("member:1", &painted(1), |_, _| Ok(())).unwrap_err().to_string();
    assert!(told.contains("media.owner_bytes"), "{told}");
    assert!(files(&folder.path().join("media")).is_empty());
}

#[test]
fn orphans_are_swept_at_start_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path(), None).unwrap();
    let (kept, ()) = engine.take_media("brand:acme", &painted(2), |_, _| Ok(())).unwrap();
    drop(engine);
    let shelf = folder.path().join("media");
    fs::create_dir_all(shelf.join("ab")).unwrap();
    fs::write(shelf.join("ab/ab00-320.jpg"), "left by a crash").unwrap();
    fs::write(shelf.join("ab/ab01-320.jpg.half"), "half").unwrap();
    let engine = Engine::open(folder.path(), None).unwrap();
    assert_eq!(files(&shelf).len(), kept.widths.len());
    assert!(!engine.media_bytes(&kept).unwrap().is_empty());
}
