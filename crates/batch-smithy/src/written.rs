//! Requests that are written from the entries, without a typed input.
//!
//! The typed input copies every text of every entry, which is wasted if no interceptor reads it. Instead an
//! interceptor of the one request replaces the SDK's serializer by one that returns the request as the
//! adapter has written it. Everything after that (compression, endpoint, signature, transmission) is the
//! SDK's, and so is the response, unless the adapter reads it too (`reading.rs`).

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    self, BeforeSerializationInterceptorContextMut, BeforeTransmitInterceptorContextRef,
    FinalizerInterceptorContextRef, Input, Output,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::ser_de::{SerializeRequest, SharedRequestSerializer};
use aws_smithy_types::config_bag::ConfigBag;

use crate::keeper::Keeper;
use crate::reading::Reading;
use crate::{Known, KnownDeserializer, Prepared, orchestrate};

/// A request as the adapter wrote it, and the interceptor that sends it through the SDK.
pub struct Written {
    state: Arc<State>,
    keeper: Keeper,
}

struct State {
    known: Known,
    /// Taken when it is sent, which happens once: the client does not retry.
    request: Mutex<Option<HttpRequest>>,
    reading: Mutex<Option<Reading>>,
    is_refused: AtomicBool,
}

impl Known {
    /// A request that is sent as `write` has written it.
    ///
    /// Returns `None` if the request must be sent with its typed input: if the client
    /// [is observed](Self::is_observed), or `write` returns `None`.
    pub fn written(self, write: impl FnOnce() -> Option<HttpRequest>) -> Option<Written> {
        if self.is_observed() {
            return None;
        }
        let state = State {
            known: self,
            request: Mutex::new(Some(write()?)),
            reading: Mutex::default(),
            is_refused: AtomicBool::new(false),
        };
        Some(Written { state: Arc::new(state), keeper: Keeper::default() })
    }

    /// Sends a request as `write` has written it, always through the SDK. `send` sends a request of the
    /// operation whose input names only what the endpoint depends on, with the interceptor that it is given:
    ///
    /// ```ignore
    /// let sent = known.send_written(
    ///     || batch_smithy::json::request("1.1", "Firehose_20150804.PutRecordBatch", body(batch)),
    ///     |written| client.put_record_batch().customize().interceptor(written).send(),
    /// );
    /// ```
    ///
    /// Returns `None`, and sends nothing, if the request must be sent with its typed input: as
    /// [`written`](Self::written), and if the SDK would serialize the request with a serializer that is not
    /// known.
    pub async fn send_written<T, F: Future<Output = T>>(
        self,
        write: impl FnOnce() -> Option<HttpRequest>,
        send: impl FnOnce(Written) -> F,
    ) -> Option<T> {
        self.written(write)?.send_by(send).await
    }
}

impl Written {
    /// Has `read` read the response to this request, when its whole body is in memory. `read` returns the
    /// output that the operation is to return, or `None` to leave the response to the SDK, such as an error
    /// or one that it does not understand completely.
    ///
    /// If the SDK would read the response with a deserializer that is not known, `read` is not called.
    #[must_use]
    pub fn reading<O: fmt::Debug + Send + Sync + 'static>(
        self,
        known: &KnownDeserializer,
        read: impl Fn(&HttpResponse) -> Option<O> + Send + Sync + 'static,
    ) -> Self {
        *lock(&self.state.reading) = Some(Reading::new(known, read));
        self
    }

    /// Sends the request: with what the SDK prepared for an earlier one, if there is such and nothing has
    /// changed, else through the SDK, whose request `send` sends. Its input names only what the endpoint
    /// depends on:
    ///
    /// ```ignore
    /// let written = known.written(|| batch_smithy::json::request("1.1", TARGET, body(batch)))?;
    /// let send = |written| client.put_record_batch().customize().interceptor(written).send();
    /// written.send(&self.prepared, send).await
    /// ```
    ///
    /// Returns `None`, and sends nothing, if the SDK would serialize the request with a serializer that is
    /// not known: then it must be sent with its typed input.
    ///
    /// # Panics
    ///
    /// When `prepared` is that of another operation.
    pub async fn send<O, E, F>(
        mut self,
        prepared: &Prepared,
        send: impl FnOnce(Self) -> F,
    ) -> Option<Result<O, SdkError<E, HttpResponse>>>
    where
        O: fmt::Debug + Send + Sync + 'static,
        E: Error + Send + Sync + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        if let Some(sent) = self.send_prepared(prepared).await {
            return Some(orchestrate::of_operation(sent));
        }
        self.keeper = prepared.keeper();
        self.send_by(send).await
    }

    async fn send_prepared(
        &self,
        prepared: &Prepared,
    ) -> Option<Result<Output, SdkError<context::Error, HttpResponse>>> {
        let ready = prepared.take()?;
        let body = lock(&self.state.request).as_ref()?.body().try_clone()?;
        let reading = lock(&self.state.reading).clone();
        // Its memory is needed for the next one.
        let release = || drop(lock(&self.state.request).take());
        prepared.send(ready, body, reading.as_ref(), release).await
    }

    async fn send_by<T, F: Future<Output = T>>(self, send: impl FnOnce(Self) -> F) -> Option<T> {
        let state = Arc::clone(&self.state);
        // Its future is large, and would make that of every request so.
        let sent = Box::pin(send(self)).await;
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
        if let Some(reading) = &*lock(&self.state.reading) {
            reading.swap_in(bag);
        }
        let written = Self { state: Arc::clone(&self.state), keeper: Keeper::default() };
        bag.interceptor_state().store_put(SharedRequestSerializer::new(written));
        self.keeper.begin(bag);
        Ok(())
    }

    fn read_before_signing(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.keeper.see(context.request());
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let reading = lock(&self.state.reading).take();
        self.keeper.keep(self, context, components, bag, |bag| {
            if let Some(reading) = reading {
                reading.end_in(bag);
            }
        });
        Ok(())
    }
}

impl SerializeRequest for Written {
    fn serialize_input(&self, _: Input, _: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
        lock(&self.state.request).take().ok_or_else(|| "the request was sent already".into())
    }
}

/// Without the request, whose body is the user's.
impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Written").finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
    use crate::Known;

    fn known(is_observed: bool) -> Known {
        Known::unless(false, is_observed, "Serializer").expect("there is no protocol")
    }

    fn request() -> HttpRequest {
        HttpRequest::new(SdkBody::from("secret"))
    }

    fn written() -> Written {
        known(false).written(|| Some(request())).expect("it is written")
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
