//! What the doors of conversations keep, there and back.

use parlour_store::conversation::{self, Conversation};
use parlour_store::feed::{self, Feed};
use parlour_store::mention::{self, FOUND, Mention, WAITING};
use parlour_store::{Conn, Database, StoreError};

use crate::bench::Bench;

crate::on_both!(conversations, mentions, feeds);

/// Runs a script in one piece of work.
fn write<T: Send + 'static>(
    db: &Database,
    script: impl FnOnce(&mut dyn Conn) -> Result<T, StoreError> + Send + 'static,
) -> T {
    db.write(script).unwrap()
}

fn conversations(bench: &Bench) {
    let db = bench.open();
    let one = Conversation {
        name: "talk-1".to_owned(),
        source: "form".to_owned(),
        token: Some(vec![1; 32]),
        person_kind: "anonymous".to_owned(),
        person_id: "visitor-1".to_owned(),
        begun_at: 10,
        seen_at: 10,
        ended_at: None,
    };
    let hers = |name: &str, begun_at: i64| Conversation {
        name: name.to_owned(),
        token: None,
        person_kind: "user".to_owned(),
        person_id: "anna".to_owned(),
        begun_at,
        ..one.clone()
    };
    for new in [one.clone(), hers("talk-2", 20), hers("talk-3", 30)] {
        write(&db, move |conn| conversation::create(conn, &new));
    }
    // The same again, or another under its token, changes nothing.
    let again = Conversation { name: "talk-9".to_owned(), seen_at: 99, ..one.clone() };
    write(&db, move |conn| conversation::create(conn, &again));
    let of_token = |source: &str, hash: u8| db.read(|conn| conversation::of_token(conn, source, &[hash; 32])).unwrap();
    assert_eq!(of_token("form", 1), Some(one.clone()));
    assert_eq!((of_token("other", 1), of_token("form", 2)), (None, None));
    let of_person = |id: &str| db.read(|conn| conversation::of_person(conn, "form", ("user", id))).unwrap();
    assert_eq!(of_person("anna"), Some(hers("talk-3", 30)));
    assert_eq!(of_person("ben"), None);
    assert!(write(&db, |conn| conversation::end(conn, "talk-3", 40)));
    assert!(!write(&db, |conn| conversation::end(conn, "talk-3", 50)));
    assert_eq!(of_person("anna"), Some(hers("talk-2", 20)));
    write(&db, |conn| conversation::touch(conn, "talk-1", 60));
    let found = db.read(|conn| conversation::of_name(conn, "talk-1")).unwrap();
    assert_eq!(found, Some(Conversation { seen_at: 60, ..one }));
}

fn mentions(bench: &Bench) {
    let db = bench.open();
    let tell = |page: &'static str, at| write(&db, move |conn| mention::tell(conn, "blogs", (page, "us"), at));
    assert_eq!((tell("a", 10), tell("b", 20), tell("a", 30)), (1, 2, 1));
    let due = |now| db.read(|conn| mention::due(conn, now, 9)).unwrap();
    assert_eq!(due(15).len(), 0);
    assert_eq!(due(30).iter().map(|one| one.page.as_str()).collect::<Vec<_>>(), ["b", "a"]);
    let looked = |of: &Mention| Mention {
        state: FOUND.to_owned(),
        attempts: 1,
        looked_at: Some(40),
        digest: Some("d".to_owned()),
        n_versions: 1,
        ..of.clone()
    };
    let [b, a] = due(30).try_into().unwrap();
    let settled = looked(&b);
    write(&db, move |conn| mention::settle(conn, &settled));
    // Told again while it was looked at, it waits for another look, and knows what was found.
    tell("a", 50);
    let settled = looked(&a);
    write(&db, move |conn| mention::settle(conn, &settled));
    let told = db.read(|conn| mention::of_source(conn, "blogs", 9)).unwrap();
    assert_eq!(told[0], Mention { state: WAITING.to_owned(), next_at: 50, told_at: 50, ..looked(&a) });
    assert_eq!(told[1], looked(&b));
    assert_eq!(db.read(mention::n_waiting).unwrap(), 1);
    assert_eq!(db.read(|conn| mention::of_source(conn, "other", 9)).unwrap(), []);
}

fn feeds(bench: &Bench) {
    let db = bench.open();
    let one = Feed { source: "blogs".to_owned(), url: "u".to_owned(), next_at: 10, ..Feed::default() };
    let other = Feed { source: "other".to_owned(), ..one.clone() };
    let later = Feed {
        etag: Some("e".to_owned()),
        modified: Some("m".to_owned()),
        looked_at: Some(20),
        failures: 2,
        n_taken: 3,
        last_error: Some("no".to_owned()),
        ..one.clone()
    };
    for feed in [one, other.clone(), later.clone()] {
        write(&db, move |conn| feed::put(conn, &feed));
    }
    let of_source = |source: &str| db.read(|conn| feed::of_source(conn, source)).unwrap();
    assert_eq!((of_source("blogs"), of_source("other")), (vec![later], vec![other]));
}
