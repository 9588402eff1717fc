//! Rooms by the shipped binary: links that open them, catalogues, and the rooms of the sample.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use serde_json::{Value, json};

use crate::house::{House, Ran};
use crate::served::{PATIENCE, Served};

const TEA: &str = "brand:tea";

#[test]
fn a_link_opens_a_room_once_and_says_whose_history_it_is() {
    let house = House::new("");
    let link = house.ok(&["member", "invite", "customer:00004", "--url", "https://rooms.example/"]);
    assert!(link.starts_with("https://rooms.example/room?token="), "{link}");
    // Without an address, the one of the settings; without that, where the server listens.
    assert!(house.ok(&["member", "invite"]).starts_with("http://127.0.0.1:"));
    let reached = House::new("[delivery]\ndesk = \"https://tea.example\"\n");
    assert!(reached.ok(&["member", "invite"]).starts_with("https://tea.example/room?token="));
    let why = house.fails(&["member", "invite", "nobody"]);
    assert!(why.contains("`person` must be an id such as `customer:00004`"), "{why}");
    let served = Served::start(&house);
    let token = link.trim().split_once("token=").unwrap().1;
    let body = json!({ "token": token });
    let (status, cookie, me) = served.ask("POST /api/v1/room/session", "", &body);
    assert_eq!((status, &me["claims"][0]["value"]), (200, &"00004".into()), "{me}");
    assert_eq!(served.ask("POST /api/v1/room/session", "", &body).0, 401, "once");
    assert_eq!(served.ask("GET /api/v1/room/me", &cookie, &Value::Null).0, 200);
    // The history is in that room now, and a second invitation to it leads nowhere else.
    served.stop();
    let again = house.ok(&["member", "invite", "customer:00004"]);
    let served = Served::start(&house);
    let body = json!({ "token": again.trim().split_once("token=").unwrap().1 });
    let (status, _, told) = served.ask("POST /api/v1/room/session", "", &body);
    assert_eq!(status, 409, "{told}");
    assert!(told["error"]["message"].as_str().unwrap().contains("another room"), "{told}");
    // A server that runs has the folder for itself, and the command says so.
    assert!(house.fails(&["member", "invite"]).contains("server"));
    served.stop();
}

const CSV: &str = "\
id;title;price;gtin\n\
t1;Assam, whole leaf;8,90 EUR;4006381333931\n\
t2;Sencha;;4006381333932\n\
t3;Kettle with a gooseneck;69,00 EUR;\n";
const FEED: &str = r#"<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel><title>Tea</title>
    <item><g:id>t1</g:id><title>Assam, whole leaf</title><g:price>8.90 EUR</g:price></item>
    <item><g:id>t4</g:id><title>Darjeeling</title><link>javascript:alert(1)</link></item>
    <item><g:id>t5</g:id><title>Gyokuro</title><g:price>2900 JPY</g:price></item></channel></rss>"#;
const JSON: &str = r#"{"@context":"https://schema.org","@graph":[{"@type":"Product","productID":"t6","name":"Rooibos",
    "offers":{"@type":"Offer","price":"4.20","priceCurrency":"EUR"}},{"@type":"Product","name":""}]}"#;

#[test]
fn a_catalogue_of_each_kind_is_taken_in_and_found_again() {
    let house = House::new("");
    for (name, text) in [("a.csv", CSV), ("b.xml", FEED), ("c.json", JSON)] {
        house.file(name, text);
    }
    let import = |file: &str| house.ok(&["catalogue", "import", file, "--brand", TEA]);
    let told = import("a.csv");
    assert_eq!(told.lines().next(), Some("2 new, 0 updated, 1 refused"), "{told}");
    assert!(told.lines().nth(1).unwrap().starts_with("  line 3: `gtin` 4006381333932 is none"), "{told}");
    let told = import("b.xml");
    assert!(told.starts_with("1 new, 1 updated, 1 refused\n") && told.contains("`link`"), "{told}");
    let told = house.json(&["catalogue", "import", "c.json", "--brand", TEA, "--json"]);
    assert_eq!(
        (&told["n_new"], &told["n_updated"], told["refused"].as_array().unwrap().len()),
        (&1.into(), &0.into(), 1)
    );
    assert!(told["refused"][0]["reason"].as_str().unwrap().contains("no `id`"), "{told}");
    // The same again changes nothing but that it is known.
    assert_eq!(import("a.csv").lines().next(), Some("0 new, 2 updated, 1 refused"));
    let search = |words: &[&str]| house.ok(&[&["catalogue", "search", "--brand", TEA], words].concat());
    assert_eq!(search(&["assam"]), "t1\tAssam, whole leaf\t8.90 EUR\n");
    assert_eq!(search(&["leaf", "ASS"]), "t1\tAssam, whole leaf\t8.90 EUR\n");
    assert_eq!(search(&["gyo"]), "t5\tGyokuro\t2900 JPY\n");
    assert_eq!(search(&["sencha"]), "", "it was refused");
    assert_eq!(search(&[]).lines().count(), 4);
    assert_eq!(house.ok(&["catalogue", "search", "--brand", "brand:shoes"]), "");
    // From standard input, too.
    let mut child = house.command(&["catalogue", "import", "-", "--brand", "brand:shoes"]);
    let mut child = child.stdin(std::process::Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"id,title\n1,Boot\n").unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "1 new, 0 updated, 0 refused\n"), "{}", ran.err);
}

#[test]
fn what_is_no_catalogue_is_said_in_one_sentence() {
    let house = House::new("");
    house.file("words.csv", "hello");
    house.file("page.html", "<html><p>404");
    house.file("cut.json", "{\"@type\":");
    house.file("empty.csv", "");
    house.file("good.csv", "id,title\n1,Boot\n");
    let import = |file: &str, brand: &str| house.fails(&["catalogue", "import", file, "--brand", brand]);
    for (file, words) in [
        ("words.csv", "columns"),
        ("page.html", "there are no products in it"),
        ("cut.json", "JSON"),
        ("empty.csv", "the file is empty"),
        ("nowhere.csv", "cannot read `nowhere.csv`"),
    ] {
        let why = import(file, TEA);
        assert!(why.contains(words) && why.contains(file), "{why}");
    }
    let why = import("good.csv", "shoes");
    assert!(why.contains("`brand` must be a brand such as `brand:acme`; `shoes` is none"), "{why}");
    assert_eq!(house.ok(&["catalogue", "search", "--brand", TEA]), "", "nothing came of it");
    let ran = house.run(&["catalogue", "import", "good.csv"]);
    assert_eq!(ran.code, Some(2), "what is not said at all is said by the usage");
    assert!(ran.err.contains("--brand"), "{}", ran.err);
}

/// A page as whoever passes by gets it: its status, its head and itself.
fn page(served: &Served, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(served.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (text.split(' ').nth(1).unwrap().parse().unwrap(), text)
}

#[test]
fn the_sample_has_rooms_that_a_passer_by_reads() {
    let house = House::new("");
    let mut served = Served::start(&house);
    let session = served.sign_in();
    let (status, _, told) = served.ask("POST /api/v1/sample", &session, &Value::Null);
    assert!(status < 300, "{told}");
    let began = Instant::now();
    // What is hung last is there when all is.
    while !page(&served, "/@clara").1.contains("Long roads") {
        assert!(began.elapsed() < PATIENCE, "the sample is loaded by now");
    }
    for (handle, words) in [
        ("anna", "The first cup belongs to me alone."),
        ("brook", "Four hundred kilometres, and one flat tyre."),
        ("clara", "Long roads"),
    ] {
        let (status, text) = page(&served, &format!("/@{handle}"));
        assert_eq!(status, 200, "{text}");
        assert!(text.contains(words), "{handle}: {text}");
        // Nothing of it is run: what is in `script` is data.
        assert_eq!(text.matches("<script").count(), text.matches("<script type=\"application/ld+json\">").count());
        assert!(text.contains("content-security-policy: default-src 'none'"), "{text}");
        for picture in text.split("<img src=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert_eq!(page(&served, picture).0, 200, "{handle}: {picture}");
        }
        assert!(text.contains("<img src=\"/media/"), "{handle} has a picture");
    }
    assert!(!page(&served, "/@anna").1.contains("Dr Holm"), "that is for acquaintances");
    served.stop();
}
