//! What brands offer people's rooms, as the Desk sees to it: sets of images, catalogues, occasions, and what became of them.
//! Whoever sees some brands only is held to them here, by the brand of what is asked about.

pub(crate) mod catalogue;
pub(crate) mod occasions;
pub(crate) mod said;
pub(crate) mod sets;

use std::sync::Arc;

use axum::Json;
use parlour_engine::clock;
use parlour_engine::offers::Brand;
use parlour_engine::offers::totals::Total;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{App, State};
use crate::error::ApiError;

/// A brand.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct OfferBrand {
    /// `kind:id`.
    pub(crate) name: String,
    pub(crate) title: String,
}

impl From<Brand> for OfferBrand {
    fn from(brand: Brand) -> Self {
        Self { name: brand.name, title: brand.title }
    }
}

/// Brands, by title.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferBrands {
    pub(crate) brands: Vec<OfferBrand>,
}

/// How many people there are, as far as it may be told: one of the three.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct ToldTotal {
    /// So many.
    n: Option<i64>,
    /// Some, and fewer than this.
    fewer_than: Option<i64>,
    /// These, whom one sees by name, and perhaps a few more.
    at_least: Option<i64>,
}

impl From<Total> for ToldTotal {
    fn from(total: Total) -> Self {
        let none = Self { n: None, fewer_than: None, at_least: None };
        match total {
            Total::Exactly(n) => Self { n: Some(n), ..none },
            Total::FewerThan(k) => Self { fewer_than: Some(k), ..none },
            Total::AtLeast(n) => Self { at_least: Some(n), ..none },
        }
    }
}

/// Those who are the same in something.
#[derive(Serialize, ToSchema)]
pub(crate) struct ToldPart {
    value: String,
    n: i64,
}

pub(crate) fn parts_of(parts: Vec<(String, i64)>) -> Vec<ToldPart> {
    parts.into_iter().map(|(value, n)| ToldPart { value, n }).collect()
}

/// Of which brand.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfBrand {
    /// `kind:id`.
    pub(crate) brand: String,
}

/// Whether whoever asks may see to a brand; another is not there for them.
pub(crate) fn held(app: &App, brand: &str) -> Result<(), ApiError> {
    let may = app.within().is_none_or(|within| within.iter().any(|one| one == brand));
    if may { Ok(()) } else { Err(ApiError::not_found(format!("there is no brand `{brand}` that you see to"))) }
}

/// The brands whoever asks may see to.
#[utoipa::path(get, path = "/api/v1/brand/brands", tag = "offers", responses((status = 200, body = OfferBrands)))]
pub(crate) async fn list_brands(State(app): State<Arc<App>>) -> Result<Json<OfferBrands>, ApiError> {
    let list = |app: &App| {
        let brands = app.engine.brands(app.within())?;
        Ok(OfferBrands { brands: brands.into_iter().map(Into::into).collect() })
    };
    app.run(list).await.map(Json)
}

/// A time of the wire, microseconds UTC.
pub(crate) fn micros_of(path: &str, text: &str) -> Result<i64, ApiError> {
    clock::micros(text).ok_or_else(|| ApiError::invalid(path, "must be a time such as `2026-05-01T09:00:00Z`"))
}
