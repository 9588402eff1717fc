//! Every viewer at every door before every resource: what they get is told by a table of a few lines, which knows nothing of
//! the server's.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{Answer, send};
use crate::desk::Desk;
use crate::rooms::Member;

/// From open to closed.
const DOORS: [&str; 5] = ["passers_by", "acquaintance_1", "acquaintance_2", "acquaintance_3", "only_me"];

/// Who looks, and how far they get: the number of the last door in [`DOORS`] that lets them in; none for whoever is blocked.
struct Viewer {
    name: &'static str,
    cookie: String,
    passes: Option<usize>,
}

impl Viewer {
    fn sees(&self, doors: &[usize]) -> bool {
        self.passes.is_some_and(|passes| doors.iter().all(|door| *door <= passes))
    }
}

/// What hangs in the room, by the word that tells it and the doors before it beside the room's own.
struct Thing {
    word: String,
    doors: Vec<usize>,
}

/// A frame or album that can be asked for by itself, with the doors before it.
struct Resource {
    path: String,
    doors: Vec<usize>,
}

struct Room {
    things: Vec<Thing>,
    frames: Vec<Resource>,
    albums: Vec<Resource>,
    /// Ids of pictures, with the doors before them wherever they hang.
    pictures: Vec<(i64, Vec<usize>)>,
}

fn furnish(theo: &Member<'_>) -> Room {
    let mut room = Room { things: Vec::new(), frames: Vec::new(), albums: Vec::new(), pictures: Vec::new() };
    let thing = |word: &str, doors: &[usize]| Thing { word: word.to_owned(), doors: doors.to_vec() };
    let resource = |path: &str, doors: &[usize]| Resource { path: path.to_owned(), doors: doors.to_vec() };
    for (n, door) in DOORS.into_iter().enumerate() {
        let text = theo.hang(&json!({ "kind": "text", "text": format!("secretText{n}.") }), door);
        room.things.push(thing(&format!("secretText{n}."), &[n]));
        room.frames.push(resource(&text, &[n]));
        // A photo that anybody may see, in a frame that not everybody may; and the other way round.
        for (word, photo_door, frame_door) in [("inFrame", 0, n), ("ofPhoto", n, 0)] {
            let word = format!("{word}{n}.");
            let photo = theo.photo(&word, DOORS[photo_door]);
            let frame = theo.hang(&json!({ "kind": "photo", "photo": photo["id"] }), DOORS[frame_door]);
            room.things.push(thing(&word, &[photo_door, frame_door]));
            room.frames.push(resource(&frame, &[photo_door, frame_door]));
            room.pictures.push((photo["image"]["id"].as_i64().unwrap(), vec![photo_door, frame_door]));
        }
        // An album behind a door, with an open photo; and an open album with a photo behind one.
        for (word, photo_door, album_door) in [("albumDoor", 0, n), ("albumPhoto", n, 0)] {
            let photo = theo.photo(&format!("{word}{n}Photo."), DOORS[photo_door]);
            let title = format!("{word}{n}Title.");
            let album = json!({ "title": title, "door": DOORS[album_door], "photos": [photo["id"]] });
            let album = theo.fine("POST", "/albums", Some(&album))["id"].as_str().unwrap().to_owned();
            let frame = theo.hang(&json!({ "kind": "album", "album": album }), "passers_by");
            room.things.push(thing(&title, &[album_door]));
            room.things.push(thing(&format!("{word}{n}Photo."), &[album_door, photo_door]));
            room.frames.push(resource(&frame, &[album_door]));
            room.albums.push(resource(&album, &[album_door]));
            room.pictures.push((photo["image"]["id"].as_i64().unwrap(), vec![album_door, photo_door]));
        }
    }
    room
}

fn with(door: usize, doors: &[usize]) -> Vec<usize> {
    [&[door], doors].concat()
}

fn text_of(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).unwrap()
}

/// Whether a text tells of exactly what may be seen.
fn check_words(name: &str, text: &str, room: &Room, sees: impl Fn(&[usize]) -> bool) {
    for thing in &room.things {
        assert_eq!(text.contains(&thing.word), sees(&thing.doors), "{name}: {}", thing.word);
    }
}

/// The ids of all pictures in an answer, and the addresses of their files.
fn pictures_in(value: &Value, ids: &mut BTreeSet<i64>, urls: &mut Vec<String>) {
    if let (Some(id), Some(sources)) = (value["id"].as_i64(), value["sources"].as_array()) {
        ids.insert(id);
        urls.extend(sources.iter().map(|source| source["url"].as_str().unwrap().to_owned()));
    }
    let inside = value.as_object().into_iter().flat_map(|map| map.values());
    for value in inside.chain(value.as_array().into_iter().flatten()) {
        pictures_in(value, ids, urls);
    }
}

fn check_room(desk: &Desk, viewer: &Viewer, room: &Room, door: usize, seen_as: &str) {
    let name = format!("{} before {}{seen_as}", viewer.name, DOORS[door]);
    let ask = |path: &str| send(desk.address, "GET", path, &[("cookie", viewer.cookie.as_str())], b"");
    let sees = |doors: &[usize]| viewer.sees(&with(door, doors));
    let is_in = sees(&[]);
    let status = |doors: &[usize]| if sees(doors) { 200 } else { 404 };
    let query = if seen_as.is_empty() { String::new() } else { format!("?as={seen_as}") };

    let page = ask(&format!("/@theo{query}"));
    assert_eq!(page.status, status(&[]), "{name}");
    assert_eq!(page.header("cache-control"), Some("private, no-store"), "{name}");
    let text = text_of(&page);
    check_words(&name, &text, room, |doors| sees(doors));
    assert_eq!(text.contains("theo’s room"), is_in, "{name}: the name");

    let wall = ask(&format!("/api/v1/room/rooms/theo{query}"));
    assert_eq!((wall.status, wall.header("cache-control")), (status(&[]), Some("no-store")), "{name}");
    check_words(&name, &text_of(&wall), room, |doors| sees(doors));
    let n_frames = room.frames.iter().filter(|frame| sees(&frame.doors)).count();
    if is_in {
        let wall = wall.json();
        assert_eq!(wall["n_frames"], n_frames, "{name}: the count");
        assert_eq!(wall["frames"].as_array().unwrap().len(), n_frames, "{name}");
        assert!(text.contains(&format!("{n_frames} frame")), "{name}: the count of the page");
        let (mut ids, mut urls) = (BTreeSet::new(), Vec::new());
        pictures_in(&wall, &mut ids, &mut urls);
        let may: BTreeSet<i64> = room.pictures.iter().filter(|(_, doors)| sees(doors)).map(|(id, _)| *id).collect();
        assert_eq!(ids, may, "{name}: the pictures");
        assert_eq!(text.matches("<img ").count(), may.len(), "{name}: the pictures of the page");
        let json = text.split("application/ld+json\">").nth(1).unwrap().split("</script>").next().unwrap();
        check_words(&format!("{name}, JSON-LD"), json, room, |doors| sees(doors));
        let profile: Value = serde_json::from_str(json).unwrap();
        assert_eq!(profile["hasPart"].as_array().unwrap().len(), n_frames, "{name}: JSON-LD");
    }
    for frame in &room.frames {
        for path in [
            format!("/@theo/frames/{}{query}", frame.path),
            format!("/api/v1/room/rooms/theo/frames/{}{query}", frame.path),
        ] {
            assert_eq!(ask(&path).status, status(&frame.doors), "{name}: {path}");
        }
    }
    for album in &room.albums {
        for path in [
            format!("/@theo/albums/{}{query}", album.path),
            format!("/api/v1/room/rooms/theo/albums/{}{query}", album.path),
        ] {
            let answer = ask(&path);
            assert_eq!(answer.status, status(&album.doors), "{name}: {path}");
            let told = text_of(&answer);
            for thing in room.things.iter().filter(|thing| !sees(&thing.doors)) {
                assert!(!told.contains(&thing.word), "{name}: {path} tells {}", thing.word);
            }
        }
    }
    if seen_as.is_empty() {
        let found = ask("/api/v1/room/search?q=theo").json();
        assert_eq!(found["rooms"].as_array().unwrap().len(), usize::from(is_in), "{name}: the search");
        assert_eq!(text_of(&ask("/rooms?q=theo")).contains("/@theo"), is_in, "{name}: the page of the search");
    }
}

/// Whoever is not let in learns nothing: not whether there is a room at all.
fn check_closed(desk: &Desk, viewer: &Viewer) {
    let ask = |path: &str| send(desk.address, "GET", path, &[("cookie", viewer.cookie.as_str())], b"");
    for path in ["/@WHO", "/@WHO/frames/x", "/@WHO/albums/x", "/@WHO/feed.atom", "/api/v1/room/rooms/WHO"] {
        let (there, nowhere) = (ask(&path.replace("WHO", "theo")), ask(&path.replace("WHO", "nobody")));
        let plain = |answer: &Answer| {
            let headers: Vec<_> = answer
                .headers
                .iter()
                .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
                .cloned()
                .collect();
            (answer.status, headers.into_iter().filter(|(name, _)| name != "content-length").collect::<Vec<_>>())
        };
        assert_eq!(plain(&there), plain(&nowhere), "{} {path}", viewer.name);
        assert_eq!(text_of(&there).replace("theo", "nobody"), text_of(&nowhere), "{} {path}", viewer.name);
    }
}

#[test]
fn every_viewer_at_every_door_before_everything() {
    let desk = Desk::with("[rooms]\npage_frames = 100\n", None);
    let theo = Member::new(&desk, "theo");
    let members = ["first", "second", "third", "other", "evil"].map(|name| Member::new(&desk, name));
    for (circle, member) in (1..=3).zip(&members) {
        member.known_by(&theo, circle);
    }
    // Blocked after having been as close as can be.
    members[4].known_by(&theo, 3);
    theo.fine("PUT", "/blocks/evil", None);
    let viewer = |name, cookie: &str, passes| Viewer { name, cookie: cookie.to_owned(), passes };
    let viewers = [
        viewer("nobody known", "", Some(0)),
        viewer("somebody of the Desk", &desk.cookie, Some(0)),
        viewer("another member", &members[3].cookie, Some(0)),
        viewer("the first circle", &members[0].cookie, Some(1)),
        viewer("the second circle", &members[1].cookie, Some(2)),
        viewer("the third circle", &members[2].cookie, Some(3)),
        viewer("the blocked", &members[4].cookie, None),
        viewer("the owner", &theo.cookie, Some(4)),
    ];
    let room = furnish(&theo);
    for (n, door) in DOORS.into_iter().enumerate() {
        theo.open_door(door);
        for viewer in &viewers {
            check_room(&desk, viewer, &room, n, "");
            if !viewer.sees(&[n]) {
                check_closed(&desk, viewer);
            }
            // The feed tells what everybody may see, whoever of them asks.
            let feed = send(desk.address, "GET", "/@theo/feed.atom", &[("cookie", viewer.cookie.as_str())], b"");
            let is_told = n == 0 && viewer.passes.is_some();
            assert_eq!(feed.status, if is_told { 200 } else { 404 }, "{}", viewer.name);
            if is_told {
                let entries = text_of(&feed);
                for thing in room.things.iter().filter(|thing| thing.doors.iter().any(|door| *door != 0)) {
                    assert!(!entries.contains(&thing.word), "the feed tells {}", thing.word);
                }
                assert!(entries.contains("secretText0.") && entries.contains("inFrame0."));
            }
        }
        // The owner sees with the eyes of each; nobody else does by asking for it.
        for (handle, passes) in [
            ("passer_by", Some(0)),
            ("other", Some(0)),
            ("first", Some(1)),
            ("second", Some(2)),
            ("third", Some(3)),
            ("evil", None),
        ] {
            let through = Viewer { name: "the owner's eye", cookie: theo.cookie.clone(), passes };
            check_room(&desk, &through, &room, n, handle);
        }
        for viewer in viewers.iter().filter(|viewer| viewer.name != "the owner") {
            check_room(&desk, viewer, &room, n, "third");
        }
    }
}

#[test]
fn addresses_of_pictures_end_and_cannot_be_guessed() {
    let desk = Desk::empty();
    let theo = Member::new(&desk, "theo");
    theo.open_door("passers_by");
    let photo = theo.photo("x", "passers_by");
    let (mut ids, mut urls) = (BTreeSet::new(), Vec::new());
    pictures_in(&photo, &mut ids, &mut urls);
    assert!(!urls.is_empty());
    for url in urls {
        let answer = send(desk.address, "GET", &url, &[], b"");
        assert_eq!(answer.status, 200);
        assert!(answer.header("cache-control").unwrap().starts_with("private, max-age="));
        for place in ["/media/".len(), url.len() / 2, url.len() - 1] {
            let mut wrong = url.clone().into_bytes();
            wrong[place] = if wrong[place] == b'A' { b'B' } else { b'A' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert_eq!(send(desk.address, "GET", &wrong, &[], b"").status, 404, "{wrong}");
        }
    }
}
