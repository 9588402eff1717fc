//! Where people's things lie: every table is spoken of, and what is deleted is gone from the files.

use std::collections::BTreeSet;

use parlour_core::event::Name;
use parlour_core::key::Key;
use parlour_store::identity::Identity;
use parlour_store::personal::{OF_NOBODY, PLACES, TEXTS, Who, tables};
use parlour_store::{Kind, identity, question};

use crate::bench::Bench;

crate::on_both!(every_table_is_spoken_of, what_is_told_is_what_is_deleted, what_is_deleted_is_in_no_file);

const CANARY: &str = "zq7canary";

fn every_table_is_spoken_of(bench: &Bench) {
    let db = bench.open();
    let all = db.read(|conn| tables(conn, db.kind())).unwrap();
    let spoken: BTreeSet<&str> =
        PLACES.iter().map(|place| place.table).chain(TEXTS.iter().map(|(table, ..)| *table)).chain(OF_NOBODY).collect();
    for table in &all {
        assert!(spoken.contains(table.as_str()), "say in `personal` whose `{table}` is");
    }
    let virtual_ones = ["post_words", "post_words_config", "post_words_data", "post_words_docsize", "post_words_idx"];
    for table in spoken {
        let is_here = all.iter().any(|known| known == table);
        assert!(is_here || (db.kind() == Kind::Postgres && virtual_ones.contains(&table)), "there is no `{table}`");
    }
    // Every column that is named is there.
    for place in PLACES {
        db.read(|conn| conn.query(&format!("SELECT {} FROM {} LIMIT 1", place.column, place.table), &[])).unwrap();
    }
}

fn told(key: Key) -> Identity {
    Identity { key, kind: "user".to_owned(), value: format!("{CANARY} {key}"), first_seen_at: 1 }
}

fn what_is_told_is_what_is_deleted(bench: &Bench) {
    let db = bench.open();
    let ids: Vec<Identity> = (1..=600).map(|n| told(Key(n))).collect();
    db.write(move |conn| identity::insert_new(conn, &ids)).unwrap();
    let kind = db.kind();
    // More than go into one statement.
    let keys: Vec<Key> = (1..=599).map(Key).collect();
    let who = db.read(|conn| Who::look(conn, (Vec::new(), keys), vec!["m".to_owned()])).unwrap();
    let seen = db.read(|conn| who.told(conn, kind)).unwrap();
    assert_eq!(seen.iter().map(|told| (told.table, told.rows.len())).collect::<Vec<_>>(), [("identity", 599)]);
    assert_eq!(seen[0].columns, ["key", "kind", "value", "first_seen_at"]);
    assert_eq!(db.write(move |conn| who.delete(conn)).unwrap(), [("identity", 599)]);
    let left = db.read(|conn| identity::by_keys(conn, &[Key(1), Key(600)])).unwrap();
    assert_eq!(left, [told(Key(600))]);
    let nobody = db.read(|conn| Who::look(conn, (vec![Name::new("user", "x")], vec![Key(9)]), Vec::new())).unwrap();
    assert!(db.read(|conn| nobody.told(conn, kind)).unwrap().is_empty());
}

/// Whether it lies in a file of the database.
fn is_in_files(bench: &Bench) -> bool {
    let has = |bytes: &[u8]| bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes());
    match bench.kind {
        Kind::Sqlite => {
            let files = std::fs::read_dir(bench.folder.path()).unwrap().flatten();
            files.into_iter().any(|file| has(&std::fs::read(file.path()).unwrap()))
        }
        Kind::Postgres => {
            bench.raw("CHECKPOINT");
            let sql = "SELECT COUNT(*) FROM pg_class AS c WHERE c.relkind IN ('r', 'i') \
                AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) \
                AND position(convert_to('zq7canary', 'UTF8') IN pg_read_binary_file(pg_relation_filepath(c.oid))) > 0";
            bench.raw_int(sql) > 0
        }
    }
}

fn what_is_deleted_is_in_no_file(bench: &Bench) {
    let db = bench.open();
    // Rows of all lengths, so that pages are split and joined.
    let ids: Vec<Identity> = (1..=2_000u128)
        .map(|n| Identity {
            value: format!("{}{n}", if n % 3 == 0 { CANARY.repeat(n as usize % 40) } else { "other".to_owned() }),
            ..told(Key(n))
        })
        .collect();
    let (gone, n_left) =
        (ids.iter().filter(|id| id.value.starts_with(CANARY)).map(|id| id.key).collect::<Vec<_>>(), ids.len());
    db.write(move |conn| identity::insert_new(conn, &ids)).unwrap();
    let n_gone = gone.len();
    let copy = bench.folder.path().join("parlour.db.before-v9");
    if bench.kind == Kind::Sqlite {
        std::fs::write(&copy, CANARY).unwrap();
    }
    assert!(is_in_files(bench), "the search finds what is there");
    let who = db.read(|conn| Who::look(conn, (Vec::new(), gone), Vec::new())).unwrap();
    db.write(move |conn| who.delete(conn)).unwrap();
    assert!(is_in_files(bench), "deleting leaves bytes behind");
    assert_eq!(db.scrub().unwrap(), u64::from(bench.kind == Kind::Sqlite));
    assert!(!is_in_files(bench) && !copy.exists());
    let left = db.read(|conn| conn.query("SELECT COUNT(*) FROM identity", &[])).unwrap();
    assert_eq!(left[0].get_int(0).unwrap(), (n_left - n_gone) as i64);
    // It goes on working, and is whole.
    db.write(|conn| question::create(conn, "q", "SELECT 1", 1)).unwrap();
    assert_eq!(db.check().unwrap(), Vec::<String>::new());
}
