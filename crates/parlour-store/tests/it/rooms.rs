//! What members have: there and back, on both databases.

use parlour_core::day::Day;
use parlour_store::acquaintance::{self, Acquaintance};
use parlour_store::album::{self, Album};
use parlour_store::claim::{self, Claim};
use parlour_store::frame::{self, Frame, Reach};
use parlour_store::member::{self, Member};
use parlour_store::member_session::{self, Session};
use parlour_store::passkey::{Passkey, ROOMS};
use parlour_store::photo::{self, Photo};
use parlour_store::{Conn, StoreError, peek};

use crate::bench::Bench;

crate::on_both!(members, sessions_and_passkeys_of_members, acquaintances, frames, photos_and_albums, peeks);

fn write(bench: &Bench, script: impl FnOnce(&mut dyn Conn) -> Result<(), StoreError> + Send + 'static) {
    bench.open().write(script).unwrap();
}

fn member(id: &str, handle: Option<&str>) -> Member {
    Member {
        id: id.to_owned(),
        handle: handle.map(str::to_owned),
        skeleton: handle.map(|handle| handle.replace('i', "l")),
        mail: handle.map(|handle| format!("{handle}@example.org")),
        name: "Anna".to_owned(),
        search: format!("{} anna 100%", handle.unwrap_or_default()),
        about: "é 🍷 ליל".to_owned(),
        town: String::new(),
        born_year: handle.map(|_| 1990),
        door: 4,
        created_at: 5,
        changed_at: 6,
    }
}

fn members(bench: &Bench) {
    write(bench, |conn| {
        let (anna, nobody) = (member("m1", Some("annika")), member("m2", None));
        member::create(conn, &anna)?;
        member::create(conn, &nobody)?;
        assert_eq!(member::get(conn, "m1")?.as_ref(), Some(&anna));
        assert_eq!(member::of_handle(conn, "annika")?.as_ref(), Some(&anna));
        assert_eq!(member::of_skeleton(conn, "annlka")?.as_ref(), Some(&anna));
        assert_eq!(member::of_mail(conn, "annika@example.org")?.as_ref(), Some(&anna));
        assert_eq!(member::of_handle(conn, "")?, None);
        let changed = Member { door: 0, handle: Some("benno".to_owned()), ..nobody };
        assert!(member::update(conn, &changed)?);
        assert!(!member::update(conn, &member("m3", None))?);
        let handles = |conn: &mut dyn Conn, words: &str, after: &str| {
            let found = member::search(conn, words, after, 10)?;
            Ok::<_, StoreError>(found.into_iter().filter_map(|found| found.handle).collect::<Vec<_>>())
        };
        assert_eq!(handles(conn, "anna", "")?, ["annika", "benno"]);
        assert_eq!(handles(conn, "anna", "annika")?, ["benno"]);
        assert_eq!(handles(conn, "100%", "")?.len(), 2);
        assert_eq!(handles(conn, "%", "")?.len(), 2, "as it stands there");
        assert_eq!(handles(conn, "a%a", "")?.len() + handles(conn, "a_n", "")?.len(), 0, "no pattern of theirs");
        assert_eq!(member::of_ids(conn, &["m2".to_owned(), "m9".to_owned()])?.len(), 1);
        assert_eq!(member::count(conn)?, 2);
        let claimed = Claim {
            member: "m1".to_owned(),
            kind: "email".to_owned(),
            value: "a@b.example".to_owned(),
            proof: "mail".to_owned(),
            at: 7,
        };
        assert_eq!((claim::put(conn, &claimed)?, claim::put(conn, &claimed)?), (true, false));
        assert_eq!(claim::of_member(conn, "m1")?, std::slice::from_ref(&claimed));
        // What is one member's is no other's.
        assert!(!claim::put(conn, &Claim { member: "m2".to_owned(), ..claimed.clone() })?);
        assert_eq!(claim::owner_of(conn, "email", "a@b.example")?, Some(claimed));
        assert!(!claim::delete(conn, "m2", "email", "a@b.example")?);
        assert!(claim::delete(conn, "m1", "email", "a@b.example")?);
        assert_eq!(claim::owner_of(conn, "email", "a@b.example")?, None);
        Ok(())
    });
    // Nobody else's handle, mail or look.
    for taken in [
        Member { handle: None, mail: None, ..member("m4", Some("annika")) },
        Member { skeleton: None, mail: None, ..member("m4", Some("annika")) },
        Member { handle: None, skeleton: None, ..member("m4", Some("annika")) },
    ] {
        assert!(bench.open().write(move |conn| member::create(conn, &taken)).is_err());
    }
}

fn sessions_and_passkeys_of_members(bench: &Bench) {
    write(bench, |conn| {
        let session = |hash: u8| Session {
            hash: vec![hash; 32],
            member: "m1".to_owned(),
            created_at: 1,
            expires_at: 10 + i64::from(hash),
            last_used_at: i64::from(hash),
            device: "Firefox on Linux".to_owned(),
        };
        (1..=3).try_for_each(|hash| member_session::create(conn, &session(hash)))?;
        assert_eq!(member_session::get(conn, &[1; 32], 10)?, Some(session(1)));
        assert_eq!(member_session::get(conn, &[1; 32], 11)?, None);
        assert!(member_session::touch(conn, &[1; 32], 9, 99)?);
        assert_eq!(member_session::list(conn, "m1")?.len(), 3);
        assert_eq!(member_session::delete_expired(conn, 12)?, 1);
        assert_eq!(member_session::delete_others(conn, "m1", &[1; 32])?, 1);
        assert!(member_session::delete(conn, &[1; 32])? && !member_session::delete(conn, &[1; 32])?);
        assert_eq!(member_session::delete_of(conn, "m1")?, 0);
        let key = Passkey {
            id: vec![1, 2],
            owner: "m1".to_owned(),
            name: "phone".to_owned(),
            algorithm: -7,
            public_key: vec![4; 65],
            n_signed: 0,
            created_at: 1,
            last_used_at: None,
        };
        ROOMS.create(conn, &key)?;
        assert!(ROOMS.touch(conn, &[1, 2], (0, 1), 9)? && !ROOMS.touch(conn, &[1, 2], (0, 1), 9)?);
        let used = Passkey { n_signed: 1, last_used_at: Some(9), ..key };
        assert_eq!(ROOMS.get(conn, &[1, 2])?.as_ref(), Some(&used));
        assert_eq!(ROOMS.of(conn, "m1")?, [used]);
        assert!(!ROOMS.delete(conn, &[1, 2], "m2")? && ROOMS.delete(conn, &[1, 2], "m1")?);
        Ok(())
    });
}

fn acquaintances(bench: &Bench) {
    write(bench, |conn| {
        let counts = |owner: &str, other: &str, accepted_at| Acquaintance {
            owner: owner.to_owned(),
            other: other.to_owned(),
            circle: 2,
            words: "hello".to_owned(),
            asked_at: 3,
            accepted_at,
        };
        acquaintance::put(conn, &counts("a", "b", None))?;
        assert_eq!(acquaintance::requests_to(conn, "b", 9)?, [counts("a", "b", None)]);
        assert_eq!(acquaintance::count(conn, "a", 3)?, (1, 1));
        assert_eq!(acquaintance::count(conn, "a", 4)?, (1, 0));
        acquaintance::put(conn, &counts("a", "b", Some(4)))?;
        acquaintance::put(conn, &counts("b", "a", Some(4)))?;
        assert_eq!(acquaintance::get(conn, "a", "b")?, Some(counts("a", "b", Some(4))));
        assert_eq!((acquaintance::of_owner(conn, "a")?.len(), acquaintance::of_other(conn, "a")?.len()), (1, 1));
        assert!(acquaintance::requests_to(conn, "b", 9)?.is_empty());
        acquaintance::block(conn, "b", "a", 5)?;
        acquaintance::block(conn, "b", "a", 6)?;
        assert!(acquaintance::is_blocked(conn, "b", "a")? && !acquaintance::is_blocked(conn, "a", "b")?);
        assert_eq!(
            (acquaintance::blocked_by(conn, "b")?, acquaintance::blocking(conn, "a")?),
            (vec!["a".to_owned()], vec!["b".to_owned()])
        );
        assert_eq!(acquaintance::get(conn, "a", "b")?, None);
        assert!(acquaintance::unblock(conn, "b", "a")? && !acquaintance::delete(conn, "a", "b")?);
        Ok(())
    });
}

fn hung(id: &str, place: i64, door: i64, thing: Option<&str>) -> Frame {
    Frame {
        id: id.to_owned(),
        member: "m".to_owned(),
        kind: "text".to_owned(),
        size: 1,
        place,
        door,
        thing: thing.map(str::to_owned),
        data: "{}".to_owned(),
        hung_at: place,
        changed_at: 1,
        removed_at: None,
    }
}

fn photo(id: &str, door: i64) -> Photo {
    Photo {
        id: id.to_owned(),
        member: "m".to_owned(),
        media: 7,
        alt: "a".to_owned(),
        caption: "b".to_owned(),
        is_child: true,
        door,
        created_at: 1,
    }
}

fn frames(bench: &Bench) {
    write(bench, |conn| {
        photo::create(conn, &photo("p", 3))?;
        album::put(
            conn,
            &Album { id: "al".to_owned(), member: "m".to_owned(), title: "t".to_owned(), door: 2, created_at: 1 },
        )?;
        for frame in
            [hung("a", 10, 0, None), hung("b", 10, 4, None), hung("c", 20, 0, Some("p")), hung("d", 30, 1, Some("al"))]
        {
            frame::create(conn, &frame)?;
        }
        let seen = |conn: &mut dyn Conn, reach, after: (i64, &str), most| {
            let found = frame::on_wall(conn, "m", Reach(reach), (after, most))?;
            assert_eq!(
                frame::newest(conn, "m", Reach(reach), 99)?.len() as i64,
                frame::count_seen(conn, "m", Reach(reach))?
            );
            Ok::<_, StoreError>(found.into_iter().map(|frame| frame.id).collect::<String>())
        };
        let start = (i64::MIN, "");
        for (reach, expected) in [(-1, ""), (0, "a"), (1, "a"), (2, "ad"), (3, "acd"), (4, "abcd")] {
            assert_eq!(seen(conn, reach, start, 99)?, expected, "{reach}");
        }
        assert_eq!(seen(conn, 4, (10, "a"), 2)?, "bc");
        assert_eq!((frame::count(conn, "m")?, frame::ends(conn, "m")?, frame::ends(conn, "x")?), (4, (10, 30), (0, 0)));
        assert_eq!(
            (frame::place_after(conn, "m", 10, "c")?, frame::place_after(conn, "m", 30, "x")?),
            (Some(30), None)
        );
        let gone = Frame { removed_at: Some(50), size: 3, hung_at: 10, ..hung("a", 99, 1, None) };
        frame::update(conn, &gone)?;
        assert_eq!(frame::get(conn, "m", "a")?, Some(gone));
        assert_eq!((frame::get(conn, "x", "a")?, seen(conn, 4, start, 99)?), (None, "bcd".to_owned()));
        frame::set_place(conn, "b", 5)?;
        assert_eq!(frame::places(conn, "m")?[0], ("b".to_owned(), 5));
        assert_eq!((frame::delete_removed(conn, 50)?, frame::delete_removed(conn, 51)?), (0, 1));
        assert_eq!(frame::of_thing(conn, "p")?.len(), 1);
        assert!(photo::delete(conn, "m", "p")? && album::delete(conn, "m", "al")?);
        assert_eq!(seen(conn, 4, start, 99)?, "b", "what they showed is gone with them");
        Ok(())
    });
}

fn photos_and_albums(bench: &Bench) {
    write(bench, |conn| {
        let ids = ["a", "b", "c"];
        ids.iter().zip(0..).try_for_each(|(id, door)| photo::create(conn, &photo(id, door)))?;
        assert_eq!(photo::get(conn, "m", "a")?, Some(photo("a", 0)));
        assert_eq!(photo::get(conn, "x", "a")?, None);
        photo::update(conn, &Photo { is_child: false, ..photo("b", 2) })?;
        assert_eq!(photo::get(conn, "m", "b")?, Some(Photo { is_child: false, ..photo("b", 2) }));
        let listed = |conn: &mut dyn Conn, before: (i64, &str)| {
            let found = photo::of_member(conn, "m", before, 2)?;
            Ok::<_, StoreError>(found.into_iter().map(|photo| photo.id).collect::<String>())
        };
        assert_eq!((listed(conn, (i64::MAX, ""))?, listed(conn, (1, "b"))?), ("cb".to_owned(), "a".to_owned()));
        assert_eq!((photo::count(conn, "m")?, photo::of_ids(conn, &["a".to_owned()])?.len()), (3, 1));
        let album =
            Album { id: "al".to_owned(), member: "m".to_owned(), title: "t".to_owned(), door: 0, created_at: 1 };
        album::put(conn, &album)?;
        album::put(conn, &Album { title: "u".to_owned(), ..album.clone() })?;
        assert_eq!(album::get(conn, "m", "al")?.map(|album| album.title), Some("u".to_owned()));
        assert_eq!((album::of_member(conn, "m")?.len(), album::of_ids(conn, &["al".to_owned()])?.len()), (1, 1));
        album::set_photos(conn, "al", &["c", "a", "b", "a"].map(str::to_owned))?;
        assert_eq!(album::photos(conn, "al")?, ["c", "a", "b"]);
        assert_eq!((album::count_photos(conn, "al", 4)?, album::count_photos(conn, "al", 1)?), (3, 1));
        let seen: Vec<String> = photo::of_album(conn, "al", 2, 9)?.into_iter().map(|photo| photo.id).collect();
        assert_eq!(seen, ["c", "a", "b"]);
        assert!(photo::delete(conn, "m", "a")? && !photo::delete(conn, "m", "a")?);
        assert_eq!(album::photos(conn, "al")?, ["c", "b"]);
        assert!(!album::delete(conn, "x", "al")? && album::delete(conn, "m", "al")?);
        Ok(())
    });
}

fn peeks(bench: &Bench) {
    write(bench, |conn| {
        peek::add(conn, "m", Day(5), 2)?;
        peek::add(conn, "m", Day(5), 3)?;
        peek::add(conn, "m", Day(4), 1)?;
        peek::add(conn, "n", Day(5), 9)?;
        assert_eq!(peek::since(conn, "m", Day(4))?, [(Day(4), 1), (Day(5), 5)]);
        assert_eq!(peek::since(conn, "m", Day(5))?, [(Day(5), 5)]);
        Ok(())
    });
}
