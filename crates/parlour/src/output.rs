//! Printing: to a terminal with a little colour, to a file or pipe without.

use std::io::{self, IsTerminal, Write};

/// Standard output.
pub(crate) struct Output {
    out: io::BufWriter<io::Stdout>,
    is_colourful: bool,
}

/// Whether a stream is a terminal.
pub(crate) fn is_colourful(stream: &impl IsTerminal) -> bool {
    stream.is_terminal()
}

/// Whether the reader of our output went away, which is no fault.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

/// Tells what went wrong, in one line.
pub(crate) fn complain(error: &anyhow::Error) {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    let mark = if is_colourful(&io::stderr()) { "\x1b[31merror:\x1b[0m" } else { "error:" };
    let _ = writeln!(io::stderr(), "{mark} {text}");
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { out: io::BufWriter::new(io::stdout()), is_colourful: io::stdout().is_terminal() }
    }

    /// The text, bold on a terminal.
    pub(crate) fn bold(&self, text: &str) -> String {
        if self.is_colourful { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Prints a value as JSON.
    pub(crate) fn json(&mut self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        // As an error of the stream, so that a closed pipe is known for what it is.
        serde_json::to_writer_pretty(&mut self.out, value).map_err(io::Error::from)?;
        writeln!(self.out)?;
        Ok(())
    }

    /// Prints rows in columns; columns of numbers are set to the right.
    pub(crate) fn table(&mut self, heads: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        let width = |i: usize| {
            let cells = rows.iter().map(|row| row[i].chars().count());
            cells.chain([heads[i].chars().count()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..heads.len()).map(width).collect();
        let is_number = |i: usize| {
            rows.iter()
                .all(|row| row[i].chars().all(|c| c.is_ascii_digit() || ",.-–%".contains(c)) || row[i].is_empty())
        };
        let numbers: Vec<bool> = (0..heads.len()).map(is_number).collect();
        let heads: Vec<String> = heads.iter().map(|&head| head.to_owned()).collect();
        for row in std::iter::once(&heads).chain(rows) {
            let cells = row.iter().enumerate().map(|(i, cell)| {
                let gap = " ".repeat(widths[i].saturating_sub(cell.chars().count()));
                if numbers[i] { format!("{gap}{cell}") } else { format!("{cell}{gap}") }
            });
            writeln!(self.out, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
