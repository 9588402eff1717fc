//! HTML as text: what somebody would read in it. Nothing of it is run, shown or fetched.

/// Elements of which nothing is read.
pub(super) const SKIPPED: [&str; 8] = ["script", "style", "title", "template", "svg", "object", "iframe", "noscript"];
/// Elements that stand in lines of their own.
const BLOCKS: [&str; 24] = [
    "address",
    "article",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
];
/// Elements after which a line is left empty.
const PARAGRAPHS: [&str; 8] = ["h1", "h2", "h3", "p", "table", "ul", "ol", "blockquote"];
/// Characters by their names, those that mails have.
const ENTITIES: [(&str, char); 38] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("euro", '€'),
    ("pound", '£'),
    ("yen", '¥'),
    ("hellip", '…'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("bull", '•'),
    ("middot", '·'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("ecirc", 'ê'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("oacute", 'ó'),
    ("ccedil", 'ç'),
    ("ntilde", 'ñ'),
];
/// Longest name of an entity, with its marks.
const MAX_ENTITY_BYTES: usize = 12;
/// Longest address of a link that is written out.
const MAX_LINK_BYTES: usize = 300;
/// Most signs of quoting before a line.
const MAX_QUOTED: usize = 5;

/// The text of a document in HTML, however broken it is. Where a link leads is written behind it, unless it says so.
pub(super) fn text(html: &str) -> String {
    let mut reader = Reader::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        reader.say(&rest[..at]);
        rest = reader.enter(&rest[at..]);
    }
    reader.say(rest);
    reader.text.trim().to_owned()
}

#[derive(Default)]
struct Reader {
    text: String,
    /// How many line ends are due before the next word.
    due: usize,
    has_blank: bool,
    /// How many quotations it is in.
    n_quoted: usize,
    /// Where the link that it is in leads, and where its words begin.
    link: Option<(String, usize)>,
}

impl Reader {
    /// Reads what lies between two tags.
    fn say(&mut self, part: &str) {
        let mut rest = part;
        while let Some(first) = rest.chars().next() {
            let (c, n) = if first == '&' { entity(rest) } else { (first, first.len_utf8()) };
            rest = &rest[n..];
            self.put(c);
        }
    }

    fn put(&mut self, c: char) {
        if c.is_whitespace() {
            self.has_blank = true;
            return;
        }
        if c.is_control() || ('\u{200b}'..='\u{200f}').contains(&c) || c == '\u{feff}' || c == '\u{ad}' {
            return;
        }
        let is_line = self.text.is_empty() || self.due > 0;
        if self.text.is_empty() {
            self.due = 0;
        }
        for _ in 0..std::mem::take(&mut self.due) {
            self.text.push('\n');
        }
        if is_line {
            (0..self.n_quoted.min(MAX_QUOTED)).for_each(|_| self.text.push_str("> "));
        } else if self.has_blank {
            self.text.push(' ');
        }
        self.has_blank = false;
        self.text.push(c);
    }

    /// Reads the tag or comment that `rest` begins with; returns what follows.
    fn enter<'h>(&mut self, rest: &'h str) -> &'h str {
        if let Some(comment) = rest.strip_prefix("<!--") {
            return comment.find("-->").map_or("", |end| &comment[end + 3..]);
        }
        let is_tag = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
        if !is_tag {
            self.put('<');
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
        self.mark(&name, is_closing, &tag[name_end..]);
        after
    }

    fn mark(&mut self, name: &str, is_closing: bool, attributes: &str) {
        if BLOCKS.contains(&name) || PARAGRAPHS.contains(&name) {
            let n = if name == "br" { self.due + 1 } else { 1 + usize::from(PARAGRAPHS.contains(&name)) };
            self.due = self.due.max(n).min(2);
        }
        match (name, is_closing) {
            ("blockquote", false) => self.n_quoted += 1,
            ("blockquote", true) => self.n_quoted = self.n_quoted.saturating_sub(1),
            ("li", false) => {
                self.put('-');
                self.has_blank = true;
            }
            ("td" | "th", _) => self.has_blank = true,
            ("a", false) => {
                self.link = href(attributes).map(|to| (to, self.text.len()));
            }
            ("a", true) => self.end_link(),
            _ => {}
        }
    }

    fn end_link(&mut self) {
        let Some((to, start)) = self.link.take() else { return };
        let said = self.text.get(start..).unwrap_or_default();
        if !said.trim().is_empty() && !said.contains(to.trim_end_matches('/')) {
            self.text.push_str(" (");
            self.text.push_str(&to);
            self.text.push(')');
        }
    }
}

/// Where the tag ends that `rest` begins with: a `>` within quotes is none.
pub(super) fn tag_end(rest: &str) -> Option<usize> {
    let mut quote = None;
    let mut last = b' ';
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') if last == b'=' => quote = Some(byte),
            (Some(of), byte) if of == byte => quote = None,
            _ => {}
        }
        if byte != b' ' {
            last = byte;
        }
    }
    // A quote that nobody closes must not hide the rest.
    rest.find('>')
}

/// What follows the closing tag of an element, or nothing where it is never closed.
pub(super) fn after_closing<'h>(rest: &'h str, name: &str) -> &'h str {
    let mut from = 0;
    while let Some(at) = rest[from..].find("</") {
        let tag = &rest[from + at + 2..];
        if tag.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return tag.find('>').map_or("", |end| &tag[end + 1..]);
        }
        from += at + 2;
    }
    ""
}

/// Where a link leads, if it leads out and is short enough to be read.
fn href(attributes: &str) -> Option<String> {
    let at = attributes.to_ascii_lowercase().find("href=")?;
    let value = &attributes[at + 5..];
    let quote = value.chars().next().filter(|c| ['"', '\''].contains(c));
    let value = match quote {
        Some(quote) => value[1..].split(quote).next()?,
        None => value.split([' ', '>', '\t', '\n']).next()?,
    };
    let value = value.trim().replace("&amp;", "&");
    let is_out = value.starts_with("https://") || value.starts_with("http://");
    let is_plain = value.len() <= MAX_LINK_BYTES && value.chars().all(|c| c.is_ascii_graphic());
    (is_out && is_plain).then_some(value)
}

/// The character that `rest` begins with and how many bytes it takes: that of an entity, or `&` itself.
fn entity(rest: &str) -> (char, usize) {
    let amp = ('&', 1);
    let Some(end) = rest.bytes().take(MAX_ENTITY_BYTES).position(|byte| byte == b';') else { return amp };
    let name = &rest[1..end];
    let found = match name.strip_prefix('#') {
        Some(code) => {
            let parsed = match code.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => code.parse(),
            };
            parsed.ok().and_then(char::from_u32)
        }
        None => ENTITIES.iter().find(|(of, _)| *of == name).map(|(_, c)| *c),
    };
    found.map_or(amp, |c| (c, end + 1))
}
