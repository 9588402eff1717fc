//! What people say of a brand in their rooms: tags that everybody may see, and facts in totals.

use std::sync::Arc;

use axum::Json;
use parlour_store::member;
use serde::Serialize;
use utoipa::ToSchema;

use super::{OfBrand, ToldPart, ToldTotal, held, parts_of};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::Asking;

/// What people say.
#[derive(Serialize, ToSchema)]
pub(crate) struct BrandSaid {
    /// Tags that everybody may see, what was changed last first.
    tags: Vec<SaidTag>,
    /// How many people name the brand among their facts.
    n_people: ToldTotal,
    /// What it is to them, as far as it is the same to many.
    labels: Vec<ToldPart>,
    /// How many say something else.
    n_others: i64,
    /// Those who let the brand know.
    people: Vec<SaidFact>,
}

/// A tag.
#[derive(Serialize, ToSchema)]
pub(crate) struct SaidTag {
    handle: String,
    name: String,
    photo: String,
    label: String,
    product: String,
    rating: Option<i64>,
    review: String,
    bought_at: String,
    why: String,
    price_minor: Option<i64>,
    currency: String,
}

/// What the brand is to somebody.
#[derive(Serialize, ToSchema)]
pub(crate) struct SaidFact {
    handle: Option<String>,
    name: String,
    label: String,
}

/// What people say of a brand in their rooms, as far as their doors let everybody see it.
#[utoipa::path(
    get, path = "/api/v1/brand/said", tag = "offers", params(OfBrand), responses((status = 200, body = BrandSaid))
)]
pub(crate) async fn get_said(
    State(app): State<Arc<App>>,
    Asking(of): Asking<OfBrand>,
) -> Result<Json<BrandSaid>, ApiError> {
    let told = move |app: &App| {
        held(app, &of.brand)?;
        let tags = app.engine.tags_of_brand(&of.brand)?.into_iter().map(|open| SaidTag {
            handle: open.handle,
            name: open.member_name,
            photo: open.tag.photo,
            label: open.tag.label,
            product: open.tag.product,
            rating: open.tag.rating,
            review: open.tag.review,
            bought_at: open.tag.bought_at,
            why: open.tag.why,
            price_minor: open.tag.price_minor,
            currency: open.tag.currency,
        });
        let tags: Vec<SaidTag> = tags.collect();
        let facts = app.engine.facts_of_brand(&of.brand)?;
        let ids: Vec<String> = facts.told.iter().map(|(member, _)| member.clone()).collect();
        let members = app.engine.database.read(|conn| member::of_ids(conn, &ids))?;
        let person = |(id, label): &(String, String)| {
            let member = members.iter().find(|member| member.id == *id)?;
            Some(SaidFact { handle: member.handle.clone(), name: member.name.clone(), label: label.clone() })
        };
        Ok(BrandSaid {
            tags,
            n_people: facts.n_people.into(),
            labels: parts_of(facts.labels),
            n_others: facts.n_others,
            people: facts.told.iter().filter_map(person).collect(),
        })
    };
    app.run(told).await.map(Json)
}
