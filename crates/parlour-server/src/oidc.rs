//! OpenID.

/// What is known of the provider.
#[derive(Debug, Default)]
pub(crate) struct Provider;
