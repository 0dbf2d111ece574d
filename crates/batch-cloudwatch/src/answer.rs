//! Successes that are none.
//!
//! CloudWatch says nothing about what it took, so that the SDK does not look into the body of a
//! success. Whatever else answers at a wrong endpoint, or on the way, with a page and a status of 200
//! would pass for the service, and every metric for delivered.

use aws_sdk_cloudwatch::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_cloudwatch::config::{ConfigBag, Intercept, RuntimeComponents, SharedInterceptor};
use aws_sdk_cloudwatch::error::BoxError;

/// What makes an error of a page where the answer of the service should be.
pub(crate) fn refuse_pages() -> SharedInterceptor {
    SharedInterceptor::permanent(RefusePages)
}

#[derive(Debug)]
struct RefusePages;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for RefusePages {
    fn name(&self) -> &'static str {
        "BatchCloudWatchRefusePages"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response();
        let kind = answer.headers().get("content-type").unwrap_or_default();
        match answer.status().is_success() && kind.starts_with("text/html") {
            true => Err("the response is an HTML page, and not one of CloudWatch".into()),
            false => Ok(()),
        }
    }
}
