//! Pages and feeds of others, on real servers: what they say comes in once, what they do wrong does no harm.

use std::net::IpAddr;
use std::sync::Arc;

use parlour_doors::mentions::Mentions;
use parlour_engine::source::{NewSource, Source, SourceKind};
use parlour_engine::{Engine, clock};
use parlour_store::mention::Mention;
use parlour_store::note;
use parlour_store::post::Post;
use parlour_store::{Conn, StoreError, ask};
use serde_json::json;
use tempfile::TempDir;

use crate::site::{Page, Site};

const TARGET: &str = "https://acme.example/tea";
const MINUTE: i64 = 60_000_000;
/// For those who must answer: a machine may be busy.
const PATIENT: &str = "[mentions]\nallow_private = true\ntimeout_seconds = 60\n";

struct Bench {
    engine: Arc<Engine>,
    mentions: Mentions,
    source: Arc<Source>,
    _folder: TempDir,
}

impl Bench {
    fn new(settings: &str, feeds: &[String], names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("parlour.toml"), settings).unwrap();
        let engine = Engine::open(folder.path(), None).unwrap();
        let mapping = json!({ "sites": ["https://acme.example"], "feeds": feeds, "names": names }).to_string();
        let new = NewSource {
            kind: SourceKind::Mentions,
            brand: Some("acme".to_owned()),
            mapping: Some(mapping),
            ..NewSource::named("blogs")
        };
        let source = engine.create_source(new).unwrap().source;
        let mentions = Mentions::new(&engine.settings);
        Self { engine, mentions, source, _folder: folder }
    }

    fn tell(&self, page: &str) {
        self.engine.tell_mention(&self.source, page, TARGET).unwrap();
    }

    fn look(&self, now: i64) -> usize {
        let n = self.mentions.look(&self.engine, now).unwrap();
        self.engine.fold_all().unwrap();
        n
    }

    fn told(&self) -> Vec<Mention> {
        self.engine.mentions_of(&self.source, 100).unwrap()
    }

    /// All posts, in the order in which they came.
    fn posts(&self) -> Vec<Post> {
        let of_threads = |conn: &mut dyn Conn| -> Result<Vec<Post>, StoreError> {
            let asks = ask::list(conn, &ask::Wanted::default(), None, 1000)?;
            let mut threads: Vec<_> = asks.iter().map(|ask| ask.thread).collect();
            threads.sort_unstable();
            threads.dedup();
            let mut posts = Vec::new();
            for thread in threads {
                posts.extend(parlour_store::post::of_thread(conn, thread, 1000)?);
            }
            posts.sort_by_key(|post| post.seq);
            Ok(posts)
        };
        self.engine.database.read(of_threads).unwrap()
    }

    fn texts(&self) -> Vec<String> {
        self.posts().into_iter().map(|post| post.text).collect()
    }
}

fn page_of(text: &str) -> String {
    format!(
        "<div class=h-entry><a class='p-author h-card' href='/berta'>Berta</a>\
         <p class=e-content>{text} <a href='{TARGET}'>tea</a></p></div>"
    )
}

#[test]
fn a_page_is_looked_at_verified_updated_and_gone() {
    let (bench, site) = (Bench::new(PATIENT, &[], &[]), Site::at("127.0.0.1"));
    site.html("/1", &page_of("Why is it so cold, this"));
    let page = site.url("/1");
    bench.tell(&page);
    let now = clock::now();
    assert_eq!((bench.look(now), bench.look(now)), (1, 0));
    let posts = bench.posts();
    assert_eq!(posts.len(), 1);
    assert_eq!((posts[0].text.as_str(), posts[0].verb.as_str()), ("Why is it so cold, this tea", "mentioned"));
    assert_eq!(posts[0].class.as_deref(), Some("question"), "what asks is found in a mention too");
    let person = bench.engine.key("url", &site.url("/berta"));
    assert_eq!(posts[0].person, person);
    assert_eq!(bench.told()[0].state, "found");

    // The same again is nothing new; something else joins the thread.
    bench.tell(&page);
    assert_eq!((bench.look(clock::now()), bench.posts().len()), (1, 1));
    site.html("/1", &page_of("It was my kettle, sorry,"));
    bench.tell(&page);
    bench.look(clock::now());
    let posts = bench.posts();
    assert_eq!(posts.len(), 2);
    assert_eq!(posts[0].thread, posts[1].thread);

    site.put("/1", Page::Is(410, "text/html", String::new()));
    bench.tell(&page);
    bench.look(clock::now());
    assert_eq!((bench.told()[0].state.as_str(), bench.posts().len()), ("gone", 2));
    let notes = bench.engine.database.read(|conn| note::of_thread(conn, posts[0].thread)).unwrap();
    assert!(notes.len() == 1 && notes[0].text.contains("is gone"), "{notes:?}");
    // Back again, it is news.
    site.html("/1", &page_of("I have it back, the"));
    bench.tell(&page);
    bench.look(clock::now());
    assert_eq!((bench.told()[0].state.as_str(), bench.posts().len()), ("found", 3));
}

#[test]
fn what_does_not_link_is_refused_and_what_fails_is_tried_again() {
    let (bench, site) = (Bench::new(PATIENT, &[], &[]), Site::at("127.0.0.1"));
    site.html("/lie", "<p>I love https://acme.example/tea");
    site.put("/busy", Page::Is(503, "text/html", String::new()));
    for path in ["/lie", "/none", "/busy"] {
        bench.tell(&site.url(path));
    }
    let mut now = clock::now();
    assert_eq!(bench.look(now), 3);
    let state = |path: &str| {
        let found = bench.told().into_iter().find(|one| one.page == site.url(path)).unwrap();
        (found.state, found.last_error.unwrap_or_default())
    };
    assert_eq!(state("/lie").0, "refused");
    assert_eq!(state("/none"), ("refused".to_owned(), "there is no such page".to_owned()));
    assert_eq!(state("/busy"), ("waiting".to_owned(), "the page answered 503".to_owned()));
    for minutes in [2, 11, 61, 361] {
        now += minutes * MINUTE;
        assert_eq!(bench.look(now), 1, "after {minutes} minutes");
    }
    assert_eq!(state("/busy").0, "refused");
    assert_eq!((bench.look(now + 1000 * MINUTE), bench.posts().len()), (0, 0));
}

#[test]
fn pages_that_do_harm_do_none() {
    let settings = "[mentions]\nallow_private = true\ntimeout_seconds = 1\npage_bytes = 100000\n";
    let (bench, site) = (Bench::new(settings, &[], &[]), Site::at("127.0.0.1"));
    site.put("/endless", Page::Endless);
    site.put("/slow", Page::Slow);
    site.put("/round", Page::Moved(site.url("/round")));
    site.put("/file", Page::Moved("file:///etc/passwd".to_owned()));
    site.put("/large", Page::Is(200, "text/html", page_of(&"x".repeat(100_000))));
    site.put("/image", Page::Is(200, "image/png", page_of("not a page")));
    for path in ["/endless", "/slow", "/round", "/file", "/large", "/image"] {
        bench.tell(&site.url(path));
    }
    assert_eq!(bench.look(clock::now()), 6);
    for one in bench.told() {
        let error = one.last_error.clone().unwrap_or_default();
        assert!(one.state != "found" && !error.is_empty(), "{one:?}");
        let word = match one.page.rsplit_once('/').unwrap().1 {
            "endless" | "large" => "larger than 100000 bytes",
            "slow" => "longer than 1 seconds",
            "round" => "redirects too often",
            _ => "",
        };
        assert!(error.contains(word), "{}: {error}", one.page);
    }
    assert_eq!(bench.posts().len(), 0);
}

/// Everything on this machine but the addresses that begin with 127.0.0.1.
fn not_loopback(address: IpAddr) -> bool {
    address != IpAddr::from([127, 0, 0, 1])
}

#[test]
fn no_page_leads_inside() {
    let patient = "[mentions]\ntimeout_seconds = 60\n";
    let inside = Site::at("127.0.0.1");
    inside.html("/secret", &page_of("secret"));
    let outside = Site::at("127.0.0.2");
    outside.put("/in", Page::Moved(inside.url("/secret")));
    outside.html("/out", &page_of("Nice"));
    outside.put("/on", Page::Moved(outside.url("/out")));
    let mut bench = Bench::new(patient, &[], &[]);
    // As it is set, nothing of this machine can be reached at all, by any way of writing it.
    let port = inside.address.port();
    for host in ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.0.0.2"] {
        bench.tell(&format!("http://{host}:{port}/secret"));
    }
    bench.look(clock::now());
    assert!(bench.told().iter().all(|one| one.state == "waiting" && one.last_error.is_some()), "{:?}", bench.told());
    assert_eq!(inside.came().len(), 0);
    // And where something can, what it redirects to is looked at anew.
    bench.mentions = Mentions::reaching(&bench.engine.settings, not_loopback);
    for path in ["/in", "/on"] {
        bench.tell(&outside.url(path));
    }
    bench.look(clock::now());
    let state = |path: &str| bench.told().into_iter().find(|one| one.page == outside.url(path)).unwrap();
    assert!(state("/in").last_error.unwrap().contains("private address"));
    assert_eq!((state("/on").state.as_str(), inside.came().len()), ("found", 0));
    assert_eq!(bench.texts(), ["Nice tea"]);
}

fn rss(items: &[(&str, &str)]) -> String {
    let item = |(id, text): &(&str, &str)| {
        format!("<item><guid>{id}</guid><link>https://b.example/{id}</link><title>{text}</title></item>")
    };
    let items: String = items.iter().map(item).collect();
    format!("<?xml version='1.0'?><rss version='2.0'><channel>{items}</channel></rss>")
}

#[test]
fn a_feed_is_read_once_per_entry_and_asked_for_only_when_it_changed() {
    let site = Site::at("127.0.0.1");
    let bench = Bench::new(PATIENT, &[site.url("/feed")], &["Acme"]);
    let first = [("1", "Where can I buy ACME tea?"), ("2", "Acmeology"), ("3", "Nothing")];
    site.put("/feed", Page::Tagged(rss(&first), "\"one\""));
    let mut now = clock::now();
    assert_eq!((bench.look(now), bench.look(now)), (1, 0), "not again before its time");
    assert_eq!(bench.texts(), ["Where can I buy ACME tea?"]);
    now = clock::now() + 31 * MINUTE;
    assert_eq!(bench.look(now), 1);
    let came = site.came();
    assert_eq!(came.len(), 2);
    assert_eq!(came[1].1.get("if-none-match").map(String::as_str), Some("\"one\""));
    assert_eq!(came[1].1.get("if-modified-since").map(String::as_str), Some("then"));

    let more = [("4", "Acme is fine."), ("1", "Where can I buy ACME tea, now?")];
    site.put("/feed", Page::Tagged(rss(&more), "\"two\""));
    now += 31 * MINUTE;
    bench.look(now);
    assert_eq!(bench.texts(), ["Where can I buy ACME tea?", "Acme is fine."]);
    let feed = bench.engine.feeds_of(&bench.source).unwrap().remove(0);
    assert_eq!((feed.n_taken, feed.failures, feed.etag.as_deref()), (2, 0, Some("\"two\"")));
    // A start later it is still known.
    site.put("/feed", Page::Tagged(rss(&more), "\"three\""));
    bench.look(now + 31 * MINUTE);
    assert_eq!(bench.texts().len(), 2);
}

#[test]
fn feeds_that_do_harm_do_none_and_are_asked_less_often() {
    let settings = "[mentions]\nallow_private = true\ntimeout_seconds = 1\npage_bytes = 100000\n";
    let site = Site::at("127.0.0.1");
    let paths = ["/endless", "/slow", "/none", "/html", "/bomb"];
    let feeds: Vec<String> = paths.iter().map(|path| site.url(path)).collect();
    let bench = Bench::new(settings, &feeds, &[]);
    site.put("/endless", Page::Endless);
    site.put("/slow", Page::Slow);
    site.html("/html", "<html><p>no feed");
    let bomb = "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]>\
        <rss><channel><item><guid>1</guid><link>https://b.example/1</link><title>&b; &x;</title></item></channel></rss>";
    site.put("/bomb", Page::Is(200, "application/xml", bomb.to_owned()));
    let now = clock::now();
    assert_eq!(bench.look(now), 5);
    assert_eq!(bench.texts(), ["&b; &x;"]);
    for feed in bench.engine.feeds_of(&bench.source).unwrap() {
        let is_fine = feed.url.ends_with("/bomb");
        assert_eq!((feed.last_error.is_none(), feed.failures), (is_fine, i64::from(!is_fine)), "{feed:?}");
        let minutes = (feed.next_at - feed.looked_at.unwrap()) / MINUTE;
        assert_eq!(minutes, if is_fine { 30 } else { 60 });
    }
}
