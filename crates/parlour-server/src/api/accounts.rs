//! Accounts: what came and went in each period, in people, in degree and in value, and what newcomers hide.

use std::sync::Arc;

use axum::Json;
use parlour_core::change::{Account as CoreAccount, Base as CoreBase, Change as CoreChange};
use parlour_core::growth::By as CoreBy;
use parlour_core::sentence;
use parlour_engine::desk::panel::{MAX_PERIODS, Period};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Scope;
use super::wire::{self, Base, By, Change, Date, Layer, Piece};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::Asking;

const PERIODS: usize = 18;

/// Accounts of consecutive periods.
#[derive(Serialize, ToSchema)]
pub(crate) struct Accounts {
    object: String,
    on: Date,
    by: By,
    base: Base,
    /// What `amount` counts: people, thousandths of the mean involvement, minor units.
    unit: AmountUnit,
    /// ISO 4217.
    currency: String,
    sentence: Vec<Piece>,
    /// Oldest first. The first may count people as new who were there before activity was recorded.
    rows: Vec<Account>,
}

/// What amounts are counted in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AmountUnit {
    People,
    DegreeMilli,
    Minor,
}

/// The account of a period: after = before + came − went.
#[derive(Serialize, ToSchema)]
pub(crate) struct Account {
    /// 1997-02, 1997-W08 or 1997-02-03.
    period: String,
    start: Date,
    /// The period's last day, or the day asked about if that is earlier.
    end: Date,
    before: i64,
    after: i64,
    n_before: u64,
    n_after: u64,
    /// Query of the list of the people behind `before`.
    before_list: String,
    /// Query of the list of the people behind `after`.
    after_list: String,
    /// By what became of each person's share.
    moves: Vec<Move>,
    /// What came over what went; null where nothing went.
    quick_ratio: Option<f64>,
    /// The same without newcomers.
    quick_without_new: Option<f64>,
    /// Whether newcomers hide a loss.
    is_masked: bool,
    /// Newcomers over what went: how much of acquisition only fills up; null where nothing went.
    dependency: Option<f64>,
    /// The part of `before` that was kept; null where there was nothing.
    gross_retention: Option<f64>,
}

/// People whose share changed in one way, and how much.
#[derive(Serialize, ToSchema)]
pub(crate) struct Move {
    change: Change,
    n: u64,
    amount: i64,
    /// Query of the list of them.
    list: String,
}

/// What is asked of accounts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AccountsQuery {
    /// The object, `kind:id`; by default the one with the most people.
    object: Option<String>,
    /// The last day; by default the last with activity.
    on: Option<Date>,
    /// Taken for the sake of links between pages; it changes nothing.
    since: Option<Date>,
    /// The length of a period; by default a month.
    by: Option<By>,
    /// What is accounted for; by default active people.
    base: Option<Base>,
    /// How many periods, 1 to 120, the latest; by default 18.
    #[param(minimum = 1, maximum = 120)]
    n: Option<usize>,
    /// As of `get_today`.
    layer: Option<Layer>,
    /// As of `get_today`.
    acquired: Option<String>,
    /// As of `get_today`.
    acquired_by: Option<By>,
    /// As of `get_today`.
    audience: Option<i64>,
}

/// What came and went in each period.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "desk", params(AccountsQuery), responses((status = 200, body = Accounts)))]
pub(crate) async fn get_accounts(
    State(app): State<Arc<App>>,
    Asking(query): Asking<AccountsQuery>,
) -> Result<Json<Accounts>, ApiError> {
    app.run(move |app| accounts(app, query)).await.map(Json)
}

/// How many periods, checked.
pub(super) fn periods(asked: Option<usize>, default: usize) -> Result<usize, ApiError> {
    let n = asked.unwrap_or(default);
    if (1..=MAX_PERIODS).contains(&n) {
        Ok(n)
    } else {
        Err(ApiError::invalid("n", format!("must be between 1 and {MAX_PERIODS}")))
    }
}

pub(crate) fn accounts(app: &App, query: AccountsQuery) -> Result<Accounts, ApiError> {
    let AccountsQuery { object, on, since, by, base, n, layer, acquired, acquired_by, audience } = query;
    let (by, base, n) = (by.unwrap_or(By::Month), base.unwrap_or(Base::Active), periods(n, PERIODS)?);
    let asked = Scope { object, on, since, layer, acquired, acquired_by, audience }.asked(app)?;
    let counted = app.engine.accounts(&asked, by.into(), base.into(), n)?;
    let labelled: Vec<(String, CoreAccount)> =
        counted.iter().map(|(period, account)| (CoreBy::from(by).label(period.number), *account)).collect();
    Ok(Accounts {
        object: asked.object_name(),
        on: Date(asked.on),
        by,
        base,
        unit: match base {
            Base::Active | Base::Engaged => AmountUnit::People,
            Base::Degree => AmountUnit::DegreeMilli,
            Base::Value => AmountUnit::Minor,
        },
        currency: app.engine.settings.standing.currency.clone(),
        sentence: wire::sentence(sentence::of_accounts(base.into(), &labelled)),
        rows: counted.iter().map(|(period, account)| row(by, base, period, account)).collect(),
    })
}

fn row(by: By, base: Base, period: &Period, account: &CoreAccount) -> Account {
    let label = CoreBy::from(by).label(period.number);
    let (by, base) = (CoreBy::from(by).name(), CoreBase::from(base).name());
    let list = |part: &str| format!("by={by}&period={label}&base={base}&change={part}");
    let moved = |change: CoreChange| {
        let sum = account.of(change);
        Move { change: change.into(), n: sum.n, amount: sum.amount, list: list(change.name()) }
    };
    Account {
        start: Date(period.start),
        end: Date(period.end),
        before: account.before,
        after: account.after,
        n_before: account.n_before,
        n_after: account.n_after,
        before_list: list("before"),
        after_list: list("after"),
        moves: CoreChange::ALL.into_iter().map(moved).collect(),
        quick_ratio: account.quick_ratio(),
        quick_without_new: account.quick_without_new(),
        is_masked: account.is_masked(),
        dependency: account.dependency(),
        gross_retention: account.gross_retention(),
        period: label,
    }
}
