//! Feeds as they are found: RSS 0.9 to 2.0, RDF and Atom, read as far as they can be.

use parlour_engine::mentions::{Entry, FeedLook};

use super::fetch::Fetched;
use super::page::{absolute, moment};
use crate::markup::{Dialect, Node, Tree};

/// Most entries of a feed that are read, the first.
const MAX_ENTRIES: usize = 1_000;

/// What a feed that was fetched has.
pub(super) fn looked_at(fetched: &Fetched, url: &str) -> FeedLook {
    match fetched.status {
        304 => return FeedLook::Same,
        200..=299 => {}
        status => return FeedLook::Failed(format!("the feed answered {status}")),
    }
    let tree = Tree::read(&fetched.text(), Dialect::Xml);
    if tree.find(0, |node| matches!(node.name.as_str(), "rss" | "feed" | "rdf")).is_none() {
        return FeedLook::Failed("there is no RSS and no Atom at this address".to_owned());
    }
    let is_entry = |at: &usize| matches!(tree.nodes[*at].name.as_str(), "item" | "entry");
    let entries = tree.below(0).into_iter().filter(is_entry).take(MAX_ENTRIES);
    let entries = entries.map(|at| entry_of(&tree, at, url)).filter(|entry| !entry.url.is_empty()).collect();
    FeedLook::Entries { entries, etag: fetched.etag.clone(), modified: fetched.modified.clone() }
}

fn entry_of(tree: &Tree, of: usize, feed: &str) -> Entry {
    let child = |of: usize, name: &str| {
        let children = tree.nodes[of].children.iter().copied();
        children.into_iter().find(|at| tree.nodes[*at].name == name)
    };
    let text = |name: &str| child(of, name).map(|at| tree.text(at)).filter(|text| !text.is_empty());
    let first = |names: &[&str]| names.iter().find_map(|name| text(name)).unwrap_or_default();
    let links = tree.nodes[of].children.iter().map(|at| &tree.nodes[*at]).filter(|node| node.name == "link");
    let is_page = |node: &&Node| node.get("rel").is_none_or(|rel| rel == "alternate");
    let href = links.filter(is_page).find_map(|node| node.get("href")).map(str::to_owned);
    let id = first(&["id", "guid"]);
    let url = href.or_else(|| text("link")).or_else(|| Some(id.clone()).filter(|id| id.contains("://")));
    let author = child(of, "author");
    let of_author = |name: &str| author.and_then(|at| child(at, name)).map(|at| tree.text(at)).unwrap_or_default();
    let author_name = [of_author("name"), first(&["dc:creator", "author"])].into_iter().find(|name| !name.is_empty());
    // What a feed says in HTML is HTML in a text.
    let body = first(&["content:encoded", "content", "description", "summary"]);
    let plain = |text: &str| Tree::read(text, Dialect::Html).text(0);
    Entry {
        url: url.map(|url| absolute(feed, url.trim())).unwrap_or_default(),
        title: plain(&first(&["title"])),
        text: plain(&body),
        author: author_name.unwrap_or_default(),
        author_url: of_author("uri"),
        at: moment(&first(&["published", "pubdate", "dc:date", "updated"])),
        id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEED: &str = "https://blog.example/feed";

    fn look(xml: &str) -> FeedLook {
        let fetched = Fetched { status: 200, body: xml.as_bytes().to_vec(), ..Fetched::default() };
        looked_at(&fetched, FEED)
    }

    fn entries(xml: &str) -> Vec<Entry> {
        let FeedLook::Entries { entries, .. } = look(xml) else { panic!("{xml}") };
        entries
    }

    #[test]
    fn rss_is_read() {
        let found = entries(
            r#"<?xml version="1.0"?><rss version="2.0" xmlns:content="x" xmlns:dc="y"><channel><title>Blog</title>
            <link>https://blog.example/</link><item><title>Tea &amp;amp; cups</title>
            <link> https://blog.example/1 </link><guid isPermaLink="false">urn:1</guid><dc:creator>Berta</dc:creator>
            <pubDate>Sun, 01 Mar 2026 10:00:00 +0100</pubDate><description>Short</description>
            <content:encoded><![CDATA[<p>Acme's <b>tea</b> is cold.</p>]]></content:encoded></item>
            <item><title>No link</title></item></channel></rss>"#,
        );
        let expected = Entry {
            id: "urn:1".to_owned(),
            url: "https://blog.example/1".to_owned(),
            title: "Tea & cups".to_owned(),
            text: "Acme's tea is cold.".to_owned(),
            author: "Berta".to_owned(),
            author_url: String::new(),
            at: moment("2026-03-01T09:00:00Z"),
        };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn atom_is_read() {
        let found = entries(
            r#"<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id><author><name>Nobody</name></author>
            <entry><id>tag:1</id><link rel="self" href="/self"/><link href="/posts/1"/><title>T</title>
            <published>2026-03-01T09:00:00Z</published><updated>2026-03-02T09:00:00Z</updated>
            <author><name>Berta</name><uri>https://berta.example/</uri></author>
            <content type="html">&lt;p&gt;Cold &lt;i&gt;tea&lt;/i&gt;&lt;/p&gt;</content></entry></feed>"#,
        );
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].url.as_str(), found[0].text.as_str()), ("https://blog.example/posts/1", "Cold tea"));
        assert_eq!((found[0].author.as_str(), found[0].author_url.as_str()), ("Berta", "https://berta.example/"));
        assert_eq!(found[0].at, moment("2026-03-01T09:00:00Z"));
    }

    #[test]
    fn rdf_is_read_and_what_is_no_feed_is_said_to_be_none() {
        let rdf = "<rdf:RDF><channel/><item rdf:about='x'><title>T</title><link>https://blog.example/2</link></item></rdf:RDF>";
        assert_eq!(entries(rdf)[0].url, "https://blog.example/2");
        for odd in ["", "<html><p>404", "{}", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"] {
            assert!(matches!(look(odd), FeedLook::Failed(_)), "{odd}");
        }
        // References that a text declares for itself are never followed.
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><rss><item><link>https://b.example</link>\
            <title>&c;</title></item></rss>";
        assert_eq!(entries(bomb)[0].title, "&c;");
    }
}
