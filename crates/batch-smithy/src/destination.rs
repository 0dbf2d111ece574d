use std::fmt::Display;
use std::ops::RangeInclusive;

use batch_core::ConfigError;

use crate::Arn;

/// The name or the ARN of a destination; the form decides which.
///
/// A text that begins with `arn:` is an ARN, and any other is a name. Neither is checked before
/// [`check`](Self::check).
///
/// ```
/// use batch_smithy::{NameOrArn, Naming};
///
/// static TOPIC: Naming = Naming {
///     noun: "topic",
///     service: "sns",
///     resource: "",
///     characters: 1..=256, // API reference, `CreateTopic`
///     punctuation: "-_",
///     suffix: ".fifo",
/// };
///
/// let topic = NameOrArn::new("arn:aws:sns:eu-west-1:123456789012:orders");
/// assert_eq!(topic.check(&TOPIC, Some("eu-west-1")), Ok(()));
/// let error = topic.check(&TOPIC, Some("us-east-1")).unwrap_err();
/// assert!(error.to_string().ends_with("is in region eu-west-1, but the client is in us-east-1; \
///                                      give the client the region of the topic"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum NameOrArn {
    /// An ARN.
    Arn(String),
    /// A name, in the region of the client and the account of its credentials.
    Name(String),
}

/// How the destinations of a service are named.
#[derive(Debug)]
pub struct Naming {
    /// What the service calls a destination, such as `stream`.
    pub noun: &'static str,
    /// What ARNs call the service, such as `kinesis`.
    pub service: &'static str,
    /// What precedes the name in an ARN, such as `stream/`, or nothing.
    pub resource: &'static str,
    /// The least and the most characters of a name, its suffix included.
    pub characters: RangeInclusive<usize>,
    /// The characters of a name other than ASCII letters and digits.
    pub punctuation: &'static str,
    /// What a name may end in although its characters are not allowed, such as `.fifo`, or nothing.
    pub suffix: &'static str,
}

impl NameOrArn {
    /// The destination of this name or ARN.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.starts_with("arn:") { Self::Arn(text) } else { Self::Name(text) }
    }

    /// The name or ARN as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let (Self::Arn(text) | Self::Name(text)) = self;
        text
    }

    /// The parts of the ARN; `None` for a name and for an ARN of the wrong form.
    #[must_use]
    pub fn arn(&self) -> Option<Arn<'_>> {
        match self {
            Self::Arn(arn) => Arn::parse(arn),
            Self::Name(_) => None,
        }
    }

    /// Checks whether such a destination can exist, and whether a client of this region reaches it.
    ///
    /// # Errors
    ///
    /// When the name has characters or a length that the service does not allow, when the ARN is not that of
    /// such a destination, and when it is of another region than the client: requests go to the client's
    /// endpoint, whatever the ARN says.
    pub fn check(&self, naming: &Naming, region: Option<impl AsRef<str>>) -> Result<(), ConfigError> {
        match self {
            Self::Arn(arn) => naming.check_arn(arn, region),
            Self::Name(name) => naming.check_name(name),
        }
    }

    /// Explains a response that reports the destination as missing: what a client of this region requested,
    /// and what to check.
    #[must_use]
    pub fn not_found(&self, naming: &Naming, region: Option<impl AsRef<str>>) -> String {
        naming.not_found(self.as_str(), region, self.arn().map(|arn| arn.account))
    }
}

impl Naming {
    /// Checks the characters and the length of a name.
    ///
    /// # Errors
    ///
    /// When the service does not allow the name.
    pub fn check_name(&self, name: &str) -> Result<(), ConfigError> {
        let Self { noun, suffix, .. } = self;
        let (least, most) = self.characters.clone().into_inner();
        let count = name.chars().count();
        if !self.characters.contains(&count) {
            return refuse(format!(
                "the {noun} name has a length of {count}; use {least} to {most} characters"
            ));
        }
        let stem = name.strip_suffix(suffix).unwrap_or(name);
        if stem.is_empty() {
            return refuse(format!("the {noun} name {name:?} has no character before {suffix:?}; add one"));
        }
        match stem.chars().find(|&character| !self.allows(character)) {
            None => Ok(()),
            Some(character) => {
                refuse(format!("the {noun} name {name:?} contains {character:?}; use {}", self.alphabet()))
            }
        }
    }

    /// Explains a response that reports a destination as missing. `account` is its owner, if that was given.
    #[must_use]
    pub fn not_found(
        &self,
        destination: impl Display,
        region: Option<impl AsRef<str>>,
        account: Option<&str>,
    ) -> String {
        let region = match region {
            Some(region) => format!("region {}", region.as_ref()),
            None => "the region of the client".to_owned(),
        };
        let account = match account {
            Some(account) => format!("account {account}"),
            None => "the account of these credentials".to_owned(),
        };
        format!(
            "the {} {destination} does not exist in {region} for {account}, is not active, or is not visible to \
             these credentials; create it, or check name, region and account",
            self.noun
        )
    }

    fn check_arn(&self, text: &str, region: Option<impl AsRef<str>>) -> Result<(), ConfigError> {
        let Self { noun, service, resource, .. } = self;
        let arn = Arn::parse(text).filter(|arn| arn.service == *service);
        let named = arn.and_then(|arn| Some((arn, arn.resource.strip_prefix(resource)?)));
        let Some((arn, name)) = named else {
            return refuse(format!(
                "{text:?} is not the ARN of a {noun}, which has the form \
                 arn:<partition>:{service}:<region>:<12-digit account>:{resource}<name>"
            ));
        };
        self.check_name(name)?;
        match region {
            Some(region) if region.as_ref() != arn.region => refuse(format!(
                "the {noun} {text} is in region {}, but the client is in {}; give the client the region of the {noun}",
                arn.region,
                region.as_ref()
            )),
            _ => Ok(()),
        }
    }

    fn allows(&self, character: char) -> bool {
        character.is_ascii_alphanumeric() || self.punctuation.contains(character)
    }

    fn alphabet(&self) -> String {
        let mut alphabet = String::from("letters, digits");
        for character in self.punctuation.chars() {
            alphabet += &format!(", {character:?}");
        }
        if self.suffix.is_empty() { alphabet } else { format!("{alphabet} and the suffix {:?}", self.suffix) }
    }
}

/// Converts strings into a type of destination, which has a constructor `new` from a string, and displays it
/// as its method `as_str` returns it.
///
/// ```
/// pub struct Topic(batch_smithy::NameOrArn);
///
/// impl Topic {
///     pub fn new(text: impl Into<String>) -> Self {
///         Self(batch_smithy::NameOrArn::new(text))
///     }
///
///     fn as_str(&self) -> &str {
///         self.0.as_str()
///     }
/// }
///
/// batch_smithy::destination!(Topic);
///
/// assert_eq!(Topic::from("orders").to_string(), "orders");
/// ```
#[macro_export]
macro_rules! destination {
    ($name:ident) => {
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::new(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

fn refuse(reason: String) -> Result<(), ConfigError> {
    Err(ConfigError::Unsupported(reason))
}

#[cfg(test)]
mod tests;
