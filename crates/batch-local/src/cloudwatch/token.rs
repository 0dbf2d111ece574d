//! Where a list goes on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::code::INVALID_PARAMETER_VALUE;
use super::metric::MetricId;
use crate::refusal::Refusal;

/// The token of a page whose last metric is this one.
pub(super) fn after(namespace: &str, metric: &MetricId) -> String {
    let place = serde_json::to_vec(&(namespace, metric)).expect("names are text, which JSON can hold");
    URL_SAFE_NO_PAD.encode(place)
}

/// The namespace and the metric that the page of this token comes after.
pub(super) fn read(token: &str) -> Result<(String, MetricId), Refusal> {
    let place = URL_SAFE_NO_PAD.decode(token).ok();
    place.and_then(|place| serde_json::from_slice(&place).ok()).ok_or_else(|| {
        Refusal::new(&INVALID_PARAMETER_VALUE, "The value for parameter NextToken is invalid.")
    })
}
