//! A page that is said to link to ours: whether it does, and what it says, by the classes of microformats where it has them.

use parlour_engine::mentions::{Entry, Look};

use super::fetch::Fetched;
use crate::markup::{Dialect, Node, Tree};

/// Elements that hold what stands around a link, where nothing says what the page is about.
const BLOCKS: [&str; 7] = ["p", "li", "blockquote", "td", "article", "div", "body"];

/// What a page that was fetched says of a target.
pub(super) fn looked_at(fetched: &Fetched, page: &str, target: &str) -> Look {
    match fetched.status {
        200..=299 => {}
        404 | 410 => return Look::Gone,
        status => return Look::Failed(format!("the page answered {status}")),
    }
    let text = fetched.text();
    if fetched.kind.starts_with("text/plain") {
        let is_there = text.split_whitespace().any(|word| word == target);
        let entry = || Entry { url: page.to_owned(), text: text.clone(), ..Entry::default() };
        return if is_there { Look::Found(entry()) } else { Look::NoLink };
    }
    if !fetched.kind.is_empty() && !fetched.kind.contains("html") && !fetched.kind.contains("xml") {
        return Look::NoLink;
    }
    let tree = Tree::read(&text, Dialect::Html);
    let links = |node: &Node| ["href", "src", "data"].iter().any(|name| node.get(name) == Some(target));
    let Some(link) = tree.find(0, links) else { return Look::NoLink };
    Look::Found(entry_of(&tree, link, page))
}

fn entry_of(tree: &Tree, link: usize, page: &str) -> Entry {
    let is_entry = |at: &usize| tree.nodes[*at].has_class("h-entry");
    let around: Vec<usize> = ancestors(tree, link);
    let entry = around.iter().copied().find(is_entry).or_else(|| tree.find(0, |node| node.has_class("h-entry")));
    let title_of_page = tree.find(0, |node| node.name == "title").map(|at| tree.text(at)).unwrap_or_default();
    let Some(entry) = entry else {
        let block = around.iter().find(|at| BLOCKS.contains(&tree.nodes[**at].name.as_str()));
        let text = block.map(|at| tree.text(*at)).filter(|text| !text.is_empty());
        return Entry {
            url: page.to_owned(),
            text: text.unwrap_or_else(|| title_of_page.clone()),
            title: title_of_page,
            ..Entry::default()
        };
    };
    let of = |classes: &[&str]| {
        let found = classes.iter().find_map(|class| tree.find(entry, |node| node.has_class(class)));
        found.map(|at| tree.text(at)).filter(|text| !text.is_empty())
    };
    let author = tree.find(entry, |node| node.has_class("p-author") || node.has_class("h-card"));
    let name_of = |at: usize| {
        let name = tree.find(at, |node| node.has_class("p-name")).map(|name| tree.text(name));
        name.unwrap_or_else(|| tree.text(at))
    };
    let home_of = |at: usize| {
        let is_home = |node: &Node| node.has_class("u-url") && node.get("href").is_some();
        let own = Some(at).filter(|at| tree.nodes[*at].get("href").is_some());
        let home = own.or_else(|| tree.find(at, is_home))?;
        Some(absolute(page, tree.nodes[home].get("href")?))
    };
    let published = tree.find(entry, |node| node.has_class("dt-published"));
    let published = published.and_then(|at| moment(tree.nodes[at].get("datetime").unwrap_or(&tree.text(at))));
    let title = of(&["p-name"]).filter(|title| !title.contains('\n')).unwrap_or(title_of_page);
    Entry {
        id: String::new(),
        url: page.to_owned(),
        text: of(&["e-content", "p-content", "p-summary", "p-name"]).unwrap_or_else(|| tree.text(entry)),
        title,
        author: author.map(name_of).unwrap_or_default(),
        author_url: author.and_then(home_of).unwrap_or_default(),
        at: published,
    }
}

fn ancestors(tree: &Tree, of: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = tree.nodes[of].parent;
    while at != 0 {
        found.push(at);
        at = tree.nodes[at].parent;
    }
    found
}

/// An address as it is meant on a page.
pub(super) fn absolute(page: &str, href: &str) -> String {
    if href.contains("://") {
        return href.to_owned();
    }
    let (scheme, rest) = page.split_once("://").unwrap_or(("https", page));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match href.strip_prefix("//") {
        Some(rest) => format!("{scheme}://{rest}"),
        None => format!("{scheme}://{host}/{}", href.trim_start_matches('/')),
    }
}

/// A time as pages and feeds write it, microseconds UTC.
pub(super) fn moment(text: &str) -> Option<i64> {
    let text = text.trim();
    let exact = text.parse::<jiff::Timestamp>().ok();
    let mail = || jiff::fmt::rfc2822::parse(text).ok().map(|time| time.timestamp());
    exact.or_else(mail).map(jiff::Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "https://blog.example/notes/1";
    const TARGET: &str = "https://acme.example/tea?a=1&b=2";

    fn look(html: &str) -> Look {
        let fetched = Fetched { status: 200, kind: "text/html; charset=utf-8".to_owned(), ..Fetched::default() };
        looked_at(&Fetched { body: html.as_bytes().to_vec(), ..fetched }, PAGE, TARGET)
    }

    fn found(html: &str) -> Entry {
        let Look::Found(entry) = look(html) else { panic!("{html}") };
        entry
    }

    #[test]
    fn an_entry_is_read_by_its_classes() {
        let entry = found(
            r#"<title>Blog</title><div class="h-entry"><h1 class="p-name">On tea</h1>
            <a class="p-author h-card" href="/about">Berta <b>B.</b></a>
            <time class="dt-published" datetime="2026-03-01T10:00:00+01:00">1 March</time>
            <div class="e-content"><p>Their <a href="https://acme.example/tea?a=1&amp;b=2">tea</a> is cold.</p>
            <script>x</script></div></div>"#,
        );
        let expected = Entry {
            id: String::new(),
            url: PAGE.to_owned(),
            title: "On tea".to_owned(),
            text: "Their tea is cold.".to_owned(),
            author: "Berta B.".to_owned(),
            author_url: "https://blog.example/about".to_owned(),
            at: moment("2026-03-01T09:00:00Z"),
        };
        assert_eq!(entry, expected);
    }

    #[test]
    fn a_page_without_classes_is_read_around_the_link() {
        let link = "<a href='https://acme.example/tea?a=1&b=2'>tea</a>";
        let entry = found(&format!("<title>T</title><body><p>Before.<p>Bad {link}!<p>After."));
        assert_eq!((entry.title.as_str(), entry.text.as_str(), entry.author_url.as_str()), ("T", "Bad tea!", ""));
    }

    #[test]
    fn what_only_looks_like_a_link_is_none() {
        for html in [
            "",
            "https://acme.example/tea?a=1&b=2",
            "<!-- <a href='https://acme.example/tea?a=1&b=2'> -->",
            "<script>'<a href=\"https://acme.example/tea?a=1&b=2\">'</script>",
            "<a href='https://acme.example/tea'>",
            "<a href='https://acme.example/tea?a=1&b=2.evil.example'>",
        ] {
            assert_eq!(look(html), Look::NoLink, "{html}");
        }
    }
}
