//! Catalogues at work: imports that may be repeated, and search by the beginnings of words.

use parlour_store::StoreError;
use parlour_store::product::{self, Product};

use super::brand_checked;
use crate::engine::Engine;
use crate::{EngineError, clock};

/// Most words of a product that it is found by.
const MAX_WORDS: usize = 40;
/// Longest word, in characters; what is longer is found by its beginning.
const MAX_WORD_CHARS: usize = 40;
/// Products of one transaction.
const BATCH: usize = 1_000;
/// Most words of a search.
const MAX_SOUGHT: usize = 8;

/// A product as a file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of `Product`")]
pub struct Offered {
    pub id: String,
    pub name: String,
    pub url: String,
    pub image: String,
    pub price: Option<(i64, String)>,
    pub gtin: String,
    pub sku: String,
}

/// A row of a file that is no product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// Its line, or its number where there are no lines.
    pub line: u64,
    /// The id it had, if it had one.
    pub id: String,
    /// What is wrong with it.
    pub reason: String,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Products that are new.
    pub n_new: u64,
    /// Products that were there and are now as the file has them.
    pub n_updated: u64,
}

impl Engine {
    /// Takes products into a brand's catalogue; those that are there already become as they are here, so that the same file
    /// may come again. Nothing is removed.
    pub fn import_products(&self, brand: &str, products: &[Offered]) -> Result<Imported, EngineError> {
        brand_checked(brand)?;
        let (now, most) = (clock::now(), self.settings.offers.max_products);
        let mut imported = Imported::default();
        for batch in products.chunks(BATCH) {
            let batch: Vec<Product> = batch.iter().map(|offered| product_of(brand, offered, now)).collect();
            let done = self.database.write(move |conn| {
                let mut done = Imported::default();
                for product in &batch {
                    let is_new = product::put(conn, product, &words_of(product))?;
                    done.n_new += u64::from(is_new);
                    done.n_updated += u64::from(!is_new);
                }
                if most < product::count(conn, None)? {
                    let why = format!("catalogues hold at most {most} products (`offers.max_products`)");
                    return Err(StoreError::Aborted(why));
                }
                Ok(done)
            });
            let done = done.map_err(|error| super::given_up(error.into()))?;
            imported.n_new += done.n_new;
            imported.n_updated += done.n_updated;
        }
        Ok(imported)
    }

    /// Products of a brand, or of all, in which every word of a text begins one, by name; with after which to go on.
    pub fn find_products(
        &self,
        (brand, text): (Option<&str>, &str),
        after: (&str, &str),
        most: i64,
    ) -> Result<Vec<Product>, EngineError> {
        let mut sought = split(text);
        sought.truncate(MAX_SOUGHT);
        Ok(self.database.read(|conn| product::search(conn, (brand, &sought), (after, most)))?)
    }

    /// One product.
    pub fn product(&self, brand: &str, id: &str) -> Result<Option<Product>, EngineError> {
        Ok(self.database.read(|conn| product::get(conn, brand, id))?)
    }

    /// How many products a brand has.
    pub fn count_products(&self, brand: &str) -> Result<i64, EngineError> {
        Ok(self.database.read(|conn| product::count(conn, Some(brand)))?)
    }

    /// Takes a product out of a catalogue; tags that name it keep what they say.
    pub fn remove_product(&self, brand: &str, id: &str) -> Result<bool, EngineError> {
        let (brand, id) = (brand.to_owned(), id.to_owned());
        Ok(self.database.write(move |conn| product::delete(conn, &brand, &id))?)
    }
}

fn product_of(brand: &str, offered: &Offered, now: i64) -> Product {
    let offered = offered.clone();
    let (price_minor, currency) = offered.price.unzip();
    Product {
        brand: brand.to_owned(),
        id: offered.id,
        name: offered.name,
        url: offered.url,
        image: offered.image,
        price_minor,
        currency: currency.unwrap_or_default(),
        gtin: offered.gtin,
        sku: offered.sku,
        changed_at: now,
    }
}

/// The words a product is found by: of its name and its numbers.
fn words_of(product: &Product) -> Vec<String> {
    let mut words = split(&product.name);
    words.extend([&product.id, &product.gtin, &product.sku].into_iter().flat_map(|text| split(text)));
    words.sort_unstable();
    words.dedup();
    words.truncate(MAX_WORDS);
    words
}

/// Words in lower case: letters and digits of any script that stand together.
fn split(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word.to_lowercase().chars().take(MAX_WORD_CHARS).collect()).collect()
}
