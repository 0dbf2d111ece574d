use aws_sdk_kinesis::Client;
use batch_core::ConfigError;
use batch_smithy::{NameOrArn, Naming};

use crate::limits::STREAM_NAME;

/// The stream that a writer sends to, given by name or ARN; the form decides which.
///
/// A text that begins with `arn:` is an ARN, and any other is a name. A name is that of a stream in the
/// client's region and in the account of its credentials. An ARN may name another account, but must be of
/// the client's region, since requests go to the endpoint of the client.
///
/// ```
/// use batch_kinesis::Stream;
///
/// assert_eq!(Stream::new("measurements").to_string(), "measurements");
///
/// let stream = Stream::new("arn:aws:kinesis:eu-west-1:123456789012:stream/measurements");
/// # let _ = stream;
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Stream(NameOrArn);

impl Stream {
    /// The stream with this name or ARN, which is validated when the writer is built.
    pub fn new(text: impl Into<String>) -> Self {
        Self(NameOrArn::new(text))
    }

    /// What a request calls it: the name of the member, and its value.
    pub(crate) fn member(&self) -> (&'static str, &str) {
        let member = match &self.0 {
            NameOrArn::Arn(_) => "StreamARN",
            NameOrArn::Name(_) => "StreamName",
        };
        (member, self.as_str())
    }

    /// The name, for a stream given by name.
    pub(crate) fn stream_name(&self) -> Option<String> {
        match &self.0 {
            NameOrArn::Arn(_) => None,
            NameOrArn::Name(name) => Some(name.clone()),
        }
    }

    /// The ARN, for a stream given by ARN.
    pub(crate) fn stream_arn(&self) -> Option<String> {
        match &self.0 {
            NameOrArn::Arn(arn) => Some(arn.clone()),
            NameOrArn::Name(_) => None,
        }
    }

    pub(crate) fn not_found(&self, client: &Client) -> String {
        self.0.not_found(&NAMING, client.config().region())
    }

    pub(crate) fn check(&self, client: &Client) -> Result<(), ConfigError> {
        self.0.check(&NAMING, client.config().region())
    }

    fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

batch_smithy::destination!(Stream);

static NAMING: Naming = Naming {
    noun: "stream",
    service: "kinesis",
    resource: "stream/",
    characters: STREAM_NAME,
    punctuation: "-._",
    suffix: "",
};

#[cfg(test)]
mod tests {
    use aws_sdk_kinesis::config::{BehaviorVersion, Region};
    use aws_sdk_kinesis::{Client, Config};

    use super::Stream;

    #[track_caller]
    fn check(stream: &Stream, expected: Result<(), &str>) {
        let config = Config::builder().behavior_version(BehaviorVersion::latest());
        let client = Client::from_conf(config.region(Region::new("eu-west-1")).build());
        match (stream.check(&client), expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{stream}: {error}, not {part}");
            }
            (found, _) => panic!("{stream}: {found:?}"),
        }
    }

    #[test]
    fn names_of_1_to_128_letters_digits_hyphens_periods_and_underscores_are_valid() {
        check(&Stream::new("a"), Ok(()));
        check(&Stream::new("Orders-2_new.v1"), Ok(()));
        check(&Stream::new("a".repeat(128)), Ok(()));

        check(&Stream::new(""), Err("the stream name has a length of 0; use 1 to 128 characters"));
        check(&Stream::new("a".repeat(129)), Err("has a length of 129"));
        check(&Stream::new("or ders"), Err("' '"));
    }

    #[test]
    fn the_form_decides_whether_it_is_a_name_or_an_arn() {
        let arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders";
        for (stream, name, of_arn) in [
            (Stream::from("orders"), Some("orders"), None),
            (Stream::from(String::from("orders.arn")), Some("orders.arn"), None),
            (Stream::from(arn), None, Some(arn)),
        ] {
            assert_eq!((stream.stream_name().as_deref(), stream.stream_arn().as_deref()), (name, of_arn));
            assert_eq!(Some(&*stream.to_string()), name.or(of_arn));
        }
    }

    #[test]
    fn arns_of_streams_in_the_region_of_the_client_are_valid() {
        let arn = |rest: &str| Stream::new(format!("arn:aws:kinesis:{rest}"));
        check(&arn("eu-west-1:123456789012:stream/orders"), Ok(()));
        check(&arn("eu-west-1:123456789012:stream/a.b_c-D1"), Ok(()));
        check(&arn("eu-west-1:123456789012:table/orders"), Err("is not the ARN of a stream"));
        check(&arn("eu-west-1:123456789012:stream/a/consumer/b:1"), Err("'/'"));
        check(&arn("us-east-1:123456789012:stream/orders"), Err("but the client is in eu-west-1"));
    }
}
