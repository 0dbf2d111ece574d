//! Credentials that the service refuses, and a provider that has others.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{Builder, Credentials, IdentityCache};
use batch_local::{Fault, FaultPlan, LocalServer};
use batch_sqs::{Cause, Message, Sqs, SqsWriter};

use crate::support::{check_sums, codes, config, now, says, served};

/// What is refused.
const OPERATIONS: [&str; 2] = ["SendMessageBatch", "GetQueueUrl"];

/// So many messages that several requests are in flight at once.
const ENTRIES: usize = 85;

/// Gives the key `KEY-n` when it is asked for the n-th time, from 0.
#[derive(Clone, Debug, Default)]
struct Changing {
    asked: Arc<AtomicUsize>,
    expires: Option<SystemTime>,
}

impl Changing {
    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl ProvideCredentials for Changing {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let key = format!("KEY-{}", self.asked.fetch_add(1, Ordering::Relaxed));
        future::ProvideCredentials::ready(Ok(Credentials::new(key, "local", None, self.expires, "changing")))
    }
}

/// A writer whose client is configured like this, and its server.
async fn stage(configured: impl FnOnce(Builder) -> Builder) -> (LocalServer, SqsWriter) {
    let (server, _) = served("orders", &[]).await;
    let client = Client::from_conf(configured(config(server.http_client())).build());
    let writer = SqsWriter::builder(Sqs::new(client, "orders")).build().unwrap();
    (server, writer)
}

async fn submit(writer: &SqsWriter, numbers: Range<usize>) {
    for n in numbers {
        writer.submit(entry(n)).await.unwrap();
    }
}

fn entry(n: usize) -> Message {
    Message::new(format!("message {n}"))
}

/// Refuses requests of every kind that are signed with such a key.
fn refuse(server: &LocalServer, code: &str, is_refused: impl Fn(&str) -> bool + Send + Sync + 'static) {
    let plan = FaultPlan::always(Fault::refuse_keys(is_refused, 403, code));
    server.set_faults(OPERATIONS.into_iter().fold(plan, FaultPlan::only));
}

#[tokio::test(start_paused = true)]
async fn the_provider_is_asked_again_after_its_keys_have_expired() {
    let in_years = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    for expires in [None, Some(in_years)] {
        let provider = Changing { expires, ..Changing::default() };
        let (server, writer) = stage(|config| config.credentials_provider(provider.clone())).await;
        submit(&writer, 0..ENTRIES).await;
        assert!(writer.flush().await.is_empty());
        assert_eq!(provider.asked(), 1, "they are kept");

        refuse(&server, "ExpiredToken", |key| key == "KEY-0");
        submit(&writer, ENTRIES..2 * ENTRIES).await;
        let receipt = writer.submit_tracked(entry(2 * ENTRIES)).await.unwrap();
        assert!(writer.flush().await.is_empty());
        let sent = receipt.await.unwrap();
        assert_eq!((sent.attempts, sent.maybe_duplicate), (1, false), "what was refused was not applied");
        assert_eq!(provider.asked(), 2, "once, however many requests were refused");
        check_sums(&writer, 2 * ENTRIES as u64 + 1, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_the_user_gave_the_client_is_kept() {
    for (cache, is_kept) in [(IdentityCache::lazy().build(), true), (IdentityCache::no_cache(), false)] {
        let provider = Changing::default();
        let configured =
            |config: Builder| config.credentials_provider(provider.clone()).identity_cache(cache);
        let (server, writer) = stage(configured).await;
        refuse(&server, "ExpiredToken", |key| key == "KEY-0");
        submit(&writer, 0..1).await;
        assert!(writer.flush().await.is_empty());
        let asked = provider.asked();
        assert!(asked >= 2, "{asked}");
        submit(&writer, 1..2).await;
        assert!(writer.flush().await.is_empty());
        assert_eq!(provider.asked() == asked, is_kept, "{asked}, {}", provider.asked());
        check_sums(&writer, 2, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_refused_for_half_a_minute_lose_nothing() {
    let (server, writer) = stage(|config| config).await;
    let until = now() + Duration::from_secs(30);
    refuse(&server, "ExpiredToken", move |_| now() < until);
    submit(&writer, 0..ENTRIES).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, ENTRIES as u64, 0);
    let requests = server.requests();
    let refused: u64 = OPERATIONS.iter().map(|operation| requests.faulted(operation)).sum();
    assert!((2..50).contains(&refused), "they are tried, one at a time: {refused}");
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_not_known_yet_are_waited_for_if_others_were() {
    let provider = Changing::default();
    let (server, writer) = stage(|config| config.credentials_provider(provider.clone())).await;
    submit(&writer, 0..1).await;
    assert!(writer.flush().await.is_empty());
    let until = now() + Duration::from_secs(10);
    refuse(&server, "InvalidClientTokenId", move |_| now() < until);
    submit(&writer, 1..ENTRIES).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, ENTRIES as u64, 0);
}

#[tokio::test(start_paused = true)]
async fn keys_that_were_never_known_come_back_at_once_and_the_provider_is_asked_again() {
    let provider = Changing::default();
    let (server, writer) = stage(|config| config.credentials_provider(provider.clone())).await;
    let started = now();
    refuse(&server, "InvalidClientTokenId", |key| key == "KEY-0");
    submit(&writer, 0..1).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), ["InvalidClientTokenId"]);
    says(&unprocessed[0], &["check the access key"]);
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    submit(&writer, 1..2).await;
    assert!(writer.flush().await.is_empty(), "the next key is asked for");
    check_sums(&writer, 1, 1);
}

#[tokio::test(start_paused = true)]
async fn keys_that_stay_expired_come_back_at_the_deadline() {
    let (server, writer) = stage(|config| config).await;
    refuse(&server, "ExpiredToken", |_| true);
    submit(&writer, 0..ENTRIES).await;
    let unprocessed = writer.flush().await;
    let codes: BTreeSet<_> = codes(&unprocessed).into_iter().collect();
    assert!(codes.contains("ExpiredToken"), "{codes:?}");
    for item in &unprocessed {
        assert!(matches!(item.cause, Cause::DeadlineExceeded(_)) && !item.maybe_delivered, "{item:?}");
    }
    check_sums(&writer, 0, ENTRIES as u64);
}
