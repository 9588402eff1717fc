//! The API's description: generated from the handlers, the same text every time.

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, PathItem, Ref, RefOr, Response, ResponseBuilder, Schema};
use utoipa::{Modify, OpenApi};

use crate::access::COOKIE;
use crate::api::{
    account, accounts, alerts, arrivals, asks, audiences, audit, cohorts, definitions, deliveries, engaged, erasures,
    fediverse, files, growth, health, hooks, jobs, leaving, links, matrix, media, mentions, merges, metrics, models,
    names, offers, oidc, passkeys, people, person, person_rooms, questions, rejected, rejected_file, responses, sample,
    saved_answers, session, settings, sign_in, sources, sql, staff, talks, threads, timeline, today, unsubscribe,
    webhooks, why, wire, workspace,
};
use crate::doors::{self, native};
use crate::error::Failure;
use crate::rooms;

const SCHEME: &str = "session";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Parlour",
        description = "The Desk: who is engaged, how, and in which direction they are moving. Days are UTC; money is \
            in minor units; numbers in sentences come with the query of the list that makes them.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        health::get_liveness,
        metrics::get_metrics,
        media::get_media,
        offers::list_brands,
        offers::sets::list_sets,
        offers::sets::create_set,
        offers::sets::update_set,
        offers::sets::end_set,
        offers::sets::add_set_image,
        offers::sets::describe_set_image,
        offers::sets::remove_set_image,
        offers::sets::ask_to_hang,
        offers::sets::get_hung,
        offers::catalogue::list_products,
        offers::catalogue::import_catalogue,
        offers::catalogue::remove_product,
        offers::occasions::list_occasions,
        offers::occasions::create_occasion,
        offers::occasions::update_occasion,
        offers::occasions::cancel_occasion,
        offers::occasions::get_answers,
        offers::occasions::get_calendar,
        offers::occasions::get_calendar_of_brand,
        offers::said::get_said,
        rooms::offers::list_offers,
        rooms::offers::decline_offer,
        rooms::offers::place_image,
        rooms::offers::download_image,
        rooms::offers::list_room_brands,
        rooms::offers::block_brand,
        rooms::offers::unblock_brand,
        rooms::offers::suggest_products,
        rooms::tags::list_tags,
        rooms::tags::add_tag,
        rooms::tags::update_tag,
        rooms::tags::remove_tag,
        rooms::known::get_known,
        rooms::known::list_known_places,
        rooms::known::list_known_events,
        rooms::known::explain_known,
        rooms::known::set_consent,
        rooms::known::dispute_standing,
        rooms::known::take_back_dispute,
        rooms::known::disown_id,
        rooms::known::correct_own_post,
        rooms::taking::download_known,
        rooms::forgetting::erase_oneself,
        rooms::forgetting::get_receipt,
        rooms::forgetting::get_privacy_support,
        rooms::facts::list_facts,
        rooms::facts::list_facts_of_room,
        rooms::facts::add_fact,
        rooms::facts::update_fact,
        rooms::facts::remove_fact,
        rooms::facts::hang_fact,
        rooms::occasions::list_room_occasions,
        rooms::occasions::answer_occasion,
        rooms::occasions::hang_occasion,
        session::get_session,
        session::create_session,
        session::delete_session,
        sign_in::list_sign_in_ways,
        sign_in::sign_in_with_password,
        sign_in::send_sign_in_link,
        sign_in::look_at_invitation,
        sign_in::take_invitation_up,
        account::get_account,
        account::update_account,
        account::set_password,
        account::end_session,
        account::end_other_sessions,
        account::remove_passkey,
        oidc::go_to_provider,
        oidc::come_from_provider,
        passkeys::begin_passkey,
        passkeys::add_passkey,
        passkeys::begin_passkey_sign_in,
        passkeys::sign_in_with_passkey,
        staff::list_staff,
        staff::invite_staff,
        staff::invite_staff_again,
        staff::update_staff,
        staff::disable_staff,
        staff::enable_staff,
        audit::list_audit,
        audit::export_audit,
        workspace::get_workspace,
        sample::create_sample,
        jobs::get_job,
        jobs::cancel_job,
        today::get_today,
        engaged::list_engaged,
        fediverse::find_actor,
        fediverse::get_actor,
        fediverse::get_collection,
        fediverse::get_note,
        fediverse::take_activity,
        growth::get_growth,
        matrix::get_matrix,
        leaving::get_leaving,
        leaving::list_quadrants,
        models::get_models,
        accounts::get_accounts,
        cohorts::get_cohorts,
        audiences::list_audiences,
        audiences::create_audience,
        audiences::update_audience,
        audiences::delete_audience,
        definitions::get_definitions,
        definitions::get_person_definitions,
        people::list_people,
        person::get_person,
        erasures::erase_person,
        erasures::list_erasures,
        person_rooms::list_person_rooms,
        timeline::list_timeline,
        why::explain_standing,
        links::undo_link,
        links::redo_link,
        links::force_link,
        links::unforce_link,
        merges::list_merges,
        merges::get_ids,
        sql::run_sql,
        sql::get_progress,
        sql::get_schema,
        questions::list_questions,
        questions::create_question,
        questions::update_question,
        questions::delete_question,
        alerts::list_alerts,
        alerts::see_alerts,
        alerts::see_alert,
        asks::list_asks,
        asks::count_asks,
        asks::search_asks,
        asks::export_corrections,
        asks::watch_asks,
        talks::classify_saying,
        talks::note_talk,
        mentions::list_mentions,
        threads::get_thread,
        threads::reply_in_thread,
        threads::close_thread,
        threads::add_note,
        threads::assign_thread,
        threads::snooze_thread,
        threads::merge_thread,
        threads::keep_draft,
        threads::hold_thread,
        threads::let_thread_go,
        threads::take_back_reply,
        threads::correct_post,
        files::get_file,
        files::get_page,
        responses::get_responses,
        responses::get_reciprocity,
        saved_answers::list_saved_answers,
        saved_answers::create_saved_answer,
        saved_answers::delete_saved_answer,
        hooks::list_hooks,
        hooks::create_hook,
        hooks::update_hook,
        hooks::delete_hook,
        hooks::test_hook,
        deliveries::list_deliveries,
        deliveries::replay_delivery,
        unsubscribe::ask_to_unsubscribe,
        unsubscribe::end_digest,
        health::get_health,
        rejected::list_rejected,
        rejected::count_rejected,
        rejected_file::export_rejected,
        rejected::replay_all_rejected,
        rejected::delete_all_rejected,
        rejected::get_rejected,
        rejected::mend_rejected,
        rejected::delete_rejected,
        rejected::replay_rejected,
        settings::get_settings,
        sources::list_sources,
        sources::create_source,
        sources::get_source,
        sources::update_source,
        sources::revoke_source,
        sources::rotate_source,
        webhooks::take_webhook,
        webhooks::try_webhook,
        arrivals::list_arrivals,
        arrivals::watch_arrivals,
        names::list_names,
        names::map_name,
        names::unmap_name,
        rooms::entering::list_room_sign_in_ways,
        rooms::entering::send_room_link,
        rooms::entering::enter_room,
        rooms::entering::leave_room,
        rooms::passkeys::list_room_passkeys,
        rooms::passkeys::begin_room_passkey,
        rooms::passkeys::add_room_passkey,
        rooms::passkeys::remove_room_passkey,
        rooms::passkeys::begin_room_passkey_sign_in,
        rooms::passkeys::sign_in_to_room_with_passkey,
        rooms::looking::look_into_room,
        rooms::looking::look_at_frame,
        rooms::looking::look_at_album,
        rooms::looking::search_rooms,
        rooms::own::get_own_room,
        rooms::own::update_own_room,
        rooms::own::choose_handle,
        rooms::own::send_mail_proof,
        rooms::own::claim_history,
        rooms::own::list_peeks,
        rooms::own::list_room_sessions,
        rooms::own::end_room_session,
        rooms::own::end_other_room_sessions,
        rooms::wall::hang_frame,
        rooms::wall::change_wall,
        rooms::pictures::add_photo,
        rooms::pictures::list_photos,
        rooms::pictures::update_photo,
        rooms::pictures::delete_photo,
        rooms::pictures::list_albums,
        rooms::pictures::create_album,
        rooms::pictures::update_album,
        rooms::pictures::delete_album,
        rooms::people::list_acquaintances,
        rooms::people::ask_acquaintance,
        rooms::people::accept_acquaintance,
        rooms::people::end_acquaintance,
        rooms::people::block_member,
        rooms::people::unblock_member,
        rooms::inviting::invite_member,
        native::create_events,
        native::get_event_schema,
    ),
    // Those that only parameters speak of are not found by themselves.
    components(schemas(
        Failure,
        wire::AccountPart,
        matrix::Destination,
        merges::MergeState,
        cohorts::Counted,
        cohorts::MadeBy,
        people::Order,
        people::Sort,
        rejected_file::FileFormat,
        wire::Base,
        wire::Change,
        wire::Direction,
        wire::Layer,
        wire::Quadrant,
        wire::Flow,
        wire::PeriodFlow,
        wire::Stage,
    )),
    modifiers(&Common),
)]
struct Document;

/// What all operations have in common: a session, and one shape of errors.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        if let Some(components) = document.components.as_mut() {
            let cookie = ApiKeyValue::with_description(COOKIE, "set by `create_session`");
            components.add_security_scheme(SCHEME, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
            let cookie = ApiKeyValue::with_description(rooms::guard::COOKIE, "set by `enter_room`");
            components.add_security_scheme("room", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        }
        doors::describe(&mut document.paths);
        let schemas = document.components.iter_mut().flat_map(|components| components.schemas.values_mut());
        for schema in schemas {
            require_all(schema);
        }
        document.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>(SCHEME, [])]);
        for operation in document.paths.paths.values_mut().flat_map(operations) {
            operation.responses.responses.insert("default".to_owned(), RefOr::T(failure()));
        }
    }
}

/// Every field is always there, also where its value is null; what is asked has no field that may be left out.
fn require_all(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => object.required = object.properties.keys().cloned().collect(),
        RefOr::T(Schema::AllOf(all)) => all.items.iter_mut().for_each(require_all),
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.get, &mut path.post, &mut path.put, &mut path.delete].into_iter().flatten()
}

fn failure() -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Failure"))).build();
    ResponseBuilder::new().description("what went wrong").content("application/json", content).build()
}

/// The OpenAPI document as JSON that people can read; `openapi.json` at the root of the repository is this text.
pub fn openapi() -> String {
    let mut text = Document::openapi().to_pretty_json().expect("the document has only shapes that JSON has");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    fn references<'a>(value: &'a serde_json::Value, found: &mut BTreeSet<&'a str>) {
        if let Some(reference) = value.get("$ref").and_then(serde_json::Value::as_str) {
            found.insert(reference);
        }
        let inside = value.as_object().into_iter().flat_map(|map| map.values());
        for value in inside.chain(value.as_array().into_iter().flatten()) {
            references(value, found);
        }
    }

    #[test]
    fn nothing_is_referred_to_that_is_not_there() {
        let document: serde_json::Value = serde_json::from_str(&super::openapi()).unwrap();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 20, "{found:?}");
        for reference in found {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
    }

    /// The schemas read serde's names at compile time, which fails silently where a macro wraps them.
    #[test]
    fn words_are_told_as_they_are_written() {
        let document: serde_json::Value = serde_json::from_str(&super::openapi()).unwrap();
        let words = |name: &str| document["components"]["schemas"][name]["enum"].clone();
        let written: Vec<crate::api::wire::Stage> = serde_json::from_value(words("Stage")).unwrap();
        assert_eq!(written.len(), parlour_core::standing::Stage::ALL.len());
        let written: Vec<crate::api::wire::Of> = serde_json::from_value(words("Of")).unwrap();
        assert_eq!(written.len(), parlour_core::why::Of::ALL.len());
    }
}
