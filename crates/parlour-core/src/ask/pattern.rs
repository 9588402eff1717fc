//! Patterns of words: how rules write them, and whether they fit a text.
//!
//! `word` · `stem*` · `(one|another one)` · `optional?` · `{set}` · `~3` up to three words between · `^` at the start of
//! a clause · `$` at the end of one.

use super::words::{EXCLAMATION, HANDLE, LINK, NUMBER, QUESTION, Symbol, TAG, Token, Words};

/// Most ways one line of a rule may be spelled out.
const MAX_EXPANSIONS: usize = 8192;
/// Widest gap.
const MAX_GAP: usize = 20;
/// Most steps of one pattern, and most gaps in it.
const MAX_STEPS: usize = 24;
const MAX_GAPS: usize = 3;

/// One place of a pattern.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Step {
    /// One of these words, or of the words of one of these sets.
    Word { symbols: Vec<Symbol>, sets: u64 },
    /// Up to so many words.
    Gap(usize),
    /// The start of a clause.
    Start,
    /// The end of a clause.
    End,
}

/// A text made ready for patterns, in one language.
pub(super) struct Ready<'a> {
    /// Its words.
    pub(super) tokens: &'a [Token],
    /// The sets each belongs to.
    pub(super) sets: &'a [u64],
    /// Whether each begins a clause.
    pub(super) starts: &'a [bool],
}

/// Names of the sets that patterns may use, and of their bits.
pub(super) type SetBit<'a> = dyn Fn(&str) -> Option<u32> + 'a;

/// The patterns that one line of a rule stands for; or what is wrong with it.
pub(super) fn patterns(line: &str, words: &mut Words, sets: &SetBit<'_>) -> Result<Vec<Vec<Step>>, String> {
    let mut parser = Parser { rest: line, words, sets };
    let patterns = parser.sequence()?;
    if !parser.rest.is_empty() {
        return Err("a bracket is closed that was not opened".to_owned());
    }
    for pattern in &patterns {
        let n_gaps = pattern.iter().filter(|step| matches!(step, Step::Gap(_))).count();
        let first = pattern.iter().find(|step| !matches!(step, Step::Start));
        if MAX_STEPS < pattern.len() || MAX_GAPS < n_gaps {
            return Err(format!("it has more than {MAX_STEPS} words or {MAX_GAPS} gaps"));
        }
        if !matches!(first, Some(Step::Word { .. })) {
            return Err("it must begin with a word or a set".to_owned());
        }
    }
    Ok(patterns)
}

struct Parser<'a, 'b> {
    rest: &'a str,
    words: &'b mut Words,
    sets: &'b SetBit<'b>,
}

impl Parser<'_, '_> {
    /// Steps until the end or a `|` or `)`.
    fn sequence(&mut self) -> Result<Vec<Vec<Step>>, String> {
        let mut all = vec![Vec::new()];
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.is_empty() || self.rest.starts_with([')', '|']) {
                return Ok(all);
            }
            let mut ways = self.step()?;
            if let Some(rest) = self.rest.strip_prefix('?') {
                self.rest = rest;
                ways.push(Vec::new());
            }
            if MAX_EXPANSIONS < all.len() * ways.len() {
                return Err(format!("it can be read in more than {MAX_EXPANSIONS} ways"));
            }
            all = all.iter().flat_map(|head| ways.iter().map(move |way| [head.as_slice(), way].concat())).collect();
        }
    }

    fn step(&mut self) -> Result<Vec<Vec<Step>>, String> {
        if let Some(rest) = self.rest.strip_prefix('(') {
            self.rest = rest;
            return self.group();
        }
        let end = self.rest.find(|c: char| c.is_whitespace() || "()|?".contains(c)).unwrap_or(self.rest.len());
        let (chunk, rest) = self.rest.split_at(end);
        self.rest = rest;
        if let Some(n) = chunk.strip_prefix('~') {
            let n = n.parse::<usize>().ok().filter(|n| (1..=MAX_GAP).contains(n));
            return Ok(vec![vec![Step::Gap(n.ok_or(format!("a gap is written `~1` to `~{MAX_GAP}`"))?)]]);
        }
        Ok(vec![match chunk {
            "" => return Err("a `?` must follow a word, a set or a bracket at once".to_owned()),
            "^" => vec![Step::Start],
            "$" => vec![Step::End],
            _ => {
                if let Some(name) = chunk.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                    vec![self.set(name)?]
                } else {
                    let symbols = self.words.learn(chunk);
                    symbols.into_iter().map(|symbol| Step::Word { symbols: vec![symbol], sets: 0 }).collect()
                }
            }
        }])
    }

    fn set(&self, name: &str) -> Result<Step, String> {
        let sign = match name {
            "number" => NUMBER,
            "handle" => HANDLE,
            "tag" => TAG,
            "link" => LINK,
            "question" => QUESTION,
            "exclamation" => EXCLAMATION,
            _ => {
                let bit = (self.sets)(name).ok_or(format!("there is no set `{name}`"))?;
                return Ok(Step::Word { symbols: Vec::new(), sets: 1 << bit });
            }
        };
        Ok(Step::Word { symbols: vec![sign], sets: 0 })
    }

    /// Alternatives up to the closing bracket; those of one word become one step.
    fn group(&mut self) -> Result<Vec<Vec<Step>>, String> {
        let (mut ways, mut symbols, mut sets) = (Vec::new(), Vec::new(), 0);
        loop {
            for way in self.sequence()? {
                match way.as_slice() {
                    [Step::Word { symbols: more, sets: more_sets }] => {
                        symbols.extend_from_slice(more);
                        sets |= more_sets;
                    }
                    _ => ways.push(way),
                }
            }
            if let Some(rest) = self.rest.strip_prefix('|') {
                self.rest = rest;
            } else if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest;
                break;
            } else {
                return Err("a bracket is not closed".to_owned());
            }
        }
        symbols.sort_unstable();
        symbols.dedup();
        if !symbols.is_empty() || sets != 0 {
            ways.push(vec![Step::Word { symbols, sets }]);
        }
        Ok(ways)
    }
}

impl Ready<'_> {
    /// Where `steps` end if they fit from word `at` on, all within one sentence.
    pub(super) fn end(&self, steps: &[Step], at: usize) -> Option<usize> {
        let sentence = self.tokens[at].sentence;
        let mut now = at;
        for (i, step) in steps.iter().enumerate() {
            match step {
                Step::Word { symbols, sets } => {
                    if !self.is_one_of(now, sentence, symbols, *sets) {
                        return None;
                    }
                    now += 1;
                }
                Step::Gap(n) => {
                    let rest = &steps[i + 1..];
                    let reach = (now..=now + n).take_while(|next| {
                        *next == now || self.tokens.get(next - 1).is_some_and(|token| token.sentence == sentence)
                    });
                    return reach.into_iter().find_map(|next| self.end_from(rest, next, sentence));
                }
                Step::Start if !self.starts.get(now).copied().unwrap_or(false) => return None,
                Step::End if !self.is_end(now, sentence) => return None,
                Step::Start | Step::End => {}
            }
        }
        Some(now)
    }

    /// As `end`, for steps after a gap.
    fn end_from(&self, steps: &[Step], at: usize, sentence: u32) -> Option<usize> {
        match self.tokens.get(at) {
            Some(token) if token.sentence == sentence => self.end(steps, at),
            Some(_) | None => steps.iter().all(|step| matches!(step, Step::End)).then_some(at),
        }
    }

    fn is_one_of(&self, at: usize, sentence: u32, symbols: &[Symbol], sets: u64) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        token.sentence == sentence
            && (self.sets[at] & sets != 0
                || symbols.contains(&token.symbol)
                || token.stems[0] != 0 && token.stems.iter().any(|stem| *stem != 0 && symbols.contains(stem)))
    }

    fn is_end(&self, at: usize, sentence: u32) -> bool {
        self.tokens.get(at).is_none_or(|token| {
            token.sentence != sentence
                || token.is_after_break
                || token.symbol == QUESTION
                || token.symbol == EXCLAMATION
        })
    }
}
