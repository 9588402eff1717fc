//! Marked-up text as it is found: a tolerant reader of HTML and XML into a tree. It declares nothing, expands nothing, goes
//! nowhere, and takes time in proportion to the text.

use std::borrow::Cow;

/// Deepest nesting that is kept; what lies deeper is taken as if it lay there.
const MAX_DEPTH: usize = 200;
/// Most elements of a text; the rest of it is passed over.
const MAX_NODES: usize = 200_000;
/// Most attributes of an element that are kept.
const MAX_ATTRIBUTES: usize = 40;

/// What is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Html,
    Xml,
}

/// A node: an element, or a text where it has no name.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// In lower case, without what stands before a colon unless that tells feeds' elements apart.
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) parent: usize,
    pub(crate) children: Vec<usize>,
}

impl Node {
    /// The value of an attribute.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether it has a class.
    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.get("class").is_some_and(|all| all.split_ascii_whitespace().any(|one| one == class))
    }
}

/// A whole text; the first node is its root.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
}

impl Tree {
    /// Reads a text; there is nothing that cannot be read.
    pub(crate) fn read(text: &str, dialect: Dialect) -> Self {
        let mut reading = Reading { nodes: vec![Node::default()], open: vec![0], dialect };
        reading.read(text);
        Self { nodes: reading.nodes }
    }

    /// All nodes below one, in the order of the text.
    pub(crate) fn below(&self, of: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut waiting: Vec<usize> = self.nodes[of].children.iter().rev().copied().collect();
        while let Some(next) = waiting.pop() {
            found.push(next);
            waiting.extend(self.nodes[next].children.iter().rev());
        }
        found
    }

    /// The first element below one that is as wanted.
    pub(crate) fn find(&self, of: usize, is_wanted: impl Fn(&Node) -> bool) -> Option<usize> {
        self.below(of).into_iter().find(|at| is_wanted(&self.nodes[*at]))
    }

    /// What stands in a node, without marks: one blank between words, a line for a block.
    pub(crate) fn text(&self, of: usize) -> String {
        let mut all = self.nodes[of].text.clone();
        for at in self.below(of) {
            let node = &self.nodes[at];
            if matches!(node.name.as_str(), "p" | "br" | "div" | "li" | "h1" | "h2" | "h3" | "blockquote" | "tr") {
                all.push('\n');
            }
            if ![node.name.as_str(), self.nodes[node.parent].name.as_str()].iter().any(|name| is_code(name)) {
                // A line break in the source is a blank on the page.
                all.extend(node.text.chars().map(|c| if c == '\n' { ' ' } else { c }));
            }
        }
        let lines = all.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

fn is_code(name: &str) -> bool {
    matches!(name, "script" | "style")
}

struct Reading {
    nodes: Vec<Node>,
    open: Vec<usize>,
    dialect: Dialect,
}

impl Reading {
    fn read(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() && self.nodes.len() < MAX_NODES {
            let at = rest.find('<').unwrap_or(rest.len());
            let (before, after) = rest.split_at(at);
            self.say(&unescaped(before));
            rest = self.mark(after);
        }
    }

    /// Reads what begins with `<`; returns what comes after it.
    fn mark<'t>(&mut self, text: &'t str) -> &'t str {
        let past = |text: &'t str, end: &str| text.find(end).map_or("", |at| &text[at + end.len()..]);
        if let Some(inside) = text.strip_prefix("<![CDATA[") {
            let end = inside.find("]]>").unwrap_or(inside.len());
            self.say(&inside[..end]);
            return past(inside, "]]>");
        }
        if let Some(inside) = text.strip_prefix("<!--") {
            return past(inside, "-->");
        }
        if text.starts_with("<!") {
            return after_declaration(text);
        }
        if text.starts_with("<?") {
            return past(text, "?>");
        }
        if let Some(inside) = text.strip_prefix("</") {
            let end = inside.find('>').unwrap_or(inside.len());
            self.close(&named(inside[..end].trim()));
            return past(inside, ">");
        }
        let is_name = text[text.len().min(1)..].starts_with(|c: char| c.is_alphabetic());
        if !is_name {
            self.say(&text[..text.len().min(1)]);
            return &text[text.len().min(1)..];
        }
        self.element(&text[1..])
    }

    fn element<'t>(&mut self, text: &'t str) -> &'t str {
        let end = text.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(text.len());
        let name = named(&text[..end]);
        let (attributes, is_empty, rest) = attributes(&text[end..]);
        let is_html = self.dialect == Dialect::Html;
        let is_void = is_html
            && matches!(
                name.as_str(),
                "area" | "base" | "br" | "col" | "embed" | "hr" | "img" | "input" | "link" | "meta" | "source" | "wbr"
            );
        // A paragraph ends where the next begins, whether anybody says so or not.
        if is_html && matches!(name.as_str(), "p" | "li") && self.nodes[self.at()].name == name {
            self.open.pop();
        }
        let at = self.add(Node { name: name.clone(), attributes, ..Node::default() });
        if is_void || is_empty && !is_html {
            return rest;
        }
        if is_html && matches!(name.as_str(), "script" | "style" | "textarea") {
            let close = format!("</{name}");
            let end = find_ignoring_case(rest, &close).unwrap_or(rest.len());
            self.nodes[at].text.push_str(&rest[..end]);
            return rest[end..].find('>').map_or("", |close| &rest[end + close + 1..]);
        }
        if self.open.len() < MAX_DEPTH {
            self.open.push(at);
        }
        rest
    }

    fn at(&self) -> usize {
        self.open.last().copied().unwrap_or(0)
    }

    fn add(&mut self, node: Node) -> usize {
        let (at, parent) = (self.nodes.len(), self.at());
        self.nodes.push(Node { parent, ..node });
        self.nodes[parent].children.push(at);
        at
    }

    fn say(&mut self, text: &str) {
        if !text.is_empty() {
            self.add(Node { text: text.to_owned(), ..Node::default() });
        }
    }

    /// Closes the nearest open element of a name, with all that is open in it; of another name, nothing.
    fn close(&mut self, name: &str) {
        if let Some(at) = self.open.iter().rposition(|at| self.nodes[*at].name == name).filter(|at| 0 < *at) {
            self.open.truncate(at);
        }
    }
}

/// What comes after `<!DOCTYPE …>`, whatever it declares in brackets.
fn after_declaration(text: &str) -> &str {
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            '>' if depth <= 0 => return &text[at + 1..],
            _ => {}
        }
    }
    ""
}

/// The attributes after an element's name, whether it says that it is empty, and what comes after it.
fn attributes(mut text: &str) -> (Vec<(String, String)>, bool, &str) {
    let (mut found, mut is_empty) = (Vec::new(), false);
    loop {
        text = text.trim_start();
        let Some(first) = text.chars().next() else { return (found, is_empty, "") };
        match first {
            '>' => return (found, is_empty, &text[1..]),
            '/' => {
                is_empty = true;
                text = &text[1..];
                continue;
            }
            _ => is_empty = false,
        }
        let end = text.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/')).unwrap_or(text.len());
        let (name, rest) = text.split_at(end.max(first.len_utf8()));
        let after = rest.trim_start();
        let (value, rest) = after.strip_prefix('=').map_or(("", rest), |after| value(after.trim_start()));
        if found.len() < MAX_ATTRIBUTES {
            found.push((name.to_ascii_lowercase(), unescaped(value).into_owned()));
        }
        text = rest;
    }
}

fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            let end = inside.find(quote).unwrap_or(inside.len());
            return (&inside[..end], inside.get(end + 1..).unwrap_or_default());
        }
    }
    text.split_at(text.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(text.len()))
}

/// The name of an element. Names of feeds that mean something else with what stands before the colon keep it.
fn named(text: &str) -> String {
    let low = text.to_ascii_lowercase();
    match low.split_once(':') {
        Some(("content" | "dc" | "media" | "itunes", _)) | None => low,
        Some((_, name)) => name.to_owned(),
    }
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    memchr::memchr_iter(b'<', text)
        .find(|at| text.get(*at..at + wanted.len()).is_some_and(|found| found.eq_ignore_ascii_case(wanted)))
}

/// A text with what its references stand for, those that need no declaration; others stay as they are.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let stands_for = end.and_then(|end| Some((reference(&rest[1..end])?, end)));
        let Some((c, end)) = stands_for else {
            plain.push('&');
            rest = &rest[1..];
            continue;
        };
        plain.push(c);
        rest = &rest[end + 1..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control() || *c == '\n');
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "rsquo" => '’',
        "lsquo" => '‘',
        "rdquo" => '”',
        "ldquo" => '“',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "egrave" => 'è',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(of: &str) -> String {
        Tree::read(of, Dialect::Html).text(0)
    }

    #[test]
    fn text_is_read_without_marks() {
        assert_eq!(text("<p>a <b>b</b>\n c<p>d &amp; &#228;&#xe4;&auml; &nope; & e"), "a b c\nd & äää &nope; & e");
        assert_eq!(text("x<script>if (a<b) '</p>'</script>y<style>p{}</style><!-- <p> -->z"), "xyz");
        assert_eq!(text("1 < 2 <> </nothing> <b"), "1 < 2 <>");
        assert_eq!(text("<!DOCTYPE html [<!ENTITY a \"b>c\">]>&a;"), "&a;");
        assert_eq!(Tree::read("<a><![CDATA[<b>&amp;</b>]]></a>", Dialect::Xml).text(0), "<b>&amp;</b>");
    }

    #[test]
    fn attributes_are_read_in_every_way_they_are_written() {
        let tree = Tree::read("<A HREF=\"x&amp;y\" b='c d' e=f g class=\"h-entry  z\"/>t", Dialect::Html);
        let a = &tree.nodes[tree.find(0, |node| node.name == "a").unwrap()];
        assert_eq!(
            (a.get("href"), a.get("b"), a.get("e"), a.get("g")),
            (Some("x&y"), Some("c d"), Some("f"), Some(""))
        );
        assert!(a.has_class("h-entry") && a.has_class("z") && !a.has_class("h"));
    }

    #[test]
    fn nothing_is_too_odd_to_be_read() {
        let deep = "<div>".repeat(100_000);
        let long = format!("<a {}>", "b=c ".repeat(100_000));
        let bomb = format!("<!DOCTYPE x [<!ENTITY a \"{}\">]>{}", "b".repeat(1000), "&a;".repeat(10_000));
        for odd in [
            deep.as_str(),
            &long,
            &bomb,
            "<",
            "</",
            "<!",
            "<?",
            "<a",
            "<a b",
            "<a b=",
            "<a b=\"",
            "&",
            "&#;",
            "&#xffffffff;",
            "<![CDATA[",
            "<!--",
            "<ä>",
            "<a/",
            "</a b>",
            "\u{0}<\u{0}>",
        ] {
            for dialect in [Dialect::Html, Dialect::Xml] {
                let tree = Tree::read(odd, dialect);
                assert!(tree.text(0).len() <= odd.len() && tree.nodes.len() <= MAX_NODES);
            }
        }
    }
}
