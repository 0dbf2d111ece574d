//! The checks, written once.

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use batch_core::{Cause, Linger, Settings};

use crate::cloudwatch::{self, Datums};
use crate::dynamodb::Items;
use crate::endpoint::Endpoint;
use crate::equivalence;
use crate::firehose;
use crate::kinesis::Records;
use crate::laxness;
use crate::remote::{Held, Remote};
use crate::several;
use crate::sizes;
use crate::sns;
use crate::sqs::{Fifo, Standard};

/// What came of one check.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    Failed(String),
    /// The server is laxer than AWS here, so that passing shows nothing.
    Meaningless(String),
    Passed,
}

/// What came of all checks on one server.
pub(crate) type Row = Vec<(String, Outcome)>;

/// Longer than any check takes, also on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(600);

/// Runs every check of this service.
pub(crate) async fn run(endpoint: &Endpoint, service: &str) -> Row {
    match service {
        "cloudwatch" => {
            let mut row = all::<Datums>(endpoint, service).await;
            let (values, statistics) =
                ("merged series have equal values", "merged series have equal statistics");
            let came = outcome(endpoint, service, values, equivalence::of_values()).await;
            row.push((values.to_owned(), came));
            let (client, namespace) = (cloudwatch::client(endpoint), unique("merged"));
            let asked = equivalence::of_statistics(client, namespace);
            row.push((statistics.to_owned(), outcome(endpoint, service, statistics, asked).await));
            row
        }
        "dynamodb" => {
            let mut row = all::<Items>(endpoint, service).await;
            let sizes = outcome(endpoint, service, "item sizes", sizes::agree(endpoint.clone())).await;
            row.push(("item sizes agree to the byte".to_owned(), sizes));
            let check = "several tables share requests";
            let several = outcome(endpoint, service, check, several::share_requests(endpoint.clone())).await;
            row.push((check.to_owned(), several));
            row
        }
        "firehose" => all::<firehose::Records>(endpoint, service).await,
        "kinesis" => all::<Records>(endpoint, service).await,
        "sns" => all::<sns::Standard>(endpoint, service).await,
        "sns-fifo" => all::<sns::Fifo>(endpoint, service).await,
        "sqs" => all::<Standard>(endpoint, service).await,
        "sqs-fifo" => all::<Fifo>(endpoint, service).await,
        other => panic!("no checks for {other}"),
    }
}

macro_rules! checks {
    ($row:ident, $endpoint:ident, $service:ident: $($check:ident)*) => {$(
        let name = stringify!($check).replace('_', " ");
        let remote = R::create($endpoint, &unique(stringify!($check))).await;
        let came = outcome($endpoint, $service, &name, $check(remote)).await;
        $row.push((name, came));
    )*};
}

async fn all<R: Remote + 'static>(endpoint: &Endpoint, service: &str) -> Row {
    let mut row = Row::new();
    checks! { row, endpoint, service:
        everything_arrives_as_it_was_submitted
        requests_are_as_full_as_they_can_be
        lanes_keep_their_order
        a_destination_that_does_not_exist_hands_back
        a_server_that_is_gone_hands_back_at_the_deadline
    }
    for what in R::FORBIDDEN {
        let remote = R::create(endpoint, &unique("forbidden")).await;
        let name = format!("refused by both: {what}");
        let came = outcome(endpoint, service, &name, is_refused_by_both(remote, what)).await;
        row.push((name, came));
    }
    row
}

/// Runs one check; a panic, or too long a time, is its failure, unless the server is known to be lax.
async fn outcome<F>(endpoint: &Endpoint, service: &str, check: &str, run: F) -> Outcome
where
    F: Future<Output = ()> + Send + 'static,
{
    let task = tokio::spawn(AssertUnwindSafe(run));
    let failure = match tokio::time::timeout(PATIENCE, task).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(message(error)),
        Err(_) => Some(format!("not done after {PATIENCE:?}")),
    };
    match (failure, laxness::of(&endpoint.name, service, check)) {
        (None, None) => Outcome::Passed,
        (Some(failure), None) => Outcome::Failed(failure),
        (Some(_), Some(reason)) => Outcome::Meaningless(reason.to_owned()),
        (None, Some(reason)) => Outcome::Failed(format!("it is no longer so lax: {reason}")),
    }
}

async fn everything_arrives_as_it_was_submitted<R: Remote>(remote: R) {
    let count = 2 * R::BATCH + 3;
    let writer = remote.writer(Settings::new());
    let mut expected = Vec::new();
    for n in 0..count {
        let held = Held {
            n,
            text: R::TEXTS[n % R::TEXTS.len()].to_owned(),
            lane: n.checked_rem(R::LANES).unwrap_or(0),
        };
        writer.submit(remote.entry(n, &held.text, held.lane)).await.unwrap();
        expected.push(held);
    }
    let unprocessed = writer.flush().await;
    assert!(unprocessed.is_empty(), "{unprocessed:?}");
    let mut held = remote.held(count).await;
    held.sort_by_key(|held| held.n);
    assert_eq!(held, expected);
}

async fn requests_are_as_full_as_they_can_be<R: Remote>(remote: R) {
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    let writer = remote.writer(settings);
    for n in 0..3 * R::BATCH {
        // A lane each, so that none must wait for another.
        writer.submit(remote.entry(n, "", n)).await.unwrap();
    }
    let unprocessed = writer.flush().await;
    assert!(unprocessed.is_empty(), "{unprocessed:?}");
    assert_eq!(writer.stats().requests, 3);
}

async fn lanes_keep_their_order<R: Remote>(remote: R) {
    let count = 3 * R::BATCH;
    let writer = remote.writer(Settings::new());
    for n in 0..count {
        writer.submit(remote.entry(n, "", n.checked_rem(R::LANES).unwrap_or(0))).await.unwrap();
    }
    let unprocessed = writer.flush().await;
    assert!(unprocessed.is_empty(), "{unprocessed:?}");
    let mut last: BTreeMap<usize, usize> = BTreeMap::new();
    let held = remote.held(count).await;
    assert_eq!(held.len(), count);
    for Held { n, lane, .. } in held {
        if R::LANES > 0 {
            let earlier = last.insert(lane, n);
            assert!(earlier.is_none_or(|earlier| earlier < n), "entry {n} came after {earlier:?}");
        }
    }
}

async fn a_destination_that_does_not_exist_hands_back<R: Remote>(remote: R) {
    let Some(writer) = remote.astray() else { return };
    writer.submit(remote.entry(0, "", 0)).await.unwrap();
    let unprocessed = writer.flush().await;
    assert!(
        matches!(unprocessed.as_slice(), [item] if matches!(item.cause, Cause::Fatal(_))),
        "{unprocessed:?}"
    );
}

async fn a_server_that_is_gone_hands_back_at_the_deadline<R: Remote>(remote: R) {
    let settings = Settings::new().delivery_deadline(Duration::from_millis(300));
    let gone = Endpoint {
        name: "gone".to_owned(),
        version: String::new(),
        url: "http://127.0.0.1:9".to_owned(),
        services: Vec::new(),
    };
    let writer = remote.elsewhere(&gone, settings);
    writer.submit(remote.entry(0, "", 0)).await.unwrap();
    let unprocessed = writer.flush().await;
    let [item] = unprocessed.as_slice() else { panic!("{unprocessed:?}") };
    assert!(matches!(item.cause, Cause::DeadlineExceeded(_)) && !item.maybe_delivered, "{item:?}");
}

async fn is_refused_by_both<R: Remote>(remote: R, what: &'static str) {
    let writer = remote.writer(Settings::new());
    let refused = writer.submit(remote.forbidden(what)).await;
    assert!(refused.is_err(), "the writer took it");
    assert!(remote.refuses(what).await, "the server took it");
}

/// A name that no other destination on the server has.
fn unique(name: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).take(30).collect();
    format!("{name}-{number}")
}

fn message(error: tokio::task::JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else { return "it was cancelled".to_owned() };
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
