//! Erasing: somebody of whom something lies wherever something can lie is erased, and every file is searched, each decoded
//! as it can be; of everybody else nothing is lost. On both databases.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use parlour_core::ask::Class;
use parlour_core::consent::Purpose;
use parlour_core::day::Day;
use parlour_core::door::{Circle, Door};
use parlour_core::event::{Event, Layer, Name};
use parlour_core::key::Key;
use parlour_engine::desk::Question;
use parlour_engine::desk::people::{Filter, Page};
use parlour_engine::erase::Asker;
use parlour_engine::offers::facts::FactWords;
use parlour_engine::offers::tags::TagWords;
use parlour_engine::rooms::content::Content;
use parlour_engine::rooms::member::Profile;
use parlour_engine::rooms::pictures::PhotoWords;
use parlour_engine::rooms::wall::NewFrame;
use parlour_engine::{Engine, EngineError, Refused, Submission, clock, codec};
use parlour_lake::activity::read_rows;
use parlour_lake::event::read_events;
use parlour_lake::run::RunFile;
use parlour_lake::without;
use parlour_media::draw_jpeg;
use parlour_store::ask::Wanted;
use parlour_store::{
    Kind, alert, ask, audience, conversation, credential, delivery, follower, journal, personal, question, rejected,
    remote_actor, unsubscribed,
};

use crate::bench::{Bench, append};

crate::on_both!(
    nothing_is_left_of_whoever_is_erased,
    an_erasure_that_was_broken_off_is_finished_at_the_next_start,
    whoever_comes_back_is_let_in_with_what_they_show_to_be_theirs,
    an_upload_that_is_under_way_leaves_nothing,
    whoever_does_not_want_to_be_read_is_in_no_number,
    a_word_of_ones_own_outranks_the_guess,
    what_concerns_whoever_withholds_it_is_told_to_no_hook,
);

/// What stands in everything of Anna's and in nothing else.
const CANARY: &str = "zq7canary";
const MAIL: &str = "zq7canary@example.org";

fn brand() -> Name {
    Name::new("brand", "tea")
}

fn said(days: i64, who: Name, verb: &str, message: &str, text: Option<String>) -> Event {
    let at = clock::now() - days * 86_400_000_000;
    Event { message: Some(message.to_owned()), text, ..Event::new(at, who, verb, brand()) }
}

fn anna() -> Name {
    Name::new("user", format!("{CANARY}-user"))
}

fn painted() -> Vec<u8> {
    draw_jpeg((0..64 * 48 * 3).map(|n: u32| (n.wrapping_mul(7) >> 4) as u8).collect(), (64, 48)).unwrap()
}

fn only_photo(engine: &Engine, member: &str) -> String {
    let words =
        PhotoWords { alt: format!("{CANARY} alt"), caption: format!("{CANARY} caption"), is_child: false, door: None };
    let keep = engine.photo_keeper(member, words).unwrap();
    engine.take_media(&format!("member:{member}"), &painted(), keep).unwrap().1.id
}

/// A person's own room with something of every kind in it; returns the member.
fn furnished(engine: &Engine, other: &str) -> String {
    let member = engine.member_of_mail(MAIL).unwrap().id;
    engine.choose_handle(&member, "zq7canary").unwrap();
    let profile = Profile {
        name: CANARY.to_owned(),
        about: format!("{CANARY} about"),
        town: format!("{CANARY} town"),
        born_year: Some(1980),
        door: Door::PassersBy,
    };
    engine.set_member_profile(&member, &profile).unwrap();
    let photo = only_photo(engine, &member);
    engine.put_album(&member, None, (&format!("{CANARY} album"), Door::PassersBy), vec![photo.clone()]).unwrap();
    let content = Content::Text { text: format!("{CANARY} on the wall") };
    engine.hang(&member, NewFrame { content, size: 1, door: Door::PassersBy, after: String::new() }).unwrap();
    let tag = TagWords {
        x: 0.5,
        y: 0.5,
        brand: "brand:tea".to_owned(),
        product: String::new(),
        label: format!("{CANARY} cup"),
        link: String::new(),
        price_minor: None,
        currency: String::new(),
        rating: Some(5),
        review: format!("{CANARY} review"),
        bought_at: String::new(),
        why: String::new(),
    };
    engine.put_tag(&member, (&photo, None), tag, Layer::Web).unwrap();
    let fact = FactWords {
        kind: "person".to_owned(),
        label: "my dentist".to_owned(),
        name: format!("{CANARY} dentist"),
        brand: String::new(),
        link: String::new(),
        words: String::new(),
        door: Door::PassersBy,
        tells: false,
    };
    engine.put_fact(&member, None, fact, Layer::Web).unwrap();
    engine.ask_acquaintance(other, "zq7canary", (Circle::First, "hello")).unwrap();
    engine.consent(&member, Purpose::Sharing, false, Layer::Web).unwrap();
    member
}

/// A world in which something of Anna's lies wherever something can lie.
fn filled(engine: &Engine) -> String {
    append(engine, "shop", &[said(91, Name::new("user", "user0"), "viewed", "b", None)]);
    engine.fold_all().unwrap();
    let bella = engine.member_of_mail("bella@example.org").unwrap().id;
    engine.choose_handle(&bella, "bella").unwrap();
    let member = furnished(engine, &bella);
    let user = |n: i64| Name::new("user", format!("user{n}"));
    let mut events: Vec<Event> =
        (0..300).map(|n| said(n % 90, user(n % 23), "bought", &format!("b{n}"), None)).collect();
    let complaint = format!("{CANARY} never came, still no answer after 40 hours, this is unacceptable");
    events.extend([
        Event { also: hers_also(), ..said(60, anna(), "identified", "i1", None) },
        Event { extra: Some(format!(r#"{{"k":"{CANARY} extra"}}"#)), ..said(50, anna(), "bought", "a1", None) },
        said(40, anna(), &format!("did:{CANARY} verb"), "a2", None),
        said(9, anna(), "complained", "a-complaint", Some(complaint)),
        // Somebody else answers her, in her thread.
        Event {
            reply_to: Some("a-complaint".to_owned()),
            ..said(8, user(4), "commented", "peer", Some("Mine came on the third day".to_owned()))
        },
        said(8, user(1), "asked", "q1", Some("How do I descale it, please?".to_owned())),
        Event {
            reply_to: Some("q1".to_owned()),
            ..said(7, anna(), "answered", "a3", Some(format!("{CANARY}: with vinegar")))
        },
        said(6, user(2), "complained", "c2", Some("The lid broke after a week, I want my money back".to_owned())),
        // Somebody else did something toward her.
        Event { object: anna(), ..said(5, user(3), "invited", "t1", None) },
    ]);
    append(engine, "shop", &events);
    engine.fold_all().unwrap();
    handled(engine);
    let raw = format!(r#"{{"userId":"{CANARY}-user","event":""}}"#).into_bytes();
    let flaw = parlour_core::event::Flaw::VerbMissing;
    let of_card = b"4711,2024-01-01,12".to_vec();
    // A number that is not hers, though it looks so.
    let raws = [raw, of_card, br#"{"total":4711}"#.to_vec()];
    let refused = raws.map(|raw| Refused { line: None, flaw: flaw.clone(), raw }).to_vec();
    engine.append("shop", Submission { refused, ..Submission::default() }).unwrap();
    engine.seal_once(true).unwrap();
    let yesterday = Day(Day::of_micros(clock::now()).0 - 1);
    engine.keep_day(yesterday).unwrap();
    // And something that is not sealed yet.
    append(engine, "shop", &[said(2, anna(), "viewed", "a4", Some(format!("{CANARY} late")))]);
    member
}

/// More ids of hers; two of them mean much else.
fn hers_also() -> Vec<Name> {
    let also = [("email", MAIL), ("fediverse", "zq7canary@far.example"), ("card", "4711"), ("nick", "true")];
    also.map(|(kind, id)| Name::new(kind, id)).to_vec()
}

/// What staff did about it.
fn handled(engine: &Engine) {
    let asks = engine.database.read(|conn| ask::list(conn, &Wanted::default(), None, 100)).unwrap();
    let hers: Key =
        anna().key(&parlour_core::key::KeySecret(*b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"));
    let own = asks.iter().find(|ask| ask.person == hers).unwrap();
    engine.add_note(own.thread, "mia", &format!("{CANARY} is angry")).unwrap();
    engine.correct(own.key, Class::Complaint, -1, "mia").unwrap();
    engine.reply(own.thread, "mia", "replied", &format!("Dear {CANARY}, sorry")).unwrap();
    engine.keep_draft(own.thread, "mia", &format!("Dear {CANARY}")).unwrap();
    let object = brand().to_string();
    told_and_written(engine, hers, object);
}

/// Alerts, deliveries, and what staff wrote down that names her.
fn told_and_written(engine: &Engine, hers: Key, object: String) {
    engine
        .database
        .write(move |conn| {
            let told = |person: &str, episode: &str, title: &str| alert::Alert {
                id: 0,
                kind: "wire".to_owned(),
                object: object.clone(),
                person: person.to_owned(),
                episode: episode.to_owned(),
                day: "2026-01-01".to_owned(),
                title: title.to_owned(),
                text: String::new(),
                data: "{}".to_owned(),
                state: "open".to_owned(),
                made_at: 1,
            };
            let id = alert::insert(conn, &told(&hers.to_string(), "1", &format!("{CANARY} leaves")))?;
            alert::insert(conn, &told("", "2", "somebody leaves"))?;
            let sent = |alert, mail: Option<&str>, body: &str, message: &str| delivery::Delivery {
                id: 0,
                message: message.to_owned(),
                kind: "alert".to_owned(),
                alert,
                hook: None,
                mail: mail.map(str::to_owned),
                inbox: None,
                state: "waiting".to_owned(),
                attempts: 0,
                next_at: i64::MAX,
                last_status: None,
                last_error: None,
                made_at: 1,
                answered_at: None,
                body: body.to_owned(),
            };
            delivery::create(conn, &sent(id, None, "{}", "m1"))?;
            delivery::create(conn, &sent(None, Some(MAIL), "{}", "m2"))?;
            delivery::create(conn, &sent(None, None, &format!(r#"{{"person":"user:{CANARY}-user"}}"#), "m3"))?;
            delivery::create(conn, &sent(None, Some("bella@example.org"), "{}", "m4"))?;
            let sql = format!("SELECT * FROM identity WHERE value = '{CANARY}-user'");
            question::create(conn, "hers", &sql, 1)?;
            let chosen = audience::Audience {
                id: 0,
                name: "chosen".to_owned(),
                object: object.clone(),
                predicate: format!("engaged=true&people=user%3Auser1%0Auser%3A{CANARY}-user%0Auser%3Auser2"),
                created_at: 1,
                updated_at: 1,
            };
            audience::create(conn, &chosen)?;
            let deed = parlour_store::audit::Deed {
                id: 0,
                at: 1,
                staff: "mia".to_owned(),
                action: "looked".to_owned(),
                object: format!("user:{CANARY}-user"),
                outcome: "done".to_owned(),
            };
            parlour_store::audit::append(conn, &deed)?;
            by_other_doors(conn)?;
            Ok::<_, parlour_store::StoreError>(())
        })
        .unwrap();
}

/// What the widget, the fediverse, a way out of the mail and a link to sign in leave behind.
fn by_other_doors(conn: &mut dyn parlour_store::Conn) -> Result<(), parlour_store::StoreError> {
    let talk = |name: &str, kind: &str, id: &str, source: &str| conversation::Conversation {
        name: name.to_owned(),
        source: source.to_owned(),
        token: None,
        person_kind: kind.to_owned(),
        person_id: id.to_owned(),
        begun_at: 1,
        seen_at: 1,
        ended_at: None,
    };
    conversation::create(conn, &talk("c1", "card", "4711", CANARY))?;
    conversation::create(conn, &talk("c2", "customer", "4711", "shop"))?;
    let url = format!("https://far.example/users/{CANARY}");
    let actor = remote_actor::RemoteActor {
        url: url.clone(),
        key_id: format!("{url}#key"),
        key: "key".to_owned(),
        inbox: format!("{url}/inbox"),
        handle: "zq7canary@far.example".to_owned(),
        fetched_at: 1,
    };
    remote_actor::put(conn, &actor)?;
    follower::create(conn, "acme", &url, 1)?;
    unsubscribed::add(conn, MAIL, 1)?;
    let link = credential::Credential {
        hash: vec![1; 32],
        purpose: "room".to_owned(),
        subject: MAIL.to_owned(),
        data: MAIL.to_owned(),
        created_at: 1,
        expires_at: i64::MAX,
    };
    credential::create(conn, &link)
}

/// All ids of Anna's.
fn hers(engine: &Engine, member: &str) -> Vec<Key> {
    engine.fold_all().unwrap();
    let mut ids = engine.ids_of_member(member);
    assert!(ids.contains(&engine.key("user", &format!("{CANARY}-user"))), "her mail joins what she is known by");
    ids.sort_unstable();
    ids
}

/// Every way in which a text may be written down.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let mut forms: Vec<Vec<u8>> = vec![
        text.as_bytes().to_vec(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        text.bytes()
            .fold(String::new(), |mut hex, byte| {
                write!(hex, "{byte:02x}").unwrap();
                hex
            })
            .into_bytes(),
    ];
    for phase in 0..3 {
        let padded = format!("{}{text}", "\0".repeat(phase));
        let encoded = BASE64_STANDARD_NO_PAD.encode(padded);
        // What does not depend on what stands before and after.
        let (start, end) = ((phase * 8).div_ceil(6), encoded.len() - 2);
        forms.push(encoded.as_bytes()[start..end].to_vec());
    }
    forms
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

fn has(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle))
}

/// Where in the folder and the database anything of hers is found; every file is decoded as it can be.
fn found(bench: &Bench, engine: &Engine, keys: &[Key]) -> Vec<String> {
    let mut found = Vec::new();
    let needles = forms(CANARY);
    let subjects = keys.iter().copied().collect();
    let verbs = {
        let mut verbs = parlour_core::activity::Verbs::default();
        for path in files(bench.folder()).iter().filter(|path| path.extension().is_some_and(|end| end == "parquet")) {
            for verb in &RunFile::open(path).unwrap().verbs {
                verbs.id(verb);
            }
        }
        verbs
    };
    for path in files(bench.folder()) {
        let name = path.strip_prefix(bench.folder()).unwrap().display().to_string();
        let bytes = std::fs::read(&path).unwrap();
        let (mut texts, mut is_theirs) = (vec![bytes], false);
        if name.ends_with(".parquet") {
            let run = RunFile::open(&path).unwrap();
            is_theirs = without::has_any(&run, &subjects).unwrap();
            for group in 0..run.groups.len() {
                if name.contains("event") {
                    texts.push(format!("{:?}", read_events(&run, group).unwrap()).into_bytes());
                } else if name.contains("activity") {
                    texts.push(format!("{:?}", read_rows(&run, group, &verbs).unwrap()).into_bytes());
                } else {
                    let columns = parlour_lake::standing::schema().fields().len();
                    let all: Vec<usize> = (0..columns).collect();
                    texts.push(format!("{:?}", run.read_one(group, &all, None).unwrap()).into_bytes());
                }
            }
        }
        if is_theirs || texts.iter().any(|text| needles.iter().any(|needle| has(text, needle))) {
            found.push(name);
        }
    }
    let kind = engine.database.kind();
    found.extend(
        engine
            .database
            .read(|conn| {
                let mut found = Vec::new();
                for table in personal::tables(conn, kind)? {
                    let mut text = Vec::new();
                    // PostgreSQL shows any row as text, bytes in hexadecimal digits.
                    let shown = if kind == Kind::Sqlite { "*" } else { "CAST(t AS TEXT)" };
                    conn.for_each(&format!("SELECT {shown} FROM {table} AS t"), &[], &mut |row| {
                        text.extend(row.0.iter().flat_map(|value| match value {
                            parlour_store::Value::Blob(bytes) => bytes.clone(),
                            parlour_store::Value::Text(text) => text.clone().into_bytes(),
                            parlour_store::Value::Null
                            | parlour_store::Value::Int(_)
                            | parlour_store::Value::Real(_) => Vec::new(),
                        }));
                        Ok(())
                    })?;
                    if needles.iter().any(|needle| has(&text, needle)) {
                        found.push(format!("table {table}"));
                    }
                }
                for batch in journal::read_after(conn, 0, 10_000)? {
                    let events = codec::unpack(&batch.arrival.body).unwrap();
                    if has(format!("{events:?}").as_bytes(), CANARY.as_bytes()) {
                        found.push("journal".to_owned());
                    }
                }
                Ok(found)
            })
            .unwrap(),
    );
    found
}

/// The texts of all posts.
fn told_posts(engine: &Engine) -> Vec<String> {
    let rows = engine.database.read(|conn| conn.query("SELECT text FROM post ORDER BY text", &[])).unwrap();
    rows.iter().map(|row| row.get_text(0).unwrap().to_owned()).collect()
}

/// Everything that is said of everybody else.
fn others(engine: &Engine) -> Vec<String> {
    let asked = engine.ask(&Question { object: Some("brand:tea".to_owned()), ..Question::default() }).unwrap();
    let page = Page { limit: 200, ..Page::default() };
    let rows = engine.list(&asked, &Filter::default(), &page).unwrap().rows.clone();
    let keys: Vec<Key> = rows.iter().map(|row| row.person).collect();
    let names = engine.names(&keys).unwrap();
    let mut told: Vec<String> = rows
        .iter()
        .filter(|row| names.get(&row.person).is_some_and(|name| !name.id.contains(CANARY)))
        .map(|row| format!("{} {:?}", names[&row.person], row.standing.relation))
        .collect();
    told.sort();
    told
}

/// Where something of her lies before she is erased.
const PLACES: [&str; 29] = [
    "lake/event",
    "lake/activity",
    "lake/standing",
    "journal",
    "table member",
    "table post",
    "table note",
    "table draft",
    "table reply",
    "table rejected",
    "table delivery",
    "table audit",
    "table question",
    "table audience",
    "table alert",
    "table identity",
    "table tag",
    "table fact",
    "table frame",
    "table photo",
    "table album",
    "table claim",
    "table standing",
    "table entity",
    "table conversation",
    "table remote_actor",
    "table follower",
    "table unsubscribed",
    "table credential",
];

fn nothing_is_left_of_whoever_is_erased(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let member = filled(&engine);
    let keys = hers(&engine, &member);
    // The search itself is tried: it finds her in every place where she is.
    let before = found(&bench, &engine, &keys);
    let sqlite = (kind == Kind::Sqlite).then_some("parlour.db");
    for place in PLACES.into_iter().chain(sqlite) {
        assert!(before.iter().any(|found| found.starts_with(place)), "nothing in {place}: {before:?}");
    }
    let n_files = files(&bench.folder().join("media")).len();
    assert!(0 < n_files);
    let told = others(&engine);
    assert!(20 < told.len());
    let sums = engine.sums().unwrap();

    let done = engine.erase(&keys, Asker::Room, true).unwrap();

    assert_eq!(found(&bench, &engine, &keys), Vec::<String>::new());
    assert_eq!(files(&bench.folder().join("media")).len(), 0);
    let counts: std::collections::BTreeMap<String, u64> = serde_json::from_str(&done.counts).unwrap();
    assert!(counts["events"] >= 6 && counts["member"] == 1 && counts["kept standings"] >= 1, "{counts:?}");
    assert!(done.done_at.is_some());
    assert_eq!(others(&engine), told, "somebody else lost something");
    let after = engine.sums().unwrap();
    assert!(after.agree && after.erased == counts["events"] as i64 && after.sent == sums.sent, "{after:?}");
    let diagnosis = engine.diagnose().unwrap();
    assert!(diagnosis.findings.is_empty(), "{:?}", diagnosis.findings);
    assert_eq!(engine.n_scored_events().unwrap(), diagnosis.n_scored);
    let (rebuilt, posts) = (diagnosis.activity_digest, told_posts(&engine));
    engine.rebuild().unwrap();
    assert_eq!(told_posts(&engine), posts);
    assert_eq!(engine.diagnose().unwrap().activity_digest, rebuilt, "a rebuild brings nobody back, and loses nobody");
    assert_eq!(others(&engine), told);
    // Of others nothing went: not the question she answered, nor what was refused of somebody else.
    let asks = engine.database.read(|conn| ask::list(conn, &Wanted::default(), None, 100)).unwrap();
    assert_eq!(asks.len(), 2, "{asks:?}");
    assert!(told_posts(&engine).iter().any(|text| text.starts_with("Mine came")), "what another said in her thread");
    let another = engine.database.read(|conn| conversation::of_name(conn, "c2")).unwrap();
    assert!(another.is_some(), "somebody else's, of the same bare id");
    let left = engine.database.read(|conn| rejected::list(conn, None, None, 10)).unwrap();
    assert_eq!(left.iter().map(|row| row.raw.as_slice()).collect::<Vec<_>>(), [br#"{"total":4711}"#]);
    let chosen = engine.database.read(audience::list).unwrap();
    assert_eq!(chosen[0].predicate, "engaged=true&people=user%3Auser1%0Auser%3Auser2");
    nothing_more_of_her_comes_in(&bench, engine, &keys, &told);
}

/// By none of her ids, late or new, nor after a restart; and what is refused keeps nothing of it.
fn nothing_more_of_her_comes_in(bench: &Bench, engine: Arc<Engine>, keys: &[Key], told: &[String]) {
    for event in [
        said(70, anna(), "bought", "late1", Some(CANARY.to_owned())),
        said(0, anna(), "bought", "new1", Some(CANARY.to_owned())),
        Event { also: vec![Name::new("email", MAIL)], ..said(0, Name::new("device", "d1"), "viewed", "new2", None) },
        Event { object: anna(), subject: brand(), ..said(0, brand(), "messaged", "new3", None) },
    ] {
        assert_eq!(append(&engine, "shop", &[event]).n_rejected, 1);
    }
    engine.fold_all().unwrap();
    assert_eq!(found(bench, &engine, keys), Vec::<String>::new());
    assert!(engine.sums().unwrap().agree);
    drop(engine);
    let engine = bench.open();
    assert_eq!(
        append(&engine, "shop", &[said(0, anna(), "bought", "new4", None)]).n_rejected,
        1,
        "nor after a restart"
    );
    assert_eq!(others(&engine), told);
}

fn an_erasure_that_was_broken_off_is_finished_at_the_next_start(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let member = filled(&engine);
    let keys = hers(&engine, &member);
    let told = others(&engine);
    drop(engine);
    // Written down beside the database, and nothing else happened: a crash right after, or an older copy put back.
    let line: Vec<String> = keys.iter().map(Key::to_string).collect();
    std::fs::write(bench.folder().join("erased"), format!("e1 {} room 1 {}\n", clock::now(), line.join(","))).unwrap();
    let engine = bench.open();
    assert_eq!(found(&bench, &engine, &keys), Vec::<String>::new());
    assert_eq!(others(&engine), told);
    assert_eq!(append(&engine, "shop", &[said(0, anna(), "bought", "new1", None)]).n_rejected, 1);
    let done = engine.erasure("e1").unwrap().unwrap();
    assert!(done.done_at.is_some());
    // Its rows went, and then it was broken off.
    engine.database.write(|conn| conn.execute("UPDATE erasure SET done_at = NULL", &[])).unwrap();
    drop(engine);
    let engine = bench.open();
    let again = engine.erasure("e1").unwrap().unwrap();
    assert!(again.done_at.is_some());
    assert_eq!(again.counts, done.counts, "what was counted is not counted twice");
    assert_eq!(others(&engine), told);
}

fn whoever_comes_back_is_let_in_with_what_they_show_to_be_theirs(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let member = filled(&engine);
    let keys = hers(&engine, &member);
    engine.erase(&keys, Asker::Desk, true).unwrap();
    let again = engine.member_of_mail(MAIL).unwrap();
    assert_ne!(again.id, member);
    assert!(again.handle.is_none());
    let mail = Name::new("email", MAIL);
    let events = [said(-0, mail.clone(), "bought", "back1", None), said(1, mail, "bought", "old1", None)];
    let now = Event { at: clock::now(), ..events[0].clone() };
    assert_eq!(append(&engine, "shop", &[now]).n_rejected, 0, "from now on");
    assert_eq!(append(&engine, "shop", &events[1..]).n_rejected, 1, "not what was before");
    assert_eq!(
        append(&engine, "shop", &[said(0, anna(), "bought", "back2", None)]).n_rejected,
        1,
        "her other id is not shown"
    );
    engine.fold_all().unwrap();
    let ids = engine.ids_of_member(&again.id);
    assert_eq!(ids.len(), 2, "{ids:?}");
    drop(engine);
    let engine = bench.open();
    let mail = Name::new("email", MAIL);
    let now = Event { at: clock::now(), ..said(0, mail, "bought", "back3", None) };
    assert_eq!(append(&engine, "shop", &[now]).n_rejected, 0);
    // Nobody can have a brand erased.
    let wrong = engine.erase(&[engine.key("brand", "tea")], Asker::Command, true);
    assert!(matches!(wrong, Err(EngineError::Invalid(_))));
    assert!(!others(&engine).is_empty());
}

fn an_upload_that_is_under_way_leaves_nothing(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let member = filled(&engine);
    let keys = hers(&engine, &member);
    let words = PhotoWords { alt: CANARY.to_owned(), caption: String::new(), is_child: false, door: None };
    let keep = engine.photo_keeper(&member, words).unwrap();
    engine.erase(&keys, Asker::Room, true).unwrap();
    assert!(engine.take_media(&format!("member:{member}"), &painted(), keep).is_err());
    let content = Content::Text { text: format!("{CANARY} on the wall") };
    let late = engine.hang(&member, NewFrame { content, size: 1, door: Door::PassersBy, after: String::new() });
    assert!(late.is_err());
    assert_eq!(found(&bench, &engine, &keys), Vec::<String>::new());
}

/// Who is listed, and how many are counted.
fn listed(engine: &Engine) -> (Vec<String>, u64) {
    let asked = engine.ask(&Question { object: Some("brand:tea".to_owned()), ..Question::default() }).unwrap();
    let list = engine.list(&asked, &Filter::default(), &Page { limit: 200, ..Page::default() }).unwrap();
    let keys: Vec<Key> = list.rows.iter().map(|row| row.person).collect();
    let mut names: Vec<String> = engine.names(&keys).unwrap().into_values().map(|name| name.to_string()).collect();
    names.sort();
    let n = engine.populations(&asked.snapshot, asked.on).unwrap()[asked.object as usize].n_present;
    (names, n)
}

fn whoever_does_not_want_to_be_read_is_in_no_number(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let member = filled(&engine);
    hers(&engine, &member);
    let (names, n) = listed(&engine);
    let is_hers = |name: &String| name.contains(CANARY);
    assert!(names.iter().any(is_hers));
    let kept = |engine: &Engine| {
        let sql = "SELECT COUNT(*) FROM standing WHERE person LIKE '%zq7canary%'";
        engine.database.read(|conn| conn.query(sql, &[])).unwrap()[0].get_int(0).unwrap()
    };
    assert!(0 < kept(&engine));
    engine.consent(&member, Purpose::Reading, false, Layer::Web).unwrap();
    assert_eq!(kept(&engine), 0);
    let check = |engine: &Engine| {
        let (left, n_left) = listed(engine);
        assert_eq!(left, names.iter().filter(|name| !is_hers(name)).cloned().collect::<Vec<_>>());
        assert_eq!(n_left, n - 1);
        let asked = engine.ask(&Question { object: Some("brand:tea".to_owned()), ..Question::default() }).unwrap();
        let person = engine.person_named(&asked, &anna().to_string()).unwrap();
        assert!(engine.person(&asked, person).unwrap().standings.is_empty());
    };
    check(&engine);
    drop(engine);
    let engine = bench.open();
    check(&engine);
    engine.consent(&member, Purpose::Reading, true, Layer::Web).unwrap();
    assert_eq!(listed(&engine), (names.clone(), n), "given again, everything is as it was");
    let stances = engine.stances(&engine.ids_of_member(&member)).unwrap();
    let reading = stances.iter().find(|stance| stance.purpose == Purpose::Reading).unwrap();
    assert_eq!((reading.is_given, reading.history.len()), (true, 2));
}

fn a_word_of_ones_own_outranks_the_guess(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = bench.open();
    let member = filled(&engine);
    hers(&engine, &member);
    let now = Event { at: clock::now(), ..said(0, anna(), "complained", "again", None) };
    append(&engine, "shop", &[now]);
    engine.fold_all().unwrap();
    let standing = |engine: &Engine| {
        let asked = engine.ask(&Question { object: Some("brand:tea".to_owned()), ..Question::default() }).unwrap();
        let person = engine.person_named(&asked, &anna().to_string()).unwrap();
        let listed = engine.list(&asked, &Filter::default(), &Page { limit: 200, ..Page::default() }).unwrap();
        let row = listed.rows.iter().find(|row| row.person == person).unwrap();
        let one = engine.person(&asked, person).unwrap().standings[0].1;
        assert_eq!((row.standing.cell, row.standing.stage), (one.cell, one.stage), "a list and a page agree");
        let why = engine.why(&asked, person, parlour_core::why::Of::Kind).unwrap().sentence;
        (one.kind_milli.unwrap(), why)
    };
    let (guess, why) = standing(&engine);
    assert!(guess < 1000 && !why.contains("They say themselves"));
    let tea = engine.key("brand", "tea");
    engine.dispute(&member, (tea, "kind"), Some("like"), "I love it").unwrap();
    let (said, why) = standing(&engine);
    assert_eq!(said, 1000);
    assert!(why.contains("They say themselves") && why.contains("I like tea"), "{why}");
    drop(engine);
    let engine: Arc<Engine> = bench.open();
    assert_eq!(standing(&engine).0, 1000);
    engine.dispute(&member, (tea, "kind"), Some("dislike"), "").unwrap();
    assert_eq!(standing(&engine).0, -1000, "the last word counts");
    let open = engine.disputes_of(&engine.ids_of_member(&member)).unwrap();
    assert_eq!(open.iter().filter(|one| one.taken_back_at.is_none()).count(), 1);
    assert!(engine.take_back_dispute(&member, tea, "kind").unwrap());
    assert_eq!(standing(&engine).0, guess);
    for (matter, said, words) in
        [("mood", None, "no"), ("kind", Some("gone"), ""), ("value", Some("like"), ""), ("value", None, "")]
    {
        assert!(
            matches!(engine.dispute(&member, (tea, matter), said, words), Err(EngineError::Invalid(_))),
            "{matter}"
        );
    }
}

fn what_concerns_whoever_withholds_it_is_told_to_no_hook(kind: Kind) {
    let bench = Bench::new(kind, "[alerts]\nper_day = 100\n");
    let engine = bench.open();
    let member = filled(&engine);
    hers(&engine, &member);
    let url = "https://hooks.example.com/x".to_owned();
    engine.create_hook(parlour_engine::outbox::NewHook { url, kinds: Vec::new(), secret: None }).unwrap();
    let text = || Some("It broke again, I want my money back".to_owned());
    let other = Name::new("user", "user5");
    append(&engine, "shop", &[said(3, anna(), "complained", "n1", text()), said(3, other, "complained", "n2", text())]);
    engine.fold_all().unwrap();
    assert!(2 <= engine.remind(clock::now()).unwrap(), "hers and another");
    let alerts = engine.alerts(&alert::Wanted::default(), None, 100).unwrap().0;
    let told_to_hooks: Vec<i64> = engine
        .deliveries(&delivery::Wanted::default(), None, 100)
        .unwrap()
        .into_iter()
        .filter(|one| one.hook.is_some())
        .filter_map(|one| one.alert)
        .collect();
    let overdue = alerts.iter().filter(|alert| alert.kind.starts_with("ask_"));
    let (own, others): (Vec<_>, Vec<_>) = overdue.partition(|alert| alert.data.contains(CANARY));
    assert!(!own.is_empty() && !others.is_empty(), "{alerts:?}");
    assert!(own.iter().all(|alert| !told_to_hooks.contains(&alert.id)), "what is hers stays in the house");
    assert!(others.iter().all(|alert| told_to_hooks.contains(&alert.id)));
}
