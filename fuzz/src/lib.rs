//! Properties that hold for any bytes, each as a plain function over them.
//!
//! Every function runs under libFuzzer, which looks for bytes that break it (`libfuzzer/`), and over the kept corpus on the stable
//! toolchain (`tests/corpus.rs`). They run on the real handlers and the in-process back ends.

#![expect(clippy::missing_panics_doc, reason = "a target panics where a property does not hold")]

mod feedback;
mod html;
mod http;
mod keys;
mod liquid;
mod log;
mod response;
mod world;

/// A function over bytes that panics where a property does not hold.
pub type Target = fn(&[u8]);

/// Every target, under the name of its corpus and of its binary.
pub const TARGETS: [(&str, Target); 11] = [
    ("authorization", authorization),
    ("event", event),
    ("feedback", feedback),
    ("html_cost", html_cost),
    ("html_to_text", html_to_text),
    ("key", key),
    ("liquid", liquid),
    ("liquid_cost", liquid_cost),
    ("send_body", send_body),
    ("ses_event", ses_event),
    ("track_body", track_body),
];

pub use self::{
    feedback::{feedback, ses_event},
    html::{html_cost, html_to_text},
    http::{event, send_body, track_body},
    keys::{authorization, key},
    liquid::{liquid, liquid_cost},
};
