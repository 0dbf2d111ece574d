//! Keeps what the SDK prepared for a request: what an interceptor of that one request does for it.

use std::mem;
use std::sync::{Mutex, PoisonError, Weak};

use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::prepared::{self, Pool, Ready, Signer};

/// Where a request that the SDK sends keeps what it was sent with; by default, nowhere.
#[derive(Default)]
pub(crate) struct Keeper {
    /// A weak reference, since it is itself kept in there.
    pool: Weak<Pool>,
    /// Boxed, because the interceptor is moved into the future of its request.
    head: Mutex<Option<Box<HttpRequest>>>,
}

impl Keeper {
    /// One that keeps it in this pool.
    pub(crate) fn of(pool: Weak<Pool>) -> Self {
        Self { pool, head: Mutex::default() }
    }

    /// Whether it keeps anything.
    pub(crate) fn keeps(&self) -> bool {
        self.pool.strong_count() > 0
    }

    /// Has the signer tell who it is; to be called before the request is serialized.
    pub(crate) fn begin(&self, bag: &mut ConfigBag) {
        bag.interceptor_state().store_put(Signer::default());
    }

    /// Remembers the head of the request; to be called before it is signed.
    pub(crate) fn see(&self, request: &HttpRequest) {
        if self.keeps() {
            *self.head.lock().unwrap_or_else(PoisonError::into_inner) = prepared::head(request).map(Box::new);
        }
    }

    /// Keeps what the request was sent with, changed by `change`; to be called in the last hook of the last interceptor,
    /// after which the SDK no longer needs the configuration.
    pub(crate) fn keep(
        &self,
        interceptor: &impl Intercept,
        context: &FinalizerInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        bag: &mut ConfigBag,
        change: impl FnOnce(&mut ConfigBag),
    ) {
        let head = self.head.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (Some(pool), Some(head)) = (self.pool.upgrade(), head) else { return };
        let is_last = components.interceptors().last().is_some_and(|last| last.name() == interceptor.name());
        if !is_last || !matches!(context.output_or_error(), Some(Ok(_))) {
            return;
        }
        let mut bag = mem::replace(bag, ConfigBag::base());
        change(&mut bag);
        if let Some(ready) = Ready::of(bag, components, *head) {
            pool.put(Box::new(ready));
        }
    }
}
