//! What a named event with properties amounts to: a verb toward a brand or product, money, and several purchases where
//! one order has several products.

use super::ids::place;
use super::json::Value;
use super::money::{Decimal, money, shared};
use super::names::{Meaning, Toward, meaning};
use super::{Context, Wrong, shown, wrong};
use crate::event::{Currency, Event, Money, Name};

/// Most products of an order that are told apart; a longer one is one purchase from the brand.
pub(super) const MAX_PRODUCTS: usize = 100;
/// The currency of amounts without one.
const DEFAULT_CURRENCY: &str = "USD";

/// What of the properties matters.
#[derive(Default)]
struct Properties<'d> {
    product: Option<Value<'d>>,
    brand: Option<Value<'d>>,
    products: Option<Value<'d>>,
    revenue: Option<Value<'d>>,
    total: Option<Value<'d>>,
    value: Option<Value<'d>>,
    price: Option<Value<'d>>,
    quantity: Option<Value<'d>>,
    currency: Option<Value<'d>>,
    rating: Option<Value<'d>>,
}

impl<'d> Properties<'d> {
    fn of(object: Option<Value<'d>>) -> Self {
        let mut found = Self::default();
        let (mut sku, mut id) = (None, None);
        for (name, value) in object.iter().flat_map(Value::fields) {
            match &*name {
                "product_id" => found.product = Some(value),
                "sku" => sku = Some(value),
                "id" => id = Some(value),
                "brand" => found.brand = Some(value),
                "products" => found.products = Some(value),
                "revenue" | "$revenue" => found.revenue = Some(value),
                "total" => found.total = Some(value),
                "value" => found.value = Some(value),
                "price" => found.price = Some(value),
                "quantity" => found.quantity = Some(value),
                "currency" => found.currency = Some(value),
                "rating" => found.rating = Some(value),
                _ => {}
            }
        }
        let is_said = |value: &Value<'_>| value.text().is_some();
        found.product = [found.product, sku, id].into_iter().flatten().find(is_said);
        found
    }

    fn currency(&self) -> Result<Currency, Wrong> {
        let Some(code) = self.currency.and_then(|code| code.scalar()) else {
            return Ok(Currency::of_code(DEFAULT_CURRENCY).unwrap_or_default());
        };
        match Currency::of_code(&code) {
            Some(currency) => Ok(currency),
            None => wrong("currency", format!("`{}` is no currency; send an ISO 4217 code such as EUR", shown(&code))),
        }
    }

    /// Price times quantity in minor units, where there is a price that is one.
    fn own_price(&self, currency: Currency) -> Option<i64> {
        let number = |value: Option<Value<'_>>| Decimal::parse(&value?.text()?);
        let quantity = number(self.quantity).unwrap_or(Decimal::ONE);
        number(self.price)?.times(quantity)?.minor(currency)
    }

    /// The product, if one is named, and the brand it belongs to.
    fn object(&self, context: &Context<'_>) -> (Name, Option<Name>) {
        let brand = &context.origin.brand;
        let Some(id) = self.product.and_then(|id| id.text()) else { return (brand.clone(), None) };
        let own = self.brand.and_then(|brand| brand.scalar()).and_then(|own| place("brand", &own));
        (Name::new("product", id), Some(own.unwrap_or_else(|| brand.clone())))
    }
}

/// The amount in the first of these fields that has one, in minor units.
fn amount(fields: &[(&str, Option<Value<'_>>)], currency: Currency) -> Result<Option<i64>, Wrong> {
    let said = fields.iter().find_map(|(name, value)| Some((name, value.and_then(|value| value.text())?)));
    let Some((name, text)) = said else { return Ok(None) };
    match Decimal::parse(&text).and_then(|amount| amount.minor(currency)) {
        Some(minor) => Ok(Some(minor)),
        None => wrong(name, format!("`{}` is no amount; send a decimal number such as 12.30", shown(&text))),
    }
}

/// Adds what a named event amounts to; `base` has all that the name and the properties do not say.
pub(super) fn push_named(
    base: Event,
    name: &str,
    object: Option<Value<'_>>,
    context: &Context<'_>,
    events: &mut Vec<Event>,
) -> Result<(), Wrong> {
    let properties = Properties::of(object);
    let Some(meaning) = meaning(name) else {
        let value = named_value(&properties)?;
        let verb = context.vocabulary.stored_name(name);
        events.push(Event { verb, object: context.origin.brand.clone(), value, ..base });
        return Ok(());
    };
    let base = Event { verb: verb_of(meaning, name, context), ..with_sayings(base, meaning, object, &properties) };
    match meaning.toward {
        Toward::Order => push_order(base, &properties, context, events),
        Toward::Brand => {
            let value = named_value(&properties)?;
            events.push(Event { object: context.origin.brand.clone(), value, ..base });
            Ok(())
        }
        Toward::Product => {
            // A price that cannot be read makes a look at a product no less a look.
            let currency = properties.currency().ok();
            let said = |currency| amount(&[("value", properties.value)], currency).ok().flatten();
            let minor = currency.and_then(|currency| said(currency).or_else(|| properties.own_price(currency)));
            let value = money(minor, currency.unwrap_or_default());
            let (object, parent) = properties.object(context);
            events.push(Event { object, parent, value, ..base });
            Ok(())
        }
    }
}

/// The verb of the table, unless the vocabulary has it not or says otherwise of this very name; what is mapped there is
/// mapped when reading.
fn verb_of(meaning: &Meaning, name: &str, context: &Context<'_>) -> String {
    let vocabulary = context.vocabulary;
    let agrees = |verb: &str| vocabulary.names.get(name).is_none_or(|mapped| mapped == verb);
    match meaning.verb.filter(|verb| agrees(verb) && vocabulary.verbs.contains_key(*verb)) {
        Some(verb) => verb.to_owned(),
        None => vocabulary.stored_name(name),
    }
}

/// The event with what it points at besides its object, what was said, and stars.
fn with_sayings(base: Event, meaning: &Meaning, object: Option<Value<'_>>, properties: &Properties<'_>) -> Event {
    let property = |name| object?.get(name)?.text();
    let target = meaning.target.and_then(|(name, kind)| place(kind, &property(name)?));
    let text = meaning.text.and_then(property).map(std::borrow::Cow::into_owned);
    let is_rated = matches!(meaning.verb, Some("reviewed" | "rated"));
    let rating = properties.rating.filter(|_| is_rated).and_then(|rating| stars(&rating.text()?));
    Event { target, text, rating, ..base }
}

/// Whole stars, where there are 1 to 5 of them; another scale is left to `extra`.
fn stars(text: &str) -> Option<u8> {
    // A currency of no decimals rounds to whole units.
    let whole = Decimal::parse(text)?.minor(Currency::of_code("JPY")?)?;
    u8::try_from(whole).ok().filter(|stars| (1..=5).contains(stars))
}

/// The money of an event that is no order: its revenue, or its value where that has a currency.
fn named_value(properties: &Properties<'_>) -> Result<Option<Money>, Wrong> {
    let value = properties.value.filter(|_| properties.currency.is_some());
    if properties.revenue.is_none() && value.is_none() {
        return Ok(None);
    }
    let currency = properties.currency()?;
    Ok(money(amount(&[("revenue", properties.revenue), ("value", value)], currency)?, currency))
}

/// One event for each product of an order. They share what the order says it brought, by price and quantity; where it
/// says nothing or zero each is worth its own price. The second and later products have the order's message id with
/// `#<number>` after it, and of the order itself only what is theirs.
fn push_order(
    base: Event,
    properties: &Properties<'_>,
    context: &Context<'_>,
    events: &mut Vec<Event>,
) -> Result<(), Wrong> {
    let currency = properties.currency()?;
    let said = amount(&[("revenue", properties.revenue), ("total", properties.total)], currency)?;
    // What a refund takes back is a positive amount, whichever way the sender counts.
    let said = if base.verb == "returned_goods" { said.map(i64::saturating_abs) } else { said };
    let products: Vec<Value<'_>> =
        properties.products.iter().flat_map(Value::elements).filter(Value::is_object).take(MAX_PRODUCTS + 1).collect();
    if products.is_empty() || MAX_PRODUCTS < products.len() {
        events.push(Event { object: context.origin.brand.clone(), value: money(said, currency), ..base });
        return Ok(());
    }
    let lines: Vec<Properties<'_>> = products.iter().map(|product| Properties::of(Some(*product))).collect();
    let own: Vec<Option<i64>> = lines.iter().map(|line| line.own_price(currency)).collect();
    let values: Vec<Option<i64>> = match said.filter(|&said| said != 0) {
        Some(said) => {
            let weights: Vec<i64> = own.iter().map(|own| own.unwrap_or(0)).collect();
            shared(said, &weights).into_iter().map(Some).collect()
        }
        None => own,
    };
    let mut base = base;
    let mut whole = base.extra.take();
    for (at, (line, value)) in lines.iter().zip(values).enumerate() {
        let (object, parent) = line.object(context);
        let message = base.message.as_ref().map(|id| if at == 0 { id.clone() } else { format!("{id}#{at}") });
        let extra = whole.take().or_else(|| Some(products[at].raw().to_owned()));
        events.push(Event { message, object, parent, extra, value: money(value, currency), ..base.clone() });
    }
    Ok(())
}
