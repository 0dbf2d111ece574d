//! Requests that got no response: whether they left, and why not.

use std::error::Error;
use std::io;
use std::iter;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::dns::ResolveDnsError;
use aws_smithy_runtime_api::client::result::ConnectorError;

use batch_core::Class;

use crate::credentials;
use crate::endpoint::EmptyEndpoint;

/// What an error without a response means.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) class: Class,
    pub(crate) code: &'static str,
    pub(crate) detail: &'static str,
}

/// What the error that ended a request before its response means.
///
/// Errors of the client that no public type names are told by their words. Where those change,
/// the error reads as "it may have been sent", which is always safe.
pub(crate) fn read(error: &(dyn Error + 'static)) -> Reading {
    let errors = || iter::successors(Some(error), |&error| error.source());
    // Before all others: fetching credentials may fail for want of a connection too.
    if let Some(error) = errors().find_map(|error| error.downcast_ref::<CredentialsError>()) {
        return credentials::read(error);
    }
    if errors().any(<dyn Error>::is::<EmptyEndpoint>) {
        return EMPTY_ENDPOINT;
    }
    if let Some(reading) = errors().find_map(of_preparation) {
        return reading;
    }
    if errors().any(is_connecting) {
        return NOT_CONNECTED;
    }
    match errors().find_map(|error| error.downcast_ref::<ConnectorError>()) {
        Some(error) if error.is_timeout() => TIMEOUT,
        Some(error) if error.is_io() || error.as_other().is_some() => CONNECTION_LOST,
        _ => LOST,
    }
}

/// What keeps the client from making a request complete.
fn of_preparation(error: &(dyn Error + 'static)) -> Option<Reading> {
    const BEGINNINGS: [(&str, Reading); 5] = [
        ("Invalid Configuration: ", NO_ENDPOINT),
        ("No HTTP client was available", NO_HTTP_CLIENT),
        ("failed to apply endpoint", NO_ENDPOINT),
        ("failed to select an auth scheme", credentials::NO_CREDENTIALS),
        ("identity resolver timed out", credentials::UNAVAILABLE),
    ];
    let words = error.to_string();
    BEGINNINGS.iter().find(|(beginning, _)| words.starts_with(beginning)).map(|(_, reading)| *reading)
}

/// Whether no connection was made: nothing can have been sent.
fn is_connecting(error: &(dyn Error + 'static)) -> bool {
    const BEGINNINGS: [&str; 4] =
        ["HTTP connect timeout", "client error (Connect)", "dns error", "tcp connect error"];
    if let Some(error) = error.downcast_ref::<io::Error>() {
        // Others (such as a host that cannot be reached) can end an open connection as well.
        return matches!(error.kind(), io::ErrorKind::AddrNotAvailable | io::ErrorKind::ConnectionRefused);
    }
    let words = error.to_string();
    error.is::<ResolveDnsError>() || BEGINNINGS.iter().any(|beginning| words.starts_with(beginning))
}

/// Nothing is known but that there was no response.
pub(crate) const LOST: Reading = Reading {
    class: Class::Ambiguous,
    code: "RequestFailed",
    detail: "the request ended without a response, perhaps by an interceptor of the client; its words are at \
             `Failure::message`",
};

const CONNECTION_LOST: Reading = Reading {
    class: Class::Ambiguous,
    code: "ConnectionLost",
    detail: "the connection was lost before the response arrived",
};

const NOT_CONNECTED: Reading = Reading {
    class: Class::Unsent,
    code: "NotConnected",
    detail: "the client could not connect to the service; check the network, the region and the endpoint of the client",
};

const NO_ENDPOINT: Reading = Reading {
    class: Class::Fatal,
    code: "NoEndpoint",
    detail: "the client has no endpoint that it can use; set its region, or an endpoint URL with its scheme, such as \
             https://example.com",
};

const EMPTY_ENDPOINT: Reading = Reading {
    detail: "the endpoint URL of the client is empty; set one with its scheme, such as https://example.com, or none: \
             unset AWS_ENDPOINT_URL instead of leaving it empty",
    ..NO_ENDPOINT
};

const NO_HTTP_CLIENT: Reading = Reading {
    class: Class::Fatal,
    code: "NoHttpClient",
    detail: "the client has no HTTP client; enable the feature `default-https-client` of its SDK crate, make \
             the client from an aws-config that has one, or set one",
};

const TIMEOUT: Reading =
    Reading { class: Class::Ambiguous, code: "Timeout", detail: "no response within the client's timeout" };

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::io;

    use aws_credential_types::provider::error::CredentialsError;
    use aws_smithy_runtime_api::client::dns::ResolveDnsError;
    use aws_smithy_runtime_api::client::result::ConnectorError;

    use super::read;
    use batch_core::Class;

    fn check(error: impl Into<Box<dyn Error + Send + Sync>>, class: Class, code: &str) {
        let error = error.into();
        let reading = read(&*error);
        assert_eq!((reading.class, reading.code), (class, code), "{error:?}");
    }

    fn other(words: &'static str) -> ConnectorError {
        ConnectorError::other(words.into(), None)
    }

    fn io_error(kind: io::ErrorKind) -> ConnectorError {
        ConnectorError::io(io::Error::from(kind).into())
    }

    #[test]
    fn a_request_without_a_connection_was_never_sent() {
        check(io_error(io::ErrorKind::ConnectionRefused), Class::Unsent, "NotConnected");
        check(io_error(io::ErrorKind::AddrNotAvailable), Class::Unsent, "NotConnected");
        check(ConnectorError::io(ResolveDnsError::new("no such host").into()), Class::Unsent, "NotConnected");
        check(ConnectorError::io("client error (Connect)".into()), Class::Unsent, "NotConnected");
        check(ConnectorError::io("dns error".into()), Class::Unsent, "NotConnected");
        check(
            ConnectorError::timeout("HTTP connect timeout occurred after 3.1s".into()),
            Class::Unsent,
            "NotConnected",
        );
    }

    #[test]
    fn a_request_on_a_connection_may_have_been_sent() {
        check(io_error(io::ErrorKind::ConnectionReset), Class::Ambiguous, "ConnectionLost");
        check(io_error(io::ErrorKind::HostUnreachable), Class::Ambiguous, "ConnectionLost");
        check(io_error(io::ErrorKind::UnexpectedEof), Class::Ambiguous, "ConnectionLost");
        check(
            ConnectorError::timeout("HTTP read timeout occurred after 1s".into()),
            Class::Ambiguous,
            "Timeout",
        );
        check(other("something new"), Class::Ambiguous, "RequestFailed");
        check("not even of the connector", Class::Ambiguous, "RequestFailed");
    }

    #[test]
    fn a_client_that_lacks_something_cannot_send() {
        check(other("No HTTP client was available to send this request."), Class::Fatal, "NoHttpClient");
        check(other("Invalid Configuration: Missing Region"), Class::Fatal, "NoEndpoint");
        check(other("failed to apply endpoint `x` to request `...`"), Class::Fatal, "NoEndpoint");
        check(other("failed to select an auth scheme to sign with"), Class::Fatal, "NoCredentials");
    }

    #[test]
    fn credentials_are_missing_for_good_or_cannot_be_fetched_now() {
        let wrapped = |error: CredentialsError| ConnectorError::other(error.into(), None);
        check(wrapped(CredentialsError::not_loaded_no_source()), Class::Fatal, "NoCredentials");
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        check(wrapped(CredentialsError::provider_error(refused)), Class::Unsent, "CredentialsUnavailable");
        check(other("identity resolver timed out after 5s"), Class::Unsent, "CredentialsUnavailable");
    }
}
