//! Reports HTML pages with a success status as errors.
//!
//! The response of CloudWatch to a success is empty, so the SDK does not parse its body. Without this, a page with
//! status 200 of another server at a wrong endpoint, or on the way, would count as delivery of every metric.

use aws_sdk_cloudwatch::config::interceptors::BeforeDeserializationInterceptorContextMut;
use aws_sdk_cloudwatch::config::{ConfigBag, Intercept, RuntimeComponents, SharedInterceptor};
use aws_sdk_cloudwatch::error::BoxError;

/// The interceptor that turns a page into an error.
pub(crate) fn reject() -> SharedInterceptor {
    SharedInterceptor::permanent(RejectPages)
}

#[derive(Debug)]
struct RejectPages;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for RejectPages {
    fn name(&self) -> &'static str {
        "BatchRejectPages"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let kind = response.headers().get("content-type").unwrap_or_default();
        match response.status().is_success() && kind.starts_with("text/html") {
            true => Err("the response is an HTML page, and not one of CloudWatch".into()),
            false => Ok(()),
        }
    }
}
