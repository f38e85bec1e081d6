//! When the API is back: an event and an email every tenth of a second, beside the load.

use std::time::Duration;

use posthorn_lambda::edge::stopwatch;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{Instant, sleep},
};

use crate::{Faults, say, stack::Stack};

const EVERY: Duration = Duration::from_millis(100);
/// The most that the API may take to be back.
const BACK_WITHIN: Duration = Duration::from_secs(1);

/// A request: when it was made, when it was answered, and whether it succeeded.
#[derive(Debug, Clone, Copy)]
struct Probe {
    at: Instant,
    answered: Instant,
    succeeded: bool,
}

/// Requests that are made all the time.
pub(crate) struct Probes {
    stop: watch::Sender<bool>,
    made: JoinHandle<Vec<Probe>>,
}

impl Probes {
    pub(crate) fn start(stack: &Stack) -> Self {
        let (stop, stopped) = watch::channel(false);
        let track = json!({"email": "probe@example.org", "event": "probed"});
        let send = json!({"to": "probe@example.org", "subject": "Probe", "body": "<p>Probe</p>"});
        let requests = [("/v1/track", track), ("/v1/send", send)]
            .map(|(path, body)| (format!("{}{path}", stack.url), stack.secret.clone(), body));
        let made = tokio::spawn(async move {
            let (client, mut under_way) = (Client::new(), JoinSet::new());
            while !*stopped.borrow() {
                for (url, key, body) in requests.clone() {
                    under_way.spawn(probe(client.clone(), url, key, body));
                }
                sleep(EVERY).await;
            }
            under_way.join_all().await
        });
        Self { stop, made }
    }

    /// Tells how long after each outage the API was back. Requests before, between and after outages must succeed.
    pub(crate) async fn end(self, outages: &[(&str, (Instant, Instant))]) -> Faults {
        let _ = self.stop.send(true);
        let probes = self.made.await.unwrap_or_default();
        let failed: Vec<_> = probes.iter().filter(|probe| !probe.succeeded).collect();
        let mut faults = Vec::new();
        for (what, (began, ended)) in outages {
            let within = |probe: &&&Probe| probe.at >= *began && probe.at <= *ended + BACK_WITHIN;
            let refused = failed.iter().filter(within).count();
            let after = probes.iter().filter(|probe| probe.at >= *ended && probe.succeeded);
            let back = after.map(|probe| probe.answered - *ended).min().unwrap_or(Duration::MAX);
            say(&format!("{what}: {refused} probes failed, the first success {} ms after its end", back.as_millis()));
            if back > BACK_WITHIN {
                faults.push(format!("the API was not back a second after {what}"));
            }
        }
        // A request made just before an outage can meet it.
        let met = |probe: &Probe| {
            outages.iter().any(|(_, (began, ended))| probe.answered >= *began && probe.at <= *ended + BACK_WITHIN)
        };
        let astray = failed.iter().filter(|probe| !met(probe)).count();
        say(&format!("probes: {}, failed away from outages: {astray}", probes.len()));
        if astray > 0 {
            faults.push(format!("{astray} probes failed away from outages"));
        }
        faults
    }
}

async fn probe(client: Client, url: String, key: String, body: Value) -> Probe {
    let at = stopwatch();
    let answer = client
        .post(url)
        .bearer_auth(key)
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await;
    Probe { at, answered: stopwatch(), succeeded: answer.is_ok_and(|answer| answer.status().is_success()) }
}
