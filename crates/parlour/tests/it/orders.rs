//! A shop's history with everything in it that makes folding hard: repeats, conflicts, refusals, people of two ids,
//! products of brands, ratings, amounts, verbs that nobody knows.

use std::fmt::Write;

use crate::house::{Dice, House};

const HEADER: &str = "when,email,customer,verb,product,brand,total,currency,stars,message\n";

/// How the columns are mapped.
pub(crate) const MAPPING: [&str; 22] = [
    "--person",
    "email",
    "--person-kind",
    "email",
    "--also",
    "customer=customer",
    "--verb",
    "verb",
    "--object",
    "product",
    "--object-kind",
    "product",
    "--parent",
    "brand",
    "--time",
    "when",
    "--value",
    "total",
    "--currency",
    "currency",
    "--message",
    "message",
];

/// Writes `n_files` files of `n_rows` rows into the house and returns the arguments that import them.
pub(crate) fn put(house: &House, dice: &mut Dice, (n_files, n_rows): (usize, usize)) -> Vec<String> {
    let mut args = vec!["import".to_owned()];
    args.extend(MAPPING.map(str::to_owned));
    args.extend(["--rating".to_owned(), "stars".to_owned()]);
    for i in 0..n_files {
        let name = format!("orders{i}.csv");
        house.file(&name, file(dice, i, n_rows));
        args.push(name);
    }
    args
}

fn file(dice: &mut Dice, number: usize, n_rows: usize) -> String {
    let mut text = HEADER.to_owned();
    let mut lines: Vec<String> = Vec::new();
    for row in 0..n_rows {
        let line = match dice.below(1000) {
            0..30 if !lines.is_empty() => dice.one(&lines).clone(),
            30..40 if !lines.is_empty() => dice.one(&lines).replacen("2024-", "2023-", 1),
            40..45 => fresh(dice, number, row).replacen("2024-", "2024-13-", 1),
            45..48 => fresh(dice, number, row).replace("USD", "DOLLARS"),
            _ => fresh(dice, number, row),
        };
        text.push_str(&line);
        lines.push(line);
    }
    text
}

fn fresh(dice: &mut Dice, number: usize, row: usize) -> String {
    let person = dice.below(900);
    let product = dice.below(40);
    let mut line = String::new();
    write!(line, "2024-{:02}-{:02}T{:02}:00:00Z,", 1 + dice.below(6), 1 + dice.below(28), dice.below(24)).unwrap();
    write!(line, "p{person}@example.org,").unwrap();
    // A few customers share an address, and a few numbers are nobody's.
    let customer = if dice.is(1, 50) { "guest".to_owned() } else { format!("c{}", person - person % 3) };
    line.push_str(if dice.is(1, 3) { "" } else { &customer });
    let verb = *dice.one(&["bought", "bought", "viewed", "viewed", "reviewed", "complained", "wiggled"]);
    write!(line, ",{verb},sku{product},brand{},", product % 3).unwrap();
    if verb == "bought" {
        write!(line, "{}.{:02},{}", dice.below(300), dice.below(100), dice.one(&["USD", "USD", "EUR"])).unwrap();
    } else {
        line.push(',');
    }
    let stars = if verb == "reviewed" { (1 + dice.below(5)).to_string() } else { String::new() };
    writeln!(line, ",{stars},m{number}-{row}").unwrap();
    line
}
