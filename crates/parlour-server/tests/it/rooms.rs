//! Rooms: coming in, handles, claims, walls, photos, acquaintances, as members do it over HTTP.

use std::sync::{Arc, Mutex};

use parlour_core::event::Name;
use parlour_server::{SendMail, room_link};
use serde_json::{Value, json};

use crate::client::{Answer, PATIENCE, send};
use crate::desk::{Desk, cookie_in};

const JSON: (&str, &str) = ("content-type", "application/json");

/// A picture of this size.
pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| [(x % 256) as u8, (y % 256) as u8, 90]));
    parlour_media::draw_jpeg(pixels.collect(), (width, height)).unwrap()
}

/// A member with a room.
pub(crate) struct Member<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) cookie: String,
    pub(crate) handle: String,
}

impl<'a> Member<'a> {
    /// Somebody who took an invitation up and chose a handle.
    pub(crate) fn new(desk: &'a Desk, handle: &str) -> Self {
        let link = room_link(&desk.engine, "", None).unwrap();
        let answer = enter(desk, link.strip_prefix("/room?token=").unwrap());
        assert_eq!(answer.status, 200, "{answer:?}");
        let member = Self { desk, cookie: cookie_in(&answer), handle: handle.to_owned() };
        let chosen = member.ask("PUT", "/me/handle", Some(&json!({ "handle": handle })));
        assert_eq!(chosen.status, 200, "{chosen:?}");
        member
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.desk.ask_as(&self.cookie, method, &format!("/api/v1/room{path}"), body)
    }

    pub(crate) fn fine(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let answer = self.ask(method, path, body);
        assert!(answer.status < 300, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
        if answer.body.is_empty() { Value::Null } else { answer.json() }
    }

    pub(crate) fn open_door(&self, door: &str) {
        let me = json!({ "name": self.handle, "about": "", "town": "", "born_year": null, "door": door });
        self.fine("PUT", "/me", Some(&me));
    }

    pub(crate) fn hang(&self, content: &Value, door: &str) -> String {
        let new = json!({ "content": content, "size": 1, "door": door, "after": "" });
        self.fine("POST", "/frames", Some(&new))["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn text(&self, text: &str) -> String {
        self.hang(&json!({ "kind": "text", "text": text }), "passers_by")
    }

    pub(crate) fn change(&self, change: &Value) -> Answer {
        self.ask("POST", "/wall", Some(&json!({ "changes": [change] })))
    }

    pub(crate) fn upload(&self, query: &str, bytes: &[u8]) -> Answer {
        let headers = [("cookie", self.cookie.as_str()), ("content-type", "application/octet-stream")];
        send(self.desk.address, "POST", &format!("/api/v1/room/photos{query}"), &headers, bytes)
    }

    pub(crate) fn photo(&self, alt: &str, door: &str) -> Value {
        let answer = self.upload(&format!("?alt={alt}&door={door}"), &jpeg(40, 30));
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }

    pub(crate) fn wall(&self) -> Vec<Value> {
        let wall = self.fine("GET", &format!("/rooms/{}", self.handle), None);
        wall["frames"].as_array().unwrap().clone()
    }

    /// The texts on one's own wall, in order.
    fn texts(&self) -> Vec<String> {
        self.wall().iter().map(|frame| frame["content"]["text"].as_str().unwrap().to_owned()).collect()
    }

    /// Becomes acquainted: `other` counts this one in `circle`.
    pub(crate) fn known_by(&self, other: &Member<'_>, circle: i64) {
        let ask = json!({ "handle": other.handle, "circle": 1, "words": "hello" });
        self.fine("POST", "/acquaintances", Some(&ask));
        let path = format!("/acquaintances/{}", self.handle);
        other.fine("PUT", &path, Some(&json!({ "circle": circle })));
    }
}

pub(crate) fn enter(desk: &Desk, token: &str) -> Answer {
    let body = json!({ "token": token }).to_string();
    send(desk.address, "POST", "/api/v1/room/session", &[JSON], body.as_bytes())
}

pub(crate) fn ask_for_link(desk: &Desk, mail: &str) -> u16 {
    let body = json!({ "mail": mail }).to_string();
    send(desk.address, "POST", "/api/v1/room/sign-in/mail", &[JSON], body.as_bytes()).status
}

pub(crate) type Letters = Arc<Mutex<Vec<(String, String)>>>;

pub(crate) fn mailing(settings: &str) -> (Desk, Letters, std::sync::mpsc::Receiver<()>) {
    let letters = Letters::default();
    let (kept, (told, heard)) = (Arc::clone(&letters), std::sync::mpsc::channel());
    let send: SendMail = Arc::new(move |to, _, text| {
        kept.lock().unwrap().push((to.to_owned(), text.to_owned()));
        told.send(()).unwrap();
        Ok(())
    });
    (Desk::sending(settings, None, Some(send)), letters, heard)
}

pub(crate) fn token_of(letters: &Letters, n: usize) -> String {
    let text = letters.lock().unwrap()[n].1.clone();
    text.split("?token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_link_by_mail_opens_a_room_once_and_its_history_is_theirs() {
    let (desk, letters, heard) = mailing("");
    assert_eq!(ask_for_link(&desk, "Anna@Example.org"), 202);
    heard.recv_timeout(PATIENCE).unwrap();
    assert_eq!(letters.lock().unwrap()[0].0, "anna@example.org");
    let token = token_of(&letters, 0);
    let answer = enter(&desk, &token);
    let cookie = answer.header("set-cookie").unwrap();
    for part in ["parlour_room=", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "this one is on plain http: {cookie}");
    let me = answer.json();
    assert_eq!((&me["handle"], &me["mail"]), (&Value::Null, &"anna@example.org".into()));
    assert_eq!(me["claims"][0]["proof"], "mail");
    assert_eq!((enter(&desk, &token).status, enter(&desk, "0").code()), (401, "sign_in_refused".to_owned()));
    // The same address leads to the same room.
    assert_eq!(ask_for_link(&desk, "anna@example.org"), 202);
    heard.recv_timeout(PATIENCE).unwrap();
    let again = enter(&desk, &token_of(&letters, 1)).json();
    assert_eq!(again["claims"][0]["at"], me["claims"][0]["at"]);
    desk.engine.fold_all().unwrap();
    let row = desk.engine.database.read(|conn| conn.query("SELECT id FROM member", &[])).unwrap().remove(0);
    let id = row.get_text(0).unwrap();
    let person = desk.engine.key("member", id);
    let links = desk.engine.database.read(parlour_store::link::all).unwrap();
    let mail = desk.engine.key("email", "anna@example.org");
    assert!(links.iter().any(|link| [link.a, link.b] == [person, mail] || [link.a, link.b] == [mail, person]));
}

#[test]
fn behind_https_the_cookie_is_for_https_alone() {
    let desk = Desk::with("[delivery]\ndesk = \"https://rooms.example\"\n", None);
    let link = room_link(&desk.engine, "https://rooms.example/", None).unwrap();
    let answer = enter(&desk, link.strip_prefix("https://rooms.example/room?token=").unwrap());
    assert!(answer.header("set-cookie").unwrap().contains("; Secure;"), "{answer:?}");
}

#[test]
fn a_link_leads_to_where_the_server_listens_unless_the_settings_say_where_it_is_reached() {
    let invite = |desk: &Desk| {
        let answer = desk.ask("POST", "/api/v1/members/invitations", Some(&json!({ "person": "" })));
        answer.json()["link"].as_str().unwrap().to_owned()
    };
    let desk = Desk::empty();
    let link = invite(&desk);
    let token = link.strip_prefix(&format!("http://{}/room?token=", desk.address)).unwrap();
    assert_eq!(enter(&desk, token).status, 200);
    let reached = Desk::with("[delivery]\ndesk = \"https://rooms.example/\"\n", None);
    assert!(invite(&reached).starts_with("https://rooms.example/room?token="));
}

#[test]
fn where_nobody_may_sign_up_the_answer_is_the_same_and_nothing_is_sent() {
    let (desk, letters, heard) = mailing("[rooms]\nsign_up = false\n");
    let link = room_link(&desk.engine, "", Some("email:anna@example.org")).unwrap();
    let anna = enter(&desk, link.strip_prefix("/room?token=").unwrap());
    assert_eq!(anna.json()["claims"][0]["proof"], "invitation");
    assert_eq!(ask_for_link(&desk, "stranger@example.org"), 202);
    desk.engine.member_of_mail("ben@example.org").unwrap();
    assert_eq!(ask_for_link(&desk, "ben@example.org"), 202);
    heard.recv_timeout(PATIENCE).unwrap();
    let all = letters.lock().unwrap();
    assert!(all.iter().all(|(to, _)| to == "ben@example.org"), "{all:?}");
}

#[test]
fn tries_run_out() {
    let (desk, _, _heard) = mailing("");
    let statuses: Vec<u16> = (0..12).map(|_| ask_for_link(&desk, "anna@example.org")).collect();
    assert_eq!(statuses[..10], [202; 10]);
    assert_eq!(statuses[11], 429);
}

#[test]
fn a_session_of_a_room_opens_nothing_of_the_desk_and_the_other_way_round() {
    let desk = Desk::full();
    let anna = Member::new(&desk, "anna");
    assert_eq!(desk.ask_as(&anna.cookie, "GET", "/api/v1/today", None).status, 401);
    assert_eq!(desk.ask("GET", "/api/v1/room/me", None).code(), "sign_in_needed");
    let swapped = anna.cookie.replace("parlour_room=", "parlour_session=");
    assert_eq!(desk.ask_as(&swapped, "GET", "/api/v1/today", None).status, 401);
    let swapped = desk.cookie.replace("parlour_session=", "parlour_room=");
    assert_eq!(desk.ask_as(&swapped, "GET", "/api/v1/room/me", None).status, 401);
    // A page of somebody else's can do nothing in a member's name.
    let headers = [("cookie", anna.cookie.as_str()), ("sec-fetch-site", "cross-site"), JSON];
    let foreign = send(desk.address, "PUT", "/api/v1/room/me/handle", &headers, b"{\"handle\":\"x\"}");
    assert_eq!(foreign.code(), "foreign_origin");
    let sessions = anna.fine("GET", "/me/sessions", None);
    assert_eq!(sessions["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(anna.ask("DELETE", "/session", None).status, 204);
    assert_eq!(anna.ask("GET", "/me", None).status, 401);
}

#[test]
fn handles_are_chosen_once_and_none_looks_like_another() {
    let desk = Desk::empty();
    let anna = Member::new(&desk, "annika");
    let link = room_link(&desk.engine, "", None).unwrap();
    let cookie = cookie_in(&enter(&desk, link.strip_prefix("/room?token=").unwrap()));
    let choose =
        |handle: &str| desk.ask_as(&cookie, "PUT", "/api/v1/room/me/handle", Some(&json!({ "handle": handle }))).status;
    for (handle, status) in
        [("annika", 409), ("ann1ka", 409), ("ANNlKA", 409), ("admin", 400), ("a", 400), ("an na", 400)]
    {
        assert_eq!(choose(handle), status, "{handle}");
    }
    let unplaced = json!({ "content": { "kind": "text", "text": "x" }, "size": 1, "door": "only_me", "after": "" });
    let homeless = desk.ask_as(&cookie, "POST", "/api/v1/room/frames", Some(&unplaced));
    assert_eq!((homeless.status, homeless.code().as_str()), (409, "not_now"));
    assert_eq!((choose("Berta"), choose("berta"), choose("other")), (200, 200, 409));
    assert_eq!(anna.fine("GET", "/me", None)["handle"], "annika");
}

#[test]
fn history_is_claimed_with_a_signature_of_the_brand() {
    let desk = Desk::empty();
    let anna = Member::new(&desk, "anna");
    let new = json!({ "name": "shop", "kind": "form", "brand": "brand:acme" });
    let made = desk.ask("POST", "/api/v1/sources", Some(&new));
    assert_eq!(made.status, 201, "{made:?}");
    let id = desk.engine.source_named("shop").unwrap().id;
    let secret = "topsecret";
    desk.engine
        .database
        .write(move |conn| {
            conn.execute("UPDATE source SET secret = $1 WHERE id = $2", &[secret.into(), id.into()]).map(|_| ())
        })
        .unwrap();
    desk.engine.reload_sources().unwrap();
    // HMAC-SHA256 of `user-7` with that secret, by another program.
    let signature = "5dc747f717321dc6d3da1fb88dba982f8010fd2580e8ce2f28dfd1b95baa4690";
    let claim = |user: &str, signature: &str| {
        anna.ask("POST", "/me/claims", Some(&json!({ "source": "shop", "user": user, "signature": signature })))
    };
    assert_eq!(claim("user-7", &"0".repeat(64)).code(), "identity_refused");
    assert_eq!(claim("user-7", "").code(), "identity_refused");
    assert_eq!(claim("user-8", signature).code(), "identity_refused");
    let told = claim("user-7", signature);
    assert_eq!(told.status, 200, "{told:?}");
    let claims = told.json()["claims"].clone();
    assert_eq!((&claims[0]["kind"], &claims[0]["value"]), (&"user".into(), &"user-7".into()));
    // Nobody else's room can have it, however well it is signed.
    let berta = Member::new(&desk, "berta");
    let signed = json!({ "source": "shop", "user": "user-7", "signature": signature });
    let refused = berta.ask("POST", "/me/claims", Some(&signed));
    assert_eq!((refused.status, refused.code().as_str()), (409, "not_now"));
    assert!(refused.message().starts_with("this history belongs to another room; sign in there"), "{refused:?}");
    assert_eq!(berta.fine("GET", "/me", None)["claims"], json!([]));
    desk.engine.fold_all().unwrap();
    let user = Name::new("user", "user-7");
    let links = desk.engine.database.read(parlour_store::link::all).unwrap();
    let key = desk.engine.key(&user.kind, &user.id);
    assert!(links.iter().any(|link| link.a == key || link.b == key));
}

#[test]
fn a_wall_is_arranged_and_each_field_is_as_was_said_last() {
    let desk = Desk::empty();
    let theo = Member::new(&desk, "theo");
    let [a, b, c] = ["a", "b", "c"].map(|text| theo.text(text));
    assert_eq!(theo.texts(), ["c", "b", "a"]);
    let two = json!({ "changes": [{ "frame": c, "after": a }, { "frame": b, "size": 3, "door": "only_me" }] });
    let changed = theo.fine("POST", "/wall", Some(&two));
    assert_eq!(changed["frames"].as_array().unwrap().len(), 2);
    assert_eq!(theo.texts(), ["b", "a", "c"]);
    // One device moves it, another resizes it, a third changes what it says: all of it holds.
    theo.change(&json!({ "frame": b, "after": c }));
    theo.change(&json!({ "frame": b, "size": 2 }));
    theo.change(&json!({ "frame": b, "content": { "kind": "text", "text": "B" } }));
    let wall = theo.wall();
    assert_eq!(
        (&wall[2]["content"]["text"], &wall[2]["size"], &wall[2]["door"]),
        (&"B".into(), &2.into(), &"only_me".into())
    );
    // Taken down on one device while another still arranges it; then hung again where it was.
    theo.change(&json!({ "frame": a, "hangs": false }));
    assert_eq!(theo.texts(), ["c", "B"]);
    assert_eq!(theo.change(&json!({ "frame": a, "size": 2 })).status, 200);
    assert_eq!(theo.texts(), ["c", "B"]);
    theo.change(&json!({ "frame": a, "hangs": true }));
    assert_eq!(theo.texts(), ["a", "c", "B"]);
    assert_eq!(theo.wall()[0]["size"], 2);
    for (wrong, code) in [
        (json!({ "frame": a, "size": 4 }), "invalid_request"),
        (json!({ "frame": a, "door": "ajar" }), "invalid_request"),
        (
            json!({ "frame": a, "content": { "kind": "video", "url": "https://a.example", "title": "x" } }),
            "invalid_request",
        ),
        (json!({ "frame": a, "content": { "kind": "text", "text": "x", "onload": "y" } }), "invalid_request"),
    ] {
        assert_eq!(theo.change(&wrong).code(), code, "{wrong}");
    }
    // Nobody arranges somebody else's wall.
    let anna = Member::new(&desk, "anna");
    let nothing = anna.change(&json!({ "frame": a, "hangs": false }));
    assert_eq!(nothing.json()["frames"].as_array().unwrap().len(), 0);
    assert_eq!(theo.texts().len(), 3);
}

#[test]
fn frames_find_room_between_each_other_for_ever() {
    let desk = Desk::empty();
    let theo = Member::new(&desk, "theo");
    let (first, second) = (theo.text("second"), theo.text("first"));
    let last = theo.text("moving");
    // Each move halves what is left between the same two, until all are spread anew.
    for n in 0..60 {
        let (moved, after) = if n % 2 == 0 { (&last, &second) } else { (&first, &second) };
        theo.change(&json!({ "frame": moved, "after": after }));
        let expected = if n % 2 == 0 { ["first", "moving", "second"] } else { ["first", "second", "moving"] };
        assert_eq!(theo.texts(), expected, "{n}");
    }
}

#[test]
fn a_full_wall_says_so_and_a_long_one_comes_in_parts() {
    let desk = Desk::with("[rooms]\nframes = 7\npage_frames = 3\n", None);
    let theo = Member::new(&desk, "theo");
    (0..7).for_each(|n| {
        theo.text(&n.to_string());
    });
    let full = json!({ "content": { "kind": "text", "text": "8" }, "size": 1, "door": "only_me", "after": "" });
    assert_eq!(theo.ask("POST", "/frames", Some(&full)).code(), "not_now");
    let (mut found, mut next) = (Vec::new(), Some(String::new()));
    while let Some(after) = next {
        let part = theo.fine("GET", &format!("/rooms/theo?after={after}"), None);
        assert_eq!(part["n_frames"], 7);
        found.extend(part["frames"].as_array().unwrap().iter().map(|frame| frame["content"]["text"].clone()));
        next = part["next"].as_str().map(str::to_owned);
    }
    assert_eq!(found, ["6", "5", "4", "3", "2", "1", "0"]);
    assert_eq!(theo.ask("GET", "/rooms/theo?after=garbage", None).code(), "invalid_request");
}

#[test]
fn photos_lose_where_they_were_taken_and_children_are_private() {
    let desk = Desk::empty();
    let theo = Member::new(&desk, "theo");
    theo.open_door("passers_by");
    let child = theo.upload("?alt=my+girl&is_child=true", &jpeg(900, 600)).json();
    assert_eq!((&child["door"], &child["is_child"]), (&"only_me".into(), &true.into()));
    assert_eq!(child["image"]["sources"].as_array().unwrap().len(), 3, "{child}");
    let photo = theo.photo("a+tree", "passers_by");
    let id = photo["id"].as_str().unwrap();
    theo.hang(&json!({ "kind": "photo", "photo": id }), "passers_by");
    assert_eq!(desk.ask_as("", "GET", "/api/v1/room/rooms/theo", None).json()["n_frames"], 1);
    // It turns out to show a child: it is private at once, wherever it hangs.
    let words = json!({ "alt": "a child", "caption": "c", "is_child": true, "door": null });
    assert_eq!(theo.fine("PUT", &format!("/photos/{id}"), Some(&words))["door"], "only_me");
    assert_eq!(desk.ask_as("", "GET", "/api/v1/room/rooms/theo", None).json()["n_frames"], 0);
    assert_eq!(theo.wall().len(), 1);
    let url = photo["image"]["sources"][0]["url"].as_str().unwrap();
    assert_eq!(send(desk.address, "GET", url, &[], b"").status, 200);
    assert_eq!(theo.ask("DELETE", &format!("/photos/{id}"), None).status, 204);
    assert_eq!(send(desk.address, "GET", url, &[], b"").status, 404, "its files are gone");
    assert_eq!(theo.wall().len(), 0);
    for (bytes, status) in [(&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], 400), (b"", 400), (b"GIF89a", 400)] {
        assert_eq!(theo.upload("", bytes).status, status);
    }
    assert_eq!(theo.upload("?door=ajar", &jpeg(4, 4)).status, 400);
}

#[test]
fn a_room_has_space_for_so_many_photos() {
    let desk = Desk::with("[rooms]\nphotos = 1\n", None);
    let theo = Member::new(&desk, "theo");
    theo.photo("a", "only_me");
    assert_eq!(theo.upload("", &jpeg(4, 4)).code(), "not_now");
    assert_eq!(theo.fine("GET", "/photos", None)["photos"].as_array().unwrap().len(), 1);
}

#[test]
fn albums_hold_ones_own_photos_in_their_order() {
    let desk = Desk::empty();
    let (theo, anna) = (Member::new(&desk, "theo"), Member::new(&desk, "anna"));
    let ids = ["a", "b"].map(|alt| theo.photo(alt, "passers_by")["id"].clone());
    let foreign = anna.photo("x", "passers_by")["id"].clone();
    let album = |photos: Value| json!({ "title": "Kuga & I", "door": "passers_by", "photos": photos });
    assert_eq!(theo.ask("POST", "/albums", Some(&album(json!([foreign])))).status, 404);
    let made = theo.fine("POST", "/albums", Some(&album(json!([ids[1], ids[0]]))));
    let alts = |album: &Value| {
        let photos = album["photos"].as_array().unwrap().iter();
        photos.map(|photo| photo["alt"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(alts(&made), ["b", "a"]);
    let path = format!("/albums/{}", made["id"].as_str().unwrap());
    assert_eq!(alts(&theo.fine("PUT", &path, Some(&album(json!([ids[0]]))))), ["a"]);
    assert_eq!(anna.ask("PUT", &path, Some(&album(json!([])))).status, 404);
    assert_eq!(theo.ask("DELETE", &path, None).status, 204);
    assert_eq!(theo.fine("GET", "/photos", None)["photos"].as_array().unwrap().len(), 2, "photos stay");
}

#[test]
fn acquaintances_ask_are_accepted_moved_parted_from_and_blocked() {
    let desk = Desk::empty();
    let (theo, anna) = (Member::new(&desk, "theo"), Member::new(&desk, "anna"));
    let ask = |handle: &str| {
        let body = json!({ "handle": handle, "circle": 2, "words": "from the <b>cellar</b>" });
        anna.ask("POST", "/acquaintances", Some(&body))
    };
    // Nobody learns from asking whether there is such a room.
    assert_eq!((ask("theo").status, ask("nobody").status, ask("anna").status), (202, 202, 202));
    let around = theo.fine("GET", "/acquaintances", None);
    assert_eq!(around["requests"][0]["who"]["handle"], "anna");
    assert_eq!(around["requests"][0]["words"], "from the <b>cellar</b>");
    assert_eq!(anna.fine("GET", "/acquaintances", None)["acquainted"], json!([]));
    let circle = |n: i64| json!({ "circle": n });
    assert_eq!(anna.ask("PUT", "/acquaintances/theo", Some(&circle(3))).status, 404, "one accepts not for another");
    assert_eq!(theo.ask("PUT", "/acquaintances/anna", Some(&circle(4))).code(), "invalid_request");
    let around = theo.fine("PUT", "/acquaintances/anna", Some(&circle(3)));
    assert_eq!((&around["acquainted"][0]["circle"], &around["requests"]), (&3.into(), &json!([])));
    assert_eq!(anna.fine("GET", "/acquaintances", None)["acquainted"][0]["circle"], 2, "each counts by themselves");
    assert_eq!(theo.fine("PUT", "/acquaintances/anna", Some(&circle(1)))["acquainted"][0]["circle"], 1);
    desk.engine.fold_all().unwrap();
    let verbs = desk.engine.database.read(|conn| conn.query("SELECT kind FROM entity WHERE kind = 'member'", &[]));
    assert_eq!(verbs.unwrap().len(), 2, "both acts are known");
    theo.fine("PUT", "/blocks/anna", None);
    assert_eq!(theo.fine("GET", "/acquaintances", None)["blocked"][0]["handle"], "anna");
    assert_eq!(anna.fine("GET", "/acquaintances", None)["acquainted"], json!([]));
    assert_eq!(ask("theo").status, 202);
    assert_eq!(theo.fine("GET", "/acquaintances", None)["requests"], json!([]), "it is not passed on");
    theo.fine("DELETE", "/blocks/anna", None);
    assert_eq!(ask("theo").status, 202);
    assert_eq!(theo.fine("DELETE", "/acquaintances/anna", None)["requests"], json!([]));
}

#[test]
fn whoever_asks_everybody_is_slowed_down() {
    let desk = Desk::with("[rooms]\nrequests_per_day = 1\n", None);
    let (_theo, _ben, anna) = (Member::new(&desk, "theo"), Member::new(&desk, "benno"), Member::new(&desk, "anna"));
    let ask = |handle: &str| {
        anna.ask("POST", "/acquaintances", Some(&json!({ "handle": handle, "circle": 1, "words": "" }))).status
    };
    assert_eq!((ask("theo"), ask("benno")), (202, 409));
}

#[test]
fn peeks_are_counted_and_peekers_are_not_kept() {
    let desk = Desk::empty();
    let (theo, anna) = (Member::new(&desk, "theo"), Member::new(&desk, "anna"));
    theo.open_door("passers_by");
    let look = |cookie: &str| desk.ask_as(cookie, "GET", "/@theo", None).status;
    assert_eq!((look(""), look(&anna.cookie), look(&theo.cookie)), (200, 200, 200));
    assert_eq!(theo.fine("GET", "/me/peeks", None)["n"], 2, "one's own looks are none");
    desk.engine.keep_peeks().unwrap();
    let kept = theo.fine("GET", "/me/peeks", None);
    assert_eq!((&kept["n"], kept["days"].as_array().unwrap().len()), (&2.into(), 1));
    let columns = desk.engine.database.read(|conn| conn.query("SELECT member, day, n FROM peek", &[])).unwrap();
    assert_eq!(columns.len(), 1);
}

#[test]
fn nothing_that_is_written_runs_or_breaks_out() {
    let desk = Desk::empty();
    let theo = Member::new(&desk, "theo");
    let bad = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u{202e}";
    let me = json!({ "name": bad.repeat(2), "about": bad, "town": bad, "born_year": null, "door": "passers_by" });
    assert_eq!(theo.ask("PUT", "/me", Some(&me)).code(), "invalid_request", "a name is short");
    let short = "</title><script>alert(1)</script>\"'>";
    let me = json!({ "name": short, "about": bad, "town": short, "born_year": null, "door": "passers_by" });
    theo.fine("PUT", "/me", Some(&me));
    theo.text(bad);
    theo.hang(&json!({ "kind": "video", "url": "https://films.example/a?b=1&c=2", "title": bad }), "passers_by");
    theo.hang(&json!({ "kind": "group", "title": bad, "words": bad }), "passers_by");
    let query = form(&[("alt", bad)]);
    let photo = theo.upload(&format!("?{query}"), &jpeg(30, 30)).json();
    let id = photo["id"].as_str().unwrap();
    let words = json!({ "alt": bad, "caption": bad, "is_child": false, "door": null });
    theo.fine("PUT", &format!("/photos/{id}"), Some(&words));
    let frame = theo.hang(&json!({ "kind": "photo", "photo": id }), "passers_by");
    let album = json!({ "title": short, "door": "passers_by", "photos": [id] });
    let album = theo.fine("POST", "/albums", Some(&album))["id"].as_str().unwrap().to_owned();
    theo.hang(&json!({ "kind": "album", "album": album }), "passers_by");
    let search = format!("/rooms?{}", form(&[("q", "</script>")]));
    for path in
        ["/@theo", &format!("/@theo/frames/{frame}"), &format!("/@theo/albums/{album}"), "/@theo/feed.atom", &search]
    {
        let answer = send(desk.address, "GET", path, &[], b"");
        let text = String::from_utf8(answer.body.clone()).unwrap();
        assert_eq!(answer.status, 200, "{path}: {text}");
        assert!(text.contains("alert(1)") || path == search, "{path}");
        assert!(!text.contains("<script>") && !text.contains("<img src=x"), "{path}: {text}");
        assert_eq!(text.matches("</script>").count(), text.matches("<script type=\"application/ld+json\">").count());
        assert!(!text.contains('\u{202e}'), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        if !path.ends_with("atom") {
            let policy = answer.header("content-security-policy").unwrap();
            assert!(policy.starts_with("default-src 'none'; style-src 'self'; img-src 'self'"), "{policy}");
            assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{policy}");
        }
    }
    let page = String::from_utf8(send(desk.address, "GET", "/@theo", &[], b"").body).unwrap();
    let json = page.split("application/ld+json\">").nth(1).unwrap().split("</script>").next().unwrap();
    let profile: Value = serde_json::from_str(json).unwrap();
    assert_eq!(profile["mainEntity"]["name"], short);
    for link in ["javascript:alert(1)", "http://a.example", "https://a.example/\" onclick=\"x"] {
        let film = json!({ "content": { "kind": "video", "url": link, "title": "x" }, "size": 1, "door": "only_me", "after": "" });
        assert_eq!(theo.ask("POST", "/frames", Some(&film)).status, 400, "{link}");
    }
    for kind in [json!({ "kind": "badge", "badge": "b", "title": "x" }), json!({ "kind": "html", "html": "x" })] {
        let odd = json!({ "content": kind, "size": 1, "door": "only_me", "after": "" });
        assert_eq!(theo.ask("POST", "/frames", Some(&odd)).status, 400);
    }
}

/// A query string.
fn form(pairs: &[(&str, &str)]) -> String {
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    pairs.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&")
}
