//! HTML of a stranger as a page that can do nothing: elements and attributes of a list, each written anew. Whatever is
//! not in the list, or not understood, does not come out; so nothing depends on how a browser reads what is broken.

use std::fmt::Write;

use super::html::{SKIPPED, after_closing, tag_end};
use super::letter::turns;

/// Elements that come out.
const KEPT: [&str; 49] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "center",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
];
/// Those of them that hold nothing.
const VOID: [&str; 4] = ["br", "col", "hr", "img"];
/// Attributes that come out with their values as they are.
const ATTRIBUTES: [&str; 18] = [
    "align",
    "alt",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "color",
    "colspan",
    "dir",
    "face",
    "height",
    "lang",
    "rowspan",
    "size",
    "start",
    "title",
    "valign",
    "width",
];
/// What of a style comes out, with all that begins so: nothing that could lay one thing over another.
const STYLES: [&str; 16] = [
    "background-color",
    "border",
    "color",
    "direction",
    "font",
    "height",
    "letter-spacing",
    "line-height",
    "list-style-type",
    "max-width",
    "padding",
    "text-align",
    "text-decoration",
    "vertical-align",
    "white-space",
    "width",
];
/// Pictures that a page may hold in itself.
const HELD: [&str; 4] =
    ["data:image/png;base64,", "data:image/jpeg;base64,", "data:image/gif;base64,", "data:image/webp;base64,"];
/// How deep elements may lie in each other; what lies deeper comes out as text.
const MAX_DEPTH: usize = 100;

/// A page, and of how many pictures it would have to ask somebody else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) html: String,
    pub(super) n_remote: usize,
}

/// The page of a document, however broken that is. `attached` says what stands in place of `cid:…`, by what follows the
/// colon, if anything; pictures from elsewhere come out if `with_remote`.
pub(super) fn page(html: &str, attached: &dyn Fn(&str) -> Option<String>, with_remote: bool) -> Page {
    let mut writer = Writer { page: Page::default(), open: Vec::new(), attached, with_remote };
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        writer.say(&rest[..at]);
        rest = writer.enter(&rest[at..]);
    }
    writer.say(rest);
    while let Some(name) = writer.open.pop() {
        writer.close(name);
    }
    writer.page
}

struct Writer<'a> {
    page: Page,
    /// The elements that are open.
    open: Vec<&'static str>,
    attached: &'a dyn Fn(&str) -> Option<String>,
    with_remote: bool,
}

impl Writer<'_> {
    /// Writes text. Its entities stay: they cannot become tags.
    fn say(&mut self, text: &str) {
        for c in text.chars().filter(|c| ['\n', '\t'].contains(c) || !(c.is_control() || turns(*c))) {
            match c {
                '<' => self.page.html.push_str("&lt;"),
                '>' => self.page.html.push_str("&gt;"),
                c => self.page.html.push(c),
            }
        }
    }

    /// Reads the tag or comment that `rest` begins with; returns what follows.
    fn enter<'h>(&mut self, rest: &'h str) -> &'h str {
        if let Some(comment) = rest.strip_prefix("<!--") {
            return comment.find("-->").map_or("", |end| &comment[end + 3..]);
        }
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            self.say("<");
            return &rest[1..];
        }
        let Some(end) = tag_end(rest) else { return "" };
        let (tag, after) = (&rest[1..end], &rest[end + 1..]);
        let (is_closing, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name_end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let name = tag[..name_end].to_ascii_lowercase();
        if !is_closing && SKIPPED.contains(&name.as_str()) && !tag.ends_with('/') {
            return after_closing(after, &name);
        }
        let Some(name) = KEPT.into_iter().find(|kept| *kept == name) else { return after };
        if is_closing {
            self.leave(name);
        } else if VOID.contains(&name) || self.open.len() < MAX_DEPTH {
            self.begin(name, &tag[name_end..]);
        }
        after
    }

    /// Closes an element and what is open within it; one that is not open is nothing.
    fn leave(&mut self, name: &str) {
        let Some(at) = self.open.iter().rposition(|open| *open == name) else { return };
        for name in self.open.split_off(at).into_iter().rev() {
            self.close(name);
        }
    }

    fn close(&mut self, name: &str) {
        write!(self.page.html, "</{name}>").expect("a String takes any text");
    }

    fn begin(&mut self, name: &'static str, attributes: &str) {
        self.page.html.push('<');
        self.page.html.push_str(name);
        for (attribute, value) in attributes_of(attributes) {
            let kept = match (name, attribute.as_str()) {
                ("img", "src") => self.picture(value),
                ("a", "href") => leads_out(value).then(|| value.to_owned()),
                (_, "style") => style(value),
                (_, known) => ATTRIBUTES.contains(&known).then(|| value.to_owned()),
            };
            if let Some(kept) = kept {
                self.attribute(&attribute, &kept);
            }
        }
        if name == "a" {
            self.page.html.push_str(" target=\"_blank\" rel=\"noopener noreferrer nofollow\"");
        }
        self.page.html.push('>');
        if !VOID.contains(&name) {
            self.open.push(name);
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        write!(self.page.html, " {name}=\"").expect("a String takes any text");
        for c in value.chars().filter(|c| !(c.is_control() || turns(*c))) {
            match c {
                '"' => self.page.html.push_str("&quot;"),
                '<' => self.page.html.push_str("&lt;"),
                '>' => self.page.html.push_str("&gt;"),
                c => self.page.html.push(c),
            }
        }
        self.page.html.push('"');
    }

    /// Where a picture comes from, if it comes out.
    fn picture(&mut self, from: &str) -> Option<String> {
        let from = from.trim();
        if let Some(id) = strip_start(from, "cid:") {
            return (self.attached)(id);
        }
        if HELD.iter().any(|held| strip_start(from, held).is_some()) {
            return Some(from.to_owned());
        }
        let is_remote = strip_start(from, "https://").or_else(|| strip_start(from, "http://")).is_some();
        self.page.n_remote += usize::from(is_remote);
        (is_remote && self.with_remote).then(|| from.to_owned())
    }
}

fn strip_start<'v>(value: &'v str, start: &str) -> Option<&'v str> {
    let found = value.get(..start.len())?;
    found.eq_ignore_ascii_case(start).then(|| &value[start.len()..])
}

/// Whether a link leads somewhere else, and nowhere into the page. Its entities are not read: what hides its scheme behind
/// them is none.
fn leads_out(value: &str) -> bool {
    ["https://", "http://", "mailto:", "tel:"].iter().any(|start| strip_start(value.trim_start(), start).is_some())
}

/// The attributes of a tag, names in lower case, values without their quotes.
fn attributes_of(mut rest: &str) -> Vec<(String, &str)> {
    let mut all = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_whitespace() || "=/".contains(c)).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let Some(after) = rest.strip_prefix('=') else {
            if rest.is_empty() {
                return all;
            }
            continue;
        };
        let after = after.trim_start();
        let (value, left) = match after.chars().next().filter(|c| ['"', '\''].contains(c)) {
            Some(quote) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
            None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
        };
        rest = left;
        all.push((name, value));
    }
}

/// What of a style comes out.
fn style(value: &str) -> Option<String> {
    let value = value.replace("&quot;", "'");
    let is_kept = |declaration: &&str| {
        let Some((property, value)) = declaration.split_once(':') else { return false };
        let property = property.trim().to_ascii_lowercase();
        let is_known = STYLES
            .iter()
            .any(|known| property.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')));
        // No escapes, no calls but of colours.
        let is_plain = value.chars().all(|c| c.is_ascii_alphanumeric() || " #.,%'-!()".contains(c));
        let lower = value.to_ascii_lowercase();
        is_known && is_plain && (!value.contains('(') || lower.trim_start().starts_with("rgb"))
    };
    let kept: Vec<&str> = value.split(';').map(str::trim).filter(is_kept).collect();
    (!kept.is_empty()).then(|| kept.join(";"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(html: &str) -> String {
        page(html, &|id| (id == "logo@x").then(|| "cid:2".to_owned()), false).html
    }

    #[test]
    fn what_is_harmless_comes_out() {
        for (html, wanted) in [
            ("<p>Where is <b>it</b> &amp; when?</p>", "<p>Where is <b>it</b> &amp; when?</p>"),
            ("<P STYLE='color: Red; position:fixed'>x", "<p style=\"color: Red\">x</p>"),
            ("<td bgcolor=#fff width='5' onclick=x()>y</td>", "<td bgcolor=\"#fff\" width=\"5\">y</td>"),
            ("a<br/>b<hr>", "a<br>b<hr>"),
            ("<img src=cid:logo@x alt=\"a &quot;b\">", "<img src=\"cid:2\" alt=\"a &quot;b\">"),
            (
                "<a href=\"https://acme.example/?a=1&amp;b=2\">x</a>",
                "<a href=\"https://acme.example/?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">x</a>",
            ),
            ("a < b > c", "a &lt; b &gt; c"),
            ("<p style=\"font-family:&quot;Segoe UI&quot;,Arial;margin:-99px;color:rgb(1,2,3)\">", ""),
        ] {
            if wanted.is_empty() {
                assert_eq!(shown(html), "<p style=\"font-family:'Segoe UI',Arial;color:rgb(1,2,3)\"></p>");
            } else {
                assert_eq!(shown(html), wanted);
            }
        }
    }

    #[test]
    fn nothing_that_does_something_comes_out() {
        for (html, wanted) in [
            ("<script>x()</script>a", "a"),
            ("<style>p{}</style><svg><script>x</script></svg>b", "b"),
            ("<iframe src=https://evil.example></iframe>c", "c"),
            ("<form action=/api/v1/session><input name=x><button>go</button></form>", "go"),
            ("<meta http-equiv=refresh content='0;url=https://evil.example'>d", "d"),
            ("<base href=https://evil.example>e", "e"),
            ("<link rel=stylesheet href=https://evil.example/x.css>f", "f"),
            ("<math><mtext></mtext></math><noscript><p title=\"</noscript><img src=x onerror=y>\">", "<img>\"&gt;"),
            ("<p style=\"background:url(https://evil.example)\">", "<p></p>"),
            ("<p style=\"color:\\72 ed;width:expression(x());background-color:&#117;rl(x)\">", "<p></p>"),
            ("<p title='\"><script>x()</script>'>z", "<p title=\"&quot;&gt;&lt;script&gt;x()&lt;/script&gt;\">z</p>"),
            ("</div></p>x", "x"),
            ("<img src=https://track.example/1.gif>", "<img>"),
            ("<img src=//track.example/1.gif srcset='https://track.example/2.gif 2x'>", "<img>"),
            ("<img src=data:image/svg+xml;base64,PHN2Zz4=>", "<img>"),
            ("<table background=https://track.example/1.gif>", "<table></table>"),
            ("x<!-- <p>hidden</p> -->", "x"),
            ("<p a='b", ""),
        ] {
            assert_eq!(shown(html), wanted, "{html}");
        }
        for link in
            ["javascript:x()", " JavaScript:x()", "java&#115;cript:x()", "data:text/html,x", "/api/v1/session", "#x"]
        {
            let found = shown(&format!("<a href=\"{link}\">y</a>"));
            assert_eq!(found, "<a target=\"_blank\" rel=\"noopener noreferrer nofollow\">y</a>", "{link}");
        }
    }

    #[test]
    fn pictures_from_elsewhere_are_counted_and_come_out_when_asked_for() {
        let html =
            "<img src='https://a.example/1.png'><img src=HTTP://a.example/2.png><img src=cid:logo@x><img src=cid:y>";
        let found = page(html, &|_| None, true);
        assert_eq!(found.n_remote, 2);
        let wanted = "<img src=\"https://a.example/1.png\"><img src=\"HTTP://a.example/2.png\"><img><img>";
        assert_eq!(found.html, wanted);
        assert_eq!(page(html, &|_| None, false).html, "<img><img><img><img>");
    }

    /// What came out comes out again as it is: so it holds nothing but what the list has.
    #[test]
    fn a_page_of_a_page_is_the_same() {
        let mut seed = 7u64;
        let pieces = [
            "<",
            ">",
            "<p",
            " style=",
            "'",
            "\"",
            "color:red",
            "<a href=",
            "https://x",
            "javascript:",
            "</p>",
            "</div>",
            "<div>",
            "<table>",
            "<td",
            " onclick=x",
            "&lt;",
            "&",
            "/",
            "=",
            "<!--",
            "-->",
            "<script>",
            "</script>",
            "<img src=",
            "cid:1",
            "é",
            "\u{202e}",
            "\n",
            " ",
            "text",
        ];
        for _ in 0..20_000 {
            let mut html = String::new();
            for _ in 0..12 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                html.push_str(pieces[(seed >> 33) as usize % pieces.len()]);
            }
            let once = page(&html, &|id| Some(format!("cid:{}", id.len())), true).html;
            let twice = page(&once, &|id| Some(format!("cid:{id}")), true).html;
            assert_eq!(once, twice, "{html}");
            let lower = once.to_lowercase();
            for bad in ["<script", "<form", "<svg", "\u{202e}"] {
                assert!(!lower.contains(bad), "{html} became {once}");
            }
        }
    }

    #[test]
    fn depth_has_an_end() {
        let deep = shown(&"<div>".repeat(100_000));
        assert_eq!(deep.matches("<div>").count(), MAX_DEPTH);
        assert_eq!(deep.matches("</div>").count(), MAX_DEPTH);
    }
}
