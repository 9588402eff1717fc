//! What can go wrong with the store: one variant for each thing a caller can do about it.

/// Why the store did not do it. Unless a variant says otherwise, nothing of the work was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database refused the statement; the text is its own message. A mistake in the SQL or in what it was given.
    #[error("the database refused the statement: {0}")]
    Sql(String),
    /// No space is left. Not acknowledged; make space, then send again.
    #[error("no space is left for the database; free some disk space, then try again")]
    Full,
    /// The queue, a lock or every reader is taken. Try again later.
    #[error("the database is busy; try again in a moment")]
    Busy,
    /// The commit failed half way: it may or may not be on disk. Send again; what repeats must be recognised.
    #[error("the outcome of the commit is unknown; send the same again")]
    Unknown,
    /// A second server on this database.
    #[error("another parlour server uses this database; stop it first, or give this one a database of its own")]
    Locked,
    /// Another server on this database leads, and this is for that one alone.
    #[error("another server on this database leads; this one takes over when that one is gone")]
    Follows,
    /// The database was written by a newer Parlour.
    #[error(
        "the database has schema version {found}, this parlour knows up to {known}; start the newer parlour, or restore the backup made before the upgrade"
    )]
    NewerSchema {
        /// The version the database has.
        found: i64,
        /// The newest version this binary knows.
        known: i64,
    },
    /// A setting or a library with which acknowledged events could be lost; the text says which and what to do.
    #[error("acknowledged events could be lost: {0}")]
    Unsafe(String),
    /// A time limit ran out.
    #[error("the query took longer than it may; ask for less, or narrow it with `WHERE`")]
    TooSlow,
    /// Not allowed, and why.
    #[error("not allowed: {0}")]
    Denied(String),
    /// The database cannot be reached or read now.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// What lies in the database is not what was put there.
    #[error("the database is damaged: {0}; restore a backup")]
    Corrupt(String),
    /// The work itself gave up, or panicked.
    #[error("the work was given up: {0}")]
    Aborted(String),
}
