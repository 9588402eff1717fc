//! How often people come back, whether they still will, and what they are worth: special functions, and models of
//! buying till one leaves.
//!
//! Pure: no input or output, no clock, and no randomness but that of a [`generate::Random`] with a seed. Nothing here
//! panics, and for histories and parameters that pass their constructors nothing is NaN. Time is in whatever unit the
//! histories use; parameters, rates and horizons are in the same unit. `docs/models.md` says which model to take.

mod average;
mod optimise;
mod special;

pub mod beta_geometric;
pub mod bg_bb;
pub mod calibration;
pub mod covariates;
pub mod detection;
pub mod fit;
pub mod gamma_gamma;
pub mod generate;
pub mod history;
pub mod holdout;
pub mod matched;
pub mod model;
pub mod nbd;
pub mod pareto_nbd;
pub mod profile;
pub mod rhythm;
pub mod shifted_beta_geometric;
pub mod simulate;
pub mod survival;
pub mod value;

pub use special::{beta_inc, beta_inc_inverse, ln_beta, ln_gamma, p_rate_fell, wheat_morrison_k};
