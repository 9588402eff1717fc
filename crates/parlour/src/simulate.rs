//! `parlour simulate`: a world with known truth, into the data folder, into files, or to prove detection by.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use parlour_core::day::Day;
use parlour_core::detection::{Detector, FALSE_ALARMS, detect};
use parlour_core::event::{Currency, Event, Layer, Money, Name};
use parlour_engine::{Engine, Submission};
use parlour_stats::simulate::{Act, Complaints, Layer as Place, Leaving, Life, Visits, What, World};
use serde_json::json;

use crate::cli::{Rhythm, Simulate};
use crate::output::Output;

/// The source of simulated events, by which they can be told from what happened.
pub(crate) const SOURCE: &str = "simulated";
/// Events handed over at once.
const BATCH: usize = 5_000;
const DAY_MICROS: i64 = 86_400_000_000;
/// Where people of a simulated world come, and how much of their visits it is.
const PLACES: [(Layer, f64); 5] =
    [(Layer::Web, 0.45), (Layer::Mobile, 0.25), (Layer::Social, 0.14), (Layer::Face, 0.12), (Layer::Game, 0.04)];

/// The world that the flags describe.
pub(crate) fn world(options: &Simulate) -> World {
    let mut world = World {
        seed: options.seed,
        n_people: options.people,
        n_days: options.days,
        newcomers_per_day: options.newcomers,
        layers: places(options.days),
        ..World::default()
    };
    match options.rhythm {
        Rhythm::Mixed => {}
        Rhythm::Regular => world.visits.regularity = vec![(12.0, 1.0)],
        Rhythm::Random => world.visits.regularity = vec![(1.0, 1.0)],
        Rhythm::Bursts => world.visits.regularity = vec![(0.7, 1.0)],
    }
    world
}

/// Where people come; in the last fifth of the world nobody plays any more.
fn places(n_days: u32) -> Vec<Place> {
    let mut places = PLACES.map(|(_, weight)| Place { weight, quiet_from: None });
    if let Some(place) = places.last_mut() {
        place.quiet_from = Some(n_days / 5 * 4);
    }
    places.to_vec()
}

/// The shop of the sample, over the same days as the purchases beside it. About as many come as leave, so that newcomers
/// hide the loss, and a complaint that nobody answers costs dearly.
pub(crate) fn shop() -> (World, Day) {
    let world = World {
        seed: 4,
        n_people: 900,
        opening_days: 60,
        newcomers_per_day: 4.0,
        n_days: 546,
        first_weekday: 2,
        visits: Visits { per_day: 0.08, views: 0.5, ..World::default().visits },
        layers: places(546),
        leaving: Leaving { per_day: 0.0035, ..World::default().leaving },
        complaints: Complaints { per_visit: 0.04, answered: 0.5, ..World::default().complaints },
        ..World::default()
    };
    (world, "1997-01-01".parse().expect("the first of January is a day"))
}

/// What needs no data folder: proving detection, and writing files.
pub(crate) fn without_folder(options: &Simulate, out: &mut Output) -> anyhow::Result<bool> {
    let world = world(options);
    if let Some(file) = &options.truth {
        write_truth(&world, options.start, file)?;
    }
    if options.detect {
        let detectors = detect(&world)?;
        if options.json {
            out.json(&detectors.iter().map(json_of).collect::<Vec<_>>())?;
        } else {
            print(&detectors, out)?;
        }
    }
    if let Some(file) = &options.out {
        let n = write_events(&world, options, file)?;
        writeln!(out, "{n} events written to {}", file.display())?;
    }
    Ok(options.detect || options.out.is_some())
}

/// Takes the world into the data folder.
pub(crate) fn simulate(engine: &Arc<Engine>, options: &Simulate, out: &mut Output) -> anyhow::Result<()> {
    let n = load(engine, &world(options), options.start, &options.brand)?;
    engine.set_title(&Name::new("brand", &options.brand), &format!("{} (simulated)", options.brand))?;
    engine.seal_once(true)?;
    engine.forget_kept()?;
    writeln!(out, "{n} events of a simulated world are now with brand:{}", options.brand)?;
    Ok(())
}

/// Takes a world in as events of a brand that is marked as simulated, all from the source `simulated`, and folds them; what
/// is there already is not counted again. Returns how many were accepted.
pub(crate) fn load(engine: &Engine, world: &World, start: Day, brand: &str) -> anyhow::Result<u64> {
    engine.mark_simulated(&Name::new("brand", brand))?;
    let mut waiting = Vec::with_capacity(BATCH);
    let mut n = 0;
    let hand_over = |events: &mut Vec<(Event, Option<u64>)>| -> anyhow::Result<u64> {
        let events = std::mem::replace(events, Vec::with_capacity(BATCH));
        let receipt = engine.append(SOURCE, Submission { events, ..Submission::default() })?;
        engine.fold_all()?;
        Ok(receipt.n_accepted)
    };
    for life in world.lives()? {
        waiting.extend(events_of(world, &life, start, brand).map(|event| (event, None)));
        if BATCH <= waiting.len() {
            n += hand_over(&mut waiting)?;
        }
    }
    Ok(n + hand_over(&mut waiting)?)
}

/// What simulated people say when they complain.
const COMPLAINTS: [&str; 6] = [
    "The parcel came a week late again.",
    "The record is scratched, and nobody picks up the phone.",
    "I was charged twice for one order.",
    "This is the second time that you sent the wrong record.",
    "The sleeve was torn when it came.",
    "You promised it for Friday, and it is still not here.",
];
/// What the simulated brand says to that.
const REPLIES: [&str; 3] = [
    "We are sorry. A new one is on its way to you.",
    "You are right, that should not have happened. We sent the money back.",
    "Thank you for telling us. We looked into it and put it right.",
];

/// What a person does, and what the brand answers them, as events.
fn events_of<'a>(world: &'a World, life: &Life, start: Day, brand: &'a str) -> impl Iterator<Item = Event> + use<'a> {
    let number = life.number;
    let acts = life.acts(world).enumerate();
    acts.scan(None, move |complaint, (i, act)| {
        let message = format!("{brand}-{number}-{i}");
        let text = |all: &[&str]| Some(all[(number as usize + i) % all.len()].to_owned());
        let event = event(&act, start, brand, number);
        Some(match act.what {
            What::Complained => {
                *complaint = Some(message.clone());
                Event { message: Some(message), text: text(&COMPLAINTS), ..event }
            }
            What::Replied => {
                Event { message: Some(message), text: text(&REPLIES), reply_to: complaint.take(), ..event }
            }
            What::Visited | What::Viewed | What::Bought => Event { message: Some(message), ..event },
        })
    })
}

fn event(act: &Act, start: Day, brand: &str, number: u32) -> Event {
    let at = start.start_micros() + i64::from(act.day) * DAY_MICROS + act.micros as i64;
    let (person, brand) = (Name::new("customer", format!("sim-{number:05}")), Name::new("brand", brand));
    let (subject, verb, object) = match act.what {
        What::Visited => (person, "visited", brand),
        What::Viewed => (person, "viewed", brand),
        What::Bought => (person, "bought", brand),
        What::Complained => (person, "complained", brand),
        What::Replied => (brand, "replied", person),
    };
    let money = Currency::of_code("USD").map(|currency| Money { minor: act.value_minor, currency });
    Event {
        layer: PLACES.get(usize::from(act.layer)).map_or(Layer::Web, |(layer, _)| *layer),
        value: money.filter(|_| act.what == What::Bought),
        ..Event::new(at, subject, verb, object)
    }
}

fn write_events(world: &World, options: &Simulate, file: &Path) -> anyhow::Result<u64> {
    let mut to = create(file)?;
    let mut n = 0;
    for life in world.lives()? {
        // A file is read as what people do; what the brand does toward them has no place in its mapping.
        let own = events_of(world, &life, options.start, &options.brand).filter(|event| !event.is_by_brand());
        for event in own {
            let line = json!({
                "id": event.message,
                "subject": { "kind": event.subject.kind, "id": event.subject.id },
                "verb": event.verb,
                "text": event.text,
                "object": { "kind": event.object.kind, "id": event.object.id },
                "layer": event.layer.name(),
                "time": parlour_engine::clock::rfc3339(event.at),
                "value": event.value.map(|money| money.minor),
                "currency": event.value.map(|money| money.currency.code().to_owned()),
            });
            serde_json::to_writer(&mut to, &line)?;
            to.write_all(b"\n")?;
            n += 1;
        }
    }
    to.flush()?;
    Ok(n)
}

fn write_truth(world: &World, start: Day, file: &Path) -> anyhow::Result<()> {
    let mut to = create(file)?;
    writeln!(
        to,
        "person,acquired_on,gap_shape,visits_per_day,disengaged_on,level_after,reawakened_on,complaints,ignored"
    )?;
    let day = |day: Option<u32>| day.map_or_else(String::new, |day| Day(start.0 + day as i32).to_string());
    for life in world.lives()? {
        writeln!(
            to,
            "customer:sim-{:05},{},{},{:.5},{},{},{},{},{}",
            life.number,
            day(Some(life.acquired_on)),
            life.gap_shape,
            life.rate,
            day(life.disengaged_on),
            life.level_after,
            day(life.reawakened_on),
            life.n_complaints,
            life.n_ignored
        )?;
    }
    Ok(to.flush()?)
}

fn create(file: &Path) -> anyhow::Result<BufWriter<File>> {
    Ok(BufWriter::new(File::create(file).with_context(|| format!("`{}` cannot be written", file.display()))?))
}

fn json_of(detector: &Detector) -> serde_json::Value {
    let of = &detector.detection;
    json!({
        "detector": detector.name, "threshold": of.threshold, "n_faithful": of.n_faithful, "n_leaving": of.n_leaving,
        "false_alarms": of.false_alarms, "found": of.found, "early": of.early, "median_days": of.median_delay,
        "median_days_of_found": of.median_delay_of_found,
    })
}

fn print(detectors: &[Detector], out: &mut Output) -> anyhow::Result<()> {
    if let Some(first) = detectors.first() {
        let (leaving, faithful) = (first.detection.n_leaving, first.detection.n_faithful);
        writeln!(out, "{leaving} people disengage while watched, {faithful} never do.")?;
        writeln!(out, "Those with a score alarm {:.0} % of those who stay, at some time.\n", FALSE_ALARMS * 100.0)?;
    }
    let percent = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), |share| format!("{:.0}%", share * 100.0));
    let days = |days: Option<f64>| days.map_or_else(|| "–".to_owned(), |days| format!("{days:.0}"));
    let row = |detector: &Detector| {
        let of = &detector.detection;
        vec![
            detector.name.clone(),
            percent(of.found),
            days(of.median_delay),
            days(of.median_delay_of_found),
            percent(Some(of.false_alarms)),
            percent(of.early),
        ]
    };
    let heads = ["detector", "found", "median days", "of the found", "false alarms", "too early"];
    out.table(&heads, &detectors.iter().map(row).collect::<Vec<_>>())?;
    Ok(())
}
