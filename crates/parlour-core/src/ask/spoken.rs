//! What the writer of a text says: without quoted mails, signatures and code.

use std::ops::Range;

use super::words::folded;

/// Longest line that is looked at as a mark.
const MAX_MARK_LINE_BYTES: usize = 240;
/// Longest line that is a closing formula.
const MAX_CLOSING_BYTES: usize = 48;

/// Lines that are not the writer's own words, folded.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// In a line that ends with a colon and tells of a date or an address: what follows is quoted (`wrote`).
    pub(super) quoted: Vec<String>,
    /// Begin a message that is passed on (`original message`).
    pub(super) forwarded: Vec<String>,
    /// Begin the head of a quoted message (`from:`).
    pub(super) heads: Vec<String>,
    /// Begin a signature (`sent from my`).
    pub(super) signature: Vec<String>,
    /// End a letter (`kind regards`).
    pub(super) closing: Vec<String>,
}

/// What a line is.
enum Line {
    /// The writer's.
    Own,
    /// Someone else's.
    Quoted,
    /// Nothing of the writer's follows.
    End,
    /// Begins or ends a block of code.
    Fence,
}

/// The parts of a text that its writer says, in order. A text of one line is taken as it is.
pub(super) fn spoken(text: &str, marks: &Marks) -> Vec<Range<usize>> {
    if !text.contains('\n') {
        let is_signature = text.len() <= MAX_CLOSING_BYTES && starts_with_any(&folded(text), &marks.signature);
        return if is_signature { Vec::new() } else { std::iter::once(0..text.len()).collect() };
    }
    let mut parts: Vec<Range<usize>> = Vec::new();
    let (mut start, mut is_code) = (0, false);
    let last_quoted = last_quoted(text);
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let below = Below { text: &text[start..], has_quoted: start <= last_quoted };
        match judged(line, &below, marks, !parts.is_empty()) {
            Line::Fence => is_code = !is_code,
            Line::End if !is_code => break,
            Line::Own if !is_code => match parts.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => parts.push(range),
            },
            Line::Own | Line::End | Line::Quoted => {}
        }
    }
    parts
}

/// Where the last line begins that is marked as quoted; 0, below which no line is, if there is none.
fn last_quoted(text: &str) -> usize {
    let (mut start, mut last) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('>') {
            last = start;
        }
        start += line.len();
    }
    last
}

/// What is below a line.
struct Below<'a> {
    text: &'a str,
    /// Whether a line of it is marked as quoted.
    has_quoted: bool,
}

/// What a line is; `has_spoken` if the writer has said something before it.
fn judged(line: &str, below: &Below<'_>, marks: &Marks, has_spoken: bool) -> Line {
    let bare = line.trim();
    if bare.starts_with("```") {
        return Line::Fence;
    }
    if bare.starts_with('>') || bare.starts_with('|') {
        return Line::Quoted;
    }
    if bare == "--" || bare == "\u{2014}" || (bare.starts_with("____") && bare.trim_matches('_').is_empty()) {
        return Line::End;
    }
    if bare.is_empty() || MAX_MARK_LINE_BYTES < bare.len() {
        return Line::Own;
    }
    let line_folded = folded(bare);
    if is_intro(&line_folded, marks) {
        return if below.has_quoted { Line::Quoted } else { Line::End };
    }
    let undashed = line_folded.trim_matches(|c: char| "-_* ".contains(c));
    let is_forwarded = undashed != line_folded && starts_with_any(undashed, &marks.forwarded);
    let is_head = starts_with_any(undashed, &marks.heads)
        && below.text.lines().next().is_some_and(|next| starts_with_any(&folded(next.trim()), &marks.heads));
    let is_closing = has_spoken && bare.len() <= MAX_CLOSING_BYTES && starts_with_any(&line_folded, &marks.closing);
    if is_forwarded || is_head || is_closing || starts_with_any(&line_folded, &marks.signature) {
        Line::End
    } else {
        Line::Own
    }
}

/// Whether a line says who wrote what is quoted below it: `On 4 March 2025 Ann <ann@…> wrote:`.
fn is_intro(line: &str, marks: &Marks) -> bool {
    let Some(line) = line.strip_suffix(':') else { return false };
    let line = line.trim_end();
    let tells = |word: &&String| line.ends_with(word.as_str()) || line.contains(&format!(" {word} "));
    marks
        .quoted
        .iter()
        .find(tells)
        .is_some_and(|word| line == word || line.contains(|c: char| c.is_ascii_digit() || c == '@'))
}

fn starts_with_any(line: &str, marks: &[String]) -> bool {
    marks.iter().any(|mark| line.starts_with(mark.as_str()))
}
