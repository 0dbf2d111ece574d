//! Requests that the SDK writes from a typed input, sent with what it prepared for an earlier one.
//!
//! This saves the SDK's orchestrator, which costs more than writing a request of a few entries, and takes an adapter a few
//! lines. Writing a request without an input ([`Written`](crate::Written)) saves more.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    self, BeforeSerializationInterceptorContextMut, BeforeTransmitInterceptorContextRef,
    FinalizerInterceptorContextRef, Input, Output,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::ser_de::{SerializeRequest, SharedRequestSerializer};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;

use crate::keeper::Keeper;
use crate::prepared::Ready;
use crate::{Prepared, orchestrate};

/// The interceptor of a request that the SDK writes and sends.
pub struct Typed(Keeper);

impl Prepared {
    /// Sends a request with what the SDK prepared for an earlier one, if there is one and nothing but the body has
    /// changed, or else through the SDK, whose request `send` sends. Both functions must name the same input:
    ///
    /// ```ignore
    /// let input = || PublishBatchInput::builder().topic_arn(topic).build().expect("nothing is missing");
    /// let send = |typed| client.publish_batch().topic_arn(topic).customize().interceptor(typed).send();
    /// self.prepared.send_typed(input, send).await
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the SDK would.
    ///
    /// # Panics
    ///
    /// Panics if `self` was prepared for another operation.
    pub async fn send_typed<I, O, E, F>(
        &self,
        input: impl FnOnce() -> I,
        send: impl FnOnce(Typed) -> F,
    ) -> Result<O, SdkError<E, HttpResponse>>
    where
        I: fmt::Debug + Send + Sync + 'static,
        O: fmt::Debug + Send + Sync + 'static,
        E: Error + Send + Sync + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        match self.send_prepared(input).await {
            Some(sent) => orchestrate::of_operation(sent),
            // Its future is large, and would make that of every request so.
            None => Box::pin(send(Typed(self.keeper()))).await,
        }
    }

    async fn send_prepared<I: fmt::Debug + Send + Sync + 'static>(
        &self,
        input: impl FnOnce() -> I,
    ) -> Option<Result<Output, SdkError<context::Error, HttpResponse>>> {
        let mut ready = self.take()?;
        let body = written(&mut ready, Input::erase(input()))?;
        self.send(ready, body, None, || ()).await
    }
}

/// The body that the SDK writes for this input. `None` if it writes anything else that differs between requests, or
/// nothing: the SDK is asked again then, and says why.
fn written(ready: &mut Ready, input: Input) -> Option<SdkBody> {
    let serializer = ready.bag.load::<SharedRequestSerializer>()?.clone();
    let request = serializer.serialize_input(input, &mut ready.bag).ok()?;
    ready.has_head_of(&request).then(|| request.into_body())
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Typed {
    fn name(&self) -> &'static str {
        "BatchTyped"
    }

    fn modify_before_serialization(
        &self,
        _: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.begin(bag);
        Ok(())
    }

    fn read_before_signing(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.see(context.request());
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.keep(self, context, components, bag, |_| {});
        Ok(())
    }
}

/// Without what was kept, which is the user's.
impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typed").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;

    use super::Typed;
    use crate::keeper::Keeper;

    #[test]
    fn it_shows_nothing_of_what_it_keeps() {
        let shown = format!("{:?}", SharedInterceptor::new(Typed(Keeper::default())));
        assert!(shown.contains("Typed { .. }"), "{shown}");
    }
}
