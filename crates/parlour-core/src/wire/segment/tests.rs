//! Tests of Segment's calls, with what each of the SDKs does differently.

use super::super::tests::{NOW, SECOND, told, within};
use super::super::{Item, Limits};
use super::*;

fn decoded(body: &str, call: Option<&str>) -> Decoded {
    let reading = Reading { call: call.map(|name| Call::of_name(name).unwrap()), is_import: false };
    within(Limits::default(), |context| decode(body.as_bytes(), reading, context).unwrap())
}

fn check(body: &str, expected: &str) {
    assert_eq!(told(&decoded(body, None)), expected, "{body}");
}

/// One track call of this name with these properties.
fn track(name: &str, properties: &str) -> String {
    told(&decoded(&format!(r#"{{"event":"{name}","userId":"u","properties":{properties}}}"#), Some("t")))
}

#[test]
fn a_batch_of_the_python_sdk() {
    check(
        r#"{"batch":[
        {"integrations":{},"anonymousId":null,"timestamp":"2026-11-21T19:35:07.314+00:00","context":{"library":{"name":"analytics-python","version":"2.4.0"}},"type":"identify","userId":"u1","traits":{"email":"A@b.C ","plan":"pro"},"messageId":"m1"},
        {"integrations":{},"anonymousId":"anon1","properties":{},"timestamp":"2026-11-21T19:35:07Z","context":{},"userId":null,"type":"track","event":"Played Chess","messageId":"m2"},
        {"category":"cat","name":"Home","properties":{"url":"http://x/a?b"},"type":"page","userId":"u1","anonymousId":null,"messageId":"m3"},
        {"groupId":"g1","traits":{"name":"Acme","email":"office@acme.org"},"type":"group","userId":"u1","messageId":"m4"},
        {"previousId":"anon1","userId":"u1","type":"alias","anonymousId":null,"messageId":"m5"},
        {"name":"Welcome","type":"screen","anonymousId":"anon1","messageId":6}],
        "sentAt":"2026-11-21T19:35:08Z","writeKey":"WK"}"#,
        "user:u1=email:a@b.c identified brand:acme unscored #m1\n\
         anonymous:anon1 did:Played Chess brand:acme #m2\n\
         user:u1 viewed brand:acme @page:/a #m3\n\
         user:u1 joined group:g1 unscored #m4\n\
         user:u1=anonymous:anon1=user:anon1 identified brand:acme unscored #m5\n\
         anonymous:anon1 viewed brand:acme @screen:Welcome mobile #6",
    );
}

#[test]
fn ids_are_read_leniently() {
    for (ids, expected) in [
        (r#""userId":"u","anonymousId":"a""#, "user:u=anonymous:a"),
        (r#""userId":"","anonymousId":"a""#, "anonymous:a"),
        (r#""userId":"  ","anonymousId":7"#, "anonymous:7"),
        (r#""userId":"NULL","anonymousId":"a""#, "anonymous:a"),
        (r#""userId":12345678901234567890"#, "user:12345678901234567890"),
        (r#""userId":"u","context":{"traits":{"email":"x@y.z"}}"#, "user:u=email:x@y.z"),
        (r#""userId":"u","traits":{"email":"x@y.z"}"#, "user:u"),
        (r#""context":{"traits":{"email":"x@y.z"}}"#, "email:x@y.z"),
        (r#""userId":"u","context":{"traits":{"email":"nonsense"}}"#, "user:u"),
    ] {
        check(&format!(r#"{{"type":"track","event":"E",{ids}}}"#), &format!("{expected} did:E brand:acme"));
    }
    check(r#"{"type":"track","event":"E"}"#, "refused id_missing userId");
    check(r#"{"type":"track","event":"E","userId":"undefined"}"#, "refused id_missing userId");
}

#[test]
fn aliases_link_two_ids_or_nothing() {
    let alias = |ids: &str| told(&decoded(&format!("{{{ids}}}"), Some("a")));
    assert_eq!(
        alias(r#""userId":"u2","previousId":"a1""#),
        "user:u2=anonymous:a1=user:a1 identified brand:acme unscored"
    );
    assert_eq!(alias(r#""userId":"u1","previousId":"u1""#), "user:u1 identified brand:acme unscored");
    let merge =
        r#"{"type":"merge","mergeProperties":[{"type":"email","value":"A@b.c"},{"type":"phone","value":"+49"}]}"#;
    check(merge, "email:a@b.c=phone:+49 identified brand:acme unscored");
}

#[test]
fn clocks_that_are_off_are_corrected() {
    let time = |fields: &str, is_import: bool| {
        let body = format!(r#"{{"type":"track","event":"E","userId":"u",{fields}}}"#);
        let reading = Reading { call: None, is_import };
        let decoded = within(Limits::default(), |context| decode(body.as_bytes(), reading, context).unwrap());
        (decoded.events[0].at, decoded.events[0].said_at)
    };
    // Their clock is two hours behind ours; the event is ten seconds old when it is sent.
    let behind = r#""timestamp":"2026-11-21T17:59:50Z","sentAt":"2026-11-21T18:00:00Z""#;
    assert_eq!(time(behind, false), (NOW - 10 * SECOND, Some(NOW - 7210 * SECOND)));
    assert_eq!(time(behind, true), (NOW - 7210 * SECOND, None));
    // Both at once: what the caller gave, not when they called.
    let both = r#""timestamp":"2026-11-21T19:59:59Z","originalTimestamp":"2026-11-21T20:00:00Z""#;
    assert_eq!(time(both, false), (NOW - SECOND, None));
    assert_eq!(time(r#""timestamp":1795291199000,"sentAt":"nonsense""#, false), (NOW - SECOND, None));
    assert_eq!(time(r#""sentAt":"2026-11-21T18:00:00Z""#, false), (NOW, None));
    assert_eq!(time(r#""timestamp":"","sentAt":null"#, false), (NOW, None));
    let of_batch = r#"{"batch":[{"type":"track","event":"E","userId":"u","originalTimestamp":"2026-11-21T18:00:00Z"}],
        "sentAt":"2026-11-21T18:00:05Z"}"#;
    let event = &decoded(of_batch, None).events[0];
    assert_eq!((event.at, event.said_at), (NOW - 5 * SECOND, Some(NOW - 7200 * SECOND)));
    check(r#"{"type":"track","event":"E","userId":"u","timestamp":"soon"}"#, "refused unreadable timestamp");
    check(r#"{"type":"track","event":"E","userId":"u","timestamp":"2027-01-01"}"#, "refused in_the_future at");
    check(r#"{"type":"track","event":"E","userId":"u","timestamp":"1800-01-01"}"#, "refused too_early at");
}

#[test]
fn a_retry_keeps_the_same_extra() {
    let body = |sent_at: &str| {
        format!(
            r#"{{"messageId":"m","type":"track","event":"E","userId":"u","timestamp":"2026-11-21T18:00:00Z",
            "_metadata":{{"n":"{sent_at}"}},"writeKey":"k","sentAt":"2026-11-21T18:00:0{sent_at}Z"}}"#
        )
    };
    let (first, second) = (decoded(&body("1"), None), decoded(&body("2"), None));
    assert_ne!(first.events[0].at, second.events[0].at);
    assert_eq!(first.events[0].said_at, second.events[0].said_at);
    let extra = first.events[0].extra.as_deref().unwrap();
    assert_eq!(Some(extra), second.events[0].extra.as_deref());
    assert!(!extra.contains("writeKey") && extra.contains("\"event\":\"E\""), "{extra}");
}

#[test]
fn context_says_where_and_whether_it_counts() {
    for (context, tail) in [
        (r#""context":{"active":false}"#, " unscored"),
        (r#""context":{"active":true,"device":{"type":"iOS"}}"#, " mobile"),
        (r#""context":{"os":{"name":"Android"}}"#, " mobile"),
        (r#""context":{"os":{"name":"Windows"}},"channel":"server""#, ""),
        (r#""channel":"mobile""#, " mobile"),
    ] {
        let expected = format!("user:u did:E brand:acme{tail}");
        check(&format!(r#"{{"type":"track","event":"E","userId":"u",{context}}}"#), &expected);
    }
}

#[test]
fn what_the_batch_has_in_common_reaches_items_without_it() {
    let decoded = decoded(
        r#"{"context":{"active":false},"integrations":{"All":true},"batch":[
        {"type":"track","event":"A","userId":"u"},{"type":"track","event":"B","userId":"u","context":{}}]}"#,
        None,
    );
    assert_eq!(told(&decoded), "user:u did:A brand:acme unscored\nuser:u did:B brand:acme");
    let extra = decoded.events[0].extra.as_deref().unwrap();
    assert!(extra.ends_with(r#""userId":"u","context":{"active":false},"integrations":{"All":true}}"#), "{extra}");
}

#[test]
fn orders_share_what_they_brought_exactly() {
    let products = r#"[{"product_id":"a","price":10,"quantity":2},{"sku":"b","price":"10.00","brand":"zeta"},{"id":3,"price":3.33}]"#;
    let order = |money: &str| {
        told(&decoded(
            &format!(
                r#"{{"event":"Order Completed","userId":"u","messageId":"m","properties":{{"order_id":"o",{money}"products":{products}}}}}"#
            ),
            Some("track"),
        ))
    };
    assert_eq!(
        order(r#""revenue":100.00,"currency":"EUR","#),
        "user:u bought product:a<brand:acme @order:o 6001 EUR #m\n\
         user:u bought product:b<brand:zeta @order:o 3000 EUR #m#1\n\
         user:u bought product:3<brand:acme @order:o 999 EUR #m#2"
    );
    for none in ["", r#""revenue":0,"#, r#""revenue":null,"total":"","#] {
        assert_eq!(
            order(none),
            "user:u bought product:a<brand:acme @order:o 2000 USD #m\n\
             user:u bought product:b<brand:zeta @order:o 1000 USD #m#1\n\
             user:u bought product:3<brand:acme @order:o 333 USD #m#2"
        );
    }
    assert_eq!(track("Order Completed", r#"{"total":"12.30"}"#), "user:u bought brand:acme 1230 USD");
    assert_eq!(track("order_completed", "{}"), "user:u bought brand:acme");
    assert_eq!(track("Order Refunded", r#"{"total":-5,"currency":"JPY"}"#), "user:u returned_goods brand:acme 5 JPY");
    assert_eq!(track("Order Completed", r#"{"revenue":"much"}"#), "refused unreadable revenue");
    assert_eq!(track("Order Completed", r#"{"revenue":1,"currency":"euro"}"#), "refused unreadable currency");
    let many = format!(r#"{{"revenue":5,"products":[{}]}}"#, vec!["{\"sku\":1}"; 101].join(","));
    assert_eq!(track("Order Completed", &many), "user:u bought brand:acme 500 USD");
}

#[test]
fn only_the_first_product_of_an_order_carries_the_whole() {
    let body = r#"{"event":"Order Completed","userId":"u","properties":{"products":[{"sku":1},{"sku":2,"size":"L"}]}}"#;
    let decoded = decoded(body, Some("track"));
    assert_eq!(decoded.events[0].extra.as_deref(), Some(body));
    assert_eq!(decoded.events[1].extra.as_deref(), Some(r#"{"sku":2,"size":"L"}"#));
    assert!(matches!(decoded.items[..], [Item::Taken { n: 2 }]));
}

#[test]
fn names_of_the_ecommerce_spec() {
    for (name, properties, expected) in [
        ("Product Viewed", r#"{"product_id":"p","price":9.99}"#, "viewed product:p<brand:acme 999 USD"),
        ("Product Viewed", r#"{"sku":"s","price":"free"}"#, "viewed product:s<brand:acme"),
        ("Product Viewed", r#"{"name":"no id"}"#, "viewed brand:acme"),
        ("Product Added", r#"{"product_id":7,"price":2,"quantity":3}"#, "wanted product:7<brand:acme 600 USD"),
        ("Product Removed", r#"{"product_id":7}"#, "did:Product Removed product:7<brand:acme"),
        (
            "Product Reviewed",
            r#"{"product_id":7,"rating":"4","review_body":"fine"}"#,
            "reviewed product:7<brand:acme 4* \"fine\"",
        ),
        ("Product Reviewed", r#"{"product_id":7,"rating":80}"#, "reviewed product:7<brand:acme"),
        ("Products Searched", r#"{"query":"red shoes"}"#, "searched brand:acme \"red shoes\""),
        ("Product Shared", r#"{"product_id":7,"share_message":"look"}"#, "shared product:7<brand:acme \"look\""),
        ("Promotion Clicked", r#"{"promotion_id":"x"}"#, "clicked brand:acme @promotion:x"),
        ("Coupon Applied", r#"{"coupon_id":"may"}"#, "redeemed brand:acme @coupon:may"),
        ("Checkout Started", r#"{"revenue":25,"currency":"EUR"}"#, "did:Checkout Started brand:acme 2500 EUR"),
        ("liked", "{}", "liked brand:acme"),
        ("Sneezed", r#"{"value":3}"#, "did:Sneezed brand:acme"),
        ("Sneezed", r#"{"value":3,"currency":"EUR"}"#, "did:Sneezed brand:acme 300 EUR"),
    ] {
        assert_eq!(track(name, properties), format!("user:u {expected}"), "{name} {properties}");
    }
}

#[test]
fn what_is_no_call_is_refused_by_itself() {
    check(
        r#"{"batch":[{"type":"sing","userId":"u"},{"userId":"u"},{"type":"track","userId":"u"},
        {"type":"group","userId":"u"},7,{"type":"track","userId":"u","event":"ok"}]}"#,
        "user:u did:ok brand:acme\nrefused unreadable type\nrefused unreadable type\nrefused verb_missing event\n\
         refused id_missing groupId\nrefused not_an_event -",
    );
    let long = "m".repeat(101);
    check(
        &format!(r#"{{"type":"track","event":"E","userId":"u","messageId":"{long}"}}"#),
        "refused message_too_long messageId",
    );
}
