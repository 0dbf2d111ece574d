use batch_core::ConfigError;

use crate::limits::NAMESPACE;
use crate::text;

/// The namespace that a writer sends to: the container that separates the metrics of one application from
/// those of others. Sending to it creates it.
///
/// Its name has 1 to 255 printable ASCII characters, and begins neither with a colon nor with `AWS/`, which
/// AWS reserves for its own services.
///
/// ```
/// use batch_cloudwatch::Namespace;
///
/// assert_eq!(Namespace::new("Weather").to_string(), "Weather");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Namespace(String);

impl Namespace {
    /// The namespace with this name, which is validated when the writer is built.
    ///
    /// ```
    /// use batch_cloudwatch::Namespace;
    ///
    /// assert_eq!(Namespace::new("Weather/Stations"), "Weather/Stations".into());
    /// ```
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there can be such a namespace.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let name = self.as_str();
        if name.starts_with(RESERVED) {
            return Err(ConfigError::Unsupported(format!(
                "the namespace {name:?} begins with {RESERVED:?}, which AWS keeps for its own services; rename it"
            )));
        }
        text::check_without_colon("namespace", name, NAMESPACE)
            .map_err(|reason| ConfigError::Unsupported(reason.to_string()))
    }
}

batch_smithy::destination!(Namespace);

const RESERVED: &str = "AWS/";

#[cfg(test)]
mod tests {
    use super::Namespace;

    fn check(name: &str, expected: Result<(), &str>) {
        let namespace = Namespace::new(name);
        assert_eq!(namespace.to_string(), name);
        match (namespace.check(), expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{name}: {error}, not {part}");
            }
            (found, _) => panic!("{name}: {found:?}"),
        }
    }

    #[test]
    fn names_of_1_to_255_printable_ascii_characters_are_taken() {
        check("a", Ok(()));
        check("Weather/Stations of #2: all", Ok(()));
        check(&"n".repeat(255), Ok(()));
        check("", Err("the namespace is empty"));
        check(" ", Err("the namespace is empty or consists of spaces"));
        check(&"n".repeat(256), Err("256 characters in the namespace are above the limit of 255"));
        check("Wetter/Köln", Err("character 9 of the namespace is not allowed"));
        check("a\nb", Err("character 2 of the namespace is not allowed"));
        check(":a", Err("the namespace begins with a colon"));
    }

    #[test]
    fn the_namespaces_of_aws_are_refused() {
        check("AWS/SQS", Err("\"AWS/SQS\" begins with \"AWS/\", which AWS keeps for its own services"));
        check("AWS/", Err("AWS keeps"));
        check("AWS", Ok(()));
        check("AWSome", Ok(()));
        check("My/AWS/Costs", Ok(()));
    }
}
