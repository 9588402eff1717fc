//! `parlour source`: keys that are shown once, and a server that is not disturbed.

use crate::house::House;

#[test]
fn a_source_is_made_listed_rotated_and_revoked() {
    let house = House::new("");
    assert!(house.ok(&["source", "list"]).contains("no source yet"));
    let made = house.json(&["source", "create", "shop", "--brand", "acme", "--layer", "mobile", "--json"]);
    let key = made["key"].as_str().unwrap();
    assert!(key.starts_with("pk_") && key.len() == 35, "{key}");
    assert_eq!(
        (&made["brand"], &made["layer"], &made["kind"]),
        (&"brand:acme".into(), &"mobile".into(), &"sdk".into())
    );
    let shown = house.ok(&["source", "rotate", "shop", "--overlap", "0"]);
    assert!(shown.contains("pk_") && !shown.contains(key), "{shown}");
    let listed = house.json(&["source", "list", "--json"]);
    let valid: Vec<_> = listed[0]["keys"].as_array().unwrap().iter().map(|key| key["is_valid"].clone()).collect();
    assert_eq!(valid, [false, true]);
    assert!(!listed.to_string().contains(key));
    house.ok(&["source", "revoke", "shop"]);
    assert!(house.ok(&["source", "list"]).contains("revoked"));
    for (args, says) in [
        (vec!["source", "create", "shop"], "already"),
        (vec!["source", "create", "x", "--layer", "moon"], "is no layer"),
        (vec!["source", "rotate", "nobody"], "no source `nobody`"),
        (vec!["source", "rotate", "shop"], "is revoked"),
    ] {
        let ran = house.run(&args);
        assert!(ran.code == Some(1) && ran.err.contains(says), "{args:?}: {}", ran.err);
    }
}

#[test]
fn while_the_folder_is_in_use_the_page_is_named() {
    let house = House::new("");
    house.ok(&["source", "list"]);
    let lock = std::fs::File::options().write(true).open(house.data().join("lock")).unwrap();
    lock.lock().unwrap();
    let ran = house.run(&["source", "create", "shop"]);
    assert!(ran.code == Some(1) && ran.err.contains("Settings, Sources"), "{}", ran.err);
}
