//! People of the Desk: every route for every role, inviting, passwords, sessions, keeping out, and what the audit log says.

use std::io::{Read, Write};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use parlour_core::event::{Event, Name};
use parlour_engine::Submission;
use parlour_engine::staff::Role;
use serde_json::{Value, json};

use crate::client::{Answer, PATIENCE, connect, send, send_unsigned};
use crate::desk::{Desk, START, cookie_in};

const QUICK: &str = "[passwords]\nmemory_kib = 8192\npasses = 1\n";
const JSON: (&str, &str) = ("content-type", "application/json");

/// The roles that may do something, told here once more and in other words than in the table of the server.
fn roles_for(method: &str, path: &str) -> Vec<Role> {
    let (owner, analyst, agent) = (Role::Owner, Role::Analyst, Role::Agent);
    let part = path.strip_prefix("/api/v1/").unwrap().split('/').next().unwrap();
    match (part, method == "GET") {
        ("staff" | "audit" | "members", _) | ("sources" | "rejected" | "sample" | "jobs" | "people", false) => {
            vec![owner]
        }
        ("sources" | "rejected" | "jobs" | "health" | "settings" | "merges" | "erasures", true)
        | ("hooks" | "deliveries" | "names" | "sql" | "questions", _)
        | ("audiences" | "links" | "brand", false) => vec![owner, analyst],
        ("asks", true) if path.ends_with("/corrections") => vec![owner, analyst],
        ("threads" | "replies" | "posts" | "saved-answers" | "talks" | "asks", false) => vec![owner, agent],
        ("alerts", false) => vec![owner, analyst, agent],
        ("account", _)
        | (
            "workspace" | "today" | "engaged" | "growth" | "matrix" | "leaving" | "quadrants" | "models" | "accounts"
            | "cohorts" | "definitions" | "people" | "audiences" | "alerts" | "asks" | "threads" | "responses"
            | "reciprocity" | "saved-answers" | "posts" | "brand",
            true,
        ) => Role::ALL.to_vec(),
        _ => panic!("nobody said for whom {method} {path} is"),
    }
}

/// The status of a stream, of which no end is waited for.
fn status_of_stream(desk: &Desk, path: &str, cookie: &str) -> String {
    let mut stream = connect(desk.address);
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\n\r\n").unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    String::from_utf8_lossy(&status[9..]).into_owned()
}

#[test]
fn every_route_is_for_the_roles_it_is_for_and_no_other() {
    let desk = Desk::full();
    let document: Value = serde_json::from_str(&parlour_server::openapi()).unwrap();
    let cookies: Vec<(Role, String)> =
        Role::ALL.into_iter().map(|role| (role, desk.join(&format!("x{}", role.name()), role, None))).collect();
    let mut n = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation.get("security").is_some() || path == "/api/v1/session" {
                continue;
            }
            let (method, roles) = (method.to_ascii_uppercase(), roles_for(&method.to_ascii_uppercase(), path));
            let concrete = path.replace("{person}", "customer:00001").replace("{handle}", "nobody");
            let concrete = concrete.replace("{thread}", &"0".repeat(32)).replace("{post}", &"0".repeat(32));
            let concrete = concrete.replace("{id}", "424242").replace("{name}", "x").replace("{place}", "0");
            for (role, cookie) in &cookies {
                if path.ends_with("/stream") {
                    let is_let_in = status_of_stream(&desk, &concrete, cookie) != "403";
                    assert_eq!(is_let_in, roles.contains(role), "{role:?} {method} {path}");
                    continue;
                }
                let answer = desk.ask_as(cookie, &method, &concrete, Some(&json!({})));
                let is_refused = answer.status == 403;
                assert_eq!(!is_refused, roles.contains(role), "{role:?} {method} {path}: {answer:?}");
                assert!(!is_refused || answer.code() == "forbidden");
                assert!(answer.status < 500 && answer.status != 401, "{role:?} {method} {path}: {answer:?}");
                n += 1;
            }
        }
    }
    assert!(4 * 100 < n, "{n}");
}

#[test]
fn who_is_signed_in_is_told_with_what_they_may() {
    let desk = Desk::empty();
    let told = |cookie: &str| desk.ask_as(cookie, "GET", "/api/v1/session", None).json();
    let owner = told(&desk.cookie);
    assert_eq!((&owner["person"], &owner["role"], &owner["brands"]), (&"owner".into(), &"owner".into(), &Value::Null));
    assert_eq!(owner["rights"].as_array().unwrap().len(), 7);
    let agent = told(&desk.join("eva", Role::Agent, Some(&["brand:acme"])));
    assert_eq!((&agent["name"], &agent["brands"]), (&"eva".into(), &json!(["brand:acme"])));
    assert_eq!(agent["rights"], json!(["own", "read", "heed", "answer"]));
}

fn invited(desk: &Desk, handle: &str) -> (Answer, String) {
    let new = json!({ "handle": handle, "name": "Anna", "mail": null, "role": "agent", "brands": null });
    let answer = desk.ask("POST", "/api/v1/staff", Some(&new));
    let token = if answer.status == 201 {
        answer.json()["path"].as_str().unwrap().strip_prefix("/invitation?token=").unwrap().to_owned()
    } else {
        String::new()
    };
    (answer, token)
}

fn join(desk: &Desk, token: &str, password: Option<&str>) -> Answer {
    let body = json!({ "token": token, "name": "Anna K.", "password": password }).to_string();
    send(desk.address, "PUT", "/api/v1/sign-in/invitation", &[JSON], body.as_bytes())
}

fn enter(desk: &Desk, name: &str, password: &str) -> Answer {
    let body = json!({ "name": name, "password": password }).to_string();
    let headers = [JSON, ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")];
    send(desk.address, "POST", "/api/v1/sign-in/password", &headers, body.as_bytes())
}

#[test]
fn an_invitation_is_taken_up_once() {
    let desk = Desk::with(QUICK, None);
    for (handle, status) in [("Anna", 400), ("", 400), ("me", 400), ("a b", 400), ("owner", 409), ("anna", 201)] {
        assert_eq!(invited(&desk, handle).0.status, status, "{handle}");
    }
    let (answer, _) = invited(&desk, "anna");
    assert_eq!((answer.status, answer.code().as_str()), (409, "not_now"));
    let again = desk.ask("POST", "/api/v1/staff/anna/invitation", None);
    assert_eq!(again.status, 200);
    let token = again.json()["path"].as_str().unwrap().split_once('=').unwrap().1.to_owned();
    let look = |token: &str| {
        let body = json!({ "token": token }).to_string();
        send(desk.address, "POST", "/api/v1/sign-in/invitation", &[JSON], body.as_bytes())
    };
    assert_eq!(look(&token).json()["handle"], "anna");
    assert_eq!(look(&"0".repeat(64)).code(), "sign_in_refused");
    assert_eq!(desk.spend(&token).status, 401, "it is no link to sign in with");
    assert_eq!(join(&desk, &token, Some("short")).json()["error"]["fields"][0]["path"], "password");
    let joined = join(&desk, &token, Some("a long password"));
    assert_eq!(joined.status, 200, "{joined:?}");
    let cookie = cookie_in(&joined);
    assert_eq!(desk.ask_as(&cookie, "GET", "/api/v1/account", None).json()["name"], "Anna K.");
    assert_eq!((join(&desk, &token, None).status, look(&token).status), (401, 401));
    let rows = desk.get("/api/v1/staff");
    let anna = &rows["rows"].as_array().unwrap()[0];
    assert_eq!(
        (&anna["handle"], &anna["state"], &anna["has_password"]),
        (&"anna".into(), &"active".into(), &true.into())
    );
    assert!(!rows.to_string().contains("argon2"));
    assert_eq!(enter(&desk, "ANNA", "a long password").status, 200);
}

#[test]
fn passwords_are_refused_alike_and_their_tries_run_out() {
    let desk = Desk::with(QUICK, None);
    let (_, token) = invited(&desk, "anna");
    join(&desk, &token, Some("a long password"));
    desk.join("ben", Role::Agent, None);
    let wrong = enter(&desk, "anna", "another password");
    for (name, password) in [("nobody", "a long password"), ("ben", ""), ("owner", "x"), ("a@b.example", "x"), ("", "")]
    {
        let answer = enter(&desk, name, password);
        assert_eq!((answer.status, answer.message()), (401, wrong.message()), "{name}");
        assert_eq!(answer.header("set-cookie"), None);
    }
    let refused = (0..20).map(|_| enter(&desk, "anna", "guess")).find(|answer| answer.status == 429).unwrap();
    assert_eq!(refused.code(), "too_many_tries");
    assert_eq!(enter(&desk, "anna", "a long password").status, 429, "the account waits, whoever tries");
    assert_eq!(enter(&desk, "ben", "x").status, 401, "and others do not");
    assert_eq!(
        (0..40).map(|n| enter(&desk, &format!("n{n}"), "x").status).max(),
        Some(429),
        "nor one address for ever"
    );
}

#[test]
fn sessions_are_listed_and_ended() {
    let desk = Desk::with(QUICK, None);
    let (_, token) = invited(&desk, "anna");
    let first = cookie_in(&join(&desk, &token, Some("a long password")));
    let second = cookie_in(&enter(&desk, "anna", "a long password"));
    let third = cookie_in(&enter(&desk, "anna", "a long password"));
    let account = |cookie: &str| desk.ask_as(cookie, "GET", "/api/v1/account", None);
    let told = account(&first).json();
    let sessions = told["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 3);
    assert!(sessions.iter().any(|of| of["device"] == "Firefox on Linux"));
    assert!(!told.to_string().contains("127.0.0.1"), "no address is kept");
    let other = sessions.iter().find(|of| of["is_this"] == false).unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/account/sessions/{other}");
    assert_eq!(desk.ask("DELETE", &path, None).status, 404, "it is not the owner's to end");
    assert_eq!(desk.ask_as(&first, "DELETE", &path, None).status, 204);
    assert_eq!([&second, &third].iter().filter(|cookie| account(cookie).status == 401).count(), 1);
    assert_eq!(desk.ask_as(&first, "POST", "/api/v1/account/sessions/end-others", None).json()["n_ended"], 1);
    assert_eq!((account(&first).status, account(&second).status, account(&third).status), (200, 401, 401));
    let fourth = cookie_in(&enter(&desk, "anna", "a long password"));
    let set = |current: Value| {
        let body = json!({ "current": current, "password": "a longer password" });
        desk.ask_as(&first, "PUT", "/api/v1/account/password", Some(&body))
    };
    assert_eq!(set(Value::Null).json()["error"]["fields"][0]["path"], "current");
    assert_eq!(set("wrong".into()).status, 400);
    assert_eq!(set("a long password".into()).status, 204);
    assert_eq!((account(&first).status, account(&fourth).status), (200, 401));
    assert_eq!(enter(&desk, "anna", "a long password").status, 401);
    assert_eq!(enter(&desk, "anna", "a longer password").status, 200);
}

#[test]
fn who_is_kept_out_is_out_at_once_and_there_is_always_an_owner() {
    let desk = Desk::with(QUICK, None);
    let (_, token) = invited(&desk, "anna");
    let cookie = cookie_in(&join(&desk, &token, Some("a long password")));
    let link = parlour_server::sign_in_link_as(&desk.engine, "", "anna").unwrap();
    assert_eq!(desk.ask("POST", "/api/v1/staff/anna/disable", None).json()["state"], "disabled");
    assert_eq!(desk.ask_as(&cookie, "GET", "/api/v1/account", None).status, 401);
    assert_eq!(enter(&desk, "anna", "a long password").status, 401);
    assert_eq!(desk.spend(link.split_once('=').unwrap().1).status, 401);
    assert!(parlour_server::sign_in_link_as(&desk.engine, "", "anna").is_err());
    assert_eq!(desk.ask("POST", "/api/v1/staff/anna/enable", None).json()["state"], "active");
    assert_eq!(enter(&desk, "anna", "a long password").status, 200);
    let change = |handle: &str, role: &str, brands: Value| {
        let body = json!({ "name": "N", "mail": null, "role": role, "brands": brands });
        desk.ask("PUT", &format!("/api/v1/staff/{handle}"), Some(&body))
    };
    for answer in [desk.ask("POST", "/api/v1/staff/owner/disable", None), change("owner", "agent", Value::Null)] {
        assert_eq!(answer.status, 409);
        assert!(answer.message().contains("the last owner"), "{answer:?}");
    }
    assert_eq!(change("anna", "king", Value::Null).json()["error"]["fields"][0]["path"], "role");
    assert_eq!(change("anna", "owner", json!(["brand:a"])).status, 400);
    let unknown = change("anna", "agent", json!(["brand:nobody"]));
    assert_eq!(unknown.json()["error"]["fields"][0]["path"], "brands");
    assert!(unknown.message().contains("brand:nobody"), "{unknown:?}");
    assert_eq!(change("nobody", "agent", Value::Null).status, 404);
    assert_eq!(change("anna", "owner", Value::Null).json()["role"], "owner");
    assert_eq!(change("owner", "read-only", Value::Null).status, 200);
    assert_eq!(desk.ask("GET", "/api/v1/staff", None).code(), "forbidden", "from the next request on");
    // Another owner is there, so links of the start sign in as that one.
    let anna = cookie_in(&desk.spend(&desk.token()));
    assert_eq!(desk.ask_as(&anna, "GET", "/api/v1/session", None).json()["person"], "anna");
}

#[test]
fn the_audit_log_tells_who_did_what_and_no_secrets() {
    let desk = Desk::with(QUICK, None);
    let (_, token) = invited(&desk, "anna");
    let anna = cookie_in(&join(&desk, &token, Some("a long password")));
    enter(&desk, "anna", "a wrong password");
    // It is told beside the answer.
    while desk.get("/api/v1/audit")["n_total"] != 4 {
        std::thread::yield_now();
    }
    desk.ask_as(&anna, "POST", "/api/v1/saved-answers", Some(&json!({ "name": "n", "text": "t" })));
    desk.ask_as(&anna, "DELETE", "/api/v1/sources/7", None);
    desk.ask_as(&anna, "PUT", &format!("/api/v1/threads/{}/draft", "0".repeat(32)), Some(&json!({ "text": "t" })));
    let log = desk.get("/api/v1/audit");
    let told: Vec<(&str, &str, &str, &str)> = log["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap();
            (text("staff"), text("action"), text("object"), text("outcome"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("anna", "revoked a source", "7", "forbidden"),
            ("anna", "saved an answer", "", "done"),
            ("anna", "signed in with a password", "", "sign_in_refused"),
            ("anna", "took the invitation up", "", "done"),
            ("owner", "invited somebody", "anna agent", "done"),
            ("owner", "signed in with a link", "", "done"),
        ]
    );
    for secret in ["password\":", &token, "a long", "a wrong", "argon2"] {
        assert!(!log.to_string().contains(secret), "{secret}");
    }
    let of_anna = desk.get("/api/v1/audit?staff=anna&action=saved+an+answer");
    assert_eq!((&of_anna["n_total"], of_anna["rows"].as_array().unwrap().len()), (&1.into(), 1));
    assert_eq!(desk.get("/api/v1/audit?to=2020-01-01")["n_total"], 0);
    let file = desk.ask("GET", "/api/v1/audit/export?staff=anna", None);
    assert_eq!(file.header("content-type"), Some("application/x-ndjson"));
    let lines: Vec<Value> =
        String::from_utf8(file.body).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(desk.engine.delete_old_deeds().unwrap(), 0);
}

#[test]
fn a_stream_ends_with_the_session_it_began_in() {
    let desk = Desk::empty();
    let cookie = desk.join("eva", Role::Agent, None);
    let mut stream = connect(desk.address);
    write!(stream, "GET /api/v1/asks/stream HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut begun = Vec::new();
    while !String::from_utf8_lossy(&begun).contains("watching") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        begun.extend(byte);
    }
    desk.engine.set_disabled("eva", true).unwrap();
    let brand = Name::new("brand", "acme");
    let asked =
        Event { text: Some("Where is it?".to_owned()), ..Event::new(START, Name::new("user", "u"), "asked", brand) };
    let events = vec![(asked, None)];
    desk.engine.append("forum", Submission { events, ..Submission::default() }).unwrap();
    desk.engine.fold_all().unwrap();
    let mut rest = String::new();
    // The connection ends in the middle of a body that has no end.
    let _ = stream.read_to_string(&mut rest);
    assert!(!rest.contains("data:"), "{rest}");
}

#[test]
fn links_go_by_mail_to_those_who_are_here_and_nobody_learns_who_is() {
    let (sent, letters) = channel();
    let sent = Mutex::new(sent);
    let write = move |to: &str, _: &str, text: &str| {
        sent.lock().unwrap().send((to.to_owned(), text.to_owned())).unwrap();
        Ok(())
    };
    let settings = format!("{QUICK}[delivery]\ndesk = \"https://desk.example\"\n");
    let desk = Desk::sending(&settings, None, Some(Arc::new(write)));
    let ways = send_unsigned(desk.address, "/api/v1/sign-in");
    assert_eq!(ways, 200);
    let new = json!({ "handle": "anna", "name": "Anna", "mail": " Anna@Example.com", "role": "agent", "brands": null });
    let made = desk.ask("POST", "/api/v1/staff", Some(&new)).json();
    assert_eq!((&made["is_mailed"], &made["mail_error"]), (&true.into(), &Value::Null));
    let (to, text) = letters.recv_timeout(PATIENCE).unwrap();
    let link = text.lines().find_map(|line| line.strip_prefix("https://desk.example/invitation?token=")).unwrap();
    assert_eq!(to, "anna@example.com");
    let ask_for = |mail: &str| {
        let body = json!({ "mail": mail }).to_string();
        send(desk.address, "POST", "/api/v1/sign-in/mail", &[JSON], body.as_bytes())
    };
    assert_eq!(join(&desk, link, None).status, 200);
    for mail in ["nobody@example.com", "ANNA@example.com"] {
        let answer = ask_for(mail);
        assert_eq!((answer.status, answer.body.len()), (202, 0));
    }
    let (to, text) = letters.recv_timeout(PATIENCE).unwrap();
    assert_eq!(to, "anna@example.com");
    let token = text.lines().find_map(|line| line.strip_prefix("https://desk.example/sign-in?token=")).unwrap();
    assert_eq!(desk.spend(token).json()["person"], "anna");
    assert_eq!(ask_for("no address").status, 400);
    assert!((0..20).any(|_| ask_for("nobody@example.com").status == 429));
    assert!(letters.try_recv().is_err(), "nobody else was written to");
}
