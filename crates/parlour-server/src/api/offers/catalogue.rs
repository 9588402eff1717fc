//! Catalogues: what brands sell, imported and searched.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use parlour_doors::catalogue;
use parlour_engine::clock;
use parlour_store::product::Product;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use utoipa::{IntoParams, ToSchema};

use super::{OfBrand, held};
use crate::app::{App, State};
use crate::error::{ApiError, ErrorCode};
use crate::input::{Asking, At};

/// Products of a page.
const PAGE: i64 = 50;
/// Most rows of a file whose refusal is told.
const MAX_TOLD: usize = 1_000;

/// A product.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferProduct {
    /// Whose, `kind:id`.
    pub(crate) brand: String,
    pub(crate) id: String,
    pub(crate) name: String,
    /// Its page; may be empty.
    pub(crate) url: String,
    /// Where a picture of it is; nothing is loaded from there.
    pub(crate) image: String,
    /// Minor units of `currency`.
    pub(crate) price_minor: Option<i64>,
    pub(crate) currency: String,
    pub(crate) gtin: String,
    pub(crate) sku: String,
    /// When it was last imported, RFC 3339 UTC.
    pub(crate) changed_at: String,
}

impl From<Product> for OfferProduct {
    fn from(product: Product) -> Self {
        Self {
            brand: product.brand,
            id: product.id,
            name: product.name,
            url: product.url,
            image: product.image,
            price_minor: product.price_minor,
            currency: product.currency,
            gtin: product.gtin,
            sku: product.sku,
            changed_at: clock::rfc3339(product.changed_at),
        }
    }
}

/// Products by name.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferProducts {
    products: Vec<OfferProduct>,
    /// How many the brand has in all.
    n_products: i64,
    /// Where the next page begins.
    next: Option<String>,
}

/// Which products.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductSearch {
    /// `kind:id`.
    brand: String,
    /// Beginnings of words of the name, or of its numbers.
    #[serde(default)]
    q: String,
    /// From a page before this one.
    next: Option<String>,
}

/// What an import did.
#[derive(Serialize, ToSchema)]
pub(crate) struct CatalogueImport {
    n_new: u64,
    n_updated: u64,
    n_refused: usize,
    /// The first rows that are no products.
    refused: Vec<CatalogueRefusal>,
}

/// A row that is no product.
#[derive(Serialize, ToSchema)]
pub(crate) struct CatalogueRefusal {
    /// Its line, or its number where there are no lines.
    line: u64,
    id: String,
    reason: String,
}

/// Products of a brand whose words begin so, by name.
#[utoipa::path(
    get, path = "/api/v1/brand/catalogue", tag = "offers", params(ProductSearch),
    responses((status = 200, body = OfferProducts))
)]
pub(crate) async fn list_products(
    State(app): State<Arc<App>>,
    Asking(asked): Asking<ProductSearch>,
) -> Result<Json<OfferProducts>, ApiError> {
    let list = move |app: &App| {
        held(app, &asked.brand)?;
        let after = asked.next.as_deref().and_then(|next| next.split_once('\u{1f}')).unwrap_or_default();
        let mut found = app.engine.find_products((Some(&asked.brand), &asked.q), after, PAGE + 1)?;
        let has_more = PAGE < found.len() as i64;
        found.truncate(usize::try_from(PAGE).unwrap_or_default());
        let next = found.last().filter(|_| has_more).map(|last| format!("{}\u{1f}{}", last.name, last.id));
        let n_products = app.engine.count_products(&asked.brand)?;
        Ok(OfferProducts { products: found.into_iter().map(Into::into).collect(), n_products, next })
    };
    app.run(list).await.map(Json)
}

/// Imports a catalogue: the body is a CSV, a product feed, or schema.org Products. It may be sent again; nothing is removed.
#[utoipa::path(
    post, path = "/api/v1/brand/catalogue", tag = "offers", params(OfBrand),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = CatalogueImport))
)]
pub(crate) async fn import_catalogue(
    State(app): State<Arc<App>>,
    Asking(of): Asking<OfBrand>,
    body: Body,
) -> Result<Json<CatalogueImport>, ApiError> {
    held(&app, &of.brand)?;
    let most = app.engine.settings.offers.catalogue_bytes;
    let time = Duration::from_secs(app.engine.settings.media.upload_seconds);
    let Ok(bytes) = timeout(time, to_bytes(body, most)).await else {
        return Err(ApiError::new(ErrorCode::TooSlow, "the catalogue took too long to come; send it in parts"));
    };
    let bytes = bytes.map_err(|_| {
        let text = format!("a catalogue has at most {most} bytes at once (`offers.catalogue_bytes`); send it in parts");
        ApiError::new(ErrorCode::BodyTooLarge, text)
    })?;
    let import = move |app: &App| {
        let read = catalogue::read(&bytes).map_err(|why| ApiError::invalid("body", why))?;
        let done = app.engine.import_products(&of.brand, &read.products)?;
        let n_refused = read.refused.len();
        let told = read.refused.into_iter().take(MAX_TOLD);
        let refused = told.map(|row| CatalogueRefusal { line: row.line, id: row.id, reason: row.reason }).collect();
        Ok(CatalogueImport { n_new: done.n_new, n_updated: done.n_updated, n_refused, refused })
    };
    app.run(import).await.map(Json)
}

/// Takes a product out of a catalogue.
#[utoipa::path(
    delete, path = "/api/v1/brand/catalogue/{product}", tag = "offers", params(("product" = String, Path), OfBrand),
    responses((status = 204, description = "it is out"))
)]
pub(crate) async fn remove_product(
    State(app): State<Arc<App>>,
    At(product): At<String>,
    Asking(of): Asking<OfBrand>,
) -> Result<StatusCode, ApiError> {
    let remove = move |app: &App| {
        held(app, &of.brand)?;
        if app.engine.remove_product(&of.brand, &product)? {
            return Ok(StatusCode::NO_CONTENT);
        }
        Err(ApiError::not_found("there is no such product in this catalogue"))
    };
    app.run(remove).await
}
