//! When the API is back: an event and an email every tenth of a second, beside the load.

use std::{
    fs::File,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use posthorn_lambda::env::monotonic_now;
use reqwest::{Client, RequestBuilder};
use serde_json::json;
use tokio::{
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{Instant, sleep},
};

use crate::{Faults, PATIENCE, answers::Whose, say, stack::Stack};

const EVERY: Duration = Duration::from_millis(100);
/// The most that the API may take to be back, beside what a request takes anyhow: to answer with success again. No request fails
/// that is made later.
const BACK_WITHIN: Duration = Duration::from_secs(1);

/// A disturbance.
pub(crate) struct Outage {
    pub(crate) what: &'static str,
    /// The routes that it is one for.
    pub(crate) routes: &'static [&'static str],
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
}

impl Outage {
    /// Whether a probe may have met it, or what it left under way.
    fn is_met_by(&self, probe: &Probe) -> bool {
        probe.answered >= self.began && probe.at <= self.ended + BACK_WITHIN
    }
}

/// A request: when it was made, and when it was answered.
#[derive(Debug)]
struct Probe {
    route: &'static str,
    at: Instant,
    answered: Instant,
    /// None if it was not.
    status: Option<u16>,
}

impl Probe {
    fn succeeded(&self) -> bool {
        self.status == Some(200)
    }

    /// Beside the time that a request takes anyhow.
    fn is_disturbed(&self, usual: Duration) -> bool {
        !self.succeeded() || self.answered - self.at > BACK_WITHIN + usual
    }
}

/// Requests that are made all the time. What they are answered goes into a file, as with the load, so that it takes no memory.
pub(crate) struct Probes {
    stop: watch::Sender<bool>,
    made: JoinHandle<Vec<Probe>>,
}

impl Probes {
    pub(crate) fn start(stack: &Stack) -> io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let track = json!({"email": "probe@example.org", "event": "probed"});
        let send = json!({"to": "probe@example.org", "subject": "Probe", "body": "<p>Probe</p>"});
        let (url, key) = (stack.url.clone(), stack.secret.clone());
        let file = Arc::new(Mutex::new(File::create(Whose::Probes.file(&stack.folder))?));
        let made = tokio::spawn(async move {
            let (client, mut under_way) = (Client::new(), JoinSet::new());
            while !*stopped.borrow() {
                for (route, body) in [("/v1/track", &track), ("/v1/send", &send)] {
                    let request = client.post(format!("{url}{route}")).bearer_auth(&key).json(body).timeout(PATIENCE);
                    under_way.spawn(probe(route, request, Arc::clone(&file)));
                }
                sleep(EVERY).await;
            }
            under_way.join_all().await
        });
        Ok(Self { stop, made })
    }

    /// Tells how long after each outage the API was back. Requests away from outages must succeed.
    pub(crate) async fn end(self, outages: &[Outage]) -> Faults {
        let _ = self.stop.send(true);
        let probes = self.made.await.unwrap_or_default();
        let mut faults = Faults::new();
        for outage in outages {
            for route in outage.routes {
                let of_route: Vec<_> = probes.iter().filter(|probe| probe.route == *route).collect();
                let calm = of_route.iter().filter(|probe| !outages.iter().any(|outage| outage.is_met_by(probe)));
                faults.extend(look_at(outage, route, &of_route, median(calm.map(|probe| probe.answered - probe.at))));
            }
        }
        let is_astray = |probe: &&Probe| !probe.succeeded() && !outages.iter().any(|outage| outage.is_met_by(probe));
        let astray = probes.iter().filter(is_astray).count();
        say(&format!("probes: {}, failed away from outages: {astray}", probes.len()));
        if astray > 0 {
            faults.push(format!("{astray} probes failed away from outages"));
        }
        if probes.iter().any(|probe| probe.status.is_none()) {
            faults.push("probes stayed unanswered".to_owned());
        }
        faults
    }
}

/// `usual` is the time that a request takes otherwise: with many connections, longer than a second.
fn look_at(outage: &Outage, route: &str, probes: &[&Probe], usual: Duration) -> Faults {
    let mut faults = Faults::new();
    let met = probes.iter().filter(|probe| outage.is_met_by(probe));
    let (disturbed, failed) =
        (met.clone().filter(|probe| probe.is_disturbed(usual)).count(), met.filter(|probe| !probe.succeeded()).count());
    let after = probes.iter().filter(|probe| probe.answered >= outage.ended && probe.succeeded());
    let back = after.map(|probe| probe.answered - outage.ended).min().unwrap_or(Duration::MAX);
    let what = outage.what;
    say(&format!("{what}, {route}: {disturbed} probes met it, {failed} failed, back after {} ms", back.as_millis()));
    if disturbed == 0 {
        faults.push(format!("{route} did not notice {what}"));
    }
    if back > BACK_WITHIN + usual {
        faults.push(format!("{route} was not back within a second and its usual {} ms of {what}", usual.as_millis()));
    }
    faults
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

async fn probe(route: &'static str, request: RequestBuilder, file: Arc<Mutex<File>>) -> Probe {
    let at = monotonic_now();
    let answer = async {
        let response = request.send().await?;
        Ok::<_, reqwest::Error>((response.status().as_u16(), response.text().await?))
    };
    let answer = answer.await.ok();
    let answered = monotonic_now();
    let status = answer.and_then(|(status, body)| {
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(file, "{status} {body}").ok().map(|()| status)
    });
    Probe { route, at, answered, status }
}
