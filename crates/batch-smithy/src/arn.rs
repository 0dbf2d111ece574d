/// The parts of an Amazon Resource Name, `arn:partition:service:region:account:resource`.
///
/// ```
/// use batch_smithy::Arn;
///
/// let arn = Arn::parse("arn:aws:sqs:eu-west-1:123456789012:orders").expect("the form is right");
/// assert_eq!((arn.service, arn.region, arn.resource), ("sqs", "eu-west-1", "orders"));
/// assert_eq!(Arn::parse("arn:aws:s3:::bucket"), None);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Arn<'a> {
    /// The partition, such as `aws` or `aws-cn`.
    pub partition: &'a str,
    /// The service, such as `sqs`.
    pub service: &'a str,
    /// The region, such as `eu-west-1`.
    pub region: &'a str,
    /// The account, as 12 digits.
    pub account: &'a str,
    /// The rest, colons included, such as `table/orders`.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits an ARN that names a region and an account, as those of destinations do. `None` if the text has
    /// another form.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let mut part = || parts.next();
        let (scheme, partition, service) = (part()?, part()?, part()?);
        let (region, account, resource) = (part()?, part()?, part()?);
        let is_valid = scheme == "arn" && is_label(partition) && is_label(region) && is_account(account);
        is_valid.then_some(Self { partition, service, region, account, resource })
    }
}

/// Whether this is an AWS account id: 12 digits.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == ACCOUNT_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Digits of an account id (AWS Account Management reference guide, "AWS account identifiers").
const ACCOUNT_DIGITS: usize = 12;

#[cfg(test)]
mod tests {
    use super::Arn;

    #[test]
    fn an_arn_has_six_parts_and_the_last_may_have_colons() {
        let arn = Arn::parse("arn:aws-us-gov:kinesis:us-gov-west-1:012345678901:stream/a:b");
        let expected = Arn {
            partition: "aws-us-gov",
            service: "kinesis",
            region: "us-gov-west-1",
            account: "012345678901",
            resource: "stream/a:b",
        };
        assert_eq!(arn, Some(expected));
    }

    #[test]
    fn a_text_of_another_form_is_not_an_arn() {
        for text in [
            "",
            "arn:",
            "arn:orders",
            "ARN:aws:sqs:eu-west-1:123456789012:orders",
            "arn:aws:sqs:eu-west-1:123456789012",
            "arn::sqs:eu-west-1:123456789012:orders",
            "arn:aws:sqs::123456789012:orders",
            "arn:aws:sqs:eu west:123456789012:orders",
            "arn:aws:sqs:eu-west-1::orders",
            "arn:aws:sqs:eu-west-1:12345:orders",
            "arn:aws:sqs:eu-west-1:12345678901x:orders",
        ] {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }
}
