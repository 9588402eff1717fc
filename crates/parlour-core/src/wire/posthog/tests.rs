//! Tests of PostHog's bodies, with what each of the SDKs does differently.

use super::super::Limits;
use super::super::tests::{NOW, SECOND, told, within};
use super::*;

const UUID: &str = "0190b2f0-7d5c-7a7b-8000-0123456789ab";

fn check(body: &str, expected: &str) {
    let decoded = within(Limits::default(), |context| decode(body.as_bytes(), None, context).unwrap());
    assert_eq!(told(&decoded), expected, "{body}");
}

#[test]
fn a_batch_of_the_python_sdk() {
    check(
        &format!(
            r#"{{"batch":[
        {{"properties":{{"a":1,"$set":{{"email":"A@b.c"}},"$set_once":{{"x":1}},"$lib":"posthog-python","$is_server":true}},"timestamp":"2026-11-21T19:35:28.557746+00:00","distinct_id":"u1","event":"signed_up","uuid":"m1"}},
        {{"event":"$set","distinct_id":"u1","$set":{{"plan":"pro","email":"b@b.c"}},"properties":{{}},"uuid":"m2"}},
        {{"event":"$create_alias","distinct_id":"anon1","properties":{{"distinct_id":"anon1","alias":"u1"}},"uuid":"m3"}},
        {{"event":"$create_alias","distinct_id":"u1","properties":{{"alias":"{UUID}"}},"uuid":"m4"}},
        {{"event":"$groupidentify","properties":{{"$group_type":"company","$group_key":"acme"}},"distinct_id":"{UUID}","uuid":"m5"}},
        {{"event":"anon_event","properties":{{"$process_person_profile":false}},"distinct_id":"{UUID}","uuid":"m6"}}],
        "historical_migration":false,"sent_at":"2026-11-21T20:00:00+00:00","api_key":"phc_KEY"}}"#
        ),
        &format!(
            "user:u1=email:a@b.c joined brand:acme #m1\n\
             user:u1=email:b@b.c identified brand:acme unscored #m2\n\
             user:anon1=user:u1 identified brand:acme unscored #m3\n\
             user:u1=user:{UUID}=anonymous:{UUID} identified brand:acme unscored #m4\n\
             nobody:7 joined group:acme unscored #m5\n\
             nobody:7 did:anon_event brand:acme unscored #m6"
        ),
    );
}

#[test]
fn browsers_say_who_is_anonymous() {
    for (properties, expected) in [
        (r#""$device_id":"d","$lib":"web""#, "anonymous:d"),
        (r#""$device_id":"other","$lib":"web""#, "user:d"),
        (r#""$is_identified":false"#, "anonymous:d"),
        (r#""$process_person_profile":false,"$lib":"web""#, "anonymous:d"),
        (r#""$process_person_profile":false,"$device_id":"x""#, "anonymous:d"),
    ] {
        let body = format!(r#"[{{"event":"sneezed","distinct_id":"d","properties":{{"token":"k",{properties}}}}}]"#);
        check(&body, &format!("{expected} did:sneezed brand:acme"));
    }
    check(
        r#"{"event":"$identify","properties":{"distinct_id":"u","$anon_distinct_id":"a","$device_id":"a"},"$set":{"email":"X@y.z"}}"#,
        "user:u=anonymous:a=user:a=email:x@y.z identified brand:acme unscored",
    );
    check(
        r#"{"event":"$identify","distinct_id":"u","properties":{"$anon_distinct_id":"u"}}"#,
        "user:u=anonymous:u identified brand:acme unscored",
    );
}

#[test]
fn ids_of_any_type() {
    for (id, expected) in [("7", "user:7"), ("[1]", "user:[1]"), ("true", "user:true"), (r#"" a ""#, "user:a")] {
        check(&format!(r#"{{"event":"e","distinct_id":{id}}}"#), &format!("{expected} did:e brand:acme"));
    }
    for id in ["null", "\"\"", "\"null\""] {
        check(&format!(r#"{{"event":"e","distinct_id":{id}}}"#), "refused id_missing distinct_id");
    }
}

#[test]
fn what_browsers_send_of_their_own_accord() {
    for (event, properties, expected) in [
        ("$pageview", r#""$current_url":"https://x.org/a/b?c","$lib":"web""#, "viewed brand:acme @page:/a/b"),
        ("$pageview", r#""$pathname":"/p""#, "viewed brand:acme @page:/p"),
        ("$screen", r#""$screen_name":"Home""#, "viewed brand:acme @screen:Home mobile"),
        ("$autocapture", r#""$event_type":"click""#, "clicked brand:acme"),
        ("$autocapture", r#""$event_type":"change""#, "did:$autocapture brand:acme unscored"),
        ("$pageleave", r#""$prev_pageview_duration":12.7"#, "did:$pageleave brand:acme unscored"),
        ("$feature_flag_called", r#""a":1"#, "did:$feature_flag_called brand:acme unscored"),
        ("Order Completed", r#""revenue":5,"products":[{"sku":"s"}]"#, "bought product:s<brand:acme 500 USD"),
        ("sneezed", r#""$lib":"posthog-ios""#, "did:sneezed brand:acme mobile"),
        ("sneezed", r#""$lib":"web","$os":"Android""#, "did:sneezed brand:acme"),
    ] {
        let body = format!(r#"{{"event":"{event}","distinct_id":"u","properties":{{{properties}}}}}"#);
        check(&body, &format!("user:u {expected}"));
    }
}

#[test]
fn the_newer_body_has_options() {
    check(
        &format!(
            r#"{{"created_at":"2026-11-21T20:00:00Z","batch":[{{"event":"e","uuid":"m","distinct_id":"{UUID}",
            "timestamp":"2026-11-21T19:00:00Z","options":{{"process_person_profile":false}},"properties":{{}}}}]}}"#
        ),
        "nobody:7 did:e brand:acme unscored #m",
    );
}

#[test]
fn clocks_that_are_off_are_corrected() {
    let time = |body: &str, sent_at: Option<i64>| {
        let decoded = within(Limits::default(), |context| decode(body.as_bytes(), sent_at, context).unwrap());
        (decoded.events[0].at, decoded.events[0].said_at)
    };
    let event = r#"{"event":"e","distinct_id":"u","timestamp":"2026-11-21T18:00:00Z"}"#;
    let corrected = (NOW - 5 * SECOND, Some(NOW - 7200 * SECOND));
    assert_eq!(time(&format!(r#"{{"batch":[{event}],"sent_at":"2026-11-21T18:00:05Z"}}"#), None), corrected);
    assert_eq!(time(&format!("[{event}]"), Some(NOW - 7195 * SECOND)), corrected);
    let migrated = format!(r#"{{"batch":[{event}],"sent_at":"2026-11-21T18:00:05Z","historical_migration":true}}"#);
    assert_eq!(time(&migrated, None), (NOW - 7200 * SECOND, None));
    assert_eq!(time(r#"{"event":"e","distinct_id":"u","offset":3000}"#, None), (NOW - 3 * SECOND, None));
    check(r#"{"event":"e","distinct_id":"u","timestamp":"soon"}"#, "refused unreadable timestamp");
}

#[test]
fn keys_are_not_kept() {
    let body = r#"{"event":"e","distinct_id":"u","api_key":"SECRET","properties":{"token":"SECRET","a":1}}"#;
    let decoded = within(Limits::default(), |context| decode(body.as_bytes(), None, context).unwrap());
    assert_eq!(decoded.events[0].extra.as_deref(), Some(r#"{"event":"e","distinct_id":"u","properties":{"a":1}}"#));
    check(r#"{"batch":[{"event":"","distinct_id":"u"},7]}"#, "refused verb_missing event\nrefused not_an_event -");
}
