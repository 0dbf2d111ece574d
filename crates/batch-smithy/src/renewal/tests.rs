use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use batch_core::{Failure, Verdicts};

use super::*;

/// Never asked: a cache tells resolvers apart by their partitions.
#[derive(Debug)]
struct Never;

impl ResolveCachedIdentity for Never {
    fn resolve_cached_identity<'a>(
        &'a self,
        _: SharedIdentityResolver,
        _: &'a RuntimeComponents,
        _: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        IdentityFuture::ready(Err("never asked".into()))
    }
}

impl ResolveIdentity for Never {
    fn resolve_identity<'a>(&'a self, _: &'a RuntimeComponents, _: &'a ConfigBag) -> IdentityFuture<'a> {
        IdentityFuture::ready(Err("never asked".into()))
    }
}

struct Stage {
    renewal: Renewal,
    resolver: SharedIdentityResolver,
}

impl Stage {
    fn new() -> Self {
        let renewal = Renewal::of(SharedIdentityCache::new(Never));
        Self { renewal, resolver: SharedIdentityResolver::new(Never) }
    }

    /// Where the client's cache finds the identity of a request.
    fn partition(&self) -> IdentityCachePartition {
        self.renewal.renewed(self.resolver.clone()).cache_partition()
    }

    /// Sends a request; what comes of it, in short.
    async fn send(&self, refused: Option<Class>) -> &'static str {
        let result = match refused {
            Some(class) => Err(Refusal::new(class, Failure::new("X"))),
            None => Ok(Verdicts::<()>::Each(Vec::new())),
        };
        match self.renewal.watch(|| async { result }).await {
            Ok(_) => "sent",
            Err(Refusal { class: Class::Expired, .. }) => "expired",
            Err(Refusal { class: Class::Retry, .. }) => "retry",
            Err(Refusal { class: Class::Unrecognized, .. }) => "unrecognized",
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_key_is_kept_until_it_is_refused() {
    let stage = Stage::new();
    assert_eq!(stage.partition(), stage.resolver.cache_partition(), "at first it is the user's");
    let mut before = HashSet::new();
    for _ in 0..3 {
        let partition = stage.partition();
        for (passes, expected) in [(None, "sent"), (Some(Class::Retry), "retry")] {
            assert_eq!(stage.send(passes).await, expected);
            assert_eq!(stage.partition(), partition, "nothing was said about it");
        }
        assert!(before.insert(partition), "it is new");
        assert_eq!(stage.send(Some(Class::Expired)).await, "expired");
    }
}

#[tokio::test]
async fn requests_that_are_refused_together_renew_once() {
    let stage = Stage::new();
    let barrier = &tokio::sync::Barrier::new(8);
    let refusals = (0..8).map(|_| {
        stage.renewal.watch(|| async {
            barrier.wait().await;
            Err::<Verdicts<()>, _>(Refusal::new(Class::Expired, Failure::new("X")))
        })
    });
    join(refusals.collect()).await;
    assert_eq!(stage.renewal.state().generation, 1);
}

#[tokio::test]
async fn credentials_that_were_never_known_are_fatal_and_asked_for_again_all_the_same() {
    let stage = Stage::new();
    let first = stage.partition();
    assert_eq!(stage.send(Some(Class::Unrecognized)).await, "unrecognized");
    let second = stage.partition();
    assert_eq!(stage.send(None).await, "sent");
    assert_eq!(stage.send(Some(Class::Unrecognized)).await, "expired", "they were known: others may be");
    assert_eq!(HashSet::from([first, second, stage.partition()]).len(), 3);
}

#[tokio::test]
async fn resolvers_are_kept_apart() {
    let stage = Stage::new();
    stage.send(Some(Class::Expired)).await;
    let other = Stage { renewal: stage.renewal.clone(), resolver: SharedIdentityResolver::new(Never) };
    let (ours, theirs) = (stage.partition(), other.partition());
    assert_ne!(ours, theirs);
    assert_eq!((stage.partition(), other.partition()), (ours, theirs));
}

#[tokio::test]
async fn a_lookup_is_sent_once_more_if_its_credentials_are_refused() {
    let stage = Stage::new();
    for (class, calls) in [(Class::Expired, 2), (Class::Unrecognized, 2), (Class::Fatal, 1)] {
        let called = AtomicUsize::new(0);
        let looked_up = stage.renewal.retry(|| async {
            called.fetch_add(1, Ordering::Relaxed);
            Err::<(), _>(Refusal::new(class, Failure::new("X")))
        });
        assert_eq!(looked_up.await.expect_err("it is refused").class, class);
        assert_eq!(called.into_inner(), calls, "{class:?}");
    }
}

/// Waits for all of them at once.
async fn join<F: Future>(futures: Vec<F>) {
    let mut waiting: Vec<_> = futures.into_iter().map(Box::pin).collect();
    std::future::poll_fn(|context| {
        waiting.retain_mut(|future| future.as_mut().poll(context).is_pending());
        if waiting.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}
