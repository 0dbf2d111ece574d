//! Credentials that the client's provider does not give: whether there are none, or none now.

use std::error::Error;
use std::iter;

use aws_credential_types::provider::error::CredentialsError;

use crate::dispatch::Reading;
use batch_core::Class;

/// What this error of a provider means.
///
/// One that has none says so. One that was refused them at their source (the metadata service of an
/// instance or a task, STS, IAM Identity Center) has none to give either, which only its words tell.
/// Everything else may pass: no response in time, trouble of the metadata service.
pub(crate) fn read(error: &CredentialsError) -> Reading {
    let mut errors = iter::successors(Some(error as &dyn Error), |&error| error.source());
    match error {
        CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_) => {
            NO_CREDENTIALS
        }
        _ if errors.any(|error| is_refusal(&error.to_string())) => REFUSED,
        _ => UNAVAILABLE,
    }
}

/// Whether these are the words of `aws-config` for a response that no retry changes.
fn is_refusal(words: &str) -> bool {
    if REFUSALS.iter().any(|refusal| words.starts_with(refusal)) {
        return true;
    }
    let status = STATUSES.iter().find_map(|before| words.strip_prefix(before));
    let status = status.and_then(|rest| rest.get(..3)?.parse().ok());
    status.is_some_and(|status: u16| (400..500).contains(&status) && !PASSING.contains(&status))
}

/// What stands before the HTTP status of a response: of a container's credentials, of an instance's.
const STATUSES: [&str; 2] =
    ["Non-success status from HTTP credential provider: StatusCode(", "error response from IMDS (code: "];

/// Statuses of the client's that pass: too slow, too many. And an instance's token has to be fetched anew.
const PASSING: [u16; 3] = [401, 408, 429];

const REFUSALS: [&str; 4] = [
    // The metadata service of an instance is switched off, or not for this caller.
    "request forbidden: IMDS is disabled",
    // The session of IAM Identity Center has ended, and only a person can begin another.
    "UnauthorizedException",
    // STS: the role may not be assumed.
    "unhandled error (AccessDenied)",
    "unhandled error (AccessDeniedException)",
];

pub(crate) const NO_CREDENTIALS: Reading = Reading {
    class: Class::Fatal,
    code: "NoCredentials",
    detail: "the client has no credentials; give it a credentials provider, or configure the default one of \
             aws-config: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role",
};

const REFUSED: Reading = Reading {
    class: Class::Fatal,
    code: "CredentialsRefused",
    detail: "the client's provider was denied credentials; check the role of this machine, container or program, and who \
             may assume it; the message of this failure has the reason",
};

pub(crate) const UNAVAILABLE: Reading = Reading {
    class: Class::Unsent,
    code: "CredentialsUnavailable",
    detail: "the client's provider could not fetch credentials; the message of this failure has the reason",
};

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::io;
    use std::time::Duration;

    use aws_credential_types::provider::error::CredentialsError;

    use super::read;
    use batch_core::Class;

    #[track_caller]
    fn check(error: &CredentialsError, class: Class, code: &str) {
        let reading = read(error);
        assert_eq!((reading.class, reading.code), (class, code), "{error:?}");
    }

    fn provider(error: impl Into<Box<dyn Error + Send + Sync>>) -> CredentialsError {
        CredentialsError::provider_error(error)
    }

    /// An error around another, as the clients of STS and of the metadata service have them.
    #[derive(Debug, thiserror::Error)]
    #[error("service error")]
    struct Around(#[source] Box<dyn Error + Send + Sync>);

    #[test]
    fn a_provider_that_has_none_has_none() {
        check(&CredentialsError::not_loaded_no_source(), Class::Fatal, "NoCredentials");
        check(&CredentialsError::invalid_configuration("profile"), Class::Fatal, "NoCredentials");
    }

    #[test]
    fn a_provider_that_was_refused_has_none_to_give() {
        for words in [
            "Non-success status from HTTP credential provider: StatusCode(403)",
            "error response from IMDS (code: 403). Response { .. }",
            "error response from IMDS (code: 404). Response { .. }",
            "request forbidden: IMDS is disabled or the caller has insufficient permissions.",
            "unhandled error (AccessDenied)",
            "UnauthorizedException: Session token not found or invalid",
        ] {
            check(&provider(words), Class::Fatal, "CredentialsRefused");
            check(&provider(Around(words.into())), Class::Fatal, "CredentialsRefused");
        }
    }

    #[test]
    fn a_provider_in_trouble_may_give_some_later() {
        for words in [
            "Non-success status from HTTP credential provider: StatusCode(500)",
            "Non-success status from HTTP credential provider: StatusCode(429)",
            "Non-success status from HTTP credential provider: StatusCode(",
            "error response from IMDS (code: 503). Response { .. }",
            "error response from IMDS (code: 401). Response { .. }",
            "unhandled error (Throttling)",
            "unhandled error",
            "something new",
        ] {
            check(&provider(words), Class::Unsent, "CredentialsUnavailable");
        }
        check(
            &provider(io::Error::from(io::ErrorKind::ConnectionRefused)),
            Class::Unsent,
            "CredentialsUnavailable",
        );
        let slow = CredentialsError::provider_timed_out(Duration::from_secs(5));
        check(&slow, Class::Unsent, "CredentialsUnavailable");
    }
}
