//! A cluster that is named and not there: the product goes on, and says so. What one counts is tested in `parlour-cluster`.

use std::process::Command;

use serde_json::Value;

use crate::house::{House, PARLOUR, cdnow};
use crate::served::{Line, Served};

/// What the Desk is told of everybody on the sample's last day.
fn told(house: &House, engine: Option<&str>) -> (Value, String) {
    let mut command = Command::new(PARLOUR);
    command.env_remove("PARLOUR_DATABASE").env_remove("PARLOUR_LOG").env_remove("PARLOUR_ENGINE");
    command.envs(engine.map(|url| ("PARLOUR_ENGINE", url)));
    let mut served = Served::of(house, command).expect("the server starts");
    let session = served.sign_in();
    let (status, _, people) = served.ask("GET /api/v1/people?object=brand:cdnow&on=1998-06-30", &session, &Value::Null);
    assert_eq!(status, 200, "{people}");
    let metrics = Line::to(served.address).unwrap().get("/metrics").unwrap();
    served.stop();
    (people, String::from_utf8(metrics.body).unwrap())
}

/// Who is there, and how they are measured.
fn measured(people: &Value) -> Vec<[&Value; 4]> {
    let rows = people["rows"].as_array().unwrap();
    rows.iter().map(|row| [&row["person"], &row["involvement"], &row["degree"], &row["percentile"]]).collect()
}

#[test]
fn without_its_cluster_the_server_counts_itself_and_says_so() {
    let house = House::new("");
    let file = house.file("cdnow.txt", cdnow());
    house.ok(&["import", "--preset", "cdnow", file.to_str().unwrap()]);
    let (own, metrics) = told(&house, None);
    assert!(!metrics.contains("parlour_cluster_"), "there is none to tell of");
    assert!(own["rows"].as_array().is_some_and(|people| !people.is_empty()), "{own}");

    // Nobody listens on the first port.
    let (alone, metrics) = told(&house, Some("df://127.0.0.1:1"));
    // What is fitted to everybody may come a moment later; what is measured by populations is there at once.
    assert_eq!(measured(&own), measured(&alone));
    let value = |name: &str| -> u64 {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} is missing: {metrics}")).parse().unwrap()
    };
    assert_eq!((value("parlour_cluster_away"), value("parlour_cluster_answers_total")), (1, 0));
    assert!(value("parlour_cluster_own_answers_total") > 0);

    let said = house.fails(&["serve", "--listen", "127.0.0.1:0", "--engine", "spark://127.0.0.1:1"]);
    assert!(said.contains("`spark://127.0.0.1:1` is no place of a cluster") && said.contains("df://"), "{said}");
}
