use std::fmt;

use aws_sdk_kinesis::Client;
use batch_core::ConfigError;

use crate::limits::{ACCOUNT_DIGITS, STREAM_NAME};

/// Which stream a writer sends to: by name or ARN; the form decides which.
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
pub struct Stream(Address);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Address {
    Arn(String),
    Name(String),
}

impl Stream {
    /// The stream of this name or ARN. Whether there can be such a stream is checked when the writer is
    /// built.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self(if text.starts_with("arn:") { Address::Arn(text) } else { Address::Name(text) })
    }

    /// Its name, if that is how it was given.
    pub(crate) fn stream_name(&self) -> Option<String> {
        match &self.0 {
            Address::Arn(_) => None,
            Address::Name(name) => Some(name.clone()),
        }
    }

    /// Its ARN, if that is how it was given.
    pub(crate) fn stream_arn(&self) -> Option<String> {
        match &self.0 {
            Address::Arn(arn) => Some(arn.clone()),
            Address::Name(_) => None,
        }
    }

    /// What to do where this client finds no such stream.
    pub(crate) fn unknown(&self, client: &Client) -> String {
        let region = client.config().region().map_or("of the client", |region| region.as_ref());
        let account = match &self.0 {
            Address::Arn(arn) => format!("account {}", arn.split(':').nth(4).unwrap_or_default()),
            Address::Name(_) => String::from("the account of these credentials"),
        };
        format!(
            "the stream {self} does not exist in region {region} for {account}, or may not be seen by it; create it, or \
             check name, region and account"
        )
    }

    /// Whether there can be such a stream.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        match &self.0 {
            Address::Arn(arn) => check_arn(arn),
            Address::Name(name) => check_name(name),
        }
    }
}

impl From<&str> for Stream {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Stream {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// The name or the ARN.
impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Address::Arn(text) | Address::Name(text)) = &self.0;
        f.write_str(text)
    }
}

fn check_name(name: &str) -> Result<(), ConfigError> {
    let characters = name.chars().count();
    let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_');
    if name.is_empty() {
        return refuse(format!("the stream name is empty; set its 1 to {STREAM_NAME} characters"));
    }
    if characters > STREAM_NAME {
        return refuse(format!("the stream name has {characters} characters, the limit is {STREAM_NAME}"));
    }
    match name.chars().find(|&character| !allowed(character)) {
        None => Ok(()),
        Some(character) => refuse(format!(
            "the stream name {name:?} has {character:?} in it; it may have letters, digits, '-', '.' and '_' only"
        )),
    }
}

fn check_arn(arn: &str) -> Result<(), ConfigError> {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let &["arn", partition, "kinesis", region, account, resource] = &parts[..] else {
        return refuse(format!("{arn:?} is no ARN of a stream; its form is {ARN_FORM}"));
    };
    let is_label = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !is_label(partition) || !is_label(region) {
        return refuse(format!(
            "the stream ARN {arn:?} names no partition or no region; its form is {ARN_FORM}"
        ));
    }
    if account.len() != ACCOUNT_DIGITS || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return refuse(format!(
            "{account:?} in the stream ARN {arn:?} is no AWS account id; that has {ACCOUNT_DIGITS} digits"
        ));
    }
    match resource.strip_prefix("stream/") {
        Some(name) => check_name(name),
        None => refuse(format!("the ARN {arn:?} names something else than a stream; its form is {ARN_FORM}")),
    }
}

fn refuse(reason: String) -> Result<(), ConfigError> {
    Err(ConfigError::Unsupported(reason))
}

const ARN_FORM: &str = "arn:aws:kinesis:<region>:<account>:stream/<name>";

#[cfg(test)]
mod tests {
    use super::Stream;

    #[track_caller]
    fn check(stream: &Stream, expected: Result<(), &str>) {
        match (stream.check(), expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{stream}: {error}, not {part}");
            }
            (found, _) => panic!("{stream}: {found:?}"),
        }
    }

    #[test]
    fn names_of_1_to_128_letters_digits_hyphens_periods_and_underscores_are_taken() {
        check(&Stream::new("a"), Ok(()));
        check(&Stream::new("Orders-2_new.v1"), Ok(()));
        check(&Stream::new("a".repeat(128)), Ok(()));

        check(&Stream::new(""), Err("is empty; set its 1 to 128"));
        check(&Stream::new("a".repeat(129)), Err("129 characters, the limit is 128"));
        check(&Stream::new("or ders"), Err("' '"));
        check(&Stream::new("bücher"), Err("'ü'"));
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
    fn arns_of_streams_are_taken() {
        for arn in [
            "arn:aws:kinesis:eu-west-1:123456789012:stream/orders",
            "arn:aws-us-gov:kinesis:us-gov-west-1:123456789012:stream/a.b_c-D1",
            "arn:aws-cn:kinesis:cn-north-1:000000000000:stream/o",
        ] {
            check(&Stream::new(arn), Ok(()));
        }
        for (arn, part) in [
            ("arn:", "is no ARN of a stream; its form is arn:aws:kinesis:<region>:<account>:stream/<name>"),
            ("arn:orders", "is no ARN of a stream"),
            ("arn:aws:sqs:eu-west-1:123456789012:orders", "is no ARN of a stream"),
            ("arn:aws:kinesis:eu-west-1:123456789012", "is no ARN of a stream"),
            ("arn::kinesis:eu-west-1:123456789012:stream/orders", "no partition or no region"),
            ("arn:aws:kinesis::123456789012:stream/orders", "no partition or no region"),
            ("arn:aws:kinesis:eu west:123456789012:stream/orders", "no partition or no region"),
            ("arn:aws:kinesis:eu-west-1:12345:stream/orders", "\"12345\" in the stream ARN"),
            ("arn:aws:kinesis:eu-west-1:12345678901x:stream/orders", "has 12 digits"),
            ("arn:aws:kinesis:eu-west-1:123456789012:table/orders", "something else than a stream"),
            ("arn:aws:kinesis:eu-west-1:123456789012:stream/", "the stream name is empty"),
            ("arn:aws:kinesis:eu-west-1:123456789012:stream/a/consumer/b:1", "'/'"),
        ] {
            check(&Stream::new(arn), Err(part));
        }
    }
}
