//! Rejects requests of a client whose endpoint URL is empty, at which the SDK panics.
//!
//! Such a URL comes from the environment, where `AWS_ENDPOINT_URL=` sets one. The SDK itself returns an
//! error for every other URL that it cannot use.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, SharedInterceptor};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_types::endpoint_config::EndpointUrl;

/// Rejects every request of a client whose endpoint URL is empty, before the SDK resolves its endpoint.
#[must_use]
pub fn reject_empty_endpoint() -> SharedInterceptor {
    SharedInterceptor::permanent(RejectEmpty)
}

/// The endpoint URL of the client is empty.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the endpoint URL of the client is empty")]
pub(crate) struct EmptyEndpoint;

#[derive(Debug)]
struct RejectEmpty;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for RejectEmpty {
    fn name(&self) -> &'static str {
        "BatchRejectEmptyEndpoint"
    }

    /// The last hook before the SDK resolves the endpoint.
    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match bag.load::<EndpointUrl>() {
            Some(EndpointUrl(url)) if url.is_empty() => Err(EmptyEndpoint.into()),
            _ => Ok(()),
        }
    }
}
