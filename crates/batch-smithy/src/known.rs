//! Whether the SDK writes the requests of an operation in the way that ours are tested against.

use std::fmt::{self, Write as _};

use aws_smithy_runtime_api::client::ser_de::SharedRequestSerializer;
use aws_smithy_types::config_bag::ConfigBag;

/// How the SDK writes the requests of an operation, as far as ours are tested against it.
///
/// [`known!`](crate::known) makes one for a client whose protocol is the service's own. Whoever writes
/// requests in place of the SDK needs it, and so has asked for the protocol; the serializer is asked for
/// with each request. Where either is another, the SDK writes its requests itself.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Known {
    serializer: &'static str,
}

impl Known {
    /// The operation whose serializer has a type of this name, unless the client has a protocol of the
    /// user's. [`known!`](crate::known) asks the client.
    #[doc(hidden)]
    #[must_use]
    pub fn unless(has_protocol: bool, serializer: &'static str) -> Option<Self> {
        (!has_protocol).then_some(Self { serializer })
    }

    /// The serializer of a request, if it is the known one.
    pub(crate) fn serializer_in(self, bag: &ConfigBag) -> Option<SharedRequestSerializer> {
        bag.load::<SharedRequestSerializer>().filter(|current| self.shows(current)).cloned()
    }

    /// Whether this is the serializer that ours is tested against: its type is private, its name is all
    /// there is to see.
    fn shows(self, serializer: &SharedRequestSerializer) -> bool {
        let mut rest = Rest(["SharedRequestSerializer(", self.serializer, ")"]);
        write!(rest, "{serializer:?}").is_ok() && rest.0 == ["", "", ""]
    }
}

/// How the SDK writes the requests of an operation: a [`Known`](crate::Known), or `None` if the
/// configuration has a protocol of the user's.
///
/// The configuration is given as a reference to it, not as one to a reference. The name is that of the type of the SDK's serializer, which is private. Not every SDK crate lets users
/// choose a protocol; where it does, its configuration has a method `protocol`.
///
/// ```
/// struct Config;
///
/// assert!(batch_smithy::known!(&Config, "PutThingsRequestSerializer").is_some());
/// ```
#[macro_export]
macro_rules! known {
    ($config:expr, $serializer:expr) => {{
        #[allow(unused_imports, reason = "where the configuration has a method of its own")]
        use $crate::WithoutProtocol as _;
        $crate::Known::unless($config.protocol().is_some(), $serializer)
    }};
}

/// What stands in for the method of configurations that have none. A method of their own comes first.
#[doc(hidden)]
pub trait WithoutProtocol {
    /// No protocol.
    fn protocol(&self) -> Option<()> {
        None
    }
}

impl<T> WithoutProtocol for T {}

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
    struct Config(Option<&'static str>);

    impl Config {
        fn protocol(&self) -> Option<&'static str> {
            self.0
        }
    }

    #[test]
    fn a_protocol_of_the_users_is_not_known() {
        assert!(known!(&Config(None), "Serializer").is_some());
        assert!(known!(&Config(Some("cbor")), "Serializer").is_none());
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
