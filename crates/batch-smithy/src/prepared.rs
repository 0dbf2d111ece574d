//! What the SDK prepared for a request, kept for the next one of the same operation.
//!
//! For each request, the SDK applies the configuration of its client once more, resolves, traces and copies,
//! which takes longer than to write, sign and send it. All of that comes to the same as long as the identity
//! that signs, the endpoint and the interceptors do. So the first request is the SDK's as a whole, and its
//! interceptor ([`Written`](crate::Written), [`Typed`](crate::Typed)) keeps the configuration and the components that it
//! was sent with, and its headers.

use std::fmt;
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::interceptors::context::{Error, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

use crate::hooks::Hooks;
use crate::keeper::Keeper;
use crate::orchestrate;
use crate::reading::Reading;

/// What the SDK prepared for the requests of one operation that a writer's client sends, whose inputs are all
/// the same but for the entries. Make one with [`prepared!`](crate::prepared).
#[derive(Clone)]
pub struct Prepared(Arc<Pool>);

pub(crate) struct Pool {
    is_traced: fn() -> bool,
    ready: Mutex<Stack>,
    /// How many requests are the SDK's as a whole, because what it prepares for one does not fit the next.
    pause: AtomicU32,
}

/// Boxed, because it is large and moved for each request.
type Stack = Vec<Box<Ready>>;

/// What one request at a time is sent with.
pub(crate) struct Ready {
    pub(crate) bag: ConfigBag,
    pub(crate) components: RuntimeComponents,
    pub(crate) hooks: Hooks,
    /// The request before it was signed, without its body.
    head: HttpRequest,
    /// Who signed it.
    identity: Identity,
    /// How many requests it may still be used for.
    left: u32,
}

impl Prepared {
    /// Nothing yet. Nothing is used while `is_traced` returns true.
    #[doc(hidden)]
    #[must_use]
    pub fn unless(is_traced: fn() -> bool) -> Self {
        Self(Arc::new(Pool { is_traced, ready: Mutex::default(), pause: AtomicU32::new(0) }))
    }

    /// What the next request can be sent with.
    pub(crate) fn take(&self) -> Option<Box<Ready>> {
        if (self.0.is_traced)() {
            return None;
        }
        self.0.ready().pop()
    }

    /// Sends a request with this body with it, and keeps it for the next one if that succeeds. `None` if nothing was sent,
    /// and the SDK has to send it. `begins` is called when that can no longer be.
    pub(crate) async fn send(
        &self,
        mut ready: Box<Ready>,
        body: SdkBody,
        reading: Option<&Reading>,
        begins: impl FnOnce(),
    ) -> Option<Result<Output, SdkError<Error, HttpResponse>>> {
        let Some(sent) = orchestrate::send(&mut ready, body, reading, begins).await else {
            self.changed(&ready);
            return None;
        };
        if sent.is_ok() {
            self.0.put(ready);
        }
        Some(sent)
    }

    /// What a request was to be sent with does not fit it. What else was kept is like it, and belongs to an identity
    /// that is perhaps no more. If it did not fit even once, each request has an identity or an endpoint of its own: then
    /// the SDK would be asked for both twice.
    fn changed(&self, ready: &Ready) {
        let unused = mem::take(&mut *self.0.ready());
        if ready.left == USES - 1 {
            self.0.pause.store(PAUSE, Ordering::Relaxed);
        }
        drop(unused);
    }

    /// Keeps what a request that the SDK sends was sent with, unless nothing is to be kept of it.
    pub(crate) fn keeper(&self) -> Keeper {
        let pool = &self.0;
        let less_one = |pause: u32| pause.checked_sub(1);
        let is_paused = pool.pause.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less_one).is_ok();
        if is_paused || (pool.is_traced)() { Keeper::default() } else { Keeper::of(Arc::downgrade(pool)) }
    }
}

impl Pool {
    pub(crate) fn put(&self, mut ready: Box<Ready>) {
        ready.left = ready.left.saturating_sub(1);
        let mut kept = self.ready();
        if ready.left > 0 && kept.len() < MOST {
            kept.push(ready);
        }
    }

    fn ready(&self) -> MutexGuard<'_, Stack> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ready {
    /// What a request with this head was sent with. `None` if it is not certain that the next one can be sent
    /// with it.
    pub(crate) fn of(bag: ConfigBag, components: &RuntimeComponents, head: HttpRequest) -> Option<Self> {
        let hooks = Hooks::of(components)?;
        let identity = bag.load::<Signer>()?.0.get()?.clone();
        Some(Self { bag, components: components.clone(), hooks, head, identity, left: USES })
    }

    /// An unsigned request with this body.
    pub(crate) fn request(&self, body: SdkBody) -> Option<HttpRequest> {
        let mut request = self.head.try_clone()?;
        request.headers_mut().insert("content-length", body.content_length()?.to_string());
        *request.body_mut() = body;
        Some(request)
    }

    /// Whether the head is that of this request too, which is not signed yet and has no endpoint.
    pub(crate) fn has_head_of(&self, request: &HttpRequest) -> bool {
        let mut headers = request.headers().iter().filter(|(name, _)| *name != "content-length");
        request.method() == self.head.method()
            && headers.all(|(name, value)| self.head.headers().get(name) == Some(value))
    }

    /// Whether this is the identity that signed the first request, and not one that is like it: on what is
    /// not seen of an identity, the endpoint and the user agent depend too.
    pub(crate) fn is_of(&self, identity: &Identity) -> bool {
        let address = |identity: &Identity| identity.data::<Credentials>().map(ptr::from_ref);
        address(identity).is_some_and(|credentials| address(&self.identity) == Some(credentials))
    }
}

/// A copy of a request without its body, and without the header that an interceptor sets for each request.
pub(crate) fn head(request: &HttpRequest) -> Option<HttpRequest> {
    let mut head = request.try_clone()?;
    *head.body_mut() = SdkBody::empty();
    head.headers_mut().remove(TRACE_ID);
    Some(head)
}

/// Tells who signs the request in whose configuration it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signer(pub(crate) Arc<OnceLock<Identity>>);

impl Storable for Signer {
    type Storer = StoreReplace<Self>;
}

/// Without what it holds, which is the user's.
impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").finish_non_exhaustive()
    }
}

/// A [`Prepared`](crate::Prepared) for an operation, given the path of its module in the SDK. While spans and
/// events of that module or of the SDK's orchestrator are recorded, every request goes through the
/// orchestrator.
///
/// Given the configuration of the user's client too, nothing is prepared for one with interceptors. For
/// [`Prepared::send_typed`](crate::Prepared::send_typed) it must be given; [`Known`](crate::Known) asks itself.
///
/// ```ignore
/// let prepared = batch_smithy::prepared!("aws_sdk_firehose::operation::put_record_batch");
/// let prepared = batch_smithy::prepared!("aws_sdk_sns::operation::publish_batch", client.config());
/// ```
#[macro_export]
macro_rules! prepared {
    ($operation:literal, $config:expr) => {
        match $crate::is_observed!($config) {
            true => $crate::Prepared::unless(|| true),
            false => $crate::prepared!($operation),
        }
    };
    ($operation:literal) => {
        $crate::Prepared::unless(|| {
            $crate::is_recorded!(
                $operation,
                "aws_smithy_runtime::client::orchestrator",
                "aws_smithy_runtime::client::orchestrator::auth",
                "aws_smithy_runtime::client::orchestrator::endpoints",
                "aws_smithy_runtime::client::orchestrator::http"
            )
        })
    };
}

#[doc(hidden)]
pub use tracing;

#[doc(hidden)]
#[macro_export]
macro_rules! is_recorded {
    ($($target:expr),*) => {
        false $(|| $crate::tracing::enabled!(target: $target, $crate::tracing::Level::DEBUG))*
    };
}

/// Names what the program does, where it is a Lambda function.
const TRACE_ID: &str = "x-amzn-trace-id";

/// One request in so many is the SDK's as a whole, whatever happens.
const USES: u32 = 1_000;

/// So many requests are the SDK's as a whole before it is tried again whether one fits the next.
const PAUSE: u32 = 1_000;

/// How many are kept at most: the requests that a writer has in flight at once, unless the user allows more.
const MOST: usize = 64;

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    use aws_smithy_types::body::SdkBody;
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Level, Metadata, Subscriber};

    use super::{Ordering, Prepared, head};

    #[test]
    fn the_head_of_a_request_has_neither_its_body_nor_what_differs_between_requests() {
        let mut request = HttpRequest::new(SdkBody::from("secret"));
        request.headers_mut().insert("x-amz-target", "Things.PutThings");
        request.headers_mut().insert("x-amzn-trace-id", "Root=1");
        let head = head(&request).expect("its body is in memory");
        let headers: Vec<_> = head.headers().iter().collect();
        assert_eq!(headers, [("x-amz-target", "Things.PutThings")]);
        assert_eq!(head.body().bytes(), Some(&b""[..]));
    }

    /// Records what a target beginning with this says up to this level.
    struct Recorder(&'static str, Level);

    impl Subscriber for Recorder {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target().starts_with(self.0) && *metadata.level() <= self.1
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn nothing_is_used_while_what_the_sdk_says_of_a_request_is_recorded() {
        let prepared = crate::prepared!("sdk::operation");
        let is_traced = || (prepared.0.is_traced)();
        assert!(!is_traced());
        for (target, level, expected) in [
            ("sdk::operation", Level::DEBUG, true),
            ("aws_smithy_runtime", Level::TRACE, true),
            ("aws_smithy_runtime::client::orchestrator::http", Level::DEBUG, true),
            ("sdk::operation", Level::INFO, false),
            ("another", Level::DEBUG, false),
        ] {
            tracing::subscriber::with_default(Recorder(target, level), || {
                assert_eq!(is_traced(), expected, "{target} {level}");
            });
        }
    }

    #[test]
    fn nothing_is_kept_while_it_would_not_be_used() {
        assert!(!Prepared::unless(|| true).keeper().keeps(), "it is traced");
        let prepared = Prepared::unless(|| false);
        assert!(prepared.keeper().keeps());
        prepared.0.pause.store(2, Ordering::Relaxed);
        let kept = [(); 4].map(|()| prepared.keeper().keeps());
        assert_eq!(kept, [false, false, true, true]);
    }
}
