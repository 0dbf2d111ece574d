//! Requests that are written from the entries, without a typed input.
//!
//! The typed input copies every text of every entry, which is wasted if no interceptor reads it. Instead an
//! interceptor of the one request replaces the SDK's serializer by one that returns the request as the
//! adapter has written it. Everything after that (compression, endpoint, signature, transmission) is the
//! SDK's, and so is the response, unless the adapter reads it too (`reading.rs`).

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
use crate::reading::Reading;

/// The interceptor of one request that [`Known::send_written`] sends.
pub struct Written {
    state: Arc<State>,
    pub(crate) reading: Option<Reading>,
}

struct State {
    known: Known,
    /// Taken when it is sent, which happens once: the client does not retry.
    request: Mutex<Option<HttpRequest>>,
    is_refused: AtomicBool,
}

impl Known {
    /// Sends a request as `write` has written it. `send` sends a request of the operation whose input names
    /// only what the endpoint depends on, with the interceptor that it is given:
    ///
    /// ```ignore
    /// let sent = known.send_written(
    ///     || batch_smithy::json::request("1.1", "Firehose_20150804.PutRecordBatch", body(batch)),
    ///     |written| client.put_record_batch().customize().interceptor(written).send(),
    /// );
    /// ```
    ///
    /// Returns `None`, and sends nothing, if the request must be sent with its typed input: if the client
    /// [is observed](Self::is_observed), `write` returns `None`, or the SDK would serialize the request with
    /// a serializer that is not known.
    pub async fn send_written<T, F: Future<Output = T>>(
        self,
        write: impl FnOnce() -> Option<HttpRequest>,
        send: impl FnOnce(Written) -> F,
    ) -> Option<T> {
        if self.is_observed() {
            return None;
        }
        let state = Arc::new(State {
            known: self,
            request: Mutex::new(Some(write()?)),
            is_refused: AtomicBool::new(false),
        });
        let sent = send(Written { state: Arc::clone(&state), reading: None }).await;
        (!state.is_refused.load(Ordering::Acquire)).then_some(sent)
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
        if self.state.known.serializer_in(bag).is_none() {
            self.state.is_refused.store(true, Ordering::Release);
            return Err("the SDK serializes this request with an unknown serializer".into());
        }
        if let Some(reading) = &self.reading {
            reading.swap_in(bag);
        }
        let written = Self { state: Arc::clone(&self.state), reading: None };
        bag.interceptor_state().store_put(SharedRequestSerializer::new(written));
        Ok(())
    }
}

impl SerializeRequest for Written {
    fn serialize_input(&self, _: Input, _: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        let mut request = self.state.request.lock().unwrap_or_else(PoisonError::into_inner);
        request.take().ok_or_else(|| "the request was sent already".into())
    }
}

/// Without the request, whose body is the user's.
impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Written").finish_non_exhaustive()
    }
}

/// One for tests.
#[cfg(test)]
pub(crate) fn written() -> Written {
    let request = HttpRequest::new(aws_smithy_types::body::SdkBody::from("secret"));
    let (request, is_refused) = (Mutex::new(Some(request)), AtomicBool::new(false));
    let known = Known::unless(false, false, "Serializer").expect("there is no protocol");
    Written { state: Arc::new(State { known, request, is_refused }), reading: None }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
    use aws_smithy_runtime_api::client::interceptors::context::Input;
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    use aws_smithy_runtime_api::client::ser_de::SerializeRequest;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::config_bag::ConfigBag;

    use super::written;
    use crate::Known;

    fn known(is_observed: bool) -> Known {
        Known::unless(false, is_observed, "Serializer").expect("there is no protocol")
    }

    fn request() -> HttpRequest {
        HttpRequest::new(SdkBody::from("secret"))
    }

    #[test]
    fn a_request_is_returned_once_whatever_the_input() {
        let written = written();
        let serialize = || written.serialize_input(Input::erase(()), &mut ConfigBag::base());
        assert_eq!(serialize().expect("it is there").body().bytes(), Some(&b"secret"[..]));
        assert_eq!(serialize().expect_err("it is gone").to_string(), "the request was sent already");
    }

    #[tokio::test]
    async fn nothing_is_sent_where_the_input_is_observed_or_the_request_cannot_be_written() {
        let send = |_| async { "sent" };
        assert_eq!(known(true).send_written(|| unreachable!("it is observed"), send).await, None);
        let never = |_| async { unreachable!("it is not written") };
        assert_eq!(known(false).send_written(|| None, never).await, None::<&str>);
        assert_eq!(known(false).send_written(|| Some(request()), send).await, Some("sent"));
    }

    #[test]
    fn it_shows_nothing_of_the_request() {
        for shown in [format!("{:?}", written()), format!("{:?}", SharedInterceptor::new(written()))] {
            assert!(!shown.contains("secret") && !shown.contains("115"), "{shown}");
        }
    }
}
