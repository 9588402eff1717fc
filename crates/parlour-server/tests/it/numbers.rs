//! Every number that leads to a list leads to one with exactly as many rows.

use serde_json::Value;

use crate::desk::{Desk, fill};

/// What every question of a test is about.
struct About<'a> {
    desk: &'a Desk,
    scope: String,
    n_checked: usize,
}

impl About<'_> {
    fn get(&self, path: &str) -> Value {
        let (path, own) = path.split_once('?').unwrap_or((path, ""));
        let has = |name: &str| own.split('&').any(|pair| pair.split('=').next() == Some(name));
        // As the Desk does: what a list says itself wins over what is looked at.
        let scope = self.scope.split('&').filter(|pair| !has(pair.split('=').next().unwrap_or_default()));
        let query: Vec<&str> = own.split('&').filter(|pair| !pair.is_empty()).chain(scope).collect();
        self.desk.get(&format!("{path}?{}", query.join("&")))
    }

    fn check(&mut self, n: u64, list: &Value) {
        let list = list.as_str().unwrap();
        let people = self.get(&format!("/api/v1/people?limit=500&{list}"));
        assert_eq!(people["n_total"], n, "{list} ({})", self.scope);
        assert_eq!(people["rows"].as_array().unwrap().len() as u64, n, "{list} ({})", self.scope);
        self.n_checked += 1;
    }

    fn check_sentence(&mut self, sentence: &Value) {
        for piece in sentence.as_array().unwrap() {
            if piece["list"].is_string() {
                let n = piece["text"].as_str().unwrap().replace(',', "").parse().unwrap();
                self.check(n, &piece["list"]);
            }
        }
    }

    fn check_growth(&mut self, rows: &Value) {
        for row in rows.as_array().unwrap() {
            for flow in ["active", "new", "retained", "resurrected", "churned"] {
                self.check(row[flow].as_u64().unwrap(), &row["lists"][flow]);
            }
        }
    }

    fn check_all(&mut self) {
        let today = self.get("/api/v1/today");
        self.check_sentence(&today["sentence"]);
        self.check_sentence(&today["sub_sentence"]);
        self.check_growth(&today["growth"]);
        for stage in today["stages"].as_array().unwrap() {
            self.check(stage["n"].as_u64().unwrap(), &stage["list"]);
        }
        for flow in ["acquired", "reactivated", "disengaged", "defected"] {
            self.check(today["flows"][flow].as_u64().unwrap(), &format!("flow={flow}").into());
        }
        let matrix = self.get("/api/v1/matrix");
        self.check_sentence(&matrix["sentence"]);
        for cell in matrix["cells"].as_array().unwrap() {
            self.check(cell["n"].as_u64().unwrap(), &cell["list"]);
            assert_eq!(cell["n"], today["matrix"][cell["cell"].as_str().unwrap()]);
        }
        for moved in matrix["migration"].as_array().unwrap() {
            self.check(moved["n"].as_u64().unwrap(), &moved["list"]);
        }
        let growth = self.get("/api/v1/growth?by=week");
        self.check_sentence(&growth["sentence"]);
        self.check_leaving();
        self.check_accounts();
        self.check_cohorts();
        let latest: Vec<Value> = growth["rows"].as_array().unwrap().iter().rev().take(10).cloned().collect();
        self.check_growth(&latest.into());
    }
}

impl About<'_> {
    fn check_leaving(&mut self) {
        let leaving = self.get("/api/v1/leaving");
        self.check_sentence(&leaving["sentence"]);
        let (mut n, mut at_risk) = (0, 0);
        for kind in leaving["kinds"].as_array().unwrap() {
            self.check(kind["n"].as_u64().unwrap(), &kind["list"]);
            n += kind["n"].as_u64().unwrap();
            let list = kind["list"].as_str().unwrap();
            let people = self.get(&format!("/api/v1/people?limit=500&{list}"));
            let rows = people["rows"].as_array().unwrap();
            assert!(rows.iter().all(|row| row["reason"].as_str().is_some_and(|reason| reason.len() > 10)));
            let risks: Vec<i64> =
                rows.iter().map(|row| row["worth"]["at_risk_minor"].as_i64().unwrap_or(i64::MIN)).collect();
            assert!(risks.is_sorted_by(|a, b| a >= b), "{list}: {risks:?}");
            at_risk += risks.iter().filter(|risk| **risk != i64::MIN).sum::<i64>();
        }
        let total: i64 =
            leaving["kinds"].as_array().unwrap().iter().map(|kind| kind["at_risk_minor"].as_i64().unwrap()).sum();
        assert_eq!(at_risk, total);
        self.check(n, &"leaving=true".into());
        let quadrants = self.get("/api/v1/quadrants");
        let mut n_placed = 0;
        for quadrant in quadrants["rows"].as_array().unwrap() {
            n_placed += quadrant["n"].as_u64().unwrap();
            self.check(quadrant["n"].as_u64().unwrap(), &quadrant["list"]);
        }
        assert!(0 < n_placed && n_placed <= leaving["n_all"].as_u64().unwrap());
        for still in leaving["still_engaged"].as_array().unwrap() {
            self.check(still["n_still"].as_u64().unwrap(), &still["list"]);
        }
    }

    fn check_accounts(&mut self) {
        for base in ["active", "engaged", "degree", "value"] {
            let accounts = self.get(&format!("/api/v1/accounts?base={base}&n=4"));
            self.check_sentence(&accounts["sentence"]);
            let mut before = Value::Null;
            for row in accounts["rows"].as_array().unwrap() {
                let amount = |of: &[&str]| -> i64 {
                    let moves = row["moves"].as_array().unwrap().iter();
                    let of = moves.filter(|one| of.contains(&one["change"].as_str().unwrap()));
                    of.map(|one| one["amount"].as_i64().unwrap()).sum()
                };
                let (came, went) = (amount(&["new", "returned", "grew"]), amount(&["gone", "shrank", "turned"]));
                assert_eq!(row["after"].as_i64().unwrap(), row["before"].as_i64().unwrap() + came - went, "{row}");
                assert!(before.is_null() || before == row["before"], "{base}: {row}");
                before = row["after"].clone();
                for one in row["moves"].as_array().unwrap() {
                    self.check(one["n"].as_u64().unwrap(), &one["list"]);
                }
            }
        }
        let (accounts, growth) = (self.get("/api/v1/accounts?n=120"), self.get("/api/v1/growth"));
        let names = [("new", "new"), ("returned", "resurrected"), ("gone", "churned"), ("stayed", "retained")];
        for (account, period) in accounts["rows"].as_array().unwrap().iter().zip(growth["rows"].as_array().unwrap()) {
            assert_eq!((&account["period"], &account["after"]), (&period["period"], &period["active"]));
            for (change, flow) in names {
                let moves = account["moves"].as_array().unwrap();
                let n = &moves.iter().find(|one| one["change"] == change).unwrap()["n"];
                assert_eq!(n, &period[flow], "{change} in {period}");
            }
        }
    }

    fn check_cohorts(&mut self) {
        for ways in ["", "&counted=engaged", "&made_by=engaged&counted=engaged", "&counted=value"] {
            let cohorts = self.get(&format!("/api/v1/cohorts?n=5{ways}"));
            for cohort in cohorts["rows"].as_array().unwrap() {
                self.check(cohort["n"].as_u64().unwrap(), &cohort["list"]);
                for cell in cohort["cells"].as_array().unwrap().iter().filter(|cell| cell["list"].is_string()) {
                    self.check(cell["value"].as_u64().unwrap(), &cell["list"]);
                }
            }
            for survivors in cohorts["survivors"].as_array().unwrap() {
                let n = survivors["n"].as_u64().unwrap() as f64;
                assert!((0.0..=n + 1e-9).contains(&survivors["alive"].as_f64().unwrap()), "{survivors}");
                for window in survivors["within"].as_array().unwrap().iter().filter(|window| window["list"].is_string())
                {
                    self.check(window["n"].as_u64().unwrap(), &window["list"]);
                }
            }
        }
    }
}

#[test]
fn lists_have_as_many_rows_as_the_numbers_say() {
    for (seed, n_people) in [(1, 120), (2, 400)] {
        let desk = Desk::empty();
        fill(&desk.engine, seed, n_people);
        desk.engine.seal_once(true).unwrap();
        for scope in
            ["object=brand:acme&on=2025-05-01&since=2025-01-31", "object=product:p1&on=2024-06-30&since=2023-09-01"]
        {
            let mut about = About { desk: &desk, scope: scope.to_owned(), n_checked: 0 };
            about.check_all();
            assert!(about.n_checked > 150, "{}", about.n_checked);
        }
    }
}

#[test]
fn growth_by_day_has_lists_too() {
    let desk = Desk::full();
    let mut about = About { desk: &desk, scope: "on=2023-02-10".to_owned(), n_checked: 0 };
    let growth = about.get("/api/v1/growth?by=day");
    about.check_growth(&growth["rows"]);
    assert!(about.n_checked > 50, "{}", about.n_checked);
}

#[test]
fn pages_follow_each_other_and_leave_nobody_out() {
    let desk = Desk::full();
    for sort in ["degree", "value", "kind", "first_day", "last_day", "due_day", "p_falling", "n_days"] {
        for order in ["asc", "desc"] {
            let first = format!("/api/v1/people?sort={sort}&order={order}&limit=120");
            let (mut path, mut names, mut values) = (first.clone(), Vec::new(), Vec::new());
            let n_total = desk.get(&first)["n_total"].clone();
            loop {
                let people = desk.get(&path);
                assert_eq!(people["n_total"], n_total, "{sort} {order}");
                for row in people["rows"].as_array().unwrap() {
                    names.push(row["person"].as_str().unwrap().to_owned());
                    let field = if sort == "value" { "value_minor" } else { sort };
                    values.push(row[field].clone());
                }
                let Some(next) = people["next"].as_str() else { break };
                path = format!("{first}&next={next}");
            }
            let n = names.len();
            assert_eq!(n_total, n, "{sort} {order}");
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), n, "{sort} {order}");
            let rank = |value: &Value| {
                (!value.is_null(), value.as_f64().unwrap_or(0.0), value.as_str().unwrap_or("").to_owned())
            };
            let is_sorted = |pair: &[Value]| {
                if order == "asc" { rank(&pair[0]) <= rank(&pair[1]) } else { rank(&pair[0]) >= rank(&pair[1]) }
            };
            assert!(values.windows(2).all(is_sorted), "{sort} {order}: {values:?}");
        }
    }
    let next = desk.get("/api/v1/people?limit=1")["next"].as_str().unwrap().to_owned();
    assert_eq!(desk.ask("GET", &format!("/api/v1/people?sort=value&next={next}"), None).status, 400);
    assert_eq!(desk.ask("GET", &format!("/api/v1/people?order=asc&next={next}"), None).status, 400);
    assert_eq!(desk.ask("GET", &format!("/api/v1/rejected?next={next}"), None).status, 400);
}

#[test]
fn filters_hold_for_every_row() {
    let desk = Desk::full();
    let rows = |query: &str| {
        desk.get(&format!("/api/v1/people?limit=500&on=2025-01-15&{query}"))["rows"].as_array().unwrap().clone()
    };
    let all = rows("").len();
    for (query, holds) in [
        (
            "engaged=true",
            (|row: &Value| row["degree"].as_f64().unwrap() >= 1.0 && !row["cell"].is_null()) as fn(&Value) -> bool,
        ),
        ("customer=true", |row| row["is_customer"] == true),
        ("customer=false", |row| row["is_customer"] == false),
        ("direction=falling", |row| row["direction"] == "falling"),
        ("stage=lapsed", |row| row["stage"] == "lapsed"),
        ("cell=A2", |row| row["cell"] == "A2"),
        ("due_from=2025-01-10", |row| row["due_day"].as_str().unwrap() >= "2025-01-10"),
    ] {
        let some = rows(query);
        assert!(!some.is_empty() && some.len() < all, "{query}: {} of {all}", some.len());
        assert!(some.iter().all(holds), "{query}");
    }
    assert_eq!(rows("engaged=true").len() + rows("engaged=false").len(), all);
    assert!(rows("").iter().all(|row| row["spark"].as_array().unwrap().len() == 26));
    assert!(rows("").iter().all(|row| {
        let last = row["spark"][25].as_f64().unwrap();
        (last - row["involvement"].as_f64().unwrap()).abs() < 1e-9
    }));
}
