use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use batch_core::ConfigError;
use batch_smithy::{NameOrArn, Naming};

use crate::limits::TABLE_NAME;

/// A table that a writer writes to, given by name or ARN; the form decides which. Cloning it is cheap.
///
/// A text that begins with `arn:` is an ARN, and any other is a name. A name is that of a table in the
/// client's region and in the account of its credentials. An ARN may name a table of another account, but
/// must be of the client's region, since requests go to the endpoint of the client.
///
/// ```
/// use batch_dynamodb::Table;
///
/// assert_eq!(Table::new("orders").to_string(), "orders");
/// let theirs = Table::new("arn:aws:dynamodb:eu-west-1:123456789012:table/orders");
/// # let _ = theirs;
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Table(Arc<NameOrArn>);

impl Table {
    /// The table with this name or ARN, which is validated when the writer is built.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Arc::new(NameOrArn::new(text)))
    }

    /// The name or ARN, as requests carry it.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Its name alone, if it is given by ARN.
    pub(crate) fn name(&self) -> &str {
        match self.0.arn() {
            Some(arn) => arn.resource.strip_prefix(NAMING.resource).unwrap_or(arn.resource),
            None => self.as_str(),
        }
    }

    pub(crate) fn is_arn(&self) -> bool {
        matches!(*self.0, NameOrArn::Arn(_))
    }

    pub(crate) fn not_found(&self, client: &Client) -> String {
        self.0.not_found(&NAMING, client.config().region())
    }

    pub(crate) fn check(&self, client: &Client) -> Result<(), ConfigError> {
        self.0.check(&NAMING, client.config().region())
    }
}

batch_smithy::destination!(Table);

static NAMING: Naming = Naming {
    noun: "table",
    service: "dynamodb",
    resource: "table/",
    characters: TABLE_NAME,
    punctuation: "-_.",
    suffix: "",
};

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
    use aws_sdk_dynamodb::{Client, Config};

    use super::Table;

    #[track_caller]
    fn check(table: &Table, expected: Result<(), &str>) {
        let config = Config::builder().behavior_version(BehaviorVersion::latest());
        let client = Client::from_conf(config.region(Region::new("eu-west-1")).build());
        match (table.check(&client), expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{table}: {error}, not {part}");
            }
            (found, _) => panic!("{table}: {found:?}"),
        }
    }

    #[test]
    fn names_of_3_to_255_letters_digits_hyphens_underscores_and_periods_are_valid() {
        check(&Table::new("abc"), Ok(()));
        check(&Table::new("Orders-2_new.eu"), Ok(()));
        check(&Table::new("a".repeat(255)), Ok(()));

        check(&Table::new("ab"), Err("the table name has a length of 2; use 3 to 255 characters"));
        check(&Table::new("a".repeat(256)), Err("has a length of 256"));
        check(&Table::new("or ders"), Err("' '"));
    }

    #[test]
    fn arns_of_a_table_in_the_region_of_the_client_are_valid() {
        let arn = |rest: &str| Table::new(format!("arn:aws:dynamodb:{rest}"));
        check(&arn("eu-west-1:123456789012:table/orders"), Ok(()));
        check(&arn("eu-west-1:123456789012:index/orders"), Err("is not the ARN of a table"));
        check(&arn("eu-west-1:123456789012:table/ab"), Err("has a length of 2"));
        check(&arn("eu-west-1:123456789012:table/orders/index/by-day"), Err("'/'"));
        check(&arn("us-east-1:123456789012:table/orders"), Err("but the client is in eu-west-1"));
    }
}
