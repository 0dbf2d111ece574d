//! Credentials that are refused, and the provider that is asked for others.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use aws_smithy_runtime::client::identity::IdentityCache;
use aws_types::sdk_config::Builder;
use batch_core::{Cause, Settings, Writer};
use batch_local::{Fault, FaultPlan, LocalServer};

use super::{entry, submit};
use crate::{Fixture, Keys, Setup, check_sums, codes, now, says};

/// So many entries that several requests are in flight at once.
fn many<F: Fixture>() -> usize {
    4 * F::BATCH + F::BATCH / 2
}

/// A writer whose client is configured like this, and its server.
async fn stage<F: Fixture>(configured: impl FnOnce(Builder) -> Builder) -> (LocalServer, Writer<F::Service>) {
    let server = LocalServer::new();
    F::mount(&server, server.http_client()).await;
    let setup = Setup::of(configured(server.sdk_config().into_builder()).build());
    let writer = Writer::builder(F::open(&setup).service()).settings(Settings::new()).build().unwrap();
    (server, writer)
}

/// Refuses requests of every kind that are signed with such a key.
fn refuse<F: Fixture>(
    server: &LocalServer,
    code: &str,
    is_refused: impl Fn(&str) -> bool + Send + Sync + 'static,
) {
    let plan = FaultPlan::always(Fault::refuse_keys(is_refused, 403, code));
    server.set_faults(F::OPERATIONS.iter().copied().fold(plan, FaultPlan::only));
}

fn is_first(key: &str) -> bool {
    Keys::number(key) == Some(0)
}

/// Also where the provider said that they would be valid for years.
pub async fn the_provider_is_asked_again_after_its_keys_have_expired<F: Fixture>() {
    let many = many::<F>();
    let in_years = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    for expires in [None, Some(in_years)] {
        let keys = Keys::expiring(expires);
        let (server, writer) = stage::<F>(|config| config.credentials_provider(keys.shared())).await;
        submit::<F>(&writer, 0..many).await;
        assert!(writer.flush().await.is_empty());
        assert_eq!(keys.asked(), 1, "they are kept");

        refuse::<F>(&server, "ExpiredToken", is_first);
        submit::<F>(&writer, many..2 * many).await;
        let receipt = writer.submit_tracked(entry::<F>(2 * many)).await.unwrap();
        assert!(writer.flush().await.is_empty());
        let sent = receipt.await.unwrap();
        assert_eq!((sent.attempts, sent.maybe_duplicate), (1, false), "what was refused was not applied");
        assert_eq!(keys.asked(), 2, "once, however many requests were refused");
        check_sums(&writer, 2 * many as u64 + 1, 0);
    }
}

/// One that keeps, and one that keeps nothing.
pub async fn a_cache_that_the_user_gave_the_client_is_kept<F: Fixture>() {
    for (cache, is_kept) in [(IdentityCache::lazy().build(), true), (IdentityCache::no_cache(), false)] {
        let keys = Keys::default();
        let configured = |config: Builder| config.credentials_provider(keys.shared()).identity_cache(cache);
        let (server, writer) = stage::<F>(configured).await;
        refuse::<F>(&server, "ExpiredToken", is_first);
        submit::<F>(&writer, 0..1).await;
        assert!(writer.flush().await.is_empty());
        let asked = keys.asked();
        assert!(asked >= 2, "{asked}");
        submit::<F>(&writer, 1..2).await;
        assert!(writer.flush().await.is_empty());
        assert_eq!(keys.asked() == asked, is_kept, "{asked}, {}", keys.asked());
        check_sums(&writer, 2, 0);
    }
}

/// They are tried, one request at a time.
pub async fn keys_that_are_refused_for_half_a_minute_lose_nothing<F: Fixture>() {
    let (server, writer) = stage::<F>(|config| config).await;
    let until = now() + Duration::from_secs(30);
    refuse::<F>(&server, "ExpiredToken", move |_| now() < until);
    submit::<F>(&writer, 0..many::<F>()).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, many::<F>() as u64, 0);
    let requests = server.requests();
    let refused: u64 = F::OPERATIONS.iter().map(|operation| requests.faulted(operation)).sum();
    assert!((2..50).contains(&refused), "{refused}");
}

/// A new key takes a while to be known everywhere.
pub async fn keys_that_are_not_known_yet_are_waited_for_if_others_were<F: Fixture>() {
    let keys = Keys::default();
    let (server, writer) = stage::<F>(|config| config.credentials_provider(keys.shared())).await;
    submit::<F>(&writer, 0..1).await;
    assert!(writer.flush().await.is_empty());
    let until = now() + Duration::from_secs(10);
    refuse::<F>(&server, F::UNKNOWN_KEY, move |_| now() < until);
    submit::<F>(&writer, 1..many::<F>()).await;
    assert!(writer.flush().await.is_empty());
    check_sums(&writer, many::<F>() as u64, 0);
}

/// With advice, since they are most likely wrong.
pub async fn keys_that_were_never_known_come_back_at_once_and_the_provider_is_asked_again<F: Fixture>() {
    let keys = Keys::default();
    let (server, writer) = stage::<F>(|config| config.credentials_provider(keys.shared())).await;
    let started = now();
    refuse::<F>(&server, F::UNKNOWN_KEY, is_first);
    submit::<F>(&writer, 0..1).await;
    let unprocessed = writer.flush().await;
    assert_eq!(codes(&unprocessed), [F::UNKNOWN_KEY]);
    says(&unprocessed[0], &["check the access key"]);
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    submit::<F>(&writer, 1..2).await;
    assert!(writer.flush().await.is_empty(), "the next key is asked for");
    check_sums(&writer, 1, 1);
}

/// Nothing of them was delivered.
pub async fn keys_that_stay_expired_come_back_at_the_deadline<F: Fixture>() {
    let (server, writer) = stage::<F>(|config| config).await;
    refuse::<F>(&server, "ExpiredToken", |_| true);
    submit::<F>(&writer, 0..many::<F>()).await;
    let unprocessed = writer.flush().await;
    let codes: BTreeSet<_> = codes(&unprocessed).into_iter().collect();
    assert!(codes.contains(F::EXPIRED), "{codes:?}");
    for item in &unprocessed {
        assert!(matches!(item.cause, Cause::DeadlineExceeded(_)) && !item.maybe_delivered, "{item:?}");
    }
    check_sums(&writer, 0, many::<F>() as u64);
}
