//! Catalogues of brands as they come: CSV, the product feeds of Google (tab-separated, RSS, Atom), and schema.org Products
//! in JSON-LD, by itself or in a page. What a row lacks is said with its line; the others are taken.

mod markup;
mod money;
mod rows;
mod schema_org;

use parlour_engine::offers::catalogue::{Offered, RefusedRow};

use rows::Fields;

/// Longest id and number, name, and address, in bytes.
const MAX_ID_BYTES: usize = 200;
const MAX_NAME_BYTES: usize = 500;
const MAX_URL_BYTES: usize = 2_000;

/// What a file has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Products, in the order of the file; the last of an id counts.
    pub products: Vec<Offered>,
    /// Rows that are none, with their line or number.
    pub refused: Vec<RefusedRow>,
}

/// Reads a file of whichever kind it is, or says why it is none.
pub fn read(bytes: &[u8]) -> Result<Reading, String> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let found = match text.as_bytes().first() {
        None => return Err("the file is empty".to_owned()),
        Some(b'{' | b'[') => schema_org::of_json(text)?,
        Some(b'<') if markup::is_feed(text) => markup::of_feed(text),
        Some(b'<') => schema_org::of_page(text),
        Some(_) => rows::of_table(text)?,
    };
    if found.is_empty() {
        let kinds = "a CSV with the columns `id` and `title`, a product feed, or schema.org Products in JSON-LD";
        return Err(format!("there are no products in it; send {kinds}"));
    }
    let mut reading = Reading::default();
    for (line, fields) in found {
        match offered(&fields) {
            Ok(product) => reading.products.push(product),
            Err(reason) => {
                reading.refused.push(RefusedRow { line, id: fields.first(&["id"]).to_owned(), reason });
            }
        }
    }
    Ok(reading)
}

/// The product of a row, or what is wrong with it.
fn offered(fields: &Fields) -> Result<Offered, String> {
    let sku = fields.first(&["sku", "mpn"]);
    let id = [fields.first(&["id", "item_id", "product_id", "productid"]), sku].into_iter().find(|id| !id.is_empty());
    let id = checked("id", id.ok_or("it has no `id`")?, MAX_ID_BYTES)?;
    let name = checked("title", fields.first(&["title", "name"]), MAX_NAME_BYTES)?;
    if name.is_empty() {
        return Err("it has no `title`".to_owned());
    }
    let price = money::price(
        fields.first(&["price", "lowprice"]),
        fields.first(&["currency", "price_currency", "pricecurrency"]),
    )?;
    Ok(Offered {
        id,
        name,
        url: address("link", fields.first(&["link", "url", "product_url"]))?,
        image: address("image_link", fields.first(&["image_link", "image", "image_url"]))?,
        price,
        gtin: gtin(fields.first(&["gtin", "gtin13", "gtin14", "gtin12", "gtin8", "ean", "upc", "barcode"]))?,
        sku: checked("sku", sku, MAX_ID_BYTES)?,
    })
}

fn checked(field: &str, text: &str, most: usize) -> Result<String, String> {
    let text = text.trim();
    if most < text.len() || text.chars().any(char::is_control) {
        return Err(format!("`{field}` has at most {most} bytes, and no control characters"));
    }
    Ok(text.to_owned())
}

/// An address of the web, and of nothing else: it will stand in links.
fn address(field: &str, text: &str) -> Result<String, String> {
    let text = checked(field, text, MAX_URL_BYTES)?;
    let is_odd = |c: char| c.is_whitespace() || "<>\"'`\\".contains(c);
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    if text.is_empty() || (is_web && !text.contains(is_odd)) {
        return Ok(text);
    }
    Err(format!("`{field}` is no address that begins with `https://`"))
}

/// A number of world trade, whose last digit follows from the others.
fn gtin(text: &str) -> Result<String, String> {
    let digits: Vec<u32> = text.chars().filter(|c| !matches!(c, ' ' | '-')).filter_map(|c| c.to_digit(10)).collect();
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 0 { *digit } else { digit * 3 }).sum();
    let is_long = matches!(digits.len(), 8 | 12..=14);
    let is_number = text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-'));
    if !is_long || !is_number || !sum.is_multiple_of(10) {
        return Err(format!("`gtin` {} is none: it has 8, 12, 13 or 14 digits, the last of which checks", text.trim()));
    }
    Ok(digits.iter().map(u32::to_string).collect())
}

#[cfg(test)]
mod tests;
