//! What becomes of each cell.

use parlour_core::event::{Flaw, Layer, Name};
use parlour_doors::file::{Field, FileError, Mapping, TimeFormat, ValueUnit};

use crate::{Case, brief, mapping, message, priced};

fn flaw(case: &Case, mapping: &Mapping) -> Flaw {
    case.records(mapping).remove(0).outcome.unwrap_err().flaw
}

#[test]
fn every_field_of_a_mapping_from_toml() {
    let toml = r##"
        format = "csv"
        delimiter = ";"
        header = true
        comment = "%"
        person = "who"
        person_kind = "card"
        also = [{ column = "mail", kind = "email" }, { column = "card2", kind = "card" }]
        verb = "what"
        object = { column = "product", const = "unknown" }
        object_kind = "product"
        parent = { const = "acme" }
        parent_kind = "brand"
        time = "#2"
        time_format = "%d %b %Y"
        zone = "Europe/Berlin"
        value = "amount"
        value_unit = "minor"
        decimal = ","
        currency = "cur"
        text = "said"
        rating = "stars"
        seconds = "took"
        layer = { column = "where", const = "hub" }
        message = "id"
        paid = "paid"
        scored = "counts"
        extra = ["note", "n=amount", "zip"]
    "##;
    let mapping: Mapping = toml::from_str(toml).unwrap();
    let rows = "who;when;mail;card2;what;product;amount;cur;said;stars;took;where;id;paid;counts;note;zip\n\
        c1;05 Jan 2024;a@b.c;c1;asked;p1;-1.250;eur;\"how; \"\"so\"\"?\";4;61.9;social;m1;yes;no;a\"b;00501\n\
        c2;06 Jan 2024;;;sneezed;;;;;;;;;;;;\n";
    let events = Case::new("a.csv", rows).events(&mapping);
    let first = &events[0];
    assert_eq!(first.subject, Name::new("card", "c1"));
    assert_eq!(first.also, [Name::new("email", "a@b.c")], "the subject is not also itself");
    assert_eq!((first.verb.as_str(), first.object.to_string()), ("asked", "product:p1".to_owned()));
    assert_eq!(first.parent, Some(Name::new("brand", "acme")));
    assert_eq!(first.at, 1_704_409_200_000_000);
    assert_eq!((first.value.unwrap().minor, first.value.unwrap().currency.code()), (-1250, "EUR"));
    assert_eq!(first.text.as_deref(), Some("how; \"so\"?"));
    assert_eq!((first.rating, first.seconds, first.layer), (Some(4), 61, Layer::Social));
    assert_eq!((first.message.as_deref(), first.paid, first.scored), (Some("m1"), true, false));
    assert_eq!(first.extra.as_deref(), Some(r#"{"note":"a\"b","n":"-1.250","zip":"00501"}"#));
    let second = &events[1];
    assert_eq!((second.verb.as_str(), second.object.id.as_str()), ("did:sneezed", "unknown"));
    assert_eq!((second.layer, second.paid, second.scored), (Layer::Hub, false, true));
    assert_eq!((second.value, second.text.as_ref(), second.extra.as_ref()), (None, None, None));
}

#[test]
fn a_mapping_with_a_mistake_is_refused() {
    for (toml, part) in [
        ("persn = 'x'", "persn"),
        ("header = 'maybe'", "header"),
        ("time_format = 'ymdd'", "ymdd"),
        ("verb = { colum = 'x' }", "column"),
        ("also = [{ column = 'x' }]", "kind"),
    ] {
        let error = toml::from_str::<Mapping>(toml).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    let case = Case::new("a.csv", "who,when\n");
    for (mapping, part) in [
        (Mapping { person: None, ..mapping() }, "`person`"),
        (Mapping { verb: None, ..mapping() }, "`verb`"),
        (Mapping { object: None, ..mapping() }, "`object`"),
        (Mapping { time: None, ..mapping() }, "`time`"),
        (Mapping { currency: None, ..priced() }, "`currency`"),
        (Mapping { currency: Some(Field::constant("Euro")), ..priced() }, "`Euro` is no currency"),
        (Mapping { layer: Some(Field::constant("moon")), ..mapping() }, "`moon` is no layer"),
        (Mapping { decimal: '_', ..mapping() }, "`decimal`"),
        (Mapping { delimiter: Some('é'), ..mapping() }, "`delimiter`"),
        (Mapping { zone: "Mars".to_owned(), ..mapping() }, "`Mars`"),
    ] {
        let fault = case.fault(&mapping);
        assert!(matches!(fault, FileError::Mapping(_)) && fault.to_string().contains(part), "{fault}");
    }
}

#[test]
fn day_and_month_are_told_apart_or_not_at_all() {
    let file = |dates: &[&str]| {
        let rows = dates.iter().map(|date| format!("ann,{date}\n"));
        Case::new("a.csv", "who,when\n".to_owned() + &rows.collect::<String>())
    };
    let days = |case: &Case, mapping: &Mapping| -> Vec<i64> {
        case.events(mapping).iter().map(|event| event.at / 86_400_000_000).collect()
    };
    assert_eq!(days(&file(&["01/02/2024", "13/02/2024"]), &mapping()), [19_754, 19_766]);
    assert_eq!(days(&file(&["01/02/2024", "02/13/2024"]), &mapping()), [19_724, 19_766]);
    let unclear = file(&["01/02/2024", "03/04/2024"]);
    let fault = unclear.fault(&mapping());
    assert!(matches!(fault, FileError::AmbiguousDates { .. }) && fault.to_string().contains("`dmy`"), "{fault}");
    assert_eq!(days(&unclear, &Mapping { time_format: TimeFormat::Dmy, ..mapping() }), [19_754, 19_816]);
    assert_eq!(days(&unclear, &Mapping { time_format: TimeFormat::Mdy, ..mapping() }), [19_724, 19_786]);
    assert!(matches!(file(&["13/02/2024", "02/13/2024"]).fault(&mapping()), FileError::Mapping(_)));
    // The decisive row lies just inside the sampled ones, and then just outside.
    let mut dates = vec!["01/02/2024"; 999];
    dates.push("13/02/2024");
    assert_eq!(days(&file(&dates), &mapping())[0], 19_754);
    dates.insert(0, "01/02/2024");
    assert!(matches!(file(&dates).fault(&mapping()), FileError::AmbiguousDates { .. }));
    // None among the sampled ones, and then one that could be either.
    let mut dates = vec!["2024-01-01"; 1000];
    dates.extend(["03/04/2024", "13/04/2024"]);
    let records = file(&dates).records(&mapping());
    assert!(message(&records[1000]).contains("`mdy`"));
    assert!(records[1001].outcome.is_ok());
}

#[test]
fn five_forms_of_dates_in_one_file() {
    let rows = "who,when\na,2024-01-05\na,20240105\na,05.01.2024\na,1704412800\na,2024-01-05T02:00:00+02:00\n";
    let events = Case::new("a.csv", rows).events(&mapping());
    assert_eq!(events.iter().map(|event| event.at).collect::<Vec<_>>(), [1_704_412_800_000_000; 5]);
}

#[test]
fn times_out_of_bounds_are_refused() {
    let rows = "who,when\na,1899-12-31\na,2025-01-03\na,2025-01-02\na,1900-01-01\n";
    let records = Case::new("a.csv", rows).records(&mapping());
    assert_eq!(brief(&records), ["2: too_early", "3: in_the_future", "a", "a"]);
}

#[test]
fn amounts_and_currencies() {
    let file = |amount: &str| Case::new("a.csv", format!("who,when,amount\na,2024-01-01,\"{amount}\"\n"));
    let minor = |amount: &str, mapping: &Mapping| file(amount).events(mapping)[0].value.unwrap().minor;
    assert_eq!(minor("-1,234.56", &priced()), -123_456);
    assert_eq!(minor("($12)", &priced()), -1200);
    assert_eq!(minor("-1.234,56", &Mapping { decimal: ',', ..priced() }), -123_456);
    assert_eq!(minor("1234", &Mapping { value_unit: ValueUnit::Minor, ..priced() }), 1234);
    assert_eq!(minor("10000000000.00", &priced()), 1_000_000_000_000);
    assert_eq!(flaw(&file("10000000000.01"), &priced()), Flaw::ValueTooLarge);
    for wrong in ["99999999999999999999", "1.234", "€5", "twelve"] {
        assert!(matches!(flaw(&file(wrong), &priced()), Flaw::Unreadable(_)), "{wrong}");
    }
    let by_column = Mapping { currency: Some(Field::column("cur")), ..priced() };
    let rows = "who,when,amount,cur\na,2024-01-01,5,usd\na,2024-01-01,5,Dollar\na,2024-01-01,5,\na,2024-01-01,5,JPY\n";
    let records = Case::new("a.csv", rows).records(&by_column);
    assert_eq!(brief(&records), ["a", "3: unreadable", "4: unreadable", "a"]);
    assert!(message(&records[1]).contains("`Dollar`") && message(&records[2]).contains("no currency"));
    assert_eq!(records[3].outcome.as_ref().unwrap().value.unwrap().minor, 5);
}

#[test]
fn amounts_in_json_never_pass_through_floats() {
    let exact = "{\"who\":1,\"when\":\"2024-01-01\",\"amount\":9999999999.90}\n";
    assert_eq!(Case::new("a.jsonl", exact).events(&priced())[0].value.unwrap().minor, 999_999_999_990);
    // As a float this is 0.1 and would be accepted.
    let nearly = "{\"who\":1,\"when\":\"2024-01-01\",\"amount\":0.1000000000000000000001}\n";
    assert!(matches!(flaw(&Case::new("a.jsonl", nearly), &priced()), Flaw::Unreadable(_)));
}

#[test]
fn stars_layers_and_ids() {
    let of = |column: &str, cell: &str, mapping: &Mapping| {
        flaw(&Case::new("a.csv", format!("who,when,{column}\na,2024-01-01,{cell}\n")), mapping)
    };
    let rated = Mapping { rating: Some("stars".to_owned()), ..mapping() };
    assert_eq!(of("stars", "6", &rated), Flaw::RatingOutOfRange);
    assert_eq!(of("stars", "0", &rated), Flaw::RatingOutOfRange);
    assert!(matches!(of("stars", "4.5", &rated), Flaw::Unreadable(_)));
    let layered = Mapping { layer: Some(Field::column("where")), ..mapping() };
    assert!(matches!(of("where", "moon", &layered), Flaw::Unreadable(_)));
    let paid = Mapping { paid: Some(Field::column("paid")), ..mapping() };
    assert!(matches!(of("paid", "perhaps", &paid), Flaw::Unreadable(_)));
    let by_id = Mapping { person: Some("id".to_owned()), ..mapping() };
    assert_eq!(of("id", &"x".repeat(10_000), &by_id), Flaw::IdTooLong { field: "subject" });
    assert_eq!(of("id", " ", &by_id), Flaw::IdMissing { field: "subject" });
    let verb = Mapping { verb: Some(Field::column("verb")), ..mapping() };
    assert_eq!(of("verb", "", &verb), Flaw::VerbMissing);
    let object = Mapping { object: Some(Field::column("thing")), ..mapping() };
    assert_eq!(of("thing", "", &object), Flaw::IdMissing { field: "object" });
    let said = Mapping { text: Some("said".to_owned()), ..mapping() };
    assert_eq!(of("said", &"x".repeat(40_000), &said), Flaw::TextTooLong);
}
