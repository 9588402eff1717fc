//! `parlour serve`.
use std::sync::Arc;

use parlour_engine::Engine;

use crate::cli;
use crate::output::Output;

pub(crate) fn serve(_engine: &Arc<Engine>, _options: &cli::Serve, _out: &mut Output) -> anyhow::Result<()> {
    anyhow::bail!("wip")
}
