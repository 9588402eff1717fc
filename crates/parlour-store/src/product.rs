//! Products of brands' catalogues, and the words by which they are found.

use std::fmt::Write;

use crate::rows::one_int;
use crate::{Conn, Row, StoreError, Value};

/// One product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// Whose, `kind:id`.
    pub brand: String,
    /// What the brand calls it; nothing else of the brand is called the same.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its page.
    pub url: String,
    /// Where a picture of it is; nothing is loaded from there.
    pub image: String,
    /// What it costs, minor units.
    pub price_minor: Option<i64>,
    /// Of which currency; empty without a price.
    pub currency: String,
    /// Its number in world trade.
    pub gtin: String,
    /// Its number in the brand's stock.
    pub sku: String,
    /// When it was last imported, microseconds UTC.
    pub changed_at: i64,
}

const COLUMNS: &str = "brand, id, name, url, image, price_minor, currency, gtin, sku, changed_at";

/// Keeps a product as it now is, found by these words; returns whether it is new.
pub fn put(conn: &mut dyn Conn, product: &Product, words: &[String]) -> Result<bool, StoreError> {
    let known = "SELECT COUNT(*) FROM product WHERE brand = $1 AND id = $2";
    let name = || -> [Value; 2] { [product.brand.as_str().into(), product.id.as_str().into()] };
    let is_new = one_int(conn, known, &name())? == 0;
    let sql = format!(
        "INSERT INTO product ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (brand, id) DO UPDATE SET name = excluded.name, url = excluded.url, image = excluded.image, \
         price_minor = excluded.price_minor, currency = excluded.currency, gtin = excluded.gtin, sku = excluded.sku, \
         changed_at = excluded.changed_at"
    );
    let mut params = name().to_vec();
    params.extend::<[Value; 8]>([
        product.name.as_str().into(),
        product.url.as_str().into(),
        product.image.as_str().into(),
        product.price_minor.into(),
        product.currency.as_str().into(),
        product.gtin.as_str().into(),
        product.sku.as_str().into(),
        product.changed_at.into(),
    ]);
    conn.execute(&sql, &params)?;
    if !is_new {
        conn.execute("DELETE FROM product_word WHERE brand = $1 AND product = $2", &name())?;
    }
    for word in words {
        let sql = "INSERT INTO product_word (word, brand, product) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        conn.execute(sql, &[word.as_str().into(), product.brand.as_str().into(), product.id.as_str().into()])?;
    }
    Ok(is_new)
}

/// One product of a brand.
pub fn get(conn: &mut dyn Conn, brand: &str, id: &str) -> Result<Option<Product>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM product WHERE brand = $1 AND id = $2");
    conn.query(&sql, &[brand.into(), id.into()])?.into_iter().next().map(of_row).transpose()
}

/// Products in whose words each of `beginnings` begins one, by name and id after `after`; of one brand, or of all. Without
/// beginnings, all products.
pub fn search(
    conn: &mut dyn Conn,
    (brand, beginnings): (Option<&str>, &[String]),
    (after, most): ((&str, &str), i64),
) -> Result<Vec<Product>, StoreError> {
    let mut params: Vec<Value> = Vec::new();
    let mut sql = format!("SELECT {COLUMNS} FROM product WHERE");
    let next = |params: &mut Vec<Value>, value: Value| {
        params.push(value);
        format!("${}", params.len())
    };
    for beginning in beginnings {
        let (from, to) = (next(&mut params, beginning.as_str().into()), next(&mut params, after_all(beginning).into()));
        write!(
            sql,
            " EXISTS (SELECT 1 FROM product_word w WHERE w.word >= {from} AND w.word < {to} AND w.brand = product.brand \
             AND w.product = product.id) AND"
        )
        .expect("a String takes any text");
    }
    if let Some(brand) = brand {
        let brand = next(&mut params, brand.into());
        write!(sql, " brand = {brand} AND").expect("a String takes any text");
    }
    let (name, same) = (next(&mut params, after.0.into()), next(&mut params, after.0.into()));
    let id = next(&mut params, after.1.into());
    let most = next(&mut params, most.into());
    write!(sql, " (name > {name} OR (name = {same} AND id > {id})) ORDER BY name, id LIMIT {most}")
        .expect("a String takes any text");
    conn.query(&sql, &params)?.into_iter().map(of_row).collect()
}

/// What sorts after everything that begins so.
fn after_all(beginning: &str) -> String {
    format!("{beginning}\u{10ffff}")
}

/// How many products a brand has, or all have.
pub fn count(conn: &mut dyn Conn, brand: Option<&str>) -> Result<i64, StoreError> {
    match brand {
        Some(brand) => one_int(conn, "SELECT COUNT(*) FROM product WHERE brand = $1", &[brand.into()]),
        None => one_int(conn, "SELECT COUNT(*) FROM product", &[]),
    }
}

/// Takes a product out of the catalogue; returns whether it was there.
pub fn delete(conn: &mut dyn Conn, brand: &str, id: &str) -> Result<bool, StoreError> {
    conn.execute("DELETE FROM product_word WHERE brand = $1 AND product = $2", &[brand.into(), id.into()])?;
    Ok(conn.execute("DELETE FROM product WHERE brand = $1 AND id = $2", &[brand.into(), id.into()])? != 0)
}

fn of_row(mut row: Row) -> Result<Product, StoreError> {
    Ok(Product {
        brand: row.take_text(0)?,
        id: row.take_text(1)?,
        name: row.take_text(2)?,
        url: row.take_text(3)?,
        image: row.take_text(4)?,
        price_minor: row.opt_int(5)?,
        currency: row.take_text(6)?,
        gtin: row.take_text(7)?,
        sku: row.take_text(8)?,
        changed_at: row.get_int(9)?,
    })
}
