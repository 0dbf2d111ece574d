//! Whether the SDK serializes the requests of an operation in the way that ours are tested against.

use std::fmt::{self, Write as _};
use std::iter;

use aws_smithy_runtime_api::client::ser_de::SharedRequestSerializer;
use aws_smithy_types::config_bag::ConfigBag;

/// How the SDK serializes the requests of an operation, as far as ours are tested against it.
///
/// [`known!`](crate::known) makes one for a client that uses the service's own protocol. Nothing can be
/// written in place of the SDK without one, so the protocol has always been checked; the serializer is
/// checked for each request. If either is another, the SDK serializes its requests itself.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Known {
    serializer: &'static str,
    is_observed: bool,
}

impl Known {
    /// The operation whose serializer has a type of this name, unless the user chose a protocol.
    /// [`known!`](crate::known) reads the client's configuration.
    #[doc(hidden)]
    #[must_use]
    pub fn unless(has_protocol: bool, is_observed: bool, serializer: &'static str) -> Option<Self> {
        (!has_protocol).then_some(Self { serializer, is_observed })
    }

    /// Whether the user's client has interceptors, which may read or change the typed input of a request.
    #[must_use]
    pub fn is_observed(self) -> bool {
        self.is_observed
    }

    /// The serializer of a request, if it is the known one.
    pub(crate) fn serializer_in(self, bag: &ConfigBag) -> Option<SharedRequestSerializer> {
        bag.load::<SharedRequestSerializer>().filter(|current| self.shows(current)).cloned()
    }

    /// Whether this is the serializer that ours is tested against.
    fn shows(self, serializer: &SharedRequestSerializer) -> bool {
        shows(serializer, ["SharedRequestSerializer(", self.serializer, ")"])
    }
}

/// Whether this value shows these texts, one after the other: the types of the SDK's serializers are private,
/// their names are all there is to see.
pub(crate) fn shows(value: &impl fmt::Debug, texts: [&'static str; 3]) -> bool {
    let mut rest = Rest(texts);
    write!(rest, "{value:?}").is_ok() && rest.0 == ["", "", ""]
}

/// How the SDK serializes the requests of an operation: a [`Known`](crate::Known), or `None` if the user's
/// client uses another protocol.
///
/// Takes a reference to the configuration of the user's client, and the name of the type of the SDK's
/// serializer, which is private.
///
/// ```ignore
/// let known = batch_smithy::known!(client.config(), "PutRecordBatchRequestSerializer");
/// ```
#[macro_export]
macro_rules! known {
    ($config:expr, $serializer:expr) => {{
        #[allow(unused_imports, reason = "the configuration may have these methods itself")]
        use $crate::ConfigDefaults as _;
        $crate::Known::unless($config.protocol().is_some(), $crate::is_observed!($config), $serializer)
    }};
}

/// Whether a client of this configuration has interceptors.
#[doc(hidden)]
#[macro_export]
macro_rules! is_observed {
    ($config:expr) => {{
        #[allow(unused_imports, reason = "the configuration may have these methods itself")]
        use $crate::ConfigDefaults as _;
        $config.interceptors().next().is_some()
    }};
}

/// Stands in for methods that only some SDK crates have; those of the configuration itself take precedence.
#[doc(hidden)]
pub trait ConfigDefaults {
    fn interceptors(&self) -> iter::Empty<()> {
        iter::empty()
    }

    fn protocol(&self) -> Option<()> {
        None
    }
}

impl<T> ConfigDefaults for T {}

/// Takes the texts that it expects and nothing else: that costs no allocation.
struct Rest([&'static str; 3]);

impl fmt::Write for Rest {
    fn write_str(&mut self, mut part: &str) -> fmt::Result {
        for expected in &mut self.0 {
            let common = expected.len().min(part.len());
            let (head, tail) = part.split_at_checked(common).ok_or(fmt::Error)?;
            *expected = expected.strip_prefix(head).ok_or(fmt::Error)?;
            part = tail;
            if !expected.is_empty() {
                break;
            }
        }
        if part.is_empty() { Ok(()) } else { Err(fmt::Error) }
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::box_error::BoxError;
    use aws_smithy_runtime_api::client::interceptors::context::Input;
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    use aws_smithy_runtime_api::client::ser_de::{SerializeRequest, SharedRequestSerializer};
    use aws_smithy_types::config_bag::ConfigBag;

    #[derive(Debug)]
    struct Serializer;

    impl SerializeRequest for Serializer {
        fn serialize_input(&self, _: Input, _: &mut ConfigBag) -> Result<HttpRequest, BoxError> {
            Err("never asked".into())
        }
    }

    /// A configuration of a client, of an SDK in which users may choose a protocol.
    struct Config {
        interceptors: &'static [&'static str],
        protocol: Option<&'static str>,
    }

    impl Config {
        fn interceptors(&self) -> impl Iterator<Item = &'static str> {
            self.interceptors.iter().copied()
        }

        fn protocol(&self) -> Option<&'static str> {
            self.protocol
        }
    }

    #[test]
    fn a_protocol_of_the_users_is_not_known() {
        assert!(known!(&Config { interceptors: &[], protocol: None }, "Serializer").is_some());
        assert!(known!(&Config { interceptors: &[], protocol: Some("cbor") }, "Serializer").is_none());
    }

    #[test]
    fn a_client_with_interceptors_is_observed() {
        for (interceptors, expected) in [(&[][..], false), (&["a"][..], true)] {
            let known = known!(&Config { interceptors, protocol: None }, "Serializer");
            assert_eq!(known.expect("there is no protocol").is_observed(), expected);
        }
    }

    #[test]
    fn a_serializer_is_known_by_all_that_it_shows() {
        let shared = SharedRequestSerializer::new(Serializer);
        for (name, expected) in [
            ("Serializer", true),
            ("Serialize", false),
            ("Serializer)", false),
            ("SerializerS", false),
            ("Sérializer", false),
            ("", false),
        ] {
            assert_eq!(known!(&(), name).expect("there is no protocol").shows(&shared), expected, "{name}");
        }
    }
}
