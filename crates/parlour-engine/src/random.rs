//! Numbers that nobody can guess.

use crate::EngineError;

/// So many random bytes of the system.
pub fn bytes<const N: usize>() -> Result<[u8; N], EngineError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| EngineError::Settings(format!("no randomness: {error}")))?;
    Ok(bytes)
}
