//! The outlook: models of coming back and of value, fitted to everyone of an object as of a day.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parlour_core::event::Currency;
use parlour_core::forecast::Forecaster;
use parlour_core::key::Key;
use parlour_core::purchases::{Bought, Purchases, Unit};
use parlour_core::reading::Reading;
use parlour_core::relation::{Columns, PersonFold, Relation};
use parlour_core::worth::{Basis, Buyer, Outlook, Worth, free};

use super::models::MOST_TRIED;
use super::{Asked, Compared, Slice};
use crate::EngineError;
use crate::engine::Engine;

/// Reads what each person is worth by an outlook; keeps its buffer between them.
#[derive(Debug, Default)]
pub struct Appraiser {
    purchases: Purchases,
}

impl Appraiser {
    /// What a person is worth; `None` where the outlook counts purchases and they never bought.
    pub(crate) fn worth(&mut self, outlook: &Outlook, asked: &Asked, person: &Compared<'_>) -> Option<Worth> {
        let bought = match outlook.basis {
            Basis::Purchases => {
                self.purchases.read(person.reading, person.columns, person.rows.clone(), asked.object);
                self.purchases.until(asked.on)?
            }
            Basis::Activity => Bought::of_days(person.days, asked.on)?,
        };
        Some(outlook.worth(&bought, person.now.relation.value_minor))
    }
}

impl Engine {
    /// The models fitted to everyone who ever bought of the object by the day asked about (of very many, to some, picked by
    /// their ids); to everyone who was ever active where nobody bought. `None` where there is nobody. It does not depend on
    /// the people of the slice.
    pub fn outlook(&self, asked: &Asked) -> Result<Arc<Option<Outlook>>, EngineError> {
        // Whom it is asked for does not matter, nor since when.
        let slice = Slice { layer: asked.slice.layer, ..Slice::default() };
        let whole = Asked { slice, since: asked.on, ..asked.clone() };
        self.answer(&whole, "outlook", || {
            let Everyone { bought, active, elsewhere } = self.buyers(asked)?;
            let objects = &asked.snapshot.objects;
            let line = objects.line(asked.object).iter().filter_map(|id| Some(objects.get(*id)?.name.to_string()));
            let margin = self.settings.standing.margin_of(line);
            let (basis, everyone) =
                if bought.is_empty() { (Basis::Activity, active) } else { (Basis::Purchases, bought) };
            let buyers = picked(everyone);
            let (choice, factor) = self.choice_on(asked)?;
            let fitting = Forecaster::fit(choice, &free(&buyers), Unit::Week).ok();
            let outlook = fitting.map(|fitting| Outlook::with(basis, (fitting.forecaster, factor), &buyers, margin));
            Ok(outlook.map(|mut outlook| {
                outlook.elsewhere = elsewhere.into_iter().collect();
                outlook
            }))
        })
    }

    /// What the person of these rows is worth; `None` where the models have no say.
    pub fn worth_of(&self, asked: &Asked, columns: &Columns) -> Result<Option<Worth>, EngineError> {
        let outlook = self.outlook(asked)?;
        let Some(outlook) = outlook.as_ref() else { return Ok(None) };
        let reading = self.reading(&asked.snapshot, asked.on);
        let mut worth = None;
        let rows = 0..columns.len();
        PersonFold::new(&reading).read(columns, rows.clone(), &mut |object, days, relation| {
            if object == asked.object {
                let bought = match outlook.basis {
                    Basis::Purchases => bought(&mut Purchases::default(), &reading, asked, (columns, rows.clone())),
                    Basis::Activity => Bought::of_days(days, asked.on),
                };
                worth = bought.map(|bought| outlook.worth(&bought, relation.value_minor));
            }
        });
        Ok(worth)
    }

    /// Everyone as models see them.
    fn buyers(&self, asked: &Asked) -> Result<Everyone, EngineError> {
        let snapshot = &*asked.snapshot;
        let reading = self.reading(snapshot, asked.on);
        let has_bought = AtomicBool::new(false);
        let states = snapshot.on_layer(asked.slice.layer).visit(
            || {
                let fold = PersonFold::new(&reading);
                (fold, Purchases::default(), Everyone::default())
            },
            |(fold, purchases, Everyone { bought: buyers, active, elsewhere }), person, columns, rows| {
                fold.read(columns, rows.clone(), &mut |object, days, relation| {
                    if object != asked.object {
                        return;
                    }
                    if let Some(seen) = bought(purchases, &reading, asked, (columns, rows.clone())) {
                        has_bought.store(true, Ordering::Relaxed);
                        buyers.push((person, buyer(seen, relation, &reading)));
                        add(elsewhere, purchases.elsewhere());
                    } else if !has_bought.load(Ordering::Relaxed)
                        && let Some(seen) = Bought::of_days(days, asked.on)
                    {
                        active.push((person, buyer(seen, relation, &reading)));
                    }
                });
            },
        )?;
        let mut all = Everyone::default();
        for (_, _, more) in states {
            all.bought.extend(more.bought);
            all.active.extend(more.active);
            add(&mut all.elsewhere, &more.elsewhere);
        }
        Ok(all)
    }
}

/// Everyone as models see them: by what they bought, and by when they were active; and what lies in other currencies.
#[derive(Default)]
struct Everyone {
    bought: Vec<(Key, Buyer)>,
    active: Vec<(Key, Buyer)>,
    elsewhere: BTreeMap<Currency, i64>,
}

/// Everyone, about so many of them picked by their ids.
fn picked(everyone: Vec<(Key, Buyer)>) -> Vec<Buyer> {
    let one_of = (everyone.len() as u128).div_ceil(u128::from(MOST_TRIED)).max(1);
    let buyer = |(key, buyer): (Key, Buyer)| Buyer { is_picked: key.0.is_multiple_of(one_of), ..buyer };
    everyone.into_iter().map(buyer).collect()
}

fn add(all: &mut BTreeMap<Currency, i64>, more: &BTreeMap<Currency, i64>) {
    for (currency, value) in more {
        let sum = all.entry(*currency).or_default();
        *sum = sum.wrapping_add(*value);
    }
}

fn bought(
    purchases: &mut Purchases,
    reading: &Reading<'_>,
    asked: &Asked,
    (columns, rows): (&Columns, std::ops::Range<usize>),
) -> Option<Bought> {
    purchases.read(reading, columns, rows, asked.object);
    purchases.until(asked.on)
}

fn buyer(bought: Bought, relation: &Relation, reading: &Reading<'_>) -> Buyer {
    Buyer { bought, year_minor: relation.value_minor, is_present: relation.is_present(reading), is_picked: true }
}
