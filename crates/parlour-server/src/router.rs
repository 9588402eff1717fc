//! The router: every path of the API and what is passed on the way to it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, delete, get, post, put};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::timeout::TimeoutLayer;

use crate::api::{
    account, accounts, alerts, arrivals, asks, audiences, audit, cohorts, definitions, deliveries, engaged, erasures,
    fediverse, files, growth, health, hooks, jobs, leaving, links, matrix, media, mentions, merges, metrics, models,
    names, offers, oidc, passkeys, people, person, person_rooms, questions, rejected, rejected_file, responses, sample,
    saved_answers, session, settings, sign_in, sources, sql, staff, talks, threads, timeline, today, unsubscribe,
    webhooks, why, workspace,
};
use crate::app::App;
use crate::{access, ahead, border, doors, rooms, ui};

type Route = (&'static str, MethodRouter<Arc<App>>);

/// What anybody may ask.
fn open_routes() -> Vec<Route> {
    vec![
        ("/healthz", get(health::get_liveness)),
        ("/metrics", get(metrics::get_metrics)),
        ("/media/{token}", get(media::get_media)),
        ("/occasions/{occasion}/calendar.ics", get(offers::occasions::get_calendar)),
        ("/brands/{brand}/occasions.ics", get(offers::occasions::get_calendar_of_brand)),
        ("/in/{source}", post(webhooks::take_webhook).layer(webhooks::body_limit())),
        ("/.well-known/webfinger", get(fediverse::find_actor)),
        ("/fediverse/{name}", get(fediverse::get_actor)),
        ("/fediverse/{name}/inbox", post(fediverse::take_activity).layer(fediverse::body_limit())),
        ("/fediverse/{name}/{collection}", get(fediverse::get_collection)),
        ("/fediverse/{name}/notes/{note}", get(fediverse::get_note)),
        ("/unsubscribe/{token}", get(unsubscribe::ask_to_unsubscribe).post(unsubscribe::end_digest)),
        ("/api/v1/session", get(session::get_session).post(session::create_session).delete(session::delete_session)),
        ("/api/v1/sign-in", get(sign_in::list_sign_in_ways)),
        ("/api/v1/sign-in/password", post(sign_in::sign_in_with_password)),
        ("/api/v1/sign-in/passkey/challenge", post(passkeys::begin_passkey_sign_in)),
        ("/api/v1/sign-in/passkey", post(passkeys::sign_in_with_passkey)),
        ("/api/v1/sign-in/oidc", get(oidc::go_to_provider)),
        ("/api/v1/sign-in/oidc/back", get(oidc::come_from_provider)),
        ("/api/v1/sign-in/mail", post(sign_in::send_sign_in_link)),
        ("/api/v1/sign-in/invitation", post(sign_in::look_at_invitation).put(sign_in::take_invitation_up)),
    ]
}

/// What only whoever is signed in may ask.
fn closed_routes() -> Vec<Route> {
    vec![
        ("/api/v1/workspace", get(workspace::get_workspace)),
        ("/api/v1/sample", post(sample::create_sample)),
        ("/api/v1/jobs/{id}", get(jobs::get_job).delete(jobs::cancel_job)),
        ("/api/v1/today", get(today::get_today)),
        ("/api/v1/engaged", get(engaged::list_engaged)),
        ("/api/v1/growth", get(growth::get_growth)),
        ("/api/v1/matrix", get(matrix::get_matrix)),
        ("/api/v1/leaving", get(leaving::get_leaving)),
        ("/api/v1/quadrants", get(leaving::list_quadrants)),
        ("/api/v1/models", get(models::get_models)),
        ("/api/v1/accounts", get(accounts::get_accounts)),
        ("/api/v1/cohorts", get(cohorts::get_cohorts)),
        ("/api/v1/audiences", get(audiences::list_audiences).post(audiences::create_audience)),
        ("/api/v1/audiences/{id}", put(audiences::update_audience).delete(audiences::delete_audience)),
        ("/api/v1/definitions", get(definitions::get_definitions)),
        ("/api/v1/people", get(people::list_people)),
        ("/api/v1/people/{person}", get(person::get_person).delete(erasures::erase_person)),
        ("/api/v1/erasures", get(erasures::list_erasures)),
        ("/api/v1/people/{person}/definitions", get(definitions::get_person_definitions)),
        ("/api/v1/people/{person}/timeline", get(timeline::list_timeline)),
        ("/api/v1/people/{person}/why", get(why::explain_standing)),
        ("/api/v1/links/undo", post(links::undo_link)),
        ("/api/v1/links/redo", post(links::redo_link)),
        ("/api/v1/links/force", post(links::force_link)),
        ("/api/v1/links/unforce", post(links::unforce_link)),
        ("/api/v1/merges", get(merges::list_merges)),
        ("/api/v1/people/{person}/ids", get(merges::get_ids)),
        ("/api/v1/people/{person}/rooms", get(person_rooms::list_person_rooms)),
        ("/api/v1/sql", post(sql::run_sql)),
        ("/api/v1/sql/progress", get(sql::get_progress)),
        ("/api/v1/sql/schema", get(sql::get_schema)),
        ("/api/v1/questions", get(questions::list_questions).post(questions::create_question)),
        ("/api/v1/questions/{id}", put(questions::update_question).delete(questions::delete_question)),
        ("/api/v1/alerts", get(alerts::list_alerts)),
        ("/api/v1/alerts/seen", post(alerts::see_alerts)),
        ("/api/v1/alerts/{id}/seen", post(alerts::see_alert)),
        ("/api/v1/health", get(health::get_health)),
        ("/api/v1/settings", get(settings::get_settings)),
    ]
}

/// Asks and conversations, for whoever is signed in.
fn ask_routes() -> Vec<Route> {
    vec![
        ("/api/v1/asks", get(asks::list_asks)),
        ("/api/v1/asks/counts", get(asks::count_asks)),
        ("/api/v1/asks/search", get(asks::search_asks)),
        ("/api/v1/asks/corrections", get(asks::export_corrections)),
        ("/api/v1/asks/stream", get(asks::watch_asks)),
        ("/api/v1/asks/classify", post(talks::classify_saying)),
        ("/api/v1/talks", post(talks::note_talk)),
        ("/api/v1/threads/{thread}", get(threads::get_thread)),
        ("/api/v1/threads/{thread}/reply", post(threads::reply_in_thread)),
        ("/api/v1/threads/{thread}/close", post(threads::close_thread)),
        ("/api/v1/threads/{thread}/notes", post(threads::add_note)),
        ("/api/v1/threads/{thread}/assignee", put(threads::assign_thread)),
        ("/api/v1/threads/{thread}/snooze", put(threads::snooze_thread)),
        ("/api/v1/threads/{thread}/merge", post(threads::merge_thread)),
        ("/api/v1/threads/{thread}/draft", put(threads::keep_draft)),
        ("/api/v1/threads/{thread}/hold", put(threads::hold_thread).delete(threads::let_thread_go)),
        ("/api/v1/replies/{id}", delete(threads::take_back_reply)),
        ("/api/v1/posts/{post}/correction", put(threads::correct_post)),
        ("/api/v1/posts/{post}/files/{place}", get(files::get_file)),
        ("/api/v1/posts/{post}/page", get(files::get_page)),
        ("/api/v1/responses", get(responses::get_responses)),
        ("/api/v1/reciprocity", get(responses::get_reciprocity)),
        ("/api/v1/saved-answers", get(saved_answers::list_saved_answers).post(saved_answers::create_saved_answer)),
        ("/api/v1/saved-answers/{id}", delete(saved_answers::delete_saved_answer)),
    ]
}

/// What is behind Settings, for whoever is signed in.
fn settings_routes() -> Vec<Route> {
    vec![
        ("/api/v1/sources", get(sources::list_sources).post(sources::create_source)),
        ("/api/v1/sources/{id}", get(sources::get_source).put(sources::update_source).delete(sources::revoke_source)),
        ("/api/v1/sources/{id}/rotate", post(sources::rotate_source)),
        ("/api/v1/sources/{id}/try", post(webhooks::try_webhook)),
        ("/api/v1/sources/{id}/mentions", get(mentions::list_mentions)),
        ("/api/v1/sources/{id}/tail", get(arrivals::list_arrivals)),
        ("/api/v1/sources/{id}/tail/stream", get(arrivals::watch_arrivals)),
        ("/api/v1/rejected", get(rejected::list_rejected)),
        ("/api/v1/rejected/counts", get(rejected::count_rejected)),
        ("/api/v1/rejected/export", get(rejected_file::export_rejected)),
        ("/api/v1/rejected/replay", post(rejected::replay_all_rejected)),
        ("/api/v1/rejected/delete", post(rejected::delete_all_rejected)),
        (
            "/api/v1/rejected/{id}",
            get(rejected::get_rejected).put(rejected::mend_rejected).delete(rejected::delete_rejected),
        ),
        ("/api/v1/rejected/{id}/replay", post(rejected::replay_rejected)),
        ("/api/v1/hooks", get(hooks::list_hooks).post(hooks::create_hook)),
        ("/api/v1/hooks/{id}", put(hooks::update_hook).delete(hooks::delete_hook)),
        ("/api/v1/hooks/{id}/test", post(hooks::test_hook)),
        ("/api/v1/deliveries", get(deliveries::list_deliveries)),
        ("/api/v1/deliveries/{id}/replay", post(deliveries::replay_delivery)),
        ("/api/v1/names", get(names::list_names)),
        ("/api/v1/names/{name}", put(names::map_name).delete(names::unmap_name)),
    ]
}

/// The people of the Desk and what they did, and one's own account.
fn staff_routes() -> Vec<Route> {
    vec![
        ("/api/v1/staff", get(staff::list_staff).post(staff::invite_staff)),
        ("/api/v1/staff/{handle}", put(staff::update_staff)),
        ("/api/v1/staff/{handle}/invitation", post(staff::invite_staff_again)),
        ("/api/v1/staff/{handle}/disable", post(staff::disable_staff)),
        ("/api/v1/staff/{handle}/enable", post(staff::enable_staff)),
        ("/api/v1/audit", get(audit::list_audit)),
        ("/api/v1/audit/export", get(audit::export_audit)),
        ("/api/v1/members/invitations", post(rooms::inviting::invite_member)),
        ("/api/v1/account", get(account::get_account).put(account::update_account)),
        ("/api/v1/account/password", put(account::set_password)),
        ("/api/v1/account/sessions/{id}", delete(account::end_session)),
        ("/api/v1/account/sessions/end-others", post(account::end_other_sessions)),
        ("/api/v1/account/passkeys/challenge", post(passkeys::begin_passkey)),
        ("/api/v1/account/passkeys", post(passkeys::add_passkey)),
        ("/api/v1/account/passkeys/{id}", delete(account::remove_passkey)),
    ]
}

/// What brands offer people's rooms.
fn offer_routes() -> Vec<Route> {
    use offers::{catalogue, occasions, said, sets};
    vec![
        ("/api/v1/brand/brands", get(offers::list_brands)),
        ("/api/v1/brand/sets", get(sets::list_sets).post(sets::create_set)),
        ("/api/v1/brand/sets/{set}", put(sets::update_set).delete(sets::end_set)),
        ("/api/v1/brand/sets/{set}/hung", get(sets::get_hung)),
        ("/api/v1/brand/sets/{set}/ask", post(sets::ask_to_hang)),
        ("/api/v1/brand/sets/{set}/images", post(sets::add_set_image).layer(DefaultBodyLimit::disable())),
        ("/api/v1/brand/sets/{set}/images/{image}", put(sets::describe_set_image).delete(sets::remove_set_image)),
        (
            "/api/v1/brand/catalogue",
            get(catalogue::list_products).post(catalogue::import_catalogue).layer(DefaultBodyLimit::disable()),
        ),
        ("/api/v1/brand/catalogue/{product}", delete(catalogue::remove_product)),
        ("/api/v1/brand/occasions", get(occasions::list_occasions).post(occasions::create_occasion)),
        ("/api/v1/brand/occasions/{occasion}", put(occasions::update_occasion)),
        ("/api/v1/brand/occasions/{occasion}/cancel", post(occasions::cancel_occasion)),
        ("/api/v1/brand/occasions/{occasion}/answers", get(occasions::get_answers)),
        ("/api/v1/brand/said", get(said::get_said)),
    ]
}

fn with(router: Router<Arc<App>>, routes: Vec<Route>) -> Router<Arc<App>> {
    routes.into_iter().fold(router, |router, (path, methods)| router.route(path, methods))
}

/// The whole server as one service: the API, the pages, and everything around them.
pub fn router(app: Arc<App>) -> Router {
    let settings = &app.engine.settings.server;
    let request_time = Duration::from_secs(settings.request_seconds.max(1));
    let body_limit = DefaultBodyLimit::max(settings.max_body_bytes);
    let signed_in = from_fn_with_state(Arc::clone(&app), access::require_session);
    let closed = [closed_routes(), ask_routes(), settings_routes(), staff_routes(), offer_routes()].concat();
    let noted = from_fn_with_state(Arc::clone(&app), ahead::note);
    let closed = with(Router::new(), closed).route_layer(noted).route_layer(signed_in);
    let finish = from_fn_with_state(Arc::clone(&app), border::finish);
    let smaller = DefaultPredicate::new().and(NotForContentType::const_new("font/"));
    let desk = with(closed, open_routes())
        .merge(rooms::routes(&app))
        .fallback(ui::get_page)
        .layer(body_limit)
        .layer(from_fn(access::require_same_origin))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, request_time))
        .layer(finish.clone())
        .layer(CompressionLayer::new().compress_when(smaller));
    // Programs that send events have neither session nor origin, and need none of what pages need.
    desk.merge(doors::routes().layer(finish)).with_state(app)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_has_every_path_and_no_other() {
        let document: serde_json::Value = serde_json::from_str(&crate::openapi()).unwrap();
        let told: BTreeSet<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        let (open, closed) = (
            open_routes(),
            [closed_routes(), ask_routes(), settings_routes(), staff_routes(), offer_routes()].concat(),
        );
        let desk = open.iter().chain(&closed).map(|(path, _)| *path);
        let routed: BTreeSet<&str> = desk.chain(doors::paths()).chain(rooms::paths()).collect();
        assert_eq!(told, routed);
    }
}
