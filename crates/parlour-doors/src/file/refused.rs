//! Refused records, written out so that they can be mended and imported again.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::Refused;

/// Writes refused records to one file and their reasons to another beside it, `<name>.reasons.csv`.
///
/// The first file is of the same format as the one that was read (JSON lines for Parquet), begins with its header and
/// can be mended and imported. A record of which only the beginning was kept stands in the reasons alone, since half
/// a record might be taken for a whole one.
pub struct RefusedFile {
    records: BufWriter<File>,
    reasons: BufWriter<File>,
    n_written: u64,
}

/// Where the reasons for the refusals in `path` are.
pub fn reasons_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".reasons.csv");
    PathBuf::from(name)
}

impl RefusedFile {
    /// Creates both files, replacing what was there.
    pub fn create(path: &Path, header: Option<&[u8]>) -> io::Result<Self> {
        let mut records = BufWriter::new(File::create(path)?);
        if let Some(header) = header {
            records.write_all(header)?;
            records.write_all(b"\n")?;
        }
        let mut reasons = BufWriter::new(File::create(reasons_path(path))?);
        reasons.write_all(b"line,reason,message\n")?;
        Ok(Self { records, reasons, n_written: 0 })
    }

    /// Adds one record, which began in this line of its file.
    pub fn write(&mut self, line: u64, refused: &Refused) -> io::Result<()> {
        let mut message = refused.flaw.to_string();
        if refused.is_cut {
            message.push_str("; only its beginning was kept, so mend it in the file it came from");
        } else {
            self.records.write_all(&refused.raw)?;
            self.records.write_all(b"\n")?;
        }
        self.n_written += 1;
        writeln!(self.reasons, "{line},{},{}", refused.flaw.code(), csv_cell(&message))
    }

    /// Writes everything to the disk. Returns how many records there were.
    pub fn finish(mut self) -> io::Result<u64> {
        for file in [&mut self.records, &mut self.reasons] {
            file.flush()?;
            file.get_ref().sync_all()?;
        }
        Ok(self.n_written)
    }
}

/// Writes refused records, each with the line it began in, as `RefusedFile` does. Returns how many there were.
pub fn write_refused<'a>(
    path: &Path,
    header: Option<&[u8]>,
    refused: impl IntoIterator<Item = (u64, &'a Refused)>,
) -> io::Result<u64> {
    let mut file = RefusedFile::create(path, header)?;
    for (line, refused) in refused {
        file.write(line, refused)?;
    }
    file.finish()
}

/// A text as a CSV cell that no spreadsheet takes for a formula.
fn csv_cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠']);
    let guard = if is_formula { "'" } else { "" };
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(csv_cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        for formula in ["+1", "-1", "@x", "\t=1", "\r=1", "\0=1", "＝1"] {
            assert!(csv_cell(formula).starts_with("\"'"), "{formula:?}");
        }
        assert_eq!(csv_cell("`=1` is no time"), "\"`=1` is no time\"");
        assert_eq!(csv_cell("a\nb"), "\"a b\"");
    }
}
