//! The function's clock and clients.

use posthorn_lambda::Env;
use posthorn_table::Table;

/// The clock and the clients of the function.
#[derive(Debug, Clone)]
pub struct App {
    /// Clock and randomness.
    pub env: Env,
    /// The table.
    pub table: Table,
}
