//! The matrix: who is in which cell, and who moved from where to where.

use std::sync::Arc;

use axum::Json;
use parlour_core::growth::From as CoreFrom;
use parlour_core::standing::Cell as CoreCell;
use parlour_engine::desk::overview::Overview;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Scope;
use super::wire::{self, Cell, Date, Piece};
use crate::app::{App, State};
use crate::error::ApiError;
use crate::input::Asking;
use crate::words;

/// Who is in which cell, and who moved.
#[derive(Serialize, ToSchema)]
pub(crate) struct Matrix {
    object: String,
    on: Date,
    since: Date,
    sentence: Vec<Piece>,
    cells: Vec<MatrixCell>,
    /// Moves that nobody made are left out.
    migration: Vec<Migration>,
}

/// One cell.
#[derive(Serialize, ToSchema)]
pub(crate) struct MatrixCell {
    cell: Cell,
    /// People in it on `on`.
    n: u64,
    /// People in it on `since`.
    n_since: u64,
    /// Query of the list of those in it on `on`.
    list: String,
}

/// How many moved from one place to another between the two days.
#[derive(Serialize, ToSchema)]
pub(crate) struct Migration {
    from: Origin,
    to: Destination,
    n: u64,
    /// Query of the list of them.
    list: String,
}

/// Where somebody was in the matrix: a cell, unknown, or gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) enum Origin {
    A1,
    A2,
    A3,
    B1,
    B2,
    B3,
    #[serde(rename = "newcomer")]
    Newcomer,
    #[serde(rename = "returned")]
    Returned,
}

/// Where somebody is in the matrix: a cell, or gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) enum Destination {
    A1,
    A2,
    A3,
    B1,
    B2,
    B3,
    #[serde(rename = "gone")]
    Gone,
}

impl From<Origin> for CoreFrom {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::A1 => Self::Cell(CoreCell::A1),
            Origin::A2 => Self::Cell(CoreCell::A2),
            Origin::A3 => Self::Cell(CoreCell::A3),
            Origin::B1 => Self::Cell(CoreCell::B1),
            Origin::B2 => Self::Cell(CoreCell::B2),
            Origin::B3 => Self::Cell(CoreCell::B3),
            Origin::Newcomer => Self::Newcomer,
            Origin::Returned => Self::Returned,
        }
    }
}

impl From<CoreFrom> for Origin {
    fn from(from: CoreFrom) -> Self {
        match from {
            CoreFrom::Cell(CoreCell::A1) => Self::A1,
            CoreFrom::Cell(CoreCell::A2) => Self::A2,
            CoreFrom::Cell(CoreCell::A3) => Self::A3,
            CoreFrom::Cell(CoreCell::B1) => Self::B1,
            CoreFrom::Cell(CoreCell::B2) => Self::B2,
            CoreFrom::Cell(CoreCell::B3) => Self::B3,
            CoreFrom::Newcomer => Self::Newcomer,
            CoreFrom::Returned => Self::Returned,
        }
    }
}

impl Destination {
    /// The cell; nothing for those who are gone.
    pub(super) fn cell(self) -> Option<CoreCell> {
        match self {
            Self::A1 => Some(CoreCell::A1),
            Self::A2 => Some(CoreCell::A2),
            Self::A3 => Some(CoreCell::A3),
            Self::B1 => Some(CoreCell::B1),
            Self::B2 => Some(CoreCell::B2),
            Self::B3 => Some(CoreCell::B3),
            Self::Gone => None,
        }
    }
}

impl From<Option<CoreCell>> for Destination {
    fn from(cell: Option<CoreCell>) -> Self {
        match cell {
            Some(CoreCell::A1) => Self::A1,
            Some(CoreCell::A2) => Self::A2,
            Some(CoreCell::A3) => Self::A3,
            Some(CoreCell::B1) => Self::B1,
            Some(CoreCell::B2) => Self::B2,
            Some(CoreCell::B3) => Self::B3,
            None => Self::Gone,
        }
    }
}

/// The matrix of customers and others by what they feel, and how people moved in it.
#[utoipa::path(get, path = "/api/v1/matrix", tag = "desk", params(Scope), responses((status = 200, body = Matrix)))]
pub(crate) async fn get_matrix(
    State(app): State<Arc<App>>,
    Asking(scope): Asking<Scope>,
) -> Result<Json<Matrix>, ApiError> {
    app.run(move |app| matrix(app, scope)).await.map(Json)
}

pub(crate) fn matrix(app: &App, scope: Scope) -> Result<Matrix, ApiError> {
    let asked = scope.asked(app)?;
    let overview = app.engine.overview(&asked)?;
    Ok(Matrix {
        object: asked.object_name(),
        on: Date(asked.on),
        since: Date(asked.since),
        sentence: wire::sentence(words::of_matrix(&overview.cells, &overview.cells_before, asked.since)),
        cells: CoreCell::ALL.into_iter().map(|cell| count(&overview, cell)).collect(),
        migration: overview.moves.iter().map(|(&(from, to), &n)| moved(from, to, n)).collect(),
    })
}

fn count(overview: &Overview, cell: CoreCell) -> MatrixCell {
    MatrixCell {
        cell: cell.into(),
        n: overview.cells.get(&cell).copied().unwrap_or(0),
        n_since: overview.cells_before.get(&cell).copied().unwrap_or(0),
        list: format!("cell={}", cell.name()),
    }
}

fn moved(from: CoreFrom, to: Option<CoreCell>, n: u64) -> Migration {
    let list = format!("from={}&to={}", from.name(), to.map_or("gone", CoreCell::name));
    Migration { from: from.into(), to: to.into(), n, list }
}
