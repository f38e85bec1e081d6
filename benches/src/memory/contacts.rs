//! Contacts that are full, as far as requests fill them, and older ones that hold more than the limit.

use posthorn_table::{Uuid, contact::Subscription, data::Data};
use posthorn_testkit::{backends::Backends, events::PROJECT};

/// The number of contacts of a case, which is twice the number of mails under way at once.
pub(crate) const COUNT: usize = 16;

/// The data that the contacts of a case hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contacts {
    /// No contacts.
    None,
    /// 64 KB of maps inside maps.
    Maps,
    /// 64 KB of lists of small maps.
    Rows,
    /// 400 KB of maps inside maps.
    OlderMaps,
    /// 400 KB of lists of small maps.
    OlderRows,
    /// 10,000 keys with a short value each. With more of them the testkit's engine is slower than a call may be.
    OlderKeys,
}

pub(crate) fn address(number: usize) -> String {
    format!("ada+{number}@example.org")
}

/// Stores the contacts of a case.
pub(crate) async fn store(backends: &Backends, contacts: Contacts) {
    if contacts == Contacts::None {
        return;
    }
    let project: Uuid = PROJECT.parse().expect("an id");
    for number in 0..COUNT {
        let (keep, now) = (Subscription::Keep { when_new: true }, backends.clock.now());
        let merged = backends.table.merge_contact(project, &address(number), keep, &Data::default(), now).await;
        backends.store_data(merged.expect("a contact").id, data(contacts)).await;
    }
}

fn data(contacts: Contacts) -> Vec<(String, String)> {
    let in_keys = |count: usize, text: String| (0..count).map(|key| (format!("k{key:02}"), text.clone())).collect();
    match contacts {
        Contacts::None => vec![],
        Contacts::Maps => in_keys(2, list(&maps(31), 32_700)),
        Contacts::Rows => in_keys(2, list(r#"{"":1}"#, 32_700)),
        Contacts::OlderMaps => in_keys(12, list(&maps(120), 32_700)),
        Contacts::OlderRows => in_keys(12, list(r#"{"":1}"#, 32_700)),
        Contacts::OlderKeys => (0..10_000).map(|key| (format!("{key:06x}"), r#""some text""#.to_owned())).collect(),
    }
}

/// Maps inside each other, of five bytes each.
pub(crate) fn maps(levels: usize) -> String {
    format!("{}1{}", r#"{"":"#.repeat(levels), "}".repeat(levels))
}

/// A list of this item, of about `bytes` bytes.
pub(crate) fn list(item: &str, bytes: usize) -> String {
    format!("[{}{item}]", format!("{item},").repeat((bytes - 2) / (item.len() + 1) - 1))
}
