//! One connection inside a transaction, as the nouns see it.

use crate::{Row, StoreError, Value};

/// What the files of the nouns need of a database.
///
/// Parameters are written `$1`, `$2` … and stand in the text in ascending order, each once.
pub trait Conn {
    /// Runs a statement; returns how many rows it changed.
    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError>;

    /// Runs a statement; returns all rows of its answer.
    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError>;

    /// Runs several statements without parameters or answers.
    fn batch(&mut self, sql: &str) -> Result<(), StoreError>;

    /// Hands over the rows of an answer one by one, without holding them all; stops at the first error.
    fn for_each(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Whether this connection may do what is for one server of several alone: a server that has the database for itself
    /// always may, one among several while it leads.
    fn leads(&self) -> bool {
        true
    }
}

/// Refuses what is for the server that leads alone.
pub fn demand_lead(conn: &dyn Conn) -> Result<(), StoreError> {
    if conn.leads() { Ok(()) } else { Err(StoreError::Follows) }
}

/// A connection as the writer and the pool see it: a [`Conn`] whose transactions they hold.
pub(crate) trait Backend: Conn + Send {
    /// Begins a transaction that will write, taking the write lock at once.
    fn begin_write(&mut self) -> Result<(), StoreError>;

    /// Begins a transaction that sees one snapshot and cannot write.
    fn begin_read(&mut self) -> Result<(), StoreError>;

    /// Sets the point to which [`Backend::undo_job`] returns, keeping what came before.
    fn begin_job(&mut self) -> Result<(), StoreError>;

    /// Takes back everything since the last [`Backend::begin_job`]; fails if the whole transaction is gone.
    fn undo_job(&mut self) -> Result<(), StoreError>;

    /// Whether the transaction begun is still open, as far as is known without asking.
    fn is_in_transaction(&self) -> bool;

    /// Makes the transaction durable.
    fn commit(&mut self) -> Result<(), StoreError>;

    /// Gives the transaction up.
    fn rollback(&mut self) -> Result<(), StoreError>;

    /// Writes everything anew that is there, so that no byte stays of what was deleted; outside of any transaction.
    fn scrub(&mut self) -> Result<(), StoreError>;

    /// Takes the lead among the servers on this database, unless another has it; returns the number of its term.
    fn lead(&mut self) -> Result<Option<i64>, StoreError> {
        Ok(Some(0))
    }

    /// Work for quiet moments, such as moving the log into the file.
    fn tidy(&mut self) {}

    /// Work for the end, such as leaving the file whole without its log.
    fn finish(&mut self) {}
}
