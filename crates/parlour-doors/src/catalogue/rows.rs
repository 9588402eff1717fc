//! Rows of a table: names of columns in whatever case, and what is beneath them.

/// Names in lower case and their texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(pub(super) Vec<(String, String)>);

impl Fields {
    /// The first of these that has a text.
    pub(super) fn first(&self, names: &[&str]) -> &str {
        let text = |name: &&str| self.0.iter().find(|(known, text)| known == name && !text.trim().is_empty());
        names.iter().find_map(text).map_or("", |(_, text)| text.trim())
    }
}

/// The rows of a text whose first line names its columns, with their lines.
pub(super) fn of_table(text: &str) -> Result<Vec<(u64, Fields)>, String> {
    let head = text.lines().next().unwrap_or_default();
    let most = |c: char| head.matches(c).count();
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|c| most(char::from(*c))).unwrap_or(b',');
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(true).from_reader(text.as_bytes());
    let unread = |error: csv::Error| format!("it cannot be read as a table: {error}");
    let names: Vec<String> = reader.headers().map_err(unread)?.iter().map(name_of).collect();
    if !names.iter().any(|name| matches!(name.as_str(), "id" | "item_id" | "product_id" | "sku")) {
        let found = names.join("`, `");
        return Err(format!("its first line must name the columns, among them `id` and `title`; found `{found}`"));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unread)?;
        let line = record.position().map_or(0, csv::Position::line);
        let fields = names.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
        rows.push((line, Fields(fields)));
    }
    Ok(rows)
}

/// `g:image link` and `Image_Link` are one column.
fn name_of(text: &str) -> String {
    let text = text.trim().trim_start_matches('\u{feff}').to_lowercase();
    text.strip_prefix("g:").unwrap_or(&text).replace([' ', '-'], "_")
}
