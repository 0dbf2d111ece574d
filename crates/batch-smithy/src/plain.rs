//! Errors of the client whose words are known, and quote neither a request nor a credential.

use std::error::Error;
use std::io;

use aws_smithy_runtime_api::box_error::BoxError;

/// The error once more, as far as it can be shown: what kind it is, and its words where they are known.
/// Whoever makes a request or its credentials (an HTTP client, an interceptor, a provider) may say
/// anything.
pub(crate) fn plain(error: &(dyn Error + 'static)) -> Option<BoxError> {
    let words = error.to_string();
    if is_known(&words) {
        return Some(words.into());
    }
    // Around another error, it says whatever that says.
    let error = error.downcast_ref::<io::Error>()?;
    let plain = error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
    Some(plain.into())
}

fn is_known(words: &str) -> bool {
    WHOLE.contains(&words) || BEGINNINGS.iter().any(|beginning| words.starts_with(beginning))
}

const WHOLE: [&str; 5] = [
    "client error (Connect)",
    "connection closed before message completed",
    "dns error",
    "operation was canceled",
    "tls handshake eof",
];

/// What follows is a duration, a rate, the name of a host or of a defect.
const BEGINNINGS: [&str; 9] = [
    "HTTP connect timeout occurred after ",
    "HTTP read timeout occurred after ",
    "failed to lookup address information: ",
    "identity resolver timed out after ",
    "invalid peer certificate: ",
    "minimum throughput was specified at ",
    "operation attempt timeout ",
    "operation timeout ",
    "received fatal alert: ",
];

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::io;

    use super::plain;

    #[track_caller]
    fn check(error: impl Into<Box<dyn Error + Send + Sync>>, expected: Option<&str>) {
        let shown = plain(&*error.into()).map(|error| format!("{error}"));
        assert_eq!(shown.as_deref(), expected);
    }

    #[test]
    fn known_words_are_shown_and_no_others() {
        check(
            "connection closed before message completed",
            Some("connection closed before message completed"),
        );
        check("connection closed before secret", None);
        check("HTTP read timeout occurred after 2s", Some("HTTP read timeout occurred after 2s"));
        check("invalid peer certificate: UnknownIssuer", Some("invalid peer certificate: UnknownIssuer"));
        check("secret", None);
    }

    #[test]
    fn of_an_error_of_the_operating_system_the_kind_is_shown() {
        check(io::Error::from(io::ErrorKind::ConnectionReset), Some("connection reset"));
        check(io::Error::new(io::ErrorKind::ConnectionReset, "secret"), Some("connection reset"));
        check(
            io::Error::other("invalid peer certificate: Expired"),
            Some("invalid peer certificate: Expired"),
        );
        let refused = io::Error::from_raw_os_error(111).to_string();
        check(io::Error::from_raw_os_error(111), Some(&refused));
    }
}
