//! Links that sign in as somebody: of the command alone, and of a server that is asked for one.

use serde_json::{Value, json};

use crate::house::House;
use crate::served::Served;

#[test]
fn links_are_of_whom_they_are_asked_for() {
    let house = House::new("");
    assert!(house.ok(&["sign-in"]).contains("/sign-in?token="));
    assert!(house.ok(&["sign-in", "--as", "owner"]).contains("/sign-in?token="));
    assert!(house.fails(&["sign-in", "--as", "anna"]).contains("nobody of the Desk called `anna`"));
    let mut served = Served::start(&house);
    let session = served.sign_in();
    let new = json!({ "handle": "anna", "name": "Anna", "mail": null, "role": "agent", "brands": null });
    let (status, _, made) = served.ask("POST /api/v1/staff", &session, &new);
    assert_eq!(status, 201, "{made}");
    let token = made["path"].as_str().unwrap().split_once('=').unwrap().1;
    assert!(house.ok(&["sign-in", "--as", "anna"]).contains("Asked the server"));
    assert!(says(&mut served, "No link: ").contains("has not taken the invitation up"));
    let joining = json!({ "token": token, "name": "Anna", "password": null });
    assert_eq!(served.ask("PUT /api/v1/sign-in/invitation", "", &joining).0, 200);
    house.ok(&["sign-in", "--as", "anna"]);
    let line = says(&mut served, "Sign in as anna");
    let token = line.trim().split_once("/sign-in?token=").unwrap().1;
    let (status, annas, told) = served.ask("POST /api/v1/session", "", &json!({ "token": token }));
    assert_eq!((status, told["person"].as_str()), (200, Some("anna")));
    assert_eq!(served.ask("GET /api/v1/staff", &annas, &Value::Null).0, 403);
    house.ok(&["sign-in"]);
    assert!(says(&mut served, "Sign in, once").contains("/sign-in?token="));
    served.stop();
}

/// The next line with these words.
fn says(served: &mut Served, words: &str) -> String {
    loop {
        let line = served.read_line();
        assert!(!line.is_empty(), "the server says `{words}`");
        if line.contains(words) {
            return line;
        }
    }
}
