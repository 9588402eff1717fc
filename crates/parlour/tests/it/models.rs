//! `parlour fit` and `parlour simulate` as whoever runs them sees them: the published numbers from imported purchases, a
//! file of histories, and a world whose truth is known.

use parlour_core::day::Day;
use serde_json::Value;

use crate::house::House;

/// The 1/10 sample of CDNOW as the tests of `parlour-stats` have it: value of the first purchase and days of the repeats
/// after it; and of the same people, line by line, T in days and how often they bought in the 39 weeks held out.
const PURCHASES: &str = include_str!("../../../parlour-stats/tests/golden/cdnow_purchases.csv");
const PEOPLE: &str = include_str!("../../../parlour-stats/tests/golden/cdnow_sample.csv");

/// The sample as a shop would export it; what was bought in the time held out lies on its first days.
fn export() -> String {
    let until: Day = "1997-09-30".parse().unwrap();
    let mut lines = vec!["id,date,value".to_owned()];
    for (person, (purchases, known)) in PURCHASES.lines().zip(PEOPLE.lines()).skip(1).enumerate() {
        let (value, repeats) = purchases.split_once(',').unwrap();
        let known: Vec<&str> = known.split(',').collect();
        let first = until.0 - known[2].parse::<i32>().unwrap();
        lines.push(format!("{person},{},{value}", Day(first)));
        let repeats = repeats.split_whitespace().map(|days| first + days.parse::<i32>().unwrap());
        let held_out = 1..=known[5].parse::<i32>().unwrap();
        let days = repeats.chain(held_out.map(|day| until.0 + day));
        lines.extend(days.map(|day| format!("{person},{},10.00", Day(day))));
    }
    lines.join("\n")
}

fn model<'a>(fits: &'a Value, name: &str) -> &'a Value {
    fits["models"].as_array().unwrap().iter().find(|fit| fit["model"] == name).unwrap()
}

fn near(value: &Value, expected: f64, within: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - expected).abs() < within, "{value} is not {expected}");
}

/// METRICS.md, sections 2.6 and 2.7; and the bars of the holdout, all at once.
#[test]
fn the_published_fits_come_out_of_imported_purchases() {
    let house = House::new("");
    house.file("purchases.csv", export());
    let mapping = [
        "import",
        "--person",
        "id",
        "--person-kind",
        "customer",
        "--verb",
        "=bought",
        "--object",
        "=cdnow",
        "--object-kind",
        "brand",
        "--time",
        "date",
        "--value",
        "value",
        "--currency",
        "=USD",
        "purchases.csv",
    ];
    house.ok(&mapping);
    let fits = house.json(&["fit", "--until", "1997-09-30", "--holdout-until", "1998-06-30", "--format", "json"]);
    assert_eq!(fits["n_people"], 2_357);
    near(&model(&fits, "bg_nbd")["log_likelihood"], -9582.43, 0.01);
    near(&model(&fits, "mbg_nbd")["log_likelihood"], -9582.14, 0.01);
    near(&model(&fits, "pareto_nbd")["log_likelihood"], -9594.98, 0.01);
    near(&model(&fits, "mbg_nbd")["parameters"][0]["value"], 0.525, 0.001);
    near(&model(&fits, "pareto_nbd")["holdout"]["rmse"], 1.6028, 0.0001);
    assert_eq!(fits["chosen"], "pareto_nbd_first_value");
    let best = &model(&fits, "pareto_nbd_first_value")["holdout"];
    let at = |name: &str| best[name].as_f64().unwrap();
    assert!(at("mae") < 0.7545 && at("rmse") < 1.603 && 0.779 < at("auc"), "{best}");
    let one = house.json(&["fit", "--until", "1997-09-30", "--model", "nbd", "--unit", "day", "--format", "json"]);
    near(&one["models"][0]["parameters"][0]["value"], 0.38477, 0.0001);
    let said = house.fails(&["fit", "--model", "crystal_ball"]);
    assert!(said.contains("crystal_ball") && said.contains("pareto_nbd"), "{said}");
    let said = house.fails(&["fit", "--until", "1998-06-30", "--holdout-until", "1998-01-01"]);
    assert!(said.contains("--holdout-until"), "{said}");
}

#[test]
fn a_file_of_histories_is_fitted_without_a_data_folder() {
    let house = House::new("");
    house.file(
        "sample.csv",
        "x,t_x,T,weight\n0,0,38.86,1200\n1,12.3,38.86,400\n2,30.43,38.86,300\n5,35,38.86,150\n9,5,38.86,20\n",
    );
    let fits = house.json(&["fit", "--csv", "sample.csv", "--format", "json"]);
    assert_eq!(fits["models"].as_array().unwrap().len(), 5);
    assert_eq!(model(&fits, "mbg_nbd")["n_people"], 2_070.0);
    assert!(house.fails(&["fit", "--csv", "nowhere.csv"]).contains("nowhere.csv"));
    house.file("wrong.csv", "x,t_x,T\n1,9,3\n");
    assert!(house.fails(&["fit", "--csv", "wrong.csv"]).contains("line 2"));
}

#[test]
fn a_simulated_world_is_taken_in_and_its_truth_is_told() {
    let house = House::new("");
    house.ok(&["simulate", "--brand", "sim-cafe", "--people", "200", "--newcomers", "0.5", "--days", "300"]);
    let again =
        ["simulate", "--people", "200", "--newcomers", "0.5", "--days", "300", "--out", "e.jsonl", "--truth", "t.csv"];
    house.ok(&again);
    let written = std::fs::read_to_string(house.path("e.jsonl")).unwrap();
    let n = house.json(&["doctor", "--json"])["sums"]["folded"].as_u64().unwrap();
    // What the brand answers is no act of theirs, and in no file of what people do.
    let n_back = house.rows("SELECT COUNT(*) FROM post WHERE role = 'brand'")[0][0].as_u64().unwrap();
    assert_eq!(written.lines().count() as u64 + n_back, n);
    assert!(0 < n_back);
    house.ok(&["simulate", "--brand", "sim-cafe", "--people", "200", "--newcomers", "0.5", "--days", "300"]);
    let sums = house.json(&["doctor", "--json"])["sums"].clone();
    assert_eq!(
        (sums["folded"].as_u64(), sums["duplicate"].as_u64()),
        (Some(n), Some(n)),
        "the same once more adds nothing"
    );
    assert_eq!(house.rows("SELECT title FROM entity"), [serde_json::json!(["sim-cafe (simulated)"])]);
    let truth = std::fs::read_to_string(house.path("t.csv")).unwrap();
    assert_eq!(house.rows("SELECT count(*) FROM identity")[0][0].as_u64().unwrap(), truth.lines().count() as u64 - 1);
    assert!(truth.lines().skip(1).any(|line| line.split(',').nth(4) != Some("")), "somebody disengages");
    let detectors =
        house.json(&["simulate", "--people", "400", "--newcomers", "0", "--days", "500", "--detect", "--json"]);
    let found = |name: &str| {
        let of = |detector: &&Value| detector["detector"].as_str().unwrap().starts_with(name);
        detectors.as_array().unwrap().iter().find(of).unwrap()["found"].as_f64().unwrap()
    };
    assert!(found("days of silence") < found("trip wire"), "{detectors}");
}
