//! The errors of an upgrade.

use std::time::Duration;

use crate::TableError;

/// An upgrade gives up once its pauses since the last success add up to this.
pub const PATIENCE: Duration = Duration::from_mins(5);

/// The reason for which an upgrade stopped. It is to be begun again.
#[derive(Debug, thiserror::Error)]
pub enum UpgradeError {
    /// A call failed with an error that does not pass.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Every call of the last minutes failed with an error that passes as a rule; the last of these errors.
    #[error("no call has succeeded for {minutes} minutes: {0}", minutes = PATIENCE.as_secs() / 60)]
    Stalled(TableError),
}
