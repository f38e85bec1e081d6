//! The time until the API is back after an outage, by an event and an email every tenth of a second, beside the load.

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

use crate::{
    responses::{CALLER_TIMEOUT, ResponseLog},
    stack::Stack,
    terminal::{Failures, print},
};

/// The time between two probes of a route.
const INTERVAL: Duration = Duration::from_millis(100);
/// The longest time until the API answers with success again, beside the usual time of a request. No request that is made later
/// fails.
const MAX_RECOVERY: Duration = Duration::from_secs(1);

/// A disturbance.
pub(crate) struct Outage {
    pub(crate) name: &'static str,
    /// The routes that it disturbs.
    pub(crate) routes: &'static [&'static str],
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
}

impl Outage {
    /// True if a probe was under way during the outage or the recovery from it.
    fn overlaps(&self, probe: &Probe) -> bool {
        probe.answered >= self.began && probe.at <= self.ended + MAX_RECOVERY
    }
}

/// A request, with the times at which it was made and answered.
#[derive(Debug)]
struct Probe {
    route: &'static str,
    at: Instant,
    answered: Instant,
    /// The status, or `None` without an answer.
    status: Option<u16>,
}

impl Probe {
    fn succeeded(&self) -> bool {
        self.status == Some(200)
    }

    /// True for a request that failed, or took longer than the recovery beside the usual time.
    fn is_disturbed(&self, usual: Duration) -> bool {
        !self.succeeded() || self.answered - self.at > MAX_RECOVERY + usual
    }
}

/// Requests that are made all the time. Their responses go into a file, as those of the load do, so that they take no memory.
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
        let file = Arc::new(Mutex::new(File::create(ResponseLog::Probes.file(&stack.folder))?));
        let made = tokio::spawn(async move {
            let (client, mut under_way) = (Client::new(), JoinSet::new());
            while !*stopped.borrow() {
                for (route, body) in [("/v1/track", &track), ("/v1/send", &send)] {
                    let request =
                        client.post(format!("{url}{route}")).bearer_auth(&key).json(body).timeout(CALLER_TIMEOUT);
                    under_way.spawn(probe(route, request, Arc::clone(&file)));
                }
                sleep(INTERVAL).await;
            }
            under_way.join_all().await
        });
        Ok(Self { stop, made })
    }

    /// Prints how long after each outage the API was back, and returns the requirements that do not hold. Requests away from
    /// outages have to succeed.
    pub(crate) async fn end(self, outages: &[Outage]) -> Failures {
        let _ = self.stop.send(true);
        let probes = self.made.await.unwrap_or_default();
        let mut failures = Failures::new();
        for outage in outages {
            for route in outage.routes {
                let of_route: Vec<_> = probes.iter().filter(|probe| probe.route == *route).collect();
                let calm = of_route.iter().filter(|probe| !outages.iter().any(|outage| outage.overlaps(probe)));
                failures.extend(recovery_failures(
                    outage,
                    route,
                    &of_route,
                    median(calm.map(|probe| probe.answered - probe.at)),
                ));
            }
        }
        let is_unexplained =
            |probe: &&Probe| !probe.succeeded() && !outages.iter().any(|outage| outage.overlaps(probe));
        let unexplained = probes.iter().filter(is_unexplained).count();
        print(&format!("probes: {}, failed away from outages: {unexplained}", probes.len()));
        if unexplained > 0 {
            failures.push(format!("{unexplained} probes failed away from outages"));
        }
        if probes.iter().any(|probe| probe.status.is_none()) {
            failures.push("probes stayed unanswered".to_owned());
        }
        failures
    }
}

/// The requirements on the recovery of a route that do not hold. `usual` is the time of a request without a disturbance, which is
/// longer than a second with many connections.
fn recovery_failures(outage: &Outage, route: &str, probes: &[&Probe], usual: Duration) -> Failures {
    let mut failures = Failures::new();
    let met = probes.iter().filter(|probe| outage.overlaps(probe));
    let (disturbed, failed) =
        (met.clone().filter(|probe| probe.is_disturbed(usual)).count(), met.filter(|probe| !probe.succeeded()).count());
    let after = probes.iter().filter(|probe| probe.answered >= outage.ended && probe.succeeded());
    let back = after.map(|probe| probe.answered - outage.ended).min().unwrap_or(Duration::MAX);
    let name = outage.name;
    print(&format!(
        "{name}, {route}: {disturbed} probes disturbed, {failed} failed, back after {} ms",
        back.as_millis()
    ));
    if disturbed == 0 {
        failures.push(format!("{route} was not disturbed by {name}"));
    }
    if back > MAX_RECOVERY + usual {
        failures.push(format!("{route} was not back within a second and its usual {} ms of {name}", usual.as_millis()));
    }
    failures
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
