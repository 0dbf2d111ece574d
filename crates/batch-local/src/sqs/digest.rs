//! The digests that the service announces.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::message_attributes::{AttributeValue, MessageAttribute};

/// The MD5 of a body.
pub(super) fn of_body(body: &str) -> String {
    format!("{:x}", md5::compute(body))
}

/// The MD5 of attributes, in the order of their names; none where there are none.
pub(super) fn of_attributes<'a>(
    attributes: impl IntoIterator<Item = (&'a String, &'a MessageAttribute)>,
) -> Option<String> {
    let mut context = md5::Context::new();
    let mut any = false;
    for (name, attribute) in attributes {
        any = true;
        consume(&mut context, name.as_bytes());
        consume(&mut context, attribute.data_type.as_bytes());
        let (kind, value) = match &attribute.value {
            AttributeValue::Binary(bytes) => (2, &bytes[..]),
            AttributeValue::Text(text) => (1, text.as_bytes()),
        };
        context.consume([kind]);
        consume(&mut context, value);
    }
    any.then(|| format!("{:x}", context.finalize()))
}

/// The MD5 of the one system attribute that can be sent.
pub(super) fn of_trace_header(header: &str) -> Option<String> {
    let attribute =
        MessageAttribute { data_type: "String".to_owned(), value: AttributeValue::Text(header.to_owned()) };
    of_attributes(&BTreeMap::from([("AWSTraceHeader".to_owned(), attribute)]))
}

/// The deduplication id of a body where deduplication is by content.
pub(crate) fn deduplication_id(body: &str) -> String {
    Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn consume(context: &mut md5::Context, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    context.consume(length.to_be_bytes());
    context.consume(bytes);
}
