//! Who may ask: links that work once, sessions that end, routes that refuse, pages of others.

use serde_json::json;

use crate::client::send;
use crate::desk::Desk;

#[test]
fn a_link_signs_in_once() {
    let desk = Desk::empty();
    let token = desk.token();
    assert_eq!(token.len(), 64);
    let answer = desk.spend(&token);
    assert_eq!(answer.status, 200);
    let cookie = answer.header("set-cookie").unwrap();
    for part in ["parlour_session=", "; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=2592000"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains(&token) && !cookie.contains("Secure"), "{cookie}");
    for bad in [token.as_str(), "", "0", &"0".repeat(64)] {
        let again = desk.spend(bad);
        assert_eq!((again.status, again.code().as_str()), (401, "sign_in_refused"));
        assert!(again.message().contains("parlour sign-in"));
        assert_eq!(again.header("set-cookie"), None);
    }
}

#[test]
fn where_the_desk_is_reached_over_tls_its_cookie_is_sent_over_nothing_else() {
    let desk = Desk::with("[delivery]\ndesk = \"https://desk.example.com\"\n", None);
    let answer = desk.spend(&desk.token());
    assert!(answer.header("set-cookie").unwrap().ends_with("; Secure"), "{answer:?}");
}

#[test]
fn a_link_that_is_too_old_does_not_sign_in() {
    let desk = Desk::with("[server]\nlink_minutes = 0\n", None);
    assert_eq!(desk.spend(&desk.token()).status, 401);
}

#[test]
fn neither_tokens_nor_cookies_lie_in_the_database() {
    let desk = Desk::empty();
    let token = desk.token();
    let cookie = desk.cookie.split_once('=').unwrap().1.to_owned();
    let kept = desk
        .engine
        .database
        .read(|conn| {
            let mut rows = conn.query("SELECT hash FROM session", &[])?;
            rows.extend(conn.query("SELECT hash FROM credential", &[])?);
            Ok(rows)
        })
        .unwrap();
    assert_eq!(kept.len(), 3);
    for row in kept {
        let hash = row.get_blob(0).unwrap();
        assert_eq!(hash.len(), 32);
        assert!(![token.as_bytes(), cookie.as_bytes()].contains(&hash));
    }
}

#[test]
fn signing_out_ends_the_session_for_every_holder() {
    let desk = Desk::empty();
    let other = desk.spend(&desk.token());
    let other = other.header("set-cookie").unwrap().split(';').next().unwrap();
    let session = desk.get("/api/v1/session");
    assert_eq!(session["person"], "owner");
    assert!(session["expires_at"].as_str().unwrap().ends_with('Z'));
    let out = desk.ask("DELETE", "/api/v1/session", None);
    assert_eq!((out.status, out.body.len()), (204, 0));
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    for (method, path) in [("GET", "/api/v1/session"), ("GET", "/api/v1/health"), ("DELETE", "/api/v1/session")] {
        assert_eq!(desk.ask(method, path, None).code(), "sign_in_needed", "{method} {path}");
    }
    assert_eq!(send(desk.address, "GET", "/api/v1/health", &[("cookie", other)], b"").status, 200);
}

#[test]
fn a_session_ends_by_itself_and_slides_with_use() {
    let desk = Desk::empty();
    let until = |at: i64| {
        desk.engine
            .database
            .write(move |conn| conn.execute("UPDATE session SET expires_at = $1", &[at.into()]))
            .unwrap()
    };
    let now = parlour_engine::clock::now();
    until(now + 60_000_000);
    let answer = desk.ask("GET", "/api/v1/health", None);
    assert_eq!(answer.status, 200);
    assert!(answer.header("set-cookie").unwrap().starts_with(&desk.cookie), "the browser's cookie is renewed too");
    let kept = |conn: &mut dyn parlour_store::Conn| conn.query("SELECT expires_at FROM session", &[]);
    let kept = desk.engine.database.read(kept).unwrap()[0].get_int(0).unwrap();
    assert!(kept > now + 29 * 86_400_000_000, "{kept}");
    assert_eq!(desk.ask("GET", "/api/v1/health", None).header("set-cookie"), None);
    until(now - 1);
    assert_eq!(desk.ask("GET", "/api/v1/health", None).status, 401);
}

#[test]
fn every_route_refuses_without_a_session_and_takes_no_other_methods() {
    let desk = Desk::empty();
    let document: serde_json::Value = serde_json::from_str(&parlour_server::openapi()).unwrap();
    let (mut n_open, mut n_closed, mut n_rooms) = (0, 0, 0);
    for (path, item) in document["paths"].as_object().unwrap() {
        let concrete = path
            .replace("{id}", "1")
            .replace("{name}", "x")
            .replace("{source}", "x")
            .replace("{collection}", "outbox")
            .replace("{note}", "x")
            .replace("{handle}", "x")
            .replace("{place}", "0")
            .replace("{token}", "x")
            .replace("{thread}", "00000000000000000000000000000000")
            .replace("{post}", "00000000000000000000000000000000")
            .replace("{person}", "customer:00001");
        for method in ["get", "post", "put", "delete", "patch"] {
            let upper = method.to_ascii_uppercase();
            let Some(operation) = item.get(method) else {
                let answer = desk.ask(&upper, &concrete, None);
                assert_eq!((answer.status, answer.code().as_str()), (405, "method_not_allowed"), "{upper} {path}");
                assert!(answer.header("allow").is_some(), "{upper} {path}");
                continue;
            };
            assert!(operation["operationId"].as_str().unwrap().contains('_'), "{upper} {path}");
            let cookies = match operation.get("security") {
                Some(security) if security[0].get("room").is_some() => {
                    n_rooms += 1;
                    // A session of the Desk is none of a room.
                    ["parlour_room=0", "parlour_room=", desk.cookie.as_str()]
                }
                Some(_) => {
                    n_open += 1;
                    continue;
                }
                None => {
                    n_closed += 1;
                    ["parlour_session=0", "parlour_session=", "parlour_room=0"]
                }
            };
            for cookie in cookies.into_iter().chain([""]) {
                let headers = if cookie.is_empty() { vec![] } else { vec![("cookie", cookie)] };
                let answer = send(desk.address, &upper, &concrete, &headers, b"{}");
                assert_eq!((answer.status, answer.code().as_str()), (401, "sign_in_needed"), "{upper} {path}");
            }
        }
    }
    assert_eq!((n_open, n_closed, n_rooms), (68, 136, 59));
}

#[test]
fn pages_of_others_change_nothing() {
    let desk = Desk::empty();
    let question = json!({ "name": "a", "sql": "SELECT 1" }).to_string();
    let post = |extra: &[(&str, &str)]| {
        let mut headers = vec![("cookie", desk.cookie.as_str()), ("content-type", "application/json")];
        headers.extend_from_slice(extra);
        send(desk.address, "POST", "/api/v1/questions", &headers, question.as_bytes())
    };
    let own = format!("http://{}", desk.address);
    for foreign in [("origin", "http://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let answer = post(&[foreign]);
        assert_eq!((answer.status, answer.code().as_str()), (403, "foreign_origin"));
    }
    assert_eq!(desk.get("/api/v1/questions")["rows"].as_array().unwrap().len(), 0);
    assert_eq!(post(&[("origin", &own), ("sec-fetch-site", "same-origin")]).status, 201);
    assert_eq!(post(&[]).status, 201);
    // A form can be sent from anywhere without asking; it cannot say that it is JSON.
    let form = [("cookie", desk.cookie.as_str()), ("content-type", "text/plain")];
    let answer = send(desk.address, "POST", "/api/v1/questions", &form, question.as_bytes());
    assert_eq!((answer.status, answer.code().as_str()), (415, "unsupported_media_type"));
}

#[test]
fn tries_to_sign_in_are_limited() {
    let desk = Desk::empty();
    let good = desk.token();
    let refused = (0..40).map(|_| desk.spend("0")).find(|answer| answer.status == 429).expect("tries run out");
    assert_eq!(refused.code(), "too_many_tries");
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    assert_eq!(desk.spend(&good).status, 429);
    assert_eq!(desk.ask("GET", "/api/v1/health", None).status, 200, "who is signed in is not kept out");
}
