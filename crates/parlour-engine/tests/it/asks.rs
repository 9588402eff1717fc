//! Asks: found, timed, answered, shown as ignored; in whatever order things come, and again after a rebuild. On both
//! databases.

use std::sync::Arc;

use parlour_core::ask::Class;
use parlour_core::day::{Day, MICROS_PER_DAY};
use parlour_core::event::{Event, Layer, Name};
use parlour_core::key::Key;
use parlour_engine::desk::Question;
use parlour_engine::outbox::NewHook;
use parlour_engine::{Engine, EngineError, clock};
use parlour_store::ask::{ANSWERED, Ask, Assignee, CLOSED, OPEN, Wanted};
use parlour_store::staff::{self, Staff};
use parlour_store::{Kind, ask, delivery, post, reply, thread};

use crate::bench::{Bench, append};

crate::on_both!(
    a_complaint_at_night_is_found_timed_and_shown_as_ignored,
    whatever_the_order_the_same_asks,
    an_answer_waits_can_be_taken_back_and_goes_out_once,
    a_brand_that_names_no_message_answers_what_is_open,
    threads_become_one_and_are_closed_with_a_reason,
    staff_outrank_the_rules,
    words_are_found,
    nobody_answers_while_somebody_writes,
    what_senders_say_beside_does_no_harm,
    what_staff_did_moves_with_a_thread,
    who_waits_is_told_once_and_given_to_somebody_else,
    what_is_counted_is_what_is_listed
);

const HOUR: i64 = 3_600_000_000;

/// Hours after the beginning of 1 March 2025.
fn at(hours: i64) -> i64 {
    Day(20_148).start_micros() + hours * HOUR
}

fn acme() -> Name {
    Name::new("brand", "acme")
}

fn said(hours: i64, who: &str, verb: &str, message: &str, text: &str) -> Event {
    Event {
        message: Some(message.to_owned()),
        text: Some(text.to_owned()),
        layer: Layer::Social,
        ..Event::new(at(hours), Name::new("user", who), verb, acme())
    }
}

fn answering(to: &str, event: Event) -> Event {
    Event { reply_to: Some(to.to_owned()), ..event }
}

/// What the brand does toward somebody.
fn by_brand(hours: i64, who: &str, verb: &str, message: &str, text: Option<&str>) -> Event {
    Event {
        message: Some(message.to_owned()),
        text: text.map(str::to_owned),
        ..Event::new(at(hours), acme(), verb, Name::new("user", who))
    }
}

fn filled(bench: &Bench, events: &[Event]) -> Arc<Engine> {
    let engine = bench.open();
    append(&engine, "forum", events);
    engine.fold_all().unwrap();
    engine
}

/// All asks, by when they were opened.
fn asks(engine: &Engine) -> Vec<Ask> {
    let mut all = engine.database.read(|conn| ask::list(conn, &Wanted::default(), None, 10_000)).unwrap();
    all.sort_by_key(|ask| (ask.opened_at, ask.key));
    all
}

fn only(engine: &Engine) -> Ask {
    let all = asks(engine);
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].clone()
}

fn a_complaint_at_night_is_found_timed_and_shown_as_ignored(kind: Kind) {
    let bench = Bench::new(kind, "");
    let before: Vec<Event> =
        (0..40).map(|week| Event::new(at(-24 * 7 * week), Name::new("user", "anna"), "bought", acme())).collect();
    let engine = filled(&bench, &before);
    let ask =
        Question { object: Some("brand:acme".to_owned()), on: Some(Day(20_150)), since: None, ..Question::default() };
    let standing = |engine: &Engine| {
        let asked = engine.ask(&ask).unwrap();
        let person = engine.person_named(&asked, "user:anna").unwrap();
        engine.person(&asked, person).unwrap().standings[0].1
    };
    assert!(0 < standing(&engine).kind_milli.unwrap());
    let text = "Third evening without internet and your hotline hung up on me again. This is unacceptable, I want my \
        money back.";
    append(&engine, "forum", &[said(3, "anna", "commented", "p1", text)]);
    engine.fold_all().unwrap();
    assert_eq!(engine.note_overdue(at(10)).unwrap(), 0, "it is due after eight hours");
    assert_eq!(engine.note_overdue(at(43)).unwrap(), 1);
    assert_eq!(engine.note_overdue(at(43)).unwrap(), 0, "it is noted once");
    engine.fold_all().unwrap();
    assert_eq!(engine.note_overdue(at(44)).unwrap(), 0);
    let found = only(&engine);
    assert_eq!((found.class.as_str(), found.kind, found.state.as_str()), ("complaint", -1, OPEN));
    assert_eq!((found.opened_at, found.due_at, found.ignored_at), (at(3), at(11), Some(at(11))));
    let asked = engine.ask(&ask).unwrap();
    let person = engine.person_named(&asked, "user:anna").unwrap();
    let timeline = engine.timeline(&asked, person, at(100), 2).unwrap();
    assert_eq!(timeline.iter().map(|event| event.verb.as_str()).collect::<Vec<_>>(), ["ignored", "commented"]);
    let after = standing(&engine);
    assert!(after.relation.i_negative > 0, "{after:?}");
    // Somebody answers at last: late, and no longer ignored.
    append(&engine, "forum", &[answering("p1", by_brand(43, "anna", "replied", "r1", Some("We are sorry.")))]);
    engine.fold_all().unwrap();
    let found = only(&engine);
    assert_eq!((found.state.as_str(), found.answered_at, found.ignored_at), (ANSWERED, Some(at(43)), Some(at(11))));
    // What the brand does is no act of the person, and counts in the other direction.
    assert_eq!(standing(&engine).relation.n_days, after.relation.n_days);
    let late = Wanted { is_late: true, ..Wanted::default() };
    assert_eq!(engine.count_asks(&late).unwrap(), 1);
}

/// A forum of some conversations: questions, follow-ups, peers, machines, answers and threads within threads.
fn forum() -> Vec<Event> {
    let mut events = Vec::new();
    for n in 0..12 {
        let (a, b) = (format!("user{n}"), format!("user{}", n + 100));
        let id = |part: &str| format!("t{n}{part}");
        events.push(said(n, &a, "asked", &id(""), "Does it run on Linux?"));
        events.push(answering(&id(""), by_brand(n + 1, &a, "acknowledged", &id("m"), Some("We got it."))));
        events.push(answering(&id(""), said(n + 2, &b, "answered", &id("p"), "It does for me.")));
        if n % 2 == 0 {
            events.push(answering(&id("p"), said(n + 3, &a, "complained", &id("c"), "Not for me, it crashes.")));
        }
        if n % 3 == 0 {
            events.push(answering(&id("p"), by_brand(n + 5, &a, "replied", &id("r"), Some("Update, please."))));
            events.push(answering(&id("r"), said(n + 6, &a, "asked", &id("q"), "And where do I find that?")));
        }
        if n % 4 == 0 {
            events.push(answering(&id(""), by_brand(n + 9, &a, "resolved", &id("x"), None)));
        }
    }
    events
}

/// Everything about asks that does not depend on the order in which things came.
fn told(engine: &Engine) -> Vec<String> {
    let mut told: Vec<String> = asks(engine).iter().map(|ask| format!("{ask:?}")).collect();
    let threads: Vec<Key> = asks(engine).iter().map(|ask| ask.thread).collect();
    let threads = engine.database.read(|conn| thread::by_keys(conn, &threads)).unwrap();
    for thread in threads {
        let posts = engine.database.read(|conn| post::of_thread(conn, thread.key, 100)).unwrap();
        told.push(format!("{thread:?}"));
        told.extend(posts.into_iter().map(|post| format!("{:?}", post::Post { seq: 0, ..post })));
    }
    told.sort();
    told
}

fn whatever_the_order_the_same_asks(kind: Kind) {
    let events = forum();
    let bench = Bench::new(kind, "");
    let straight = told(&filled(&bench, &events));
    assert!(straight.iter().any(|line| line.contains(OPEN)) && straight.iter().any(|line| line.contains(CLOSED)));
    for seed in 0..6_u64 {
        let mut shuffled = events.clone();
        shuffled.sort_by_key(|event| {
            let text = format!("{seed}{}", event.message.as_deref().unwrap());
            text.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
        });
        let bench = Bench::new(kind, "[engine]\nseal_events = 20\n");
        let engine = bench.open();
        for part in shuffled.chunks(1 + seed as usize * 5) {
            append(&engine, "forum", part);
            engine.fold_all().unwrap();
        }
        assert_eq!(told(&engine), straight, "seed {seed}");
        engine.rebuild().unwrap();
        assert_eq!(told(&engine), straight, "rebuilt, seed {seed}");
    }
}

fn an_answer_waits_can_be_taken_back_and_goes_out_once(kind: Kind) {
    let mailed = Event {
        extra: Some(r#"{"title":"My order","reply_address":"mailto:anna@example.org"}"#.to_owned()),
        ..said(1, "anna", "asked", "<m1@example.org>", "Where is my order?")
    };
    // Somebody else who writes in it, claims to have done so before, and says where an answer should go.
    let thief = Event {
        extra: Some(r#"{"title":"Mine","reply_address":"mailto:thief@example.org"}"#.to_owned()),
        ..answering("<m1@example.org>", said(0, "thief", "commented", "<m2@example.org>", "Me too, thanks."))
    };
    let bench = Bench::new(kind, "");
    let engine = filled(&bench, &[mailed, thief]);
    let hook = NewHook { url: "https://hooks.example.com/x".to_owned(), kinds: vec!["reply".to_owned()], secret: None };
    engine.create_hook(hook).unwrap();
    let thread = only(&engine).thread;
    let first = engine.reply(thread, "eva", "replied", "  On its way. ").unwrap();
    assert!(!engine.send_replies().unwrap(), "it can still be taken back");
    assert_eq!(engine.take_back(first.id, "eva").unwrap().text, "On its way.");
    assert!(matches!(engine.take_back(first.id, "eva"), Err(EngineError::Conflict(_))));
    assert_eq!(engine.conversation(thread, "eva", None).unwrap().draft.as_deref(), Some("On its way."));
    drop(engine);

    std::fs::write(bench.folder().join("parlour.toml"), "[asks]\nundo_seconds = 0\n").unwrap();
    let engine = bench.open();
    let second = engine.reply(thread, "eva", "replied", "It left on Monday.").unwrap();
    assert!(engine.send_replies().unwrap());
    assert!(!engine.send_replies().unwrap());
    engine.fold_all().unwrap();
    let found = only(&engine);
    assert_eq!((found.state.as_str(), found.staff.as_deref()), (ANSWERED, Some("eva")));
    let sent = engine.database.read(|conn| delivery::list(conn, &delivery::Wanted::default(), None, 10)).unwrap();
    assert_eq!(sent.iter().map(|one| one.kind.as_str()).collect::<Vec<_>>(), ["reply", "reply"]);
    let mail = sent.iter().find(|one| one.mail.is_some()).unwrap();
    assert_eq!((mail.mail.as_deref(), &mail.message), (Some("anna@example.org"), &second.message));
    let letter: serde_json::Value = serde_json::from_str(&mail.body).unwrap();
    assert_eq!(
        (letter["subject"].as_str(), letter["in_reply_to"].as_str()),
        (Some("Re: My order"), Some("<m1@example.org>"))
    );
    let state = engine.database.read(|conn| reply::get(conn, second.id)).unwrap().unwrap().state;
    assert_eq!(state, reply::SENT);
    assert!(matches!(engine.reply(thread, "eva", "bought", "x"), Err(EngineError::Invalid(_))));
    assert!(matches!(engine.reply(thread, "eva", "replied", " "), Err(EngineError::Invalid(_))));
    assert!(matches!(engine.reply(Key(7), "eva", "replied", "x"), Err(EngineError::NotFound(_))));
}

fn a_brand_that_names_no_message_answers_what_is_open(kind: Kind) {
    let bench = Bench::new(kind, "");
    // In one batch, so that the answer comes before the ask is written down.
    let asked = [said(1, "anna", "asked", "a", "Open on Sunday?"), said(2, "ben", "asked", "b", "And on Monday?")];
    let events = [&asked[..], &[by_brand(3, "anna", "replied", "r", Some("Yes."))]].concat();
    let engine = filled(&bench, &events);
    let states: Vec<String> = asks(&engine).into_iter().map(|ask| ask.state).collect();
    assert_eq!(states, [ANSWERED, OPEN]);
    // A campaign is no answer.
    append(&engine, "forum", &[by_brand(4, "ben", "messaged", "c", Some("Ten percent off!"))]);
    engine.fold_all().unwrap();
    assert_eq!(asks(&engine)[1].state, OPEN);
}

fn threads_become_one_and_are_closed_with_a_reason(kind: Kind) {
    let bench = Bench::new(kind, "");
    let events =
        [said(1, "anna", "asked", "a", "Where is it?"), said(5, "anna", "complained", "b", "It is still not here.")];
    let engine = filled(&bench, &events);
    let [first, second] = &asks(&engine)[..] else { panic!("two asks") };
    engine.merge_threads(second.thread, first.thread).unwrap();
    let one = only(&engine);
    assert_eq!((one.class.as_str(), one.n_posts, one.thread), ("complaint", 2, first.thread));
    // What comes later to the one that is gone lands in the other.
    append(&engine, "forum", &[answering("b", said(6, "anna", "commented", "c", "Hello?"))]);
    engine.fold_all().unwrap();
    assert_eq!(only(&engine).n_posts, 3);
    engine.rebuild().unwrap();
    assert_eq!(only(&engine).n_posts, 3);
    assert!(matches!(engine.merge_threads(first.thread, first.thread), Err(EngineError::Invalid(_))));
    engine.close_thread(first.thread, "eva", "told by phone").unwrap();
    engine.fold_all().unwrap();
    let closed = only(&engine);
    assert_eq!((closed.state.as_str(), closed.closed_why.as_deref()), (CLOSED, Some("told by phone")));
    assert_eq!(closed.answered_at, None, "it is not answered by that");
}

fn staff_outrank_the_rules(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = filled(&bench, &[said(1, "anna", "asked", "a", "Really?")]);
    let ask = only(&engine);
    engine.correct(ask.key, Class::Complaint, -1, "eva").unwrap();
    let corrected = only(&engine);
    assert_eq!((corrected.class.as_str(), corrected.kind), ("complaint", -1));
    assert_eq!(corrected.due_at - corrected.opened_at, 8 * HOUR, "its clock is that of a complaint");
    engine.rebuild().unwrap();
    assert_eq!(only(&engine).class, "complaint");
    let labelled = engine.labelled().unwrap();
    assert_eq!((labelled[0].text.as_str(), labelled[0].class.as_str(), labelled[0].kind), ("Really?", "complaint", -1));
    engine.correct(ask.key, Class::None, 0, "eva").unwrap();
    assert_eq!(asks(&engine).len(), 0);
    assert!(matches!(engine.correct(Key(3), Class::None, 0, "eva"), Err(EngineError::NotFound(_))));
}

fn words_are_found(kind: Kind) {
    let bench = Bench::new(kind, "");
    let events = [
        said(1, "anna", "asked", "a", "Is the café open on Sundays?"),
        said(2, "ben", "asked", "b", "Wo bleibt meine Lieferung? 100% enttäuscht; DROP TABLE post; --"),
    ];
    let engine = filled(&bench, &events);
    let found = |q: &str| {
        let (threads, _) = engine.search_posts(q, (None, 10), None).unwrap();
        threads.iter().map(|thread| thread.opened_at).collect::<Vec<_>>()
    };
    assert_eq!(found("café sund"), [at(1)]);
    assert_eq!(found("LIEFERUNG"), [at(2)]);
    assert_eq!(found("o"), [at(1)], "the last word may be unfinished");
    assert_eq!(found("lieferung café"), [0; 0]);
    assert_eq!(found("\" OR drop* 'table"), [0; 0]);
    assert!(matches!(engine.search_posts("?!", (None, 10), None), Err(EngineError::Invalid(_))));
    engine.rebuild().unwrap();
    assert_eq!(found("drop table"), [at(2)]);
}

fn nobody_answers_while_somebody_writes(kind: Kind) {
    let bench = Bench::new(kind, "");
    let engine = filled(&bench, &[said(1, "anna", "asked", "a", "Open?")]);
    let thread = only(&engine).thread;
    let holder = |staff: &str| engine.hold(thread, staff).unwrap().unwrap().holder.unwrap();
    assert_eq!((holder("eva"), holder("tom")), ("eva".to_owned(), "eva".to_owned()));
    assert!(matches!(engine.reply(thread, "tom", "replied", "Yes."), Err(EngineError::Conflict(_))));
    engine.let_go(thread, "tom").unwrap();
    assert_eq!(holder("tom"), "eva");
    engine.let_go(thread, "eva").unwrap();
    assert_eq!(holder("tom"), "tom");
    engine.reply(thread, "tom", "replied", "Yes.").unwrap();
    assert_eq!(holder("eva"), "eva", "whoever has answered writes no more");
    engine.snooze(thread, Some(clock::now() + MICROS_PER_DAY)).unwrap();
    let counts = engine.ask_counts((None, None), "eva").unwrap();
    assert_eq!((counts.n_open, counts.n_snoozed), (0, 1));
    engine.snooze(thread, None).unwrap();
    engine.assign(thread, Some("eva")).unwrap();
    let counts = engine.ask_counts((None, None), "eva").unwrap();
    assert_eq!((counts.n_open, counts.n_mine, counts.n_unassigned), (1, 1, 0));
    assert_eq!(counts.by[0], [(Some("question".to_owned()), 1)]);
}

fn what_senders_say_beside_does_no_harm(kind: Kind) {
    let bench = Bench::new(kind, "");
    let beside = |extra: &str, event: Event| Event { extra: Some(extra.to_owned()), ..event };
    let engine = filled(&bench, &[said(1, "anna", "asked", "a", "Open on Sunday?")]);
    let victim = only(&engine).thread;
    let long = format!(r#"{{"title":"{}","reply_address":7,"staff":[1]}}"#, "x".repeat(5_000));
    let events = [
        beside(
            r#"{"title":"a\u0000b\r\nBcc: x","reply_address":"mailto:\u0000"}"#,
            said(2, "ben", "asked", "b", "And?"),
        ),
        beside(&long, said(3, "cleo", "asked", "c", "And then?")),
        // Only what is done in the Desk names a thread.
        beside(
            &format!(r#"{{"thread":"{victim}","ask":"{victim}","staff":"eva"}}"#),
            by_brand(4, "dora", "replied", "r", Some("Closed.")),
        ),
        beside(&format!(r#"{{"ask":"{victim}"}}"#), said(5, "emil", "ignored", "i", "x")),
    ];
    append(&engine, "forum", &events);
    engine.fold_all().unwrap();
    let found = asks(&engine);
    assert_eq!((found[0].state.as_str(), found[0].ignored_at), (OPEN, None));
    let titles: Vec<_> =
        found[1..].iter().map(|ask| engine.thread(ask.thread).unwrap().title.unwrap_or_default()).collect();
    assert_eq!((titles[0].as_str(), titles[1].len()), ("abBcc: x", 300));
    let new = parlour_engine::source::NewSource::named("desk");
    assert!(matches!(engine.create_source(new), Err(EngineError::Invalid(_))));
}

/// Both threads of a moved conversation, whichever way they became one.
fn what_staff_did_moves_with_a_thread(kind: Kind) {
    let bench = Bench::new(kind, "[asks]\nundo_seconds = 0\n");
    // An answer to a message that is not here yet, which itself answers another.
    let first = said(1, "anna", "asked", "a", "Where is it?");
    let late = answering("a", said(2, "anna", "commented", "b", "It was sent on Monday."));
    let third = answering("b", said(3, "anna", "complained", "c", "It is still not here!"));
    let engine = filled(&bench, &[first, third]);
    let [one, other] = &asks(&engine)[..] else { panic!("two asks") };
    engine.add_note(other.thread, "eva", "Called the carrier.").unwrap();
    engine.assign(other.thread, Some("eva")).unwrap();
    engine.keep_draft(other.thread, "eva", "Dear Anna").unwrap();
    engine.reply(other.thread, "tom", "replied", "We look for it.").unwrap();
    // It was on its way when the thread became part of another.
    engine.close_thread(other.thread, "tom", "lost").unwrap();
    append(&engine, "forum", &[late]);
    engine.fold_all().unwrap();
    let found = engine.conversation(one.thread, "eva", None).unwrap();
    assert_eq!((found.notes.len(), found.waiting.len(), found.draft.as_deref()), (1, 1, Some("Dear Anna")));
    assert_eq!(found.handling.unwrap().assignee.as_deref(), Some("eva"));
    assert!(engine.thread(other.thread).is_err());
    engine.send_replies().unwrap();
    engine.fold_all().unwrap();
    let before = told(&engine);
    assert_eq!(engine.conversation(one.thread, "eva", None).unwrap().posts.len(), 5);
    engine.rebuild().unwrap();
    assert_eq!(told(&engine), before);
    // What was made one with a thread that is part of another now is part of that too.
    append(&engine, "forum", &[said(5, "anna", "asked", "d", "Hello?"), said(6, "anna", "asked", "e", "Anybody?")]);
    engine.fold_all().unwrap();
    let [.., d, e] = &asks(&engine)[..] else { panic!("more asks") };
    let (d, e) = (d.thread, e.thread);
    engine.merge_threads(e, d).unwrap();
    engine.merge_threads(d, one.thread).unwrap();
    append(&engine, "forum", &[answering("e", said(7, "anna", "commented", "f", "Please."))]);
    engine.fold_all().unwrap();
    assert_eq!(engine.conversation(one.thread, "eva", None).unwrap().posts.len(), 8);
    let before = told(&engine);
    engine.rebuild().unwrap();
    assert_eq!(told(&engine), before);
}

fn who_waits_is_told_once_and_given_to_somebody_else(kind: Kind) {
    let settings = "[duty]\nremind_hours = 2\nescalate_hours = 10\nescalate_to = \"agent\"\n[alerts]\nper_day = 2\n\
        [mail]\nurl = \"smtp://127.0.0.1:1\"\nfrom = \"desk@example.org\"\n";
    let bench = Bench::new(kind, settings);
    let engine = filled(&bench, &[said(0, "anna", "complained", "a", "It broke again, I want my money back.")]);
    let told = |engine: &Engine| {
        let all = engine.alerts(&parlour_store::alert::Wanted::default(), None, 100).unwrap().0;
        all.iter().rev().map(|alert| (alert.kind.clone(), alert.title.clone())).collect::<Vec<_>>()
    };
    let kinds = |engine: &Engine| told(engine).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    let hook =
        NewHook { url: "https://hooks.example.com/x".to_owned(), kinds: vec!["ask_overdue".to_owned()], secret: None };
    engine.create_hook(hook).unwrap();
    let thread = only(&engine).thread;
    engine.assign(thread, Some("eva")).unwrap();
    for (handle, brands) in [("eva", None), ("tom", Some(vec!["brand:other".to_owned()])), ("lea", None)] {
        let new = Staff {
            handle: handle.to_owned(),
            name: handle.to_owned(),
            mail: Some(format!("{handle}@example.org")),
            role: "agent".to_owned(),
            brands,
            password: None,
            created_at: at(0),
            joined_at: Some(at(0)),
            disabled_at: None,
        };
        engine.database.write(move |conn| staff::create(conn, &new)).unwrap();
    }
    // It is due after eight hours.
    assert_eq!(engine.remind(at(5)).unwrap(), 0);
    assert_eq!((engine.remind(at(7)).unwrap(), engine.remind(at(7)).unwrap()), (1, 0));
    assert_eq!((engine.remind(at(9)).unwrap(), engine.remind(at(9)).unwrap()), (1, 0));
    let has_it = |engine: &Engine| engine.conversation(thread, "eva", None).unwrap().handling.unwrap().assignee;
    assert_eq!(has_it(&engine).as_deref(), Some("eva"));
    assert_eq!((engine.remind(at(19)).unwrap(), engine.remind(at(19)).unwrap()), (1, 0));
    assert_eq!(kinds(&engine), ["ask_due", "ask_overdue", "ask_escalated"]);
    assert_eq!(told(&engine)[1].1, "A complaint of user:anna is overdue");
    assert_eq!(has_it(&engine), None, "everybody of the role has it");
    assert_eq!(engine.conversation(thread, "eva", None).unwrap().notes.len(), 1);
    let sent = engine.database.read(|conn| delivery::list(conn, &delivery::Wanted::default(), None, 10)).unwrap();
    let mut sent: Vec<_> = sent.iter().map(|sent| (sent.kind.as_str(), sent.mail.as_deref())).collect();
    sent.sort_unstable();
    // Reminded, told that it is overdue, and told with everybody of the role who sees the brand.
    let (eva, lea) = (Some("eva@example.org"), Some("lea@example.org"));
    let told_of =
        [("alert.ask_overdue", None), ("reminder", eva), ("reminder", eva), ("reminder", eva), ("reminder", lea)];
    assert_eq!(sent, told_of);
    // A rebuild makes no ask new.
    engine.rebuild().unwrap();
    assert_eq!(engine.remind(at(20)).unwrap(), 0);
    // What rests, is answered, or came long after it was due is not told; beyond a day's room they are told in one.
    let more = (0..6).map(|n| said(30, &format!("p{n}"), "complained", &format!("c{n}"), "Broken again."));
    append(&engine, "forum", &more.collect::<Vec<_>>());
    append(&engine, "forum", &[said(-24 * 9, "old", "complained", "old", "Broken.")]);
    engine.fold_all().unwrap();
    let rests = asks(&engine).into_iter().filter(|ask| ask.opened_at == at(30)).map(|ask| ask.thread).next().unwrap();
    engine.database.write(move |conn| parlour_store::handling::set_snoozed(conn, rests, Some(at(50)), at(31))).unwrap();
    assert_eq!(engine.remind(at(39)).unwrap(), 5);
    let last = told(&engine);
    assert_eq!(kinds(&engine)[3..], ["ask_overdue", "ask_overdue", "more_asks"]);
    assert_eq!(last[5].1, "3 more asks are overdue");
    assert_eq!(engine.remind(at(51)).unwrap(), 7, "one rests no more and is overdue; all six are escalated");
}

/// Counts take a short way; lists look at each ask.
fn what_is_counted_is_what_is_listed(kind: Kind) {
    let bench = Bench::new(kind, "");
    let classes = ["asked", "complained", "suggested"];
    let asks_of = |n: i64| {
        let event = said(n, &format!("p{n}"), classes[n as usize % 3], &format!("m{n}"), "Where is it?");
        Event { object: Name::new("brand", format!("b{}", n % 2)), ..event }
    };
    let engine = filled(&bench, &(0..24).map(asks_of).collect::<Vec<_>>());
    let now = parlour_engine::clock::now();
    for (n, ask) in asks(&engine).into_iter().enumerate() {
        if n % 4 == 0 {
            engine.assign(ask.thread, Some(["eva", "tom", ""][n / 4 % 3]).filter(|who| !who.is_empty())).unwrap();
        }
        if n % 3 == 1 {
            // Some rest, and some did.
            let until = now + if n % 2 == 0 { 1_000 * HOUR } else { -HOUR };
            engine
                .database
                .write(move |conn| parlour_store::handling::set_snoozed(conn, ask.thread, Some(until), now))
                .unwrap();
        }
        if n % 8 == 4 {
            engine.assign(ask.thread, None).unwrap();
        }
    }
    let list = |wanted: &Wanted| engine.database.read(|conn| ask::list(conn, wanted, None, 1_000)).unwrap();
    let brand = asks(&engine)[0].brand;
    for brand in [None, Some(brand)] {
        let open = Wanted { state: Some(OPEN.to_owned()), brand, awake_at: Some(now), ..Wanted::default() };
        let of = |assignee: Assignee| Wanted { assignee: Some(assignee), ..open.clone() };
        let (eva, nobody) = (of(Assignee::One("eva".to_owned())), of(Assignee::Nobody));
        let asleep = Wanted { awake_at: None, asleep_at: Some(now), ..open.clone() };
        let counts = engine.ask_counts((brand, None), "eva").unwrap();
        let n = |wanted: &Wanted| {
            let n = list(wanted).len() as i64;
            assert_eq!(engine.count_asks(wanted).unwrap(), n, "{wanted:?}");
            n
        };
        assert!(0 < n(&eva) && 0 < n(&nobody) && 0 < n(&asleep) && n(&nobody) < n(&open));
        let told = [counts.n_open, counts.n_mine, counts.n_unassigned, counts.n_snoozed, counts.n_overdue];
        assert_eq!(told, [n(&open), n(&eva), n(&nobody), n(&asleep), n(&open)]);
        for class in ["question", "complaint", "suggestion"] {
            let listed = n(&Wanted { class: Some(class.to_owned()), ..open.clone() });
            let counted = counts.by[0].iter().find(|(name, _)| name.as_deref() == Some(class)).map_or(0, |(_, n)| *n);
            assert_eq!(counted, listed, "{class}");
        }
    }
}
