use std::fmt;

use aws_sdk_dynamodb::Client;
use batch_core::ConfigError;

use crate::limits::{ACCOUNT_DIGITS, TABLE_ARN, TABLE_NAME};

/// Which table a writer writes to: by name or ARN; the form decides which.
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
pub struct Table(Address);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Address {
    Arn(String),
    Name(String),
}

impl Table {
    /// The table of this name or ARN. Whether there can be such a table is checked when the writer is built.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self(if text.starts_with("arn:") { Address::Arn(text) } else { Address::Name(text) })
    }

    /// Name or ARN, as it is sent.
    pub(crate) fn address(&self) -> &str {
        let (Address::Arn(text) | Address::Name(text)) = &self.0;
        text
    }

    /// What to do where the service does not know it.
    pub(crate) fn unknown(&self, client: &Client) -> String {
        let region = client.config().region().map_or("of the client", |region| region.as_ref());
        let account = match self.0 {
            Address::Arn(_) => "the account of its ARN",
            Address::Name(_) => "the account of these credentials",
        };
        format!(
            "the table {self} does not exist in region {region} for {account}, or is not active; create it, or check \
             name, region and account"
        )
    }

    /// Whether there can be such a table.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        match &self.0 {
            Address::Arn(arn) => check_arn(arn),
            Address::Name(name) => check_name(name),
        }
    }
}

impl From<&str> for Table {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Table {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// The name or the ARN.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.address())
    }
}

fn check_name(name: &str) -> Result<(), ConfigError> {
    let (least, most) = (TABLE_NAME.start(), TABLE_NAME.end());
    if let Some(character) = name.chars().find(|&character| !is_name_character(character)) {
        return refuse(format!(
            "the table name {name:?} has {character:?} in it; it may have letters, digits, '-', '_' and '.' only"
        ));
    }
    if !TABLE_NAME.contains(&name.len()) {
        return refuse(format!(
            "the table name has {} characters; set its {least} to {most} characters",
            name.len()
        ));
    }
    Ok(())
}

fn check_arn(arn: &str) -> Result<(), ConfigError> {
    if arn.len() > TABLE_ARN {
        return refuse(format!("the table ARN has {} characters, the limit is {TABLE_ARN}", arn.len()));
    }
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let ["arn", partition, "dynamodb", region, account, resource] = parts[..] else {
        return refuse(format!("{arn:?} is no table ARN; {ARN_FORM}"));
    };
    let is_account = account.len() == ACCOUNT_DIGITS && account.bytes().all(|byte| byte.is_ascii_digit());
    if partition.is_empty() || region.is_empty() || !is_account {
        return refuse(format!("{arn:?} lacks a partition, a region or an account; {ARN_FORM}"));
    }
    match resource.strip_prefix("table/") {
        Some(name) => check_name(name),
        None => refuse(format!("{arn:?} names no table; {ARN_FORM}")),
    }
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
}

fn refuse(reason: String) -> Result<(), ConfigError> {
    Err(ConfigError::Unsupported(reason))
}

const ARN_FORM: &str = "its form is arn:aws:dynamodb:<region>:<account>:table/<name>";

#[cfg(test)]
mod tests {
    use super::Table;

    #[track_caller]
    fn check(table: &Table, expected: Result<(), &str>) {
        match (table.check(), expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{table}: {error}, not {part}");
            }
            (found, _) => panic!("{table}: {found:?}"),
        }
    }

    #[test]
    fn names_of_3_to_255_letters_digits_hyphens_underscores_and_periods_are_taken() {
        check(&Table::new("abc"), Ok(()));
        check(&Table::new("Orders-2_new.eu"), Ok(()));
        check(&Table::new("a".repeat(255)), Ok(()));

        check(&Table::new(""), Err("has 0 characters; set its 3 to 255"));
        check(&Table::new("ab"), Err("has 2 characters"));
        check(&Table::new("a".repeat(256)), Err("has 256 characters"));
        check(&Table::new("or ders"), Err("' '"));
        check(&Table::new("bücher"), Err("'ü'"));
    }

    #[test]
    fn arns_of_a_table_are_taken() {
        let arn = |rest: &str| Table::new(format!("arn:aws:dynamodb:{rest}"));
        check(&arn("eu-west-1:123456789012:table/orders"), Ok(()));
        check(&Table::new("arn:aws-cn:dynamodb:cn-north-1:123456789012:table/orders"), Ok(()));

        check(&Table::new("arn:"), Err("is no table ARN; its form is arn:aws:dynamodb:"));
        check(&Table::new("ARN:aws:dynamodb:eu-west-1:123456789012:table/orders"), Err("':'"));
        check(&Table::new("arn:aws:sqs:eu-west-1:123456789012:orders"), Err("is no table ARN"));
        check(&arn(":123456789012:table/orders"), Err("lacks a partition, a region or an account"));
        check(&arn("eu-west-1::table/orders"), Err("lacks a partition, a region or an account"));
        check(&arn("eu-west-1:12345678901x:table/orders"), Err("lacks a partition"));
        check(&arn("eu-west-1:123456789012:index/orders"), Err("names no table"));
        check(&arn("eu-west-1:123456789012:table/ab"), Err("has 2 characters"));
        check(&arn("eu-west-1:123456789012:table/orders/index/by-day"), Err("'/'"));
        let long = |region: usize| arn(&format!("{}:123456789012:table/orders", "r".repeat(region)));
        check(&long(1_024 - 43), Ok(()));
        check(&long(1_024 - 42), Err("has 1025 characters, the limit is 1024"));
    }
}
