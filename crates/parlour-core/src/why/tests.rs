//! What the answers say, on one small world; that they add up in every world is held by `tests/it`.

use super::*;
use crate::activity::Verbs;
use crate::event::Name;
use crate::key::Key;
use crate::objects::{Object, Objects};
use crate::parameters::Parameters;
use crate::vocabulary::Vocabulary;

/// A row: object, days before the asked one, layer, verb, kind, paid, n, value.
type Row = (ObjectId, i32, Layer, &'static str, i8, bool, u64, i64);

fn columns(rows: &[Row], today: Day, verbs: &mut Verbs, currency: Currency) -> Columns {
    let mut columns = Columns::default();
    for &(object, age, layer, verb, kind, paid, n, value) in rows {
        columns.object.push(object);
        columns.day.push(today.0 - age);
        columns.layer.push(layer as u8);
        columns.verb.push(verbs.id(verb));
        columns.kind.push(kind);
        columns.paid.push(paid);
        columns.currency.push(currency);
        columns.n.push(n);
        columns.value_minor.push(value);
    }
    columns.sort();
    columns
}

fn objects() -> Objects {
    let object = |key, kind: &str, id: &str, title: &str, parent: Option<u128>| Object {
        key: Key(key),
        name: Name::new(kind, id),
        title: Some(title.to_owned()),
        parent: parent.map(Key),
    };
    Objects::new(vec![
        object(1, "product", "abbey-road", "Abbey Road", Some(2)),
        object(2, "brand", "records", "The Record Shop", None),
    ])
}

/// Every answer about one person among one other, of whom the second set of rows tells.
fn answers(rows: &[Row], others: &[Row], object: ObjectId) -> Vec<Why> {
    let (parameters, objects, mut verbs) = (Parameters::default(), objects(), Verbs::default());
    let today: Day = "1998-06-30".parse().unwrap();
    let usd = Currency::of_code("USD").unwrap();
    let own = columns(rows, today, &mut verbs, usd);
    let other = columns(others, today, &mut verbs, usd);
    let reading = Reading::new(today, &parameters, &Vocabulary::default(), &verbs, &objects);
    let mut population = Population::default();
    for columns in [&own, &other] {
        PersonFold::new(&reading).read(columns, 0..columns.len(), &mut |of, _, relation| {
            if of == object {
                population.add(relation, &reading);
            }
        });
    }
    let yardstick = Yardstick::new(&reading);
    let case = Case { columns: &own, object, yardstick: &yardstick, population: &population, outlook: None };
    Of::ALL.into_iter().filter_map(|of| why(of, &case)).collect()
}

const OTHERS: [Row; 2] =
    [(1, 0, Layer::Web, "clicked", 0, false, 1, 0), (1, 20, Layer::Web, "clicked", 0, false, 1, 0)];

fn regular() -> Vec<Row> {
    vec![
        (0, 60, Layer::Web, "bought", 0, false, 2, 4997),
        (0, 30, Layer::Face, "commented", -1, true, 1, 0),
        (0, 10, Layer::Web, "returned_goods", 0, false, 1, 1999),
        (1, 0, Layer::Game, "did:Product Viewed", 0, false, 1, 0),
        (1, 0, Layer::Web, "did:sneezed", 0, false, 1, 0),
        (1, -3, Layer::Web, "bought", 0, false, 1, 1000),
    ]
}

#[test]
fn involvement_is_told_thing_by_thing() {
    let why = &answers(&regular(), &OTHERS, 1)[0];
    let lines: Vec<_> = why.contributions.iter().map(|c| (c.label.as_str(), c.detail.as_str(), c.amount)).collect();
    assert_eq!(
        lines,
        [
            (
                "returned goods Abbey Road on web, 20 June 1998",
                "5 points × layer 1.0 × 1 event g=1 × decay 0.7937",
                3_968_502
            ),
            ("bought Abbey Road on web, 1 May 1998", "8 points × layer 1.0 × 2 events g=1.5 × decay 0.25", 3_000_000),
            (
                "commented (negative) Abbey Road face to face, 31 May 1998",
                "3 points × layer 1.5 × paid for 0.5 × 1 event g=1 × decay 0.5",
                1_125_000
            ),
            ("sneezed on web, 30 June 1998", "1 point × layer 1.0 × 1 event g=1 × decay 1", 1_000_000),
            ("viewed in a game, 30 June 1998", "0.5 points × layer 0.5 × 1 event g=1 × decay 1", 250_000),
        ]
    );
    assert_eq!((why.total, why.unit.as_str(), why.value.as_str()), (9_343_502, "micropoints", "9.34 points"));
    assert_eq!(
        why.sentence,
        "Involvement with The Record Shop on 30 June 1998 is 9.34 points: 5 things done that still count, of which each \
         is worth half as much after 30 days."
    );
}

#[test]
fn every_answer_has_its_sentence() {
    let sentences: Vec<String> =
        answers(&regular(), &OTHERS, 1).into_iter().map(|why| format!("{}: {}", why.value, why.sentence)).collect();
    assert_eq!(
        sentences[1..],
        [
            "1.702: Their involvement of 9.34 points is 1.702 times the average of 5.49 points among the 2 people present on \
         30 June 1998: above the average, so they are engaged.",
            "−0.259: What shows liking is worth 3.00 points and what shows disliking 5.09 points, which makes −0.259 on a \
         scale from −1 to +1: negative.",
            "A3: A3: a customer, more involved than average, and negative.",
            "steady: Active on 2 of the last 28 days, against 2 of the 33 days before: that is no sure sign of a change, so they \
         count as steady.",
            "13 August 1998: Going by 3 gaps of their own and the rhythm of everyone else, they are back within 44 days in \
             95 % of cases. Last active on 30 June 1998, they are due by 13 August 1998.",
            "active: They are neither new nor overdue, and nothing says that they are leaving: they are active.",
            "29.98 USD: From 1 July 1997 to 30 June 1998 they brought 29.98 USD: purchases of 49.97 USD, less 19.99 USD given \
         back.",
            "unknown: There are too few people with The Record Shop to expect anything.",
        ]
    );
}

#[test]
fn the_stage_names_the_rule_that_decided() {
    let rows = [(1, 400, Layer::Web, "clicked", 0, false, 1, 0)];
    let answers = answers(&rows, &OTHERS, 1);
    let stage = answers.iter().find(|why| why.of == Of::Stage).unwrap();
    let steps: Vec<_> = stage.steps.iter().map(|step| (step.label.as_str(), step.value.as_str())).collect();
    assert_eq!(
        steps[..4],
        [
            ("Defected: silent since before 30 June 1996", "no: last active on 26 May 1997"),
            ("New: first active less than 28 days ago", "no: first active on 26 May 1997"),
            ("Lapsed: silent past the day they were due", "yes: last active on 26 May 1997, due by 12 October 1997"),
            (
                "Won back: returned less than 28 days ago from a silence beyond their rhythm",
                "not asked: the first rule that holds decides"
            ),
        ]
    );
    assert_eq!(steps.last(), Some(&("Stage", "lapsed")));
    assert_eq!(
        stage.sentence,
        "By their own rhythm they have been silent too long (last active on 26 May 1997, due by 12 October 1997), so \
         they have lapsed."
    );
}

#[test]
fn the_gone_have_no_cell_and_strangers_no_answer() {
    let rows = [(1, 4000, Layer::Web, "bought", 0, false, 1, 0)];
    let gone = answers(&rows, &OTHERS, 1);
    let cell = gone.iter().find(|why| why.of == Of::Cell).unwrap();
    assert_eq!(cell.value, "none");
    assert_eq!(cell.steps[1].value, "no: last bought on 18 July 1987, before that day");
    assert!(answers(&[], &OTHERS, 1).is_empty());
    assert!(answers(&OTHERS, &[], 0).is_empty());
}

#[test]
fn names_lead_back_and_json_has_the_fields_of_the_api() {
    for of in Of::ALL {
        assert_eq!(Of::of_name(of.name()), Some(of));
        assert_eq!(serde_json::to_value(of).unwrap(), of.name());
    }
    let value = serde_json::to_value(&answers(&regular(), &OTHERS, 1)[7]).unwrap();
    assert_eq!(value["unit"], "minor units of USD");
    assert_eq!(value["contributions"][0]["day"], "1998-05-01");
    assert_eq!(value["contributions"][1]["amount"], -1999);
}
