//! `parlour classify`: what texts ask and feel, and how well the rules do on labelled ones. Needs no data folder.

use std::io::{self, BufRead, Read, Write};
use std::path::Path;

use anyhow::Context;
use parlour_core::ask::{Class, Classifier, DEFAULT, Finding, Kind, Language};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::cli::{Classify, Plain};
use crate::output::Output;

/// Longest line of input, in bytes.
const MAX_LINE_BYTES: u64 = 1 << 20;

/// One line out.
#[derive(Serialize)]
struct Row<'a> {
    text: &'a str,
    #[serde(flatten)]
    finding: Finding,
}

/// One line in, where it is JSON.
#[derive(Deserialize)]
struct Given {
    text: String,
    language: Option<Language>,
}

/// One labelled line.
#[derive(Deserialize)]
struct Labelled {
    text: String,
    class: Class,
    kind: Kind,
    language: Language,
}

pub(crate) fn classify(options: &Classify, out: &mut Output) -> anyhow::Result<()> {
    let classifier = classifier(options)?;
    if let Some(file) = &options.score {
        return score(&classifier, file, out);
    }
    if options.texts.is_empty() {
        anyhow::bail!("no text is given; write one in quotes, or `-` to read lines");
    }
    for text in &options.texts {
        if text == "-" {
            lines(&classifier, options, out)?;
        } else {
            print(&classifier, options, (text, None), out)?;
        }
    }
    out.flush()?;
    Ok(())
}

/// The rules that are compiled in, or those of the files given.
fn classifier(options: &Classify) -> anyhow::Result<Classifier> {
    let read =
        |path| std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", Path::display(path)));
    let files: Vec<String> = options.rules.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    let texts: Vec<&str> = if files.is_empty() { DEFAULT.to_vec() } else { files.iter().map(String::as_str).collect() };
    let classifier = Classifier::new(texts)?;
    if let Some(language) = options.language
        && !classifier.languages().any(|known| known == language)
    {
        let known: Vec<String> = classifier.languages().map(|language| language.to_string()).collect();
        anyhow::bail!("there are no rules for language `{language}`; there are for {}", known.join(", "));
    }
    Ok(classifier)
}

/// Classifies each line of standard input: a text, or an object with a `text`.
fn lines(classifier: &Classifier, options: &Classify, out: &mut Output) -> anyhow::Result<()> {
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        anyhow::ensure!(
            (line.len() as u64) < MAX_LINE_BYTES,
            "line {number} is longer than {MAX_LINE_BYTES} bytes; shorten it"
        );
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        if let Ok(object) = serde_json::from_str::<Map<String, Value>>(text) {
            let given: Given = serde_json::from_value(Value::Object(object))
                .with_context(|| format!("line {number} is an object that needs a `text` and perhaps a `language`"))?;
            print(classifier, options, (&given.text, given.language), out)?;
        } else {
            print(classifier, options, (text, None), out)?;
        }
    }
    Ok(())
}

fn print(
    classifier: &Classifier,
    options: &Classify,
    (text, language): (&str, Option<Language>),
    out: &mut Output,
) -> anyhow::Result<()> {
    let finding = classifier.classify(text, options.language.or(language));
    match options.format {
        Plain::Json => {
            serde_json::to_writer(&mut *out, &Row { text, finding }).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        Plain::Text => {
            let (class, kind) = (out.bold(finding.class.name()), finding.kind.symbol());
            let language = finding.language.map_or("language unknown".to_owned(), |language| language.to_string());
            let automatic = if finding.is_automatic { ", written by a machine" } else { "" };
            writeln!(out, "{class}, kind {kind} ({:+.2}), {language}{automatic}: {text}", finding.feeling)?;
            for reason in &finding.because {
                writeln!(out, "  {} {:+}, {}: `{}`", reason.class, reason.points, reason.rule, reason.words)?;
            }
        }
    }
    Ok(())
}

/// How often each class was meant and found.
#[derive(Default)]
struct Tally {
    meant: [u32; Class::ALL.len()],
    found: [u32; Class::ALL.len()],
    both: [u32; Class::ALL.len()],
}

/// Prints precision and recall per class over a file of labelled lines.
fn score(classifier: &Classifier, file: &Path, out: &mut Output) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("`{}` cannot be read", file.display()))?;
    let mut tally = Tally::default();
    let (mut n, mut n_kinds, mut n_languages) = (0_u32, 0_u32, 0_u32);
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let labelled: Labelled = serde_json::from_str(line)
            .with_context(|| format!("line {} needs `text`, `class`, `kind` and `language`", at + 1))?;
        let finding = classifier.classify(&labelled.text, None);
        tally.meant[labelled.class as usize] += 1;
        tally.found[finding.class as usize] += 1;
        tally.both[labelled.class as usize] += u32::from(labelled.class == finding.class);
        n += 1;
        n_kinds += u32::from(finding.kind == labelled.kind);
        n_languages += u32::from(finding.language == Some(labelled.language));
    }
    anyhow::ensure!(0 < n, "`{}` has no labelled lines", file.display());
    let part = |some: u32, all: u32| if all == 0 { 0.0 } else { f64::from(some) / f64::from(all) };
    let (mut rows, mut sum) = (Vec::new(), 0.0);
    for class in Class::ALL {
        let at = class as usize;
        let (precision, recall) = (part(tally.both[at], tally.found[at]), part(tally.both[at], tally.meant[at]));
        let f1 = part(2 * tally.both[at], tally.found[at] + tally.meant[at]);
        sum += f1;
        let numbers = [precision, recall, f1].map(|number| format!("{number:.3}"));
        rows.push([vec![class.name().to_owned(), tally.meant[at].to_string()], numbers.to_vec()].concat());
    }
    out.table(&["class", "texts", "precision", "recall", "F1"], &rows)?;
    let n_right = tally.both.iter().sum();
    writeln!(out, "macro F1 {:.3}, accuracy {:.3} over {n} texts", sum / Class::ALL.len() as f64, part(n_right, n))?;
    writeln!(out, "kind right {:.3}, language right {:.3}", part(n_kinds, n), part(n_languages, n))?;
    out.flush()?;
    Ok(())
}
