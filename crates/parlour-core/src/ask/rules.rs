//! The rules of one language: the file as it is written, and made ready for reading texts.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Deserialize;

use super::MAX_LANGUAGES;
use super::class::Class;
use super::language::Language;
use super::pattern::{self, Step};
use super::spoken::Marks;
use super::words::{EXCLAMATION, MAX_STEMS, Symbol, Token, UNKNOWN, Words, folded};

/// Most sets of one language, with those that come by themselves.
const MAX_SETS: usize = 64;
/// Words at least this strong are in the sets `good` and `bad`.
const CLEAR_FEELING: f32 = 1.7;
/// Strongest feeling of a word and most points of a rule, either way.
const MAX_WEIGHT: f32 = 6.0;

/// Why rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// Not readable.
    #[error("a file of ask rules cannot be read: {0}")]
    Unreadable(#[from] toml::de::Error),
    /// Two files of one language.
    #[error("there are two files of ask rules for `{0}`; merge them")]
    LanguageTwice(Language),
    /// More than `MAX_SETS`.
    #[error("the ask rules for `{0}` have more than {MAX_SETS} sets; merge some")]
    TooManySets(Language),
    /// More than `MAX_LANGUAGES`.
    #[error("there are ask rules for more than {MAX_LANGUAGES} languages; leave some out")]
    TooManyLanguages,
    /// Points or a weight that is no number or too great.
    #[error("`{weight}` in the ask rules for `{language}` must be a number from -{MAX_WEIGHT} to {MAX_WEIGHT}")]
    WeightOutOfRange {
        /// Whose rules.
        language: Language,
        /// As it is written.
        weight: String,
    },
    /// A line that is no pattern.
    #[error("`{line}` of `{rule}` in the ask rules for `{language}` cannot be read: {fault}")]
    LineUnreadable {
        /// Whose rules.
        language: Language,
        /// Which rule.
        rule: String,
        /// The line.
        line: String,
        /// What is wrong with it.
        fault: String,
    },
    /// No files at all.
    #[error("there are no ask rules; give the file of at least one language")]
    NoLanguage,
}

/// A file of rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) language: Language,
    /// Common words, by which the language is known.
    common: String,
    /// Letters and signs that hardly another language has.
    #[serde(default)]
    letters: String,
    #[serde(default)]
    marks: MarkLines,
    #[serde(default)]
    sets: BTreeMap<String, String>,
    #[serde(default)]
    feeling: FeelingLines,
    #[serde(default, rename = "rule")]
    rules: Vec<RuleLines>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct MarkLines {
    quoted: Vec<String>,
    forwarded: Vec<String>,
    heads: Vec<String>,
    signature: Vec<String>,
    closing: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct FeelingLines {
    words: BTreeMap<String, String>,
    phrases: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleLines {
    name: String,
    class: Class,
    points: f32,
    /// One pattern a line.
    any: String,
    /// Patterns that, in the same sentence, undo it.
    #[serde(default)]
    except: String,
    /// Whether a negation shortly before undoes it.
    #[serde(default)]
    negatable: bool,
    /// Whether it tells a machine's message.
    #[serde(default)]
    automatic: bool,
}

/// One rule.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: Arc<str>,
    pub(super) class: Class,
    pub(super) points: f32,
    pub(super) is_negatable: bool,
    pub(super) is_automatic: bool,
}

/// What a pattern is for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Owner {
    /// Evidence of a rule.
    Rule(usize),
    /// Undoes a rule.
    Except(usize),
    /// A phrase with a feeling of its own.
    Phrase(f32),
}

/// A pattern and what it is for.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) steps: Vec<Step>,
    pub(super) owner: Owner,
}

/// A pattern as the first word leads to it, with enough to know at a glance that it cannot fit.
#[derive(Debug)]
pub(super) struct Lead {
    pub(super) pattern: u32,
    /// Whether it begins a clause.
    is_at_start: bool,
    /// Of the word after the first, where there must be one: hashed into bits, and its sets.
    next: Option<(u64, u64)>,
}

impl Lead {
    fn new(pattern: u32, steps: &[Step]) -> Self {
        let is_at_start = steps.first() == Some(&Step::Start);
        let next = match steps.get(usize::from(is_at_start) + 1) {
            Some(Step::Word { symbols, sets }) => {
                Some((symbols.iter().fold(0, |bits, symbol| bits | word_bit(*symbol)), *sets))
            }
            Some(Step::Gap(_) | Step::Start | Step::End) | None => None,
        };
        Self { pattern, is_at_start, next }
    }

    /// Whether it may fit where the next word has these bits and sets; `false` is certain.
    pub(super) fn may_fit(&self, is_start: bool, next_bits: u64, next_sets: u64) -> bool {
        (is_start || !self.is_at_start)
            && self.next.is_none_or(|(bits, sets)| bits & next_bits != 0 || sets & next_sets != 0)
    }
}

fn word_bit(symbol: Symbol) -> u64 {
    if symbol == UNKNOWN { 0 } else { 1 << (symbol % 64) }
}

/// The bits of a word and its stems, as `Lead::may_fit` compares them.
pub(super) fn word_bits(token: &Token) -> u64 {
    token.stems.iter().fold(word_bit(token.symbol), |bits, stem| bits | word_bit(*stem))
}

/// What a language says of one symbol.
#[derive(Clone, Copy, Default, Debug)]
struct Entry {
    sets: u64,
    feeling: f32,
    /// The patterns that begin with it.
    first: u32,
    n: u32,
}

/// The bits of sets the code itself asks for.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct KnownSets {
    pub(super) negation: u64,
    pub(super) stronger: u64,
    pub(super) weaker: u64,
    pub(super) but: u64,
    pub(super) filler: u64,
}

/// The rules of one language, made ready.
#[derive(Debug)]
pub(super) struct Ruleset {
    pub(super) language: Language,
    pub(super) letters: Vec<char>,
    pub(super) rules: Vec<Rule>,
    pub(super) known: KnownSets,
    entries: Vec<Entry>,
    patterns: Vec<Pattern>,
    by_first: Vec<Lead>,
    /// Words that tell the language, and those its rules know.
    pub(super) common: Vec<Symbol>,
    pub(super) vocabulary: Vec<Symbol>,
}

impl Ruleset {
    /// What a symbol feels like by itself.
    pub(super) fn feeling(&self, token: &Token) -> f32 {
        let own = self.entry(token.symbol).feeling;
        if own != 0.0 || token.stems[0] == UNKNOWN {
            return own;
        }
        token.stems.iter().map(|stem| self.entry(*stem).feeling).find(|feeling| *feeling != 0.0).unwrap_or(0.0)
    }

    /// The sets a token belongs to.
    pub(super) fn sets(&self, token: &Token) -> u64 {
        let stems: [u64; MAX_STEMS] = token.stems.map(|stem| if stem == UNKNOWN { 0 } else { self.entry(stem).sets });
        stems.iter().fold(self.entry(token.symbol).sets, |all, sets| all | sets)
    }

    /// The patterns that begin with a symbol.
    pub(super) fn leads(&self, symbol: Symbol) -> &[Lead] {
        let entry = self.entry(symbol);
        self.by_first.get(entry.first as usize..(entry.first + entry.n) as usize).unwrap_or_default()
    }

    /// The pattern of a lead.
    pub(super) fn pattern(&self, lead: &Lead) -> &Pattern {
        &self.patterns[lead.pattern as usize]
    }

    /// Faces and pictures say nothing of the language.
    pub(super) fn forget_signs(&mut self, signs: &[Symbol]) {
        self.vocabulary.retain(|symbol| !signs.contains(symbol));
    }

    /// Takes over what faces and pictures mean from the rules of another language, where these say nothing of them.
    pub(super) fn take_signs(&mut self, signs: &[Symbol], other: &Self) {
        self.forget_signs(signs);
        for symbol in signs {
            let (feeling, at) = (other.entry(*symbol).feeling, *symbol as usize);
            if let Some(entry) = self.entries.get_mut(at).filter(|entry| entry.feeling == 0.0) {
                entry.feeling = feeling;
            }
        }
    }

    fn entry(&self, symbol: Symbol) -> Entry {
        self.entries.get(symbol as usize).copied().unwrap_or_default()
    }
}

/// Lines that are neither empty nor a comment.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Makes the rules of one language ready, teaching `words` its words.
pub(super) fn ruleset(file: File, words: &mut Words, marks: &mut Marks) -> Result<Ruleset, RulesError> {
    let File { language, common, letters, marks: mark_lines, sets, feeling, rules } = file;
    add_marks(mark_lines, marks);
    let mut maker = Maker {
        language,
        letters: letters.chars().filter(|c| !c.is_whitespace()).collect(),
        common: symbols(&common, words),
        members: Vec::new(),
        names: HashMap::new(),
        feelings: HashMap::new(),
        patterns: Vec::new(),
        rules: Vec::with_capacity(rules.len()),
    };
    for (name, list) in sets {
        maker.add_set(name, symbols(&list, words))?;
    }
    maker.add_feelings(&feeling.words, words)?;
    maker.add_phrases(&feeling.phrases, words)?;
    for rule in rules {
        maker.add_rule(rule, words)?;
    }
    Ok(maker.finish(words.len()))
}

fn add_marks(lines: MarkLines, marks: &mut Marks) {
    let pairs = [
        (&mut marks.quoted, lines.quoted),
        (&mut marks.forwarded, lines.forwarded),
        (&mut marks.heads, lines.heads),
        (&mut marks.signature, lines.signature),
        (&mut marks.closing, lines.closing),
    ];
    for (all, more) in pairs {
        all.extend(more.iter().map(|mark| folded(mark)));
    }
}

fn symbols(list: &str, words: &mut Words) -> Vec<Symbol> {
    list.split_whitespace().flat_map(|chunk| words.learn(chunk)).collect()
}

/// A ruleset in the making.
struct Maker {
    language: Language,
    letters: Vec<char>,
    common: Vec<Symbol>,
    /// The members of each set.
    members: Vec<Vec<Symbol>>,
    names: HashMap<String, u32>,
    feelings: HashMap<Symbol, f32>,
    patterns: Vec<Pattern>,
    rules: Vec<Rule>,
}

impl Maker {
    fn add_set(&mut self, name: String, members: Vec<Symbol>) -> Result<(), RulesError> {
        if self.members.len() == MAX_SETS {
            return Err(RulesError::TooManySets(self.language));
        }
        self.names.insert(name, self.members.len() as u32);
        self.members.push(members);
        Ok(())
    }

    fn weight(&self, weight: &str) -> Result<f32, RulesError> {
        let number = weight.parse::<f32>().ok().filter(|number| number.abs() <= MAX_WEIGHT);
        number.ok_or_else(|| RulesError::WeightOutOfRange { language: self.language, weight: weight.to_owned() })
    }

    fn add_rule(&mut self, lines: RuleLines, words: &mut Words) -> Result<(), RulesError> {
        let RuleLines { name, class, points, any, except, negatable, automatic } = lines;
        let points = self.weight(&points.to_string())?;
        let number = self.rules.len();
        self.add_patterns(&name, &any, Owner::Rule(number), words)?;
        self.add_patterns(&name, &except, Owner::Except(number), words)?;
        self.rules.push(Rule { name: name.into(), class, points, is_negatable: negatable, is_automatic: automatic });
        Ok(())
    }

    fn add_feelings(&mut self, lists: &BTreeMap<String, String>, words: &mut Words) -> Result<(), RulesError> {
        for (weight, list) in lists {
            let feeling = self.weight(weight)?;
            for chunk in list.split_whitespace() {
                if let [symbol] = words.learn(chunk)[..] {
                    self.feelings.insert(symbol, feeling);
                }
            }
        }
        let clear = |sign: f32| {
            let strong = self.feelings.iter().filter(move |(_, feeling)| CLEAR_FEELING <= **feeling * sign);
            strong.map(|(symbol, _)| *symbol).collect::<Vec<_>>()
        };
        let (good, bad) = (clear(1.0), clear(-1.0));
        self.add_set("good".to_owned(), good)?;
        self.add_set("bad".to_owned(), bad)
    }

    fn add_phrases(&mut self, lists: &BTreeMap<String, String>, words: &mut Words) -> Result<(), RulesError> {
        for (weight, list) in lists {
            let feeling = self.weight(weight)?;
            self.add_patterns("feeling.phrases", list, Owner::Phrase(feeling), words)?;
        }
        Ok(())
    }

    fn add_patterns(&mut self, rule: &str, text: &str, owner: Owner, words: &mut Words) -> Result<(), RulesError> {
        for line in lines(text) {
            let set_bit = |name: &str| self.names.get(name).copied();
            let patterns = pattern::patterns(line, words, &set_bit).map_err(|fault| RulesError::LineUnreadable {
                language: self.language,
                rule: rule.to_owned(),
                line: line.to_owned(),
                fault,
            })?;
            self.patterns.extend(patterns.into_iter().map(|steps| Pattern { steps, owner }));
        }
        Ok(())
    }

    /// The symbols a pattern may begin with.
    fn firsts(&self, pattern: &Pattern) -> Vec<Symbol> {
        let first = pattern.steps.iter().find_map(|step| match step {
            Step::Word { symbols, sets } => Some((symbols, *sets)),
            Step::Gap(_) | Step::Start | Step::End => None,
        });
        let Some((symbols, sets)) = first else { return Vec::new() };
        let members = self.members.iter().enumerate().filter(|(bit, _)| sets >> bit & 1 == 1);
        let mut all: Vec<Symbol> = symbols.iter().chain(members.flat_map(|(_, members)| members)).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn finish(self, n_symbols: usize) -> Ruleset {
        let mut entries = vec![Entry::default(); n_symbols];
        for (bit, members) in self.members.iter().enumerate() {
            for symbol in members {
                entries[*symbol as usize].sets |= 1 << bit;
            }
        }
        for (symbol, feeling) in &self.feelings {
            entries[*symbol as usize].feeling = *feeling;
        }
        let mut begins: Vec<(Symbol, u32)> = Vec::new();
        for (i, pattern) in self.patterns.iter().enumerate() {
            begins.extend(self.firsts(pattern).into_iter().map(|symbol| (symbol, i as u32)));
        }
        begins.sort_unstable();
        for (at, (symbol, _)) in begins.iter().enumerate() {
            let entry = &mut entries[*symbol as usize];
            if entry.n == 0 {
                entry.first = at as u32;
            }
            entry.n += 1;
        }
        let bit = |name: &str| self.names.get(name).map_or(0, |bit| 1 << bit);
        let known = KnownSets {
            negation: bit("negation"),
            stronger: bit("stronger"),
            weaker: bit("weaker"),
            but: bit("but"),
            filler: bit("filler"),
        };
        let by_first = begins.into_iter().map(|(_, i)| Lead::new(i, &self.patterns[i as usize].steps)).collect();
        let vocabulary = self.vocabulary();
        let Self { language, letters, common, patterns, rules, .. } = self;
        Ruleset { language, letters, rules, known, entries, patterns, by_first, common, vocabulary }
    }

    /// Every symbol that is a member of a set, has a feeling or stands in a pattern.
    fn vocabulary(&self) -> Vec<Symbol> {
        let steps = self.patterns.iter().flat_map(|pattern| &pattern.steps);
        let in_patterns = steps.flat_map(|step| match step {
            Step::Word { symbols, .. } => symbols.as_slice(),
            Step::Gap(_) | Step::Start | Step::End => &[],
        });
        let felt = self.feelings.keys().filter(|symbol| EXCLAMATION < **symbol);
        let mut all: Vec<Symbol> = in_patterns.chain(felt).chain(self.members.iter().flatten()).copied().collect();
        all.retain(|symbol| EXCLAMATION < *symbol);
        all.sort_unstable();
        all.dedup();
        all
    }
}
