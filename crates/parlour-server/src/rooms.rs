//! Rooms over HTTP: members sign in themselves, furnish their walls and look into each other's rooms. Their session opens
//! nothing of the Desk, and the Desk's nothing here.

pub(crate) mod entering;
pub(crate) mod facts;
mod feed;
pub(crate) mod forgetting;
pub(crate) mod guard;
pub(crate) mod inviting;
mod json_ld;
pub(crate) mod known;
pub(crate) mod looking;
pub(crate) mod occasions;
pub(crate) mod offers;
pub(crate) mod own;
mod page;
pub(crate) mod passkeys;
pub(crate) mod people;
pub(crate) mod pictures;
mod placed;
pub(crate) mod tags;
pub(crate) mod taking;
pub(crate) mod wall;
pub(crate) mod wire;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, post, put};

use crate::app::App;

type Route = (&'static str, MethodRouter<Arc<App>>);

/// What anybody may ask; what they get depends on who they are.
fn open_routes() -> Vec<Route> {
    vec![
        ("/api/v1/room/sign-in", get(entering::list_room_sign_in_ways)),
        ("/api/v1/room/sign-in/mail", post(entering::send_room_link)),
        ("/api/v1/room/sign-in/passkey/challenge", post(passkeys::begin_room_passkey_sign_in)),
        ("/api/v1/room/sign-in/passkey", post(passkeys::sign_in_to_room_with_passkey)),
        ("/api/v1/room/session", post(entering::enter_room).delete(entering::leave_room)),
        ("/api/v1/receipts/{receipt}", get(forgetting::get_receipt)),
        ("/.well-known/gpc.json", get(forgetting::get_privacy_support)),
        ("/api/v1/room/search", get(looking::search_rooms)),
        ("/api/v1/room/rooms/{handle}", get(looking::look_into_room)),
        ("/api/v1/room/rooms/{handle}/frames/{frame}", get(looking::look_at_frame)),
        ("/api/v1/room/rooms/{handle}/albums/{album}", get(looking::look_at_album)),
        ("/api/v1/room/rooms/{handle}/facts", get(facts::list_facts_of_room)),
        ("/api/v1/room/rooms/{handle}/photos/{photo}/tags", get(tags::list_tags)),
    ]
}

/// What a member alone may ask, about what is theirs.
fn member_routes() -> Vec<Route> {
    vec![
        ("/api/v1/room/me", get(own::get_own_room).put(own::update_own_room)),
        ("/api/v1/room/me/handle", put(own::choose_handle)),
        ("/api/v1/room/me/mail", post(own::send_mail_proof)),
        ("/api/v1/room/me/claims", post(own::claim_history)),
        ("/api/v1/room/me/peeks", get(own::list_peeks)),
        ("/api/v1/room/me/sessions", get(own::list_room_sessions).delete(own::end_other_room_sessions)),
        ("/api/v1/room/me/sessions/{id}", delete(own::end_room_session)),
        ("/api/v1/room/me/passkeys", get(passkeys::list_room_passkeys).post(passkeys::add_room_passkey)),
        ("/api/v1/room/me/passkeys/challenge", post(passkeys::begin_room_passkey)),
        ("/api/v1/room/me/passkeys/{id}", delete(passkeys::remove_room_passkey)),
        ("/api/v1/room/known", get(known::get_known).delete(forgetting::erase_oneself)),
        ("/api/v1/room/known/places", get(known::list_known_places)),
        ("/api/v1/room/known/events", get(known::list_known_events)),
        ("/api/v1/room/known/why", get(known::explain_known)),
        ("/api/v1/room/known/consents/{purpose}", put(known::set_consent)),
        ("/api/v1/room/known/disputes", post(known::dispute_standing).delete(known::take_back_dispute)),
        ("/api/v1/room/known/disown", post(known::disown_id)),
        ("/api/v1/room/known/posts/{post}", put(known::correct_own_post)),
        ("/api/v1/room/known/download", get(taking::download_known)),
        ("/api/v1/room/frames", post(wall::hang_frame)),
        ("/api/v1/room/wall", post(wall::change_wall)),
        ("/api/v1/room/photos/{photo}", put(pictures::update_photo).delete(pictures::delete_photo)),
        ("/api/v1/room/albums", get(pictures::list_albums).post(pictures::create_album)),
        ("/api/v1/room/albums/{album}", put(pictures::update_album).delete(pictures::delete_album)),
        ("/api/v1/room/acquaintances", get(people::list_acquaintances).post(people::ask_acquaintance)),
        ("/api/v1/room/acquaintances/{handle}", put(people::accept_acquaintance).delete(people::end_acquaintance)),
        ("/api/v1/room/blocks/{handle}", put(people::block_member).delete(people::unblock_member)),
    ]
}

/// What brands offer a member, and what they make of it.
fn offer_routes() -> Vec<Route> {
    vec![
        ("/api/v1/room/offers", get(offers::list_offers)),
        ("/api/v1/room/offers/{set}/decline", post(offers::decline_offer)),
        ("/api/v1/room/placements", post(offers::place_image)),
        ("/api/v1/room/placements/{frame}/image", get(offers::download_image)),
        ("/api/v1/room/brands", get(offers::list_room_brands)),
        ("/api/v1/room/brands/{brand}/block", put(offers::block_brand).delete(offers::unblock_brand)),
        ("/api/v1/room/products", get(offers::suggest_products)),
        ("/api/v1/room/photos/{photo}/tags", post(tags::add_tag)),
        ("/api/v1/room/photos/{photo}/tags/{tag}", put(tags::update_tag).delete(tags::remove_tag)),
        ("/api/v1/room/facts", get(facts::list_facts).post(facts::add_fact)),
        ("/api/v1/room/facts/{fact}", put(facts::update_fact).delete(facts::remove_fact)),
        ("/api/v1/room/facts/{fact}/frame", post(facts::hang_fact)),
        ("/api/v1/room/occasions", get(occasions::list_room_occasions)),
        ("/api/v1/room/occasions/{occasion}/answer", put(occasions::answer_occasion)),
        ("/api/v1/room/occasions/{occasion}/frame", post(occasions::hang_occasion)),
    ]
}

/// Photos, whose bodies have a limit of their own.
fn photo_routes() -> Vec<Route> {
    let photos = get(pictures::list_photos).post(pictures::add_photo).layer(DefaultBodyLimit::disable());
    vec![("/api/v1/room/photos", photos)]
}

/// Pages for people, which no document describes.
fn page_routes() -> Vec<Route> {
    vec![
        ("/@{handle}", get(page::get_room)),
        ("/@{handle}/feed.atom", get(feed::get_feed)),
        ("/@{handle}/frames/{frame}", get(page::get_frame)),
        ("/@{handle}/albums/{album}", get(page::get_album)),
        ("/@{handle}/knock", post(page::knock)),
        ("/rooms", get(page::find_rooms)),
        ("/rooms/wall.css", get(page::get_style)),
    ]
}

/// Every path that the document tells of.
#[cfg(test)]
pub(crate) fn paths() -> Vec<&'static str> {
    [open_routes(), member_routes(), offer_routes(), photo_routes()]
        .concat()
        .into_iter()
        .map(|(path, _)| path)
        .collect()
}

/// All routes of rooms.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let guard = from_fn_with_state(Arc::clone(app), guard::require_member);
    let own = [member_routes(), offer_routes(), photo_routes()].concat().into_iter();
    // By method, so that one that is not taken is told so to everybody.
    let own = own.map(|(path, methods)| (path, methods.route_layer(guard.clone())));
    let all = own.chain(open_routes()).chain(page_routes());
    all.fold(Router::new(), |router, (path, methods)| router.route(path, methods))
}
