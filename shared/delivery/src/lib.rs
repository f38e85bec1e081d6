//! The delivery of a mail: permit, render, hand over, record; each recipient gets a message of their own.
//!
//! An email's record is the permit: only the attempt that created it may call the mail service, once. Any other attempt
//! reports the record that it finds. Nothing here knows whether a request, a campaign or a workflow has a mail delivered.

mod background;
mod check;
mod mail;
mod mailer;
mod message;
mod outcome;
mod record;
mod render_failures;
mod templates;
mod text;
mod usage;
mod variables;

pub use mail::Mail;
pub use mailer::Mailer;
pub use outcome::{Delivery, MailOutcome, RecipientOutcome, recorded_deliveries};
pub use render_failures::RenderFailures;
pub use templates::Templates;
pub use variables::{ContactChanges, MailVariables};
