//! Why a service refuses a request or an entry, and how it says so.

use std::borrow::Cow;

use bytes::Bytes;
use http::Response;

use crate::answer::{self, Protocol};

/// An error code: the name of its shape in the body, and another name, by which a service that once
/// spoke the query protocol announces it in a header, and under which a plan may ask for it.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Code {
    pub(crate) shape: &'static str,
    pub(crate) query: &'static str,
}

/// How one service speaks.
#[derive(Debug)]
pub(crate) struct Dialect {
    pub(crate) protocol: Protocol,
    /// Whether errors are announced by their name of old as well.
    pub(crate) announces: bool,
    /// What a code may have before its name.
    pub(crate) prefix: &'static str,
    pub(crate) codes: &'static [Code],
    /// The code of a request or an entry too many.
    pub(crate) throttled: &'static str,
    /// The status of a request too many.
    pub(crate) throttled_status: u16,
}

/// Why a request, or one entry of it, is refused.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Refusal {
    status: u16,
    shape: Cow<'static, str>,
    query: Cow<'static, str>,
    message: Cow<'static, str>,
}

impl Refusal {
    pub(crate) fn new(code: &Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 400, shape: code.shape.into(), query: code.query.into(), message: message.into() }
    }

    /// A refusal by the plan, with a code under any of its names or a made-up one.
    pub(crate) fn named(dialect: &Dialect, status: u16, name: &str) -> Self {
        let found = dialect.codes.iter().chain(COMMON).find(|code| dialect.names(code, name));
        let (shape, query) = found.map_or_else(
            || (format!("{CORAL}{}", dialect.bare(name)).into(), name.to_owned().into()),
            |code| (code.shape.into(), code.query.into()),
        );
        Self { status, shape, query, message: "a fault of the plan".into() }
    }

    /// The refusal of one request too many.
    pub(crate) fn throttled(dialect: &Dialect) -> Self {
        Self {
            message: "Rate exceeded".into(),
            ..Self::named(dialect, dialect.throttled_status, dialect.throttled)
        }
    }

    pub(crate) fn too_large(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(&TOO_LARGE, message).with_status(413)
    }

    pub(crate) fn unavailable(message: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 503, ..Self::new(&SERVICE_UNAVAILABLE, message) }
    }

    /// The same refusal with another HTTP status.
    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn answer(&self, dialect: &Dialect) -> Response<Bytes> {
        let query = dialect.announces.then_some(&*self.query);
        answer::error(dialect.protocol, self.status, &self.shape, query, &self.message)
    }

    /// Whether it says that there were too many requests or entries.
    pub(crate) fn is_throttling(&self, dialect: &Dialect) -> bool {
        [self.shape_name(), self.query_code()].contains(&dialect.throttled)
    }

    /// The code that an entry fails with, where the service uses the names of old.
    pub(crate) fn query_code(&self) -> &str {
        &self.query
    }

    /// The name of the code's shape without its namespace.
    pub(crate) fn shape_name(&self) -> &str {
        self.shape.rsplit('#').next().unwrap_or(&self.shape)
    }
}

impl Dialect {
    fn names(&self, code: &Code, name: &str) -> bool {
        let name = self.bare(name);
        let shape = code.shape.rsplit('#').next().unwrap_or(code.shape);
        let query = self.bare(code.query);
        query == name
            || shape == name
            || shape.strip_suffix("Exception") == Some(name)
            || SYNONYMS.contains(&(name, query))
    }

    fn bare<'a>(&self, name: &'a str) -> &'a str {
        name.strip_prefix(self.prefix).unwrap_or(name)
    }
}

/// Makes a constant of each code, and `ALL` of them. A code has one name or two.
macro_rules! codes {
    ($($name:ident = $shape:literal $(, $query:literal)?;)*) => {
        $(pub(super) const $name: $crate::refusal::Code =
            $crate::refusal::Code { shape: $shape, query: $crate::refusal::codes!(@last $shape $(, $query)?) };)*
        const ALL: &[$crate::refusal::Code] = &[$($name),*];
    };
    (@last $only:literal) => { $only };
    (@last $first:literal, $second:literal) => { $second };
}
pub(crate) use codes;

/// The namespace of what all services share.
const CORAL: &str = "com.amazon.coral.service#";

/// The request cannot be read.
pub(crate) const SERIALIZATION: Code =
    Code { shape: "com.amazon.coral.service#SerializationException", query: "SerializationException" };

/// The request has too many bytes.
const TOO_LARGE: Code =
    Code { shape: "com.amazon.coral.service#RequestEntityTooLargeException", query: "RequestEntityTooLarge" };

const ACCESS_DENIED: Code =
    Code { shape: "com.amazon.coral.service#AccessDeniedException", query: "AccessDenied" };

const EXPIRED_TOKEN: Code =
    Code { shape: "com.amazon.coral.service#ExpiredTokenException", query: "ExpiredToken" };

const SERVICE_UNAVAILABLE: Code =
    Code { shape: "com.amazon.coral.service#ServiceUnavailableException", query: "ServiceUnavailable" };

/// What every service has, unless its own table says otherwise.
const COMMON: &[Code] = &[ACCESS_DENIED, EXPIRED_TOKEN, SERIALIZATION, SERVICE_UNAVAILABLE, TOO_LARGE];

/// What the usual mix of a plan calls an error, as Amazon SQS does, and what a service calls it that
/// announces a name of its own.
const SYNONYMS: &[(&str, &str)] = &[
    ("AccessDeniedException", "AuthorizationError"),
    ("InternalError", "InternalServiceError"),
    ("RequestThrottled", "Throttling"),
];

#[cfg(test)]
mod tests {
    use super::*;

    const DIALECT: Dialect = Dialect {
        protocol: Protocol::Json10,
        announces: true,
        prefix: "AWS.SimpleQueueService.",
        codes: &[Code {
            shape: "com.amazonaws.sqs#QueueDoesNotExist",
            query: "AWS.SimpleQueueService.NonExistentQueue",
        }],
        throttled: "RequestThrottled",
        throttled_status: 400,
    };

    #[test]
    fn a_code_is_found_by_each_of_its_names() {
        for name in ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "NonExistentQueue"] {
            let refusal = Refusal::named(&DIALECT, 400, name);
            assert_eq!(refusal.query_code(), "AWS.SimpleQueueService.NonExistentQueue", "{name}");
            assert_eq!(refusal.shape_name(), "QueueDoesNotExist", "{name}");
        }
        for name in ["AccessDenied", "AccessDeniedException"] {
            assert_eq!(Refusal::named(&DIALECT, 403, name).query_code(), "AccessDenied");
        }
    }

    #[test]
    fn a_made_up_code_stands_under_its_own_name() {
        let refusal = Refusal::named(&DIALECT, 418, "Teapot");
        assert_eq!(refusal.query_code(), "Teapot");
        assert_eq!(refusal.shape, "com.amazon.coral.service#Teapot");
    }
}
