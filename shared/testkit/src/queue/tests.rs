//! The queue's deliveries, in real time.

use std::collections::{BTreeSet, HashMap};
use std::future::{pending, ready};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use posthorn_lambda::{Env, env::monotonic_now};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::{
    MAX_BATCHES, Queue,
    state::{MAX_BATCH, MAX_DEAD_LETTERS},
};
use crate::clock::Clock;

const MAX_DELAY: Duration = Duration::from_millis(super::MAX_DELAY);

/// The deliveries so far: the body, the receive count and the time of each.
type Deliveries = Arc<Mutex<Vec<(String, String, Instant)>>>;

fn queue() -> Queue {
    Queue::new(clock().env(1))
}

/// A queue for one message, that is delivered twice or is not.
fn queue_of_one(twice: bool) -> Queue {
    let random = if twice { 8 } else { 7 };
    Queue::new(Env::new(|| clock().now(), move |buffer| buffer.fill(random)))
}

fn clock() -> Clock {
    Clock::at("2025-11-30T10:30:00Z".parse().unwrap())
}

fn records(event: &Value) -> &Vec<Value> {
    event["Records"].as_array().unwrap()
}

/// The ids of an event's records whose body fails.
fn ids(event: &Value, fails: impl Fn(&str) -> bool) -> Vec<String> {
    let failed = records(event).iter().filter(|record| fails(record["body"].as_str().unwrap()));
    failed.map(|record| record["messageId"].as_str().unwrap().to_owned()).collect()
}

fn record(deliveries: &Deliveries, event: &Value) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let delivered = records(event)
        .iter()
        .map(|record| (text(&record["body"]), text(&record["attributes"]["ApproximateReceiveCount"]), monotonic_now()));
    deliveries.lock().unwrap().extend(delivered);
}

/// Runs the queue with a handler that records its deliveries and fails for some bodies, until the sender is used.
fn run(queue: &Queue, fails: fn(&str) -> bool) -> (Deliveries, oneshot::Sender<()>, JoinHandle<()>) {
    let (deliveries, (stop, stopped)) = (Deliveries::default(), oneshot::channel::<()>());
    let recorded = Arc::clone(&deliveries);
    let handler = move |event: Value| {
        record(&recorded, &event);
        ready(ids(&event, fails))
    };
    let running = tokio::spawn(queue.clone().run(handler, async {
        let _ = stopped.await;
    }));
    (deliveries, stop, running)
}

async fn until(condition: &str, done: impl Fn() -> bool) {
    for _ in 0..1_200 {
        if done() {
            return;
        }
        sleep(Duration::from_millis(25)).await;
    }
    panic!("never: {condition}");
}

fn counts(deliveries: &Deliveries) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for (body, ..) in deliveries.lock().unwrap().iter() {
        *counts.entry(body.clone()).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn every_message_comes_some_twice_and_not_in_order() {
    let queue = queue();
    let pushed: Vec<_> = (0..200).map(|number| format!("{number:03}")).collect();
    pushed.iter().cloned().for_each(|body| queue.push(body));
    let copies = queue.state().waiting() - pushed.len();
    assert!((10..=45).contains(&copies), "one in eight comes twice: {copies} of 200");
    let (deliveries, _stop, _running) = run(&queue, |_| false);
    until("all come", || deliveries.lock().unwrap().len() == pushed.len() + copies).await;
    assert_eq!(counts(&deliveries).len(), pushed.len());
    let first = deliveries.lock().unwrap().iter().map(|(body, ..)| body.clone()).collect::<Vec<_>>();
    assert!(!first.is_sorted());
    assert_eq!(queue.state().waiting(), 0);
}

#[tokio::test]
async fn a_delivery_is_due_within_the_delay() {
    let queue = queue();
    (0..100).for_each(|number| queue.push(number.to_string()));
    let due = monotonic_now() + MAX_DELAY;
    let mut taken = 0;
    while let batch @ 1.. = queue.state().take(due).len() {
        assert!(batch <= MAX_BATCH);
        taken += batch;
    }
    assert!(taken >= 100);
    assert_eq!(queue.state().waiting(), 0);
}

#[tokio::test]
async fn no_message_stands_twice_in_a_batch() {
    let queue = queue_of_one(true);
    queue.push("message".to_owned());
    let all = || queue.state().take(monotonic_now() + MAX_DELAY).len();
    assert_eq!([all(), all(), all()], [1, 1, 0]);
}

#[tokio::test]
async fn batches_of_at_most_ten_run_at_once_up_to_a_bound() {
    let queue = queue();
    (0..1_200).for_each(|number| queue.push(number.to_string()));
    let [running, most, done] = [(); 3].map(|()| Arc::new(AtomicUsize::new(0)));
    let (counted, highest, finished) = (Arc::clone(&running), Arc::clone(&most), Arc::clone(&done));
    let handler = move |event: Value| {
        let (running, most, done) = (Arc::clone(&counted), Arc::clone(&highest), Arc::clone(&finished));
        async move {
            assert!((1..=MAX_BATCH).contains(&records(&event).len()));
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            sleep(Duration::from_millis(400)).await;
            running.fetch_sub(1, Ordering::SeqCst);
            done.fetch_add(records(&event).len(), Ordering::SeqCst);
            Vec::new()
        }
    };
    tokio::spawn(queue.clone().run(handler, pending()));
    until("all are handled", || done.load(Ordering::SeqCst) >= 1_200).await;
    assert_eq!(most.load(Ordering::SeqCst), MAX_BATCHES);
}

#[tokio::test]
async fn a_failed_message_is_tried_five_times_a_second_apart_and_is_dead() {
    let queue = queue_of_one(false);
    queue.push("bad".to_owned());
    let (deliveries, _stop, _running) = run(&queue, |body| body == "bad");
    until("it is dead", || !queue.dead().is_empty()).await;
    let dead = queue.dead();
    assert_eq!((dead.len(), dead[0].body.as_str(), dead[0].tries), (1, "bad", 5));
    let deliveries = deliveries.lock().unwrap();
    assert_eq!(deliveries.iter().map(|(_, count, _)| count.as_str()).collect::<Vec<_>>(), ["1", "2", "3", "4", "5"]);
    assert!(deliveries.windows(2).all(|pair| pair[1].2 - pair[0].2 >= Duration::from_secs(1)));
}

/// Runs a handler that at first does `first`, and holds that the message comes again.
async fn check_comes_again(first: fn(&Value) -> Vec<String>) {
    let (queue, calls) = (queue_of_one(false), Arc::new(AtomicUsize::new(0)));
    queue.push("message".to_owned());
    let counted = Arc::clone(&calls);
    let handler = move |event: Value| {
        let call = counted.fetch_add(1, Ordering::SeqCst);
        async move { if call == 0 { first(&event) } else { Vec::new() } }
    };
    tokio::spawn(queue.clone().run(handler, pending()));
    until("it comes again", || calls.load(Ordering::SeqCst) == 2).await;
    sleep(Duration::from_millis(100)).await;
    assert_eq!(queue.state().waiting(), 0);
    assert!(queue.dead().is_empty());
}

#[tokio::test]
async fn only_the_failed_messages_of_a_batch_come_again() {
    let queue = queue();
    (0..40).for_each(|number| queue.push(number.to_string()));
    let (deliveries, _stop, _running) = run(&queue, |body| body == "7");
    until("it is dead", || !queue.dead().is_empty()).await;
    assert_eq!(counts(&deliveries).len(), 40);
    let deliveries = deliveries.lock().unwrap();
    let again: BTreeSet<_> =
        deliveries.iter().filter(|(_, count, _)| count != "1").map(|(body, ..)| body.as_str()).collect();
    assert_eq!(again, BTreeSet::from(["7"]));
    assert_eq!(queue.dead().len(), 1);
}

#[tokio::test]
async fn a_panic_fails_the_batch() {
    check_comes_again(|_| panic!("a handler's bug")).await;
}

#[tokio::test]
async fn an_id_that_is_not_in_the_batch_fails_it() {
    check_comes_again(|_| vec!["unheard of".to_owned()]).await;
}

#[tokio::test]
async fn a_shutdown_delivers_waiting_messages_at_once_and_ends() {
    let queue = queue();
    let (deliveries, stop, running) = run(&queue, |_| false);
    (0..95).for_each(|number| queue.push(number.to_string()));
    let stopped_at = monotonic_now();
    stop.send(()).unwrap();
    timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
    assert!(monotonic_now() - stopped_at < MAX_DELAY, "it waited for delays");
    assert_eq!(counts(&deliveries).len(), 95);
    assert_eq!(queue.state().waiting(), 0);
}

#[tokio::test]
async fn messages_that_fail_at_the_shutdown_are_dead_and_the_newest_hundred_are_kept() {
    let queue = queue();
    (0..150).for_each(|number| queue.push(number.to_string()));
    let (deliveries, stop, running) = run(&queue, |_| true);
    stop.send(()).unwrap();
    timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
    assert_eq!(counts(&deliveries).len(), 150);
    assert_eq!(queue.dead().len(), MAX_DEAD_LETTERS);
}

#[tokio::test]
async fn a_handler_that_never_ends_holds_up_a_shutdown_for_five_seconds() {
    let queue = queue();
    queue.push("message".to_owned());
    let started_at = monotonic_now();
    timeout(Duration::from_secs(20), queue.run(|_| pending::<Vec<String>>(), ready(()))).await.unwrap();
    assert!(monotonic_now() - started_at >= Duration::from_secs(5));
}
