//! One request that was written before its input.
//!
//! Where no interceptor reads the typed input of a request, the input need not be made: it would be a copy of
//! every text of every entry. Instead the request is written from the entries, and an interceptor of this
//! one request puts a serializer in place of the SDK's that gives it away. Everything after it (compression,
//! endpoint, signature, transmission, answer) is the SDK's.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextMut, Input,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::ser_de::{SerializeRequest, SharedRequestSerializer};
use aws_smithy_types::config_bag::ConfigBag;

use crate::Known;

/// An interceptor that gives one request what was written for it, whatever its input is.
///
/// If the SDK would write the request with a serializer that is not the known one, the request ends before
/// anything is sent, and [`is_refused`](Self::is_refused) says so: then the adapter sends it with its input.
#[derive(Clone)]
pub struct Written(Arc<State>);

struct State {
    known: Known,
    /// Taken when it is sent, which happens once: the client does not retry.
    request: Mutex<Option<HttpRequest>>,
    is_refused: AtomicBool,
}

impl Written {
    /// For a request of the operation that is known so.
    #[must_use]
    pub fn new(known: Known, request: HttpRequest) -> Self {
        let request = Mutex::new(Some(request));
        Self(Arc::new(State { known, request, is_refused: AtomicBool::new(false) }))
    }

    /// Whether the SDK would have written the request otherwise, so that nothing was sent.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.0.is_refused.load(Ordering::Acquire)
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Written {
    fn name(&self) -> &'static str {
        "BatchWritten"
    }

    fn modify_before_serialization(
        &self,
        _: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.0.known.serializer_in(bag).is_none() {
            self.0.is_refused.store(true, Ordering::Release);
            return Err("the SDK writes this request with a serializer that is not known".into());
        }
        bag.interceptor_state().store_put(SharedRequestSerializer::new(self.clone()));
        Ok(())
    }
}

impl SerializeRequest for Written {
    fn serialize_input(&self, _: Input, _: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        let mut request = self.0.request.lock().unwrap_or_else(PoisonError::into_inner);
        request.take().ok_or_else(|| "the request was sent before".into())
    }
}

/// Without the request, whose body is the user's.
impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Written").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
    use aws_smithy_runtime_api::client::interceptors::context::Input;
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    use aws_smithy_runtime_api::client::ser_de::SerializeRequest;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::config_bag::ConfigBag;

    use super::Written;

    fn written() -> Written {
        let known = crate::known!(&(), "Serializer").expect("there is no protocol");
        Written::new(known, HttpRequest::new(SdkBody::from("secret")))
    }

    #[test]
    fn it_is_given_away_once_whatever_the_input() {
        let written = written();
        let serialize = || written.serialize_input(Input::erase(()), &mut ConfigBag::base());
        assert_eq!(serialize().expect("it is there").body().bytes(), Some(&b"secret"[..]));
        assert_eq!(serialize().expect_err("it is gone").to_string(), "the request was sent before");
    }

    #[test]
    fn it_shows_nothing_of_the_request() {
        for shown in [format!("{:?}", written()), format!("{:?}", SharedInterceptor::new(written()))] {
            assert!(!shown.contains("secret") && !shown.contains("115"), "{shown}");
        }
    }
}
