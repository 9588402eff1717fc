use super::*;
use crate::change::Shares;
use crate::relation::Relation;
use crate::standing::{Cell, Direction, Stage};

const ON: Day = Day(20_000);
const SINCE: Day = Day(19_993);

fn standing(last_day: i32, due_day: Option<i32>) -> Standing {
    Standing {
        relation: Relation { first_day: 19_000, last_day, n_days: 50, ..Relation::default() },
        degree_milli: 2000,
        is_engaged: true,
        percentile: 95,
        kind_milli: None,
        is_customer: true,
        cell: Some(Cell::A1),
        direction: Direction::Steady,
        p_falling: 0.5,
        n_recent: 0,
        n_before: 0,
        exposure: (28, 84),
        due_day,
        stage: Stage::Active,
    }
}

fn worth(current_minor: i64, quadrant: Quadrant) -> Worth {
    Worth {
        n_purchases: 3,
        p_alive: 0.5,
        expected: 2.0,
        current_minor,
        potential_minor: 0,
        at_risk_minor: 0,
        quadrant,
        renewal: None,
    }
}

#[test]
fn a_wire_is_tripped_between_the_two_days_and_only_there() {
    let now = |due: i32| standing(19_950, Some(due));
    let tripped = |before: Option<&Standing>, now: &Standing| has_tripped(before, SINCE, now, ON);
    // Due on the very day is not late yet; the day after it is.
    assert!(!tripped(Some(&now(ON.0)), &now(ON.0)));
    assert!(tripped(Some(&now(ON.0 - 1)), &now(ON.0 - 1)));
    assert!(tripped(Some(&now(SINCE.0)), &now(SINCE.0)));
    assert!(!tripped(Some(&now(SINCE.0 - 1)), &now(SINCE.0 - 1)), "told at the look before");
    // Others came more often meanwhile, and the due day moved from ahead to before the earlier day.
    assert!(tripped(Some(&now(SINCE.0 + 1)), &now(SINCE.0 - 3)));
    assert!(tripped(None, &now(ON.0 - 1)));
    assert!(!tripped(None, &standing(19_950, None)));
    assert!(!tripped(None, &Standing { cell: None, ..now(ON.0 - 1) }), "the gone have no due day to pass");
}

#[test]
fn the_top_by_value_is_worth_an_alert() {
    let mut values = (-50..=100).collect();
    assert_eq!(top_value(&mut values, 10), Some(91), "ten of the hundred above nothing");
    assert_eq!(top_value(&mut vec![7, 7, 7], 1), Some(7));
    assert_eq!(top_value(&mut vec![0, -1], 10), None);
    let now = standing(19_950, Some(19_999));
    let cool = Standing { is_engaged: false, percentile: 20, ..now };
    let valuable = |before, now, worth: Option<Worth>, top| is_valuable(before, now, worth.as_ref(), (top, 10));
    assert!(valuable(None, &now, Some(worth(91, Quadrant::Low)), Some(91)));
    assert!(!valuable(None, &now, Some(worth(90, Quadrant::Best)), Some(91)));
    assert!(valuable(None, &cool, Some(worth(91, Quadrant::Fading)), Some(91)));
    assert!(valuable(Some(&now), &cool, Some(worth(91, Quadrant::Promising)), Some(91)), "was engaged");
    assert!(!valuable(Some(&cool), &cool, Some(worth(91, Quadrant::Promising)), Some(91)));
    assert!(!valuable(None, &now, None, Some(91)), "who never bought where others did");
    assert!(valuable(Some(&now), &cool, None, None) && !valuable(None, &cool, None, None));
}

#[test]
fn a_masked_loss_is_told_by_its_period() {
    let person = |before, now, was_known| Shares { before, now, was_known, turned: false };
    let mut account = Account::default();
    (0..30).for_each(|_| account.add(&person(0, 1, false)));
    (0..12).for_each(|_| account.add(&person(1, 0, true)));
    (0..8).for_each(|_| account.add(&person(1, 1, true)));
    let period = By::Month.period_of("2026-10-05".parse().unwrap());
    let notice = of_masked(Base::Engaged, By::Month, period, &account).unwrap();
    assert_eq!(notice.episode, "engaged 2026-10");
    assert_eq!(notice.title, "Newcomers hid a loss of engaged people in October 2026");
    assert!(notice.text.contains("without newcomers it would have shrunk by 60 %"), "{}", notice.text);
    let mut first = Account::default();
    first.add(&person(0, 1, false));
    assert_eq!(of_masked(Base::Engaged, By::Month, period, &first), None, "there was nothing to lose");
    (0..12).for_each(|_| account.add(&person(0, 1, true)));
    assert_eq!(of_masked(Base::Engaged, By::Month, period, &account), None, "as many came back as went");
}

fn settings() -> AlertSettings {
    AlertSettings { per_day: 20, top_percent: 10, quiet_below: 0.5, quiet_certainty: 0.99 }
}

fn traffic(n_recent: u64, n_before: u64, age: i32) -> Traffic {
    Traffic { n_recent, n_before, first: Some(Day(ON.0 - age + 1)) }
}

#[test]
fn a_layer_is_quiet_where_it_is_both_much_less_and_hardly_chance() {
    let quiet = |traffic: Traffic| traffic.is_quiet(ON, &settings());
    assert!(quiet(traffic(10, 120, 1000)));
    assert!(!quiet(traffic(40, 120, 1000)), "as before");
    assert!(!quiet(traffic(20_100, 120_000, 1000)), "certainly less, but more than half");
    assert!(quiet(traffic(u64::MAX / 10, u64::MAX - 9, 1000)));
    assert!(!quiet(traffic(0, 3, 1000)), "it may be chance");
    assert!(!quiet(traffic(0, 120, 55)), "too young to compare with");
    assert!(quiet(traffic(0, 120, 56)));
    assert!(!quiet(Traffic::default()));
    let text = of_quiet_layer(Layer::Web, &traffic(10, 120, 1000), ON).text;
    assert!(text.contains("on 10 days in all, 25 % of what"), "{text}");
}

#[test]
fn traffic_counts_days_of_each_window_once() {
    let mut sum = Traffic::default();
    sum.add(&[ON.0 - 112, ON.0 - 111, ON.0 - 28, ON.0 - 27, ON.0, ON.0 + 1], ON);
    assert_eq!(sum, Traffic { n_recent: 2, n_before: 2, first: Some(Day(ON.0 - 112)) });
    let mut other = Traffic::default();
    other.add(&[ON.0 - 300], ON);
    other.add(&[ON.0 + 3], ON);
    sum.merge(&other);
    assert_eq!(sum, Traffic { n_recent: 2, n_before: 2, first: Some(Day(ON.0 - 300)) });
}

#[test]
fn what_is_told_stays_within_its_limit() {
    assert_eq!(told_and_summed(20, 2, 18), (18, 0));
    assert_eq!(told_and_summed(20, 2, 19), (17, 2));
    assert_eq!(told_and_summed(20, 25, 3), (0, 3));
    assert_eq!(told_and_summed(0, 0, 0), (0, 0));
    for (most, others, wires) in [(5, 0, 100), (5, 4, 2), (1, 0, 2), (3, 3, 1)] {
        let (told, summed) = told_and_summed(most, others, wires);
        assert_eq!(told + summed, wires);
    }
}

#[test]
fn alerts_in_words() {
    let notice = of_wire("customer:00042", &standing(19_950, Some(19_999)), "Came about every 9 days");
    assert_eq!(notice.title, "customer:00042 was due on 3 October 2024 and did not come");
    assert_eq!((notice.episode.as_str(), notice.text.as_str()), ("2024-08-15", "Came about every 9 days."));
    assert_eq!(of_more_wires(1, ON).title, "1 more valuable person passed their due day");
    assert_eq!(of_more_wires(1234, ON).title, "1,234 more valuable people passed their due day");
    let names: Vec<String> = AlertKind::ALL.iter().map(|kind| serde_json::to_string(kind).unwrap()).collect();
    assert_eq!(names, AlertKind::ALL.map(|kind| format!("\"{}\"", kind.name())));
    assert!(AlertSettings { top_percent: 0, ..settings() }.check().unwrap_err().contains("alerts.top_percent"));
}

#[test]
fn an_ask_that_waits_is_told_in_words() {
    let text = format!("Third evening\nwithout internet. {}", "Unacceptable. ".repeat(20));
    let due_at = 1_772_326_800_000_000;
    let waiting = Waiting {
        ask: "a1",
        name: "user:anna",
        class: crate::ask::Class::Complaint,
        layer: Layer::Social,
        text: &text,
        due_at,
        assignee: Some("eva"),
    };
    let notice = waiting.notice(AlertKind::AskOverdue);
    assert_eq!(notice.title, "A complaint of user:anna is overdue");
    let start =
        "On the layer social, an answer was due at 01:00 UTC on 1 March 2026; eva has it. “Third evening without";
    assert!(notice.text.starts_with(start), "{}", notice.text);
    assert!(notice.text.ends_with("…”") && notice.text.len() < 300);
    assert_eq!(notice.episode, format!("a1 {due_at}"));
    let soon = Waiting { assignee: None, class: crate::ask::Class::Opinion, ..waiting }.notice(AlertKind::AskDue);
    assert_eq!(soon.title, "An opinion of user:anna is due soon");
    assert!(soon.text.contains("is due at") && soon.text.contains("nobody has it"), "{}", soon.text);
    let more = of_more_asks(AlertKind::AskEscalated, 1_200, ON);
    assert_eq!(more.title, "1,200 more asks are still unanswered long after they were due");
    assert_ne!(more.episode, of_more_asks(AlertKind::AskDue, 3, ON).episode);
}
