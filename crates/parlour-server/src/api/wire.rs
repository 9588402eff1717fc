//! Shapes that several resources have in common, and how they are made of the engine's.

use parlour_core::change::{Base as CoreBase, Change as CoreChange, Part as CorePart};
use parlour_core::day::Day;
use parlour_core::event::Layer as CoreLayer;
use parlour_core::growth::{By as CoreBy, Flow as CoreFlow, Flows as CoreFlows, Presence as CorePresence};
use parlour_core::objects::Object;
use parlour_core::reading::MICRO;
use parlour_core::sentence::Piece as CorePiece;
use parlour_core::standing::{
    Cell as CoreCell, Direction as CoreDirection, Stage as CoreStage, Standing as CoreStanding,
};
use parlour_core::why::Of as CoreOf;
use parlour_core::worth::{Basis as CoreBasis, Quadrant as CoreQuadrant, Worth as CoreWorth};
use parlour_engine::Engine;
use parlour_engine::desk::Asked;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An enum of the wire with the same variants as one of the core, and the names they have outside.
macro_rules! words {
    ($(#[$meta:meta])* $wire:ident = $core:ident { $($variant:ident $name:tt),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
        pub(crate) enum $wire {
            $(#[serde(rename = $name)] $variant,)+
        }

        impl From<$core> for $wire {
            fn from(core: $core) -> Self {
                match core {
                    $($core::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$wire> for $core {
            fn from(wire: $wire) -> Self {
                match wire {
                    $($wire::$variant => Self::$variant,)+
                }
            }
        }
    };
}

words! {
    /// A1 A2 A3: customers who are engaged and positive, apathetic, engaged and negative; B1 B2 B3: others.
    Cell = CoreCell { A1 "A1", A2 "A2", A3 "A3", B1 "B1", B2 "B2", B3 "B3" }
}
words! {
    /// Where in its life a relation is.
    Stage = CoreStage {
        New "new", Active "active", Disengaging1 "disengaging_1", Disengaging2 "disengaging_2", Lapsed "lapsed",
        Defected "defected", WonBack "won_back",
    }
}
words! {
    /// Which way involvement moves.
    Direction = CoreDirection { Rising "rising", Steady "steady", Falling "falling" }
}
words! {
    /// What became of a person's engagement between two days.
    Flow = CoreFlow {
        Acquired "acquired", Reactivated "reactivated", Disengaged "disengaged", Defected "defected", Stayed "stayed",
    }
}
words! {
    /// What a period is to a person who was active in it or in the one before.
    PeriodFlow = CorePresence {
        Active "active", New "new", Retained "retained", Resurrected "resurrected", Churned "churned",
    }
}
words! {
    /// The length of a period.
    By = CoreBy { Day "day", Week "week", Month "month" }
}
words! {
    /// A derived value that can be explained.
    Of = CoreOf {
        Involvement "involvement", Degree "degree", Kind "kind", Cell "cell", Direction "direction",
        Rhythm "rhythm", Stage "stage", Value "value", Worth "worth",
    }
}
words! {
    /// Current and potential value against the means.
    Quadrant = CoreQuadrant { Best "best", Fading "fading", Promising "promising", Low "low" }
}
words! {
    /// Where something happened.
    Layer = CoreLayer {
        Face "face", Web "web", Social "social", Hub "hub", Mobile "mobile", Virtual "virtual", Game "game",
    }
}
words! {
    /// What is accounted for: active people, engaged people, degree, value.
    Base = CoreBase { Active "active", Engaged "engaged", Degree "degree", Value "value" }
}
words! {
    /// What became of a person's share from one period to the next.
    Change = CoreChange {
        New "new", Returned "returned", Grew "grew", Stayed "stayed", Shrank "shrank", Turned "turned", Gone "gone",
    }
}
/// Which people of an account are listed: all with a share before or after, or those whose share changed so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccountPart {
    Before,
    After,
    New,
    Returned,
    Grew,
    Stayed,
    Shrank,
    Turned,
    Gone,
}

impl AccountPart {
    pub(crate) fn part(self) -> CorePart {
        CorePart::Changed(match self {
            Self::Before => return CorePart::Before,
            Self::After => return CorePart::After,
            Self::New => CoreChange::New,
            Self::Returned => CoreChange::Returned,
            Self::Grew => CoreChange::Grew,
            Self::Stayed => CoreChange::Stayed,
            Self::Shrank => CoreChange::Shrank,
            Self::Turned => CoreChange::Turned,
            Self::Gone => CoreChange::Gone,
        })
    }
}

words! {
    /// What models count as coming back.
    Basis = CoreBasis { Purchases "purchases", Activity "activity" }
}

/// A day UTC, written YYYY-MM-DD.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = Day, value_type = String, format = Date, example = "1998-06-30")]
pub(crate) struct Date(pub(crate) Day);

impl Date {
    pub(crate) fn of(day: i32) -> Self {
        Self(Day(day))
    }
}

/// A piece of a sentence. One with `list` is a number that opens the list of people with that query; the list has
/// exactly as many rows.
#[derive(Serialize, ToSchema)]
pub(crate) struct Piece {
    pub(crate) text: String,
    /// Query parameters of `list_people`, without `?`, to go with the same `object`, `on` and `since`.
    pub(crate) list: Option<String>,
    /// A hint for colour, never the only sign.
    pub(crate) tone: Option<Tone>,
}

/// Whether a number is good news.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tone {
    Good,
    Bad,
}

impl Tone {
    fn of_name(name: &str) -> Option<Self> {
        match name {
            "good" => Some(Self::Good),
            "bad" => Some(Self::Bad),
            _ => None,
        }
    }
}

/// A sentence of the core as it goes out.
pub(crate) fn sentence(pieces: Vec<CorePiece>) -> Vec<Piece> {
    let piece = |CorePiece { text, list, tone }| Piece { text, list, tone: tone.and_then(Tone::of_name) };
    pieces.into_iter().map(piece).collect()
}

/// What the relation of a person with an object means on a day.
#[derive(Serialize, ToSchema)]
pub(crate) struct Standing {
    /// `kind:id`.
    pub(crate) object: String,
    pub(crate) day: Date,
    /// Points, decayed to the day.
    pub(crate) involvement: f64,
    /// Times the mean of those present; above 1 is engaged.
    pub(crate) degree: f64,
    /// Share of those present whose involvement is lower, 0 to 100.
    pub(crate) percentile: u8,
    /// From -1 to 1; null where nothing shows liking or disliking.
    pub(crate) kind: Option<f64>,
    /// Null where the person is not present any more.
    pub(crate) cell: Option<Cell>,
    /// Bought within the retention window.
    pub(crate) is_customer: bool,
    pub(crate) direction: Direction,
    /// How likely it is that active days have become rarer.
    pub(crate) p_falling: f64,
    /// Active days in the recent window.
    pub(crate) n_recent: u32,
    /// Active days in the window before it.
    pub(crate) n_before: u32,
    pub(crate) first_day: Date,
    pub(crate) last_day: Date,
    /// The last day on which silence is within the person's own rhythm; null where no rhythm is known.
    pub(crate) due_day: Option<Date>,
    /// How many days were active.
    pub(crate) n_days: u32,
    pub(crate) stage: Stage,
    /// What purchases of the trailing year brought, less what was given back.
    pub(crate) value_minor: i64,
    /// ISO 4217.
    pub(crate) currency: String,
}

impl Standing {
    pub(crate) fn of(standing: &CoreStanding, object: String, day: Day, engine: &Engine) -> Self {
        let relation = &standing.relation;
        Self {
            object,
            day: Date(day),
            involvement: standing.involvement(),
            degree: standing.degree_milli as f64 / 1000.0,
            percentile: standing.percentile,
            kind: standing.kind_milli.map(|kind| f64::from(kind) / 1000.0),
            cell: standing.cell.map(Into::into),
            is_customer: standing.is_customer,
            direction: standing.direction.into(),
            p_falling: standing.p_falling,
            n_recent: standing.n_recent,
            n_before: standing.n_before,
            first_day: Date::of(relation.first_day),
            last_day: Date::of(relation.last_day),
            due_day: standing.due_day.map(Date::of),
            n_days: relation.n_days,
            stage: standing.stage.into(),
            value_minor: relation.value_minor,
            currency: engine.settings.standing.currency.clone(),
        }
    }
}

/// What somebody is worth, in minor units of margin.
#[derive(Serialize, ToSchema)]
pub(crate) struct Worth {
    /// Days of purchase so far, or active days where nobody buys.
    n_purchases: u32,
    /// The chance that they are still there.
    p_alive: f64,
    /// Days of purchase expected in the year ahead, or active days.
    expected: f64,
    /// Of the trailing year.
    current_minor: i64,
    /// Expected of the year ahead.
    potential_minor: i64,
    /// What the year ahead would bring if they were certainly there, times the chance that they are not.
    at_risk_minor: i64,
    quadrant: Quadrant,
    /// Where their contract stands, in a sentence, of whoever has or had one.
    contract: Option<String>,
}

impl From<CoreWorth> for Worth {
    fn from(worth: CoreWorth) -> Self {
        Self {
            n_purchases: worth.n_purchases,
            p_alive: worth.p_alive,
            expected: worth.expected,
            current_minor: worth.current_minor,
            potential_minor: worth.potential_minor,
            at_risk_minor: worth.at_risk_minor,
            quadrant: worth.quadrant.into(),
            contract: worth.renewal.map(|renewal| renewal.in_words()),
        }
    }
}

/// One person in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonRow {
    #[serde(flatten)]
    pub(crate) standing: Standing,
    /// `kind:value` of the id that stands for the person.
    pub(crate) person: String,
    /// What the person is called; the value of that id.
    pub(crate) name: String,
    /// Points of involvement at the end of each of the last 26 weeks, oldest first.
    pub(crate) spark: Vec<f64>,
    /// Null where the models have no say.
    pub(crate) worth: Option<Worth>,
    /// Why they are on their way out; only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// The engaged base between two days.
#[derive(Serialize, ToSchema)]
pub(crate) struct Flows {
    pub(crate) before: u64,
    pub(crate) after: u64,
    /// Engaged now, unknown then.
    pub(crate) acquired: u64,
    /// Engaged now, known then and not engaged.
    pub(crate) reactivated: u64,
    /// Engaged then, not now, but present.
    pub(crate) disengaged: u64,
    /// Engaged then, gone now.
    pub(crate) defected: u64,
    /// The part of the losses that newcomers hide; null where nothing was lost.
    pub(crate) masked_share: Option<f64>,
}

impl From<CoreFlows> for Flows {
    fn from(flows: CoreFlows) -> Self {
        Self {
            before: flows.before,
            after: flows.after,
            acquired: flows.acquired,
            reactivated: flows.reactivated,
            disengaged: flows.disengaged,
            defected: flows.defected,
            masked_share: flows.masked_share(),
        }
    }
}

/// The share of involvement that lies on a layer.
#[derive(Serialize, ToSchema)]
pub(crate) struct LayerShare {
    pub(crate) layer: &'static str,
    /// Of 1.
    pub(crate) share: f64,
}

/// Sums by layer as shares of their whole.
pub(crate) fn shares(layers: &[(CoreLayer, i128)]) -> Vec<LayerShare> {
    let whole: i128 = layers.iter().map(|(_, sum)| sum).sum();
    let share = |sum: i128| if whole == 0 { 0.0 } else { sum as f64 / whole as f64 };
    layers.iter().map(|(layer, sum)| LayerShare { layer: layer.name(), share: share(*sum) }).collect()
}

/// Micropoints as points.
pub(crate) fn points(micropoints: i64) -> f64 {
    micropoints as f64 / MICRO as f64
}

/// What people call an object.
pub(crate) fn title(object: &Object) -> String {
    object.title.clone().unwrap_or_else(|| object.name.id.clone())
}

/// What people call the object asked about.
pub(crate) fn title_of(asked: &Asked) -> String {
    asked.snapshot.objects.get(asked.object).map_or_else(String::new, title)
}
