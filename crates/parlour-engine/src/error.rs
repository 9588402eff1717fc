//! What can go wrong in the engine: one variant for each reaction.

use parlour_afar::AfarError;
use parlour_core::vocabulary::VocabularyError;
use parlour_lake::run::LakeError;
use parlour_store::StoreError;

/// Why the engine did not do it.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The vocabulary file.
    #[error(transparent)]
    Vocabulary(#[from] VocabularyError),
    /// The settings file.
    #[error("{0}")]
    Settings(String),
    /// Another process has the data folder.
    #[error("another parlour works in `{0}`; stop it first, or give this one a folder of its own with --data")]
    InUse(String),
    /// The data folder cannot be used.
    #[error("data folder `{path}`: {source}")]
    Folder {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A batch of the journal cannot be read.
    #[error("batch {seq} of the journal cannot be read ({reason}); restore a backup")]
    Journal {
        /// Which.
        seq: i64,
        /// Why.
        reason: String,
    },
    /// Something asked about is not there.
    #[error("{0}")]
    NotFound(String),
    /// The question itself is wrong.
    #[error("{0}")]
    Invalid(String),
    /// It is not for whoever asks.
    #[error("{0}")]
    Forbidden(String),
    /// What somebody wrote in SQL is not understood, or may not be asked.
    #[error("{0}")]
    Refused(String),
    /// The cluster.
    #[error(transparent)]
    Afar(AfarError),
    /// Somebody else did something at the same time that this cannot follow.
    #[error("{0}")]
    Conflict(String),
}

impl From<AfarError> for EngineError {
    fn from(error: AfarError) -> Self {
        if let AfarError::Refused(words) = error { Self::Refused(words) } else { Self::Afar(error) }
    }
}

impl EngineError {
    /// Whether the disk or database is full, so that it is worth trying again once there is space.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Store(error) => *error == StoreError::Full,
            Self::Lake(error) => error.is_full(),
            Self::Folder { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            Self::Vocabulary(_)
            | Self::Settings(_)
            | Self::InUse(_)
            | Self::Journal { .. }
            | Self::NotFound(_)
            | Self::Conflict(_)
            | Self::Forbidden(_)
            | Self::Refused(_)
            | Self::Afar(_)
            | Self::Invalid(_) => false,
        }
    }
}
