//! Errors of commands: one line each, which names what is wrong and what to do.

use std::{io, path::PathBuf};

use posthorn_auth::{ProjectError, reputation::RuleError};
use posthorn_domains::{AwsError, DomainError, is_credentials_code};
use posthorn_lambda::config::ConfigError;
use posthorn_mail::mailbox::MAX_BYTES;
use posthorn_table::{TableError, Uuid, upgrade::PATIENCE};

/// The ways to give credentials that this tool has. Single sign-on is not among them, because the code that it needs would land
/// in every function.
const CREDENTIALS: &str = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile with keys or a role; for a profile with single sign-on first run: eval \"$(aws configure export-credentials --format env)\"";

/// The error of a command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error(
        "a key was given as an argument, where the shell's history and every process on this machine can read it: replace it (posthorn project rotate), and give keys on standard input (import-keys) or in the variable POSTHORN_SECRET_KEY (send)"
    )]
    KeyInArguments,
    #[error(
        "no local stack runs here (no .posthorn/backends.env in this folder or above it): start one with `cargo run`, name one with --state, or name a stack in AWS with --stack"
    )]
    NoLocalStack,
    #[error(
        "the local stack of {0} does not run: nobody answers at the address in it ({1}); start it with `cargo run`, or name a stack in AWS with --stack"
    )]
    LocalStackStopped(PathBuf, String),
    #[error("{0}: {1}")]
    StateUnreadable(PathBuf, io::Error),
    #[error(
        "{0}, so whoever it is could name the stack that is worked on: the files of a local stack must be yours alone; start it again with `cargo run`, which closes them, name another with --state, or name a stack in AWS with --stack"
    )]
    StateNotPrivate(String),
    #[error(
        "{0} names an address for {1} that is not on this machine, where a local stack is: it was changed; start the local stack again, or name a stack in AWS with --stack"
    )]
    StateNamesRemoteAddress(PathBuf, &'static str),
    #[error("{0} does not say {1}: it is from another version; start the local stack again")]
    StateOutdated(PathBuf, &'static str),
    #[error("no AWS region: set AWS_REGION, or a region in the profile")]
    NoRegion,
    #[error("no AWS credentials ({0}): {CREDENTIALS}")]
    NoCredentials(String),
    #[error("AWS does not accept the credentials ({0}): they may have expired; {CREDENTIALS}")]
    CredentialsRejected(String),
    #[error("there is no CloudFormation stack {0} in {1}: check the name and the region (AWS_REGION)")]
    NoSuchStack(String, String),
    #[error(
        "the stack {0} is not Posthorn's (no output {1}): name the stack that was deployed from Posthorn's template"
    )]
    NotPosthornStack(String, &'static str),
    #[error("there is no table {0} in {1}: check the name and the region (AWS_REGION)")]
    NoSuchTable(String, String),
    #[error("the credentials do not permit {0}: add the action to the policy of whoever runs this")]
    AccessDenied(String),
    #[error("AWS throttles {0}: try again in a moment")]
    Throttled(String),
    #[error("{0} cannot be reached: check the network and the region (AWS_REGION)")]
    Unreachable(String),
    #[error("{action} was refused ({code})")]
    Refused { action: &'static str, code: String },
    #[error("the answer to {action} cannot be read ({why}); it only looks, so give the same command again")]
    ResponseUnreadable { action: &'static str, why: String },
    #[error(
        "it is not known whether {action} took effect ({why}): posthorn domain list shows what there is, and the same command again does what is missing"
    )]
    OutcomeUnknown { action: &'static str, why: String },
    #[error(
        "DynamoDB gave no answer that can be read ({0}), so it is not known whether it changed something: posthorn project list and posthorn domain list show what there is; then give the same command again if something is missing"
    )]
    TableOutcomeUnknown(String),
    #[error("the table failed: {0}")]
    Table(#[from] TableError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the guard's thresholds cannot be read: {0}")]
    GuardRule(#[from] RuleError),
    #[error("{0} has the table of an earlier version: deploy this version first, which adds the table's index")]
    StackOutdated(String),
    #[error("{0} has the table of an earlier version: start it again with `cargo run`, which adds the table's index")]
    LocalStackOutdated(String),
    #[error("no call has succeeded for {minutes} minutes: {error}", minutes = PATIENCE.as_secs() / 60, error = short(.0))]
    UpgradeStalled(Box<CliError>),
    #[error("{} (the upgrade had looked at {read} items and changed {changed}; the same command does the rest)", short(.error))]
    UpgradeStopped { error: Box<CliError>, read: u64, changed: u64 },
    #[error("there is no project {0}: posthorn project list shows those there are")]
    NoSuchProject(String),
    #[error("{} projects are called {name}: name one by its id ({})", .ids.len(), joined(.ids))]
    AmbiguousName { name: String, ids: Vec<Uuid> },
    #[error("there is a project {0} already, {1}: a name is what commands know it by, so choose another")]
    NameTaken(String, Uuid),
    #[error(
        "the project {0} was enabled meanwhile and is not deleted; some of what it held may be gone: give the same command again to delete it"
    )]
    EnabledMeanwhile(Uuid),
    #[error("a reason has 1 to 500 characters and no control characters")]
    InvalidReason,
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(
        "somebody else changed the keys of {0} meanwhile, and nothing was changed here: look (posthorn project show) and, if they are still to be replaced, rotate again"
    )]
    KeysChanged(String),
    #[error("{0} is no domain: write it as example.com")]
    InvalidDomain(String),
    #[error("{0} is no email address: write it as hello@example.com, without a name")]
    InvalidAddress(String),
    #[error("the domain {0} belongs to another project, {1}: have that one give it up with posthorn domain remove {0}")]
    DomainOfAnotherProject(String, Uuid),
    #[error("no project has claimed the domain {0}: begin with posthorn domain add <project> {0}")]
    DomainNotClaimed(String),
    #[error(
        "SES does not know the domain {0}: posthorn domain add {1} {0} creates it there and prints its DNS records"
    )]
    NoIdentity(String, Uuid),
    #[error(
        "the sender must be at one of the project's domains, or at a sub-domain of one: name its domain with --domain"
    )]
    SenderWithoutDomain,
    #[error(
        "the name is too long to be a sender's: with the sender's address it must take at most {MAX_BYTES} bytes, once encoded (RFC 2047)"
    )]
    NameTooLong,
    #[error("{0} would be changed for good, and there is no terminal to confirm it on: add --yes")]
    NotConfirmed(String),
    #[error("nothing was changed")]
    Declined,
    #[error("key {0} of standard input: {1}; nothing was imported")]
    InvalidKey(usize, ProjectError),
    #[error("a key of standard input belongs to another project, {0}; nothing was imported")]
    KeyOfAnotherProject(Uuid),
    #[error("no keys came on standard input: give one a line, such as posthorn project import-keys {0} < keys.txt")]
    NoKeysGiven(String),
    #[error(
        "standard input is a terminal, where keys would be shown: give a file or a pipe, such as posthorn project import-keys {0} < keys.txt"
    )]
    KeysOnTerminal(String),
    #[error("standard input is not text")]
    StandardInputNotText,
    #[error("the file {path} cannot be read: {}", reason(.why))]
    FileUnreadable { path: PathBuf, why: io::Error },
    #[error("the file {0} is not UTF-8 text, for its byte {1} is none: save it as UTF-8")]
    FileNotText(PathBuf, usize),
    #[error("the file {0} has more than {1} bytes, which no request to the API may have")]
    FileTooLarge(PathBuf, usize),
    #[error("the data in {0} {1}: give one JSON object, as in {{\"name\": \"Ada\"}}")]
    FileNotJsonObject(PathBuf, String),
    #[error("both the template and its data are to come from standard input: name a file for one of them")]
    StandardInputTwice,
    #[error(
        "the new keys were not read, and are shown only once: nobody has them; replace them with posthorn project rotate {0}"
    )]
    KeysNotRead(Uuid),
    #[error("the result could not be written: {0}")]
    OutputFailed(io::Error),
    #[error("{0} But it was not announced ({1}): give the same command again to announce it.")]
    AnnouncementFailed(String, posthorn_alerts::NoticeError),
    #[error("no API is known: with --table alone nothing says where it is; use --stack, or --url")]
    NoApiUrl,
    #[error(
        "{0} is no address of the API: write it as https://api.example.com (http only for this machine, as the key goes with it)"
    )]
    InvalidApiUrl(String),
    #[error(
        "no secret key: set POSTHORN_SECRET_KEY to one of the project's (read -rs POSTHORN_SECRET_KEY; export POSTHORN_SECRET_KEY)"
    )]
    NoSecretKey,
    #[error(
        "the local stack of {1} keeps no key there: set POSTHORN_SECRET_KEY to one of the project's (read -rs POSTHORN_SECRET_KEY; export POSTHORN_SECRET_KEY), and if that folder is your own stack's, give the address with it: --url {0}"
    )]
    NoDemoKey(String, PathBuf),
    #[error(
        "POSTHORN_SECRET_KEY is set, and the address {0} was found in {1}, not given: if that folder is your own stack's and the key one of its projects', add --url {0}; to send with the demo project's key, unset the variable; for a stack in AWS, name it with --stack"
    )]
    ApiUrlNotGiven(String, PathBuf),
    #[error("nobody answers at {0} (no connection): check the address and that the API runs")]
    ApiUnreachable(String),
    #[error(
        "it is not known whether the mail was sent: {0} {1}; look whether it arrived before you send it again, and check the address"
    )]
    MailOutcomeUnknown(String, String),
    #[error("{0} answered {1}, and not as Posthorn does: check the address")]
    NotTheApi(String, u16),
    #[error("{message}{} ({code}, request {request})", .suggestion.as_ref().map(|text| format!(" {text}")).unwrap_or_default())]
    ApiError { code: String, message: String, suggestion: Option<String>, request: String },
}

/// The reason for which a file cannot be read, without the system's number for it.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is none of this name".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::PermissionDenied => "its permissions do not let you".to_owned(),
        _ => error.to_string(),
    }
}

/// The text of an error of the table, without advice for commands that cannot simply be given again.
fn short(error: &CliError) -> String {
    match error {
        CliError::TableOutcomeUnknown(why) => format!("DynamoDB gave no answer that can be read ({why})"),
        error => error.to_string(),
    }
}

fn joined(ids: &[Uuid]) -> String {
    ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(", ")
}

impl CliError {
    /// An error of the table with what it means for the table of this name in this region; any other error as it is.
    pub(crate) fn about_table(self, table: &str, region: &str) -> Self {
        let Self::Table(error) = self else { return self };
        match error {
            TableError::NoSuchTable => Self::NoSuchTable(table.to_owned(), region.to_owned()),
            TableError::Fault(code) if is_credentials_code(&code) => Self::CredentialsRejected(code),
            TableError::Denied(action) => Self::AccessDenied(action),
            TableError::Throttled(_) => Self::Throttled("DynamoDB".to_owned()),
            TableError::NoConnection => Self::Unreachable(format!("DynamoDB in {region}")),
            TableError::Unavailable(why) => Self::TableOutcomeUnknown(why),
            error => Self::Table(error),
        }
    }

    /// The code, for programs.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::KeyInArguments => "KEY_IN_ARGUMENTS",
            Self::NoLocalStack => "NO_STACK",
            Self::LocalStackStopped(..) => "STACK_STOPPED",
            Self::StateUnreadable(..) | Self::StateOutdated(..) => "STATE_UNREADABLE",
            Self::StateNotPrivate(_) | Self::StateNamesRemoteAddress(..) => "STATE_NOT_TRUSTED",
            Self::NoRegion => "NO_REGION",
            Self::NoCredentials(_) => "NO_CREDENTIALS",
            Self::CredentialsRejected(_) => "BAD_CREDENTIALS",
            Self::NoSuchStack(..) => "NO_SUCH_STACK",
            Self::NotPosthornStack(..) => "NOT_POSTHORNS",
            Self::NoSuchTable(..) => "NO_SUCH_TABLE",
            Self::AccessDenied(_) => "ACCESS_DENIED",
            Self::Throttled(_) => "THROTTLED",
            Self::Unreachable(_) | Self::ApiUnreachable(..) => "UNREACHABLE",
            Self::Refused { .. } => "REFUSED",
            Self::ResponseUnreadable { .. } => "ANSWER_NOT_UNDERSTOOD",
            Self::OutcomeUnknown { .. } | Self::TableOutcomeUnknown(_) | Self::MailOutcomeUnknown(..) => "IN_DOUBT",
            Self::Table(_) => "TABLE_FAILED",
            Self::Config(_) | Self::GuardRule(_) => "CONFIGURATION",
            Self::StackOutdated(_) | Self::LocalStackOutdated(_) => "STACK_OUTDATED",
            Self::UpgradeStopped { error, .. } | Self::UpgradeStalled(error) => error.code(),
            Self::NoSuchProject(_) => "NO_SUCH_PROJECT",
            Self::AmbiguousName { .. } => "AMBIGUOUS_NAME",
            Self::NameTaken(..) => "NAME_TAKEN",
            Self::KeysChanged(_) | Self::EnabledMeanwhile(_) => "CONFLICT",
            Self::DomainOfAnotherProject(..) => "DOMAIN_TAKEN",
            Self::DomainNotClaimed(_) => "DOMAIN_NOT_CLAIMED",
            Self::NoIdentity(..) => "NO_IDENTITY",
            Self::InvalidReason
            | Self::Project(_)
            | Self::InvalidDomain(_)
            | Self::InvalidAddress(_)
            | Self::SenderWithoutDomain
            | Self::NameTooLong
            | Self::InvalidApiUrl(_)
            | Self::NoKeysGiven(_)
            | Self::KeysOnTerminal(_)
            | Self::StandardInputNotText
            | Self::FileNotText(..)
            | Self::FileTooLarge(..)
            | Self::FileNotJsonObject(..)
            | Self::InvalidKey(..) => "INVALID_INPUT",
            Self::FileUnreadable { .. } => "FILE_UNREADABLE",
            Self::KeyOfAnotherProject(_) => "KEY_OF_ANOTHER_PROJECT",
            Self::NotConfirmed(_) => "NOT_CONFIRMED",
            Self::StandardInputTwice => "USAGE",
            Self::Declined => "DECLINED",
            Self::OutputFailed(_) => "OUTPUT_FAILED",
            Self::KeysNotRead(_) => "KEYS_NOT_READ",
            Self::AnnouncementFailed(..) => "NOT_ANNOUNCED",
            Self::NoApiUrl => "NO_URL",
            Self::NoSecretKey | Self::NoDemoKey(..) => "NO_KEY",
            Self::ApiUrlNotGiven(..) => "ADDRESS_NOT_GIVEN",
            Self::NotTheApi(..) => "NOT_THE_API",
            Self::ApiError { code, .. } => code,
        }
    }

    /// The exit code: 2 for wrong usage, 1 for everything else.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::KeyInArguments | Self::StandardInputTwice => 2,
            _ => 1,
        }
    }
}

impl From<AwsError> for CliError {
    fn from(error: AwsError) -> Self {
        match error {
            AwsError::AccessDenied { action } => Self::AccessDenied(action.to_owned()),
            AwsError::CredentialsRejected { code } => Self::CredentialsRejected(code),
            AwsError::Throttled { action } => Self::Throttled(action.to_owned()),
            AwsError::Unreachable { service } => Self::Unreachable(service.to_owned()),
            AwsError::Refused { action, code } => Self::Refused { action, code },
            AwsError::ResponseUnreadable { action, why } => Self::ResponseUnreadable { action, why },
            AwsError::OutcomeUnknown { action, why } => Self::OutcomeUnknown { action, why },
        }
    }
}

impl From<DomainError> for CliError {
    fn from(error: DomainError) -> Self {
        match error {
            DomainError::Invalid(domain) => Self::InvalidDomain(domain),
            DomainError::OfAnotherProject { domain, owner } => Self::DomainOfAnotherProject(domain, owner),
            DomainError::NotClaimed(domain) => Self::DomainNotClaimed(domain),
            DomainError::NoSuchProject(id) => Self::NoSuchProject(id.to_string()),
            DomainError::NoIdentity { domain, project } => Self::NoIdentity(domain, project),
            DomainError::Project(error) => error.into(),
            DomainError::Ses(error) => error.into(),
            DomainError::Table(error) => error.into(),
        }
    }
}
