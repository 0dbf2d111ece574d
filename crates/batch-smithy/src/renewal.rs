//! Requests new credentials when the service rejects the current ones.
//!
//! The client keeps an identity until it expires; one without an expiry date for a quarter of an hour. It
//! does not look at what the service says of it, so that credentials which are refused would be used again
//! until then. Nothing empties the client's cache. But a cache keeps the identities of each resolver apart,
//! in its partition: behind a new resolver, which asks the same provider, any cache starts anew. So the
//! client, its cache with its settings, its connections and what it knows of the service's clock stay what
//! they are.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::identity::{
    Identity, IdentityCachePartition, IdentityFuture, ResolveCachedIdentity, ResolveIdentity,
    SharedIdentityCache, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::runtime_components::{RuntimeComponents, RuntimeComponentsBuilder};
use aws_smithy_types::config_bag::ConfigBag;
use batch_core::{Class, Refusal, Reply};

use crate::prepared::Signer;

/// Makes a writer's client request new credentials from its provider after the service rejected the current
/// ones.
///
/// The writer's copy of the client uses [`cache`](Self::cache) as its identity cache, and sends every
/// request through [`watch`](Self::watch).
#[derive(Clone, Debug)]
pub struct Renewal(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// The cache of the user's client, or one like it.
    cache: SharedIdentityCache,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How often the credentials were renewed.
    generation: u64,
    /// The resolvers of this generation, by the partitions of those that they stand for; none in the first.
    renewed: Vec<(IdentityCachePartition, SharedIdentityResolver)>,
    /// Whether the service ever accepted a request, so that it knows these credentials.
    is_known: bool,
}

impl Renewal {
    /// A renewal for a client with this identity cache.
    #[must_use]
    pub fn of(cache: SharedIdentityCache) -> Self {
        Self(Arc::new(Shared { cache, state: Mutex::default() }))
    }

    /// The identity cache for the writer's copy of the client. It returns what the user's cache holds until
    /// the service rejects it.
    #[must_use]
    pub fn cache(&self) -> SharedIdentityCache {
        SharedIdentityCache::new(self.clone())
    }

    /// Makes a request and returns its outcome. If the service rejected its credentials, later requests use
    /// new ones, which the provider is asked for once, however many requests were rejected together.
    ///
    /// Credentials that the service does not recognize are [`Expired`](Class::Expired) if it accepted a
    /// request of this writer before: they may have been rotated since.
    ///
    /// # Errors
    ///
    /// When the request failed.
    pub async fn watch<T, F>(&self, request: impl FnOnce() -> F) -> Reply<T>
    where
        F: Future<Output = Reply<T>>,
    {
        let generation = self.state().generation;
        let reply = request().await.map_err(|refusal| self.judge(generation, refusal));
        if reply.is_ok() {
            self.state().is_known = true;
        }
        reply
    }

    /// Sends a request that carries no entry, such as a lookup, and repeats it once if the service rejected
    /// its credentials.
    ///
    /// # Errors
    ///
    /// When the request failed, or failed again.
    pub async fn retry<T, F>(&self, mut request: impl FnMut() -> F) -> Result<T, Refusal>
    where
        F: Future<Output = Result<T, Refusal>>,
    {
        let generation = self.state().generation;
        match request().await {
            Err(refusal) if is_about_credentials(refusal.class) => {
                self.renew(generation);
                request().await
            }
            result => result,
        }
    }

    /// What a refusal of a request that began in this generation means, after what happened before.
    fn judge(&self, generation: u64, mut refusal: Refusal) -> Refusal {
        if is_about_credentials(refusal.class) {
            self.renew(generation);
            if self.state().is_known {
                refusal.class = Class::Expired;
            }
        }
        refusal
    }

    /// Ends this generation, if it has not ended yet.
    fn renew(&self, generation: u64) {
        let mut state = self.state();
        if state.generation == generation {
            state.generation += 1;
            let renewed = mem::take(&mut state.renewed);
            drop(state);
            drop(renewed); // without the lock: the user's provider may be among them
        }
    }

    /// The resolver that asks the same provider in this generation.
    fn renewed(&self, resolver: SharedIdentityResolver) -> SharedIdentityResolver {
        let mut state = self.state();
        if state.generation == 0 {
            return resolver;
        }
        let partition = resolver.cache_partition();
        let found = state.renewed.iter().find(|(of, _)| *of == partition);
        if let Some((_, renewed)) = found {
            return renewed.clone();
        }
        let renewed = SharedIdentityResolver::new(Again(resolver));
        state.renewed.push((partition, renewed.clone()));
        renewed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolveCachedIdentity for Renewal {
    fn resolve_cached_identity<'a>(
        &'a self,
        resolver: SharedIdentityResolver,
        components: &'a RuntimeComponents,
        bag: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        let resolved = self.0.cache.resolve_cached_identity(self.renewed(resolver), components, bag);
        match bag.load::<Signer>().filter(|signer| signer.0.get().is_none()) {
            None => resolved,
            Some(signer) => IdentityFuture::new(async move {
                let identity = resolved.await?;
                let _ = signer.0.set(identity.clone());
                Ok(identity)
            }),
        }
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        bag: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.cache.validate_base_client_config(components, bag)
    }

    fn validate_final_config(&self, components: &RuntimeComponents, bag: &ConfigBag) -> Result<(), BoxError> {
        self.0.cache.validate_final_config(components, bag)
    }
}

/// The same resolver, for a partition of its own.
#[derive(Debug)]
struct Again(SharedIdentityResolver);

impl ResolveIdentity for Again {
    fn resolve_identity<'a>(
        &'a self,
        components: &'a RuntimeComponents,
        bag: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        self.0.resolve_identity(components, bag)
    }

    fn fallback_on_interrupt(&self) -> Option<Identity> {
        self.0.fallback_on_interrupt()
    }
}

fn is_about_credentials(class: Class) -> bool {
    matches!(class, Class::Expired | Class::Unrecognized)
}

#[cfg(test)]
mod tests;
