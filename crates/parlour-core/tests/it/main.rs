//! The core against a slow reference written from the definitions, in random worlds and at their edges.
//!
//! The modules say `cfg(test)` so that lints see tests in their helpers too.

#[cfg(test)]
mod asks;
#[cfg(test)]
mod boundaries;
#[cfg(test)]
mod extremes;
#[cfg(test)]
mod naive;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod worlds;
