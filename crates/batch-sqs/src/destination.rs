use aws_sdk_sqs::Client;
use batch_core::ConfigError;
use batch_smithy::{NameOrArn, Naming, is_account};

use crate::limits::QUEUE_NAME;

/// The queue that a writer sends to, given by name, URL or ARN; the form decides which.
///
/// A text that begins with `arn:` is an ARN, one with `://` in it is a URL, and any other is a name. A queue
/// whose name ends in `.fifo` is a FIFO queue.
///
/// A queue given by name or ARN is looked up (`GetQueueUrl`, permission `sqs:GetQueueUrl`) when the first
/// request is sent, and again after the service reported that it does not exist. A name is looked up in the
/// client's region; an ARN and a URL must be of that region, since requests go to the endpoint of the
/// client.
///
/// ```
/// use batch_sqs::Queue;
///
/// assert!(Queue::new("orders.fifo").is_fifo());
/// assert!(Queue::new("arn:aws:sqs:eu-west-1:123456789012:orders.fifo").is_fifo());
/// assert!(!Queue::new("https://sqs.eu-west-1.amazonaws.com/123456789012/orders").is_fifo());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Queue {
    address: Address,
    owner: Option<String>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Address {
    Named(NameOrArn),
    Url(String),
}

impl Queue {
    /// The queue with this name, URL or ARN, which is validated when the writer is built.
    pub fn new(text: impl Into<String>) -> Self {
        let address = match NameOrArn::new(text) {
            NameOrArn::Name(url) if url.contains("://") => Address::Url(url),
            named => Address::Named(named),
        };
        Self { address, owner: None }
    }

    /// Sets the account that owns a queue given by name, as 12 digits. Default: the account of the client's
    /// credentials.
    ///
    /// ```
    /// use batch_sqs::Queue;
    ///
    /// let theirs = Queue::new("orders").owned_by("123456789012");
    /// # let _ = theirs;
    /// ```
    pub fn owned_by(mut self, account: impl Into<String>) -> Self {
        self.owner = Some(account.into());
        self
    }

    /// Whether the queue is a FIFO queue: its name ends in `.fifo`.
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        self.as_str().ends_with(NAMING.suffix)
    }

    /// The URL, for a queue given by URL.
    pub(crate) fn given_url(&self) -> Option<&str> {
        match &self.address {
            Address::Named(_) => None,
            Address::Url(url) => Some(url),
        }
    }

    /// The name to look it up by.
    pub(crate) fn name_to_look_up(&self) -> &str {
        match &self.address {
            Address::Named(named) => named.arn().map_or(named.as_str(), |arn| arn.resource),
            Address::Url(url) => url,
        }
    }

    /// The account that owns it, if that was given.
    pub(crate) fn owner(&self) -> Option<&str> {
        match &self.address {
            Address::Named(named) => named.arn().map_or(self.owner.as_deref(), |arn| Some(arn.account)),
            Address::Url(_) => self.owner.as_deref(),
        }
    }

    pub(crate) fn not_found(&self, client: &Client) -> String {
        NAMING.not_found(self, client.config().region(), self.owner())
    }

    pub(crate) fn check(&self, client: &Client) -> Result<(), ConfigError> {
        match &self.address {
            Address::Named(named) => named.check(&NAMING, client.config().region())?,
            Address::Url(url) => check_url(url)?,
        }
        match (&self.address, &self.owner) {
            (_, None) => Ok(()),
            (Address::Named(NameOrArn::Name(_)), Some(account)) if is_account(account) => Ok(()),
            (Address::Named(NameOrArn::Name(_)), Some(account)) => refuse(format!(
                "{account:?} is not an AWS account id; set the 12 digits of the queue's account"
            )),
            (_, Some(_)) => refuse(format!("the queue {self} includes its account; omit `owned_by`")),
        }
    }

    fn as_str(&self) -> &str {
        match &self.address {
            Address::Named(named) => named.as_str(),
            Address::Url(url) => url,
        }
    }
}

batch_smithy::destination!(Queue);

fn check_url(url: &str) -> Result<(), ConfigError> {
    let is_http = |scheme: &str| scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let Some((_, rest)) = url.split_once("://").filter(|(scheme, _)| is_http(scheme)) else {
        return refuse(format!("{url:?} is not a queue URL; it must begin with https://"));
    };
    let strange = |character: char| !character.is_ascii_graphic() || matches!(character, '?' | '#');
    if let Some(character) = rest.chars().find(|&character| strange(character)) {
        return refuse(format!("the queue URL {url:?} contains {character:?}, which queue URLs never do"));
    }
    let named = rest.rsplit_once('/').filter(|(host, _)| !host.is_empty() && !host.starts_with('/'));
    match named {
        Some((_, name)) => NAMING.check_name(name),
        None => refuse(format!(
            "the queue URL {url:?} has no queue name; the form is https://sqs.<region>.amazonaws.com/<account>/<name>"
        )),
    }
}

fn refuse(reason: String) -> Result<(), ConfigError> {
    Err(ConfigError::Unsupported(reason))
}

static NAMING: Naming = Naming {
    noun: "queue",
    service: "sqs",
    resource: "",
    characters: QUEUE_NAME,
    punctuation: "-_",
    suffix: ".fifo",
};

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::config::{BehaviorVersion, Region};
    use aws_sdk_sqs::{Client, Config};

    use super::Queue;

    #[track_caller]
    fn check(queue: &Queue, expected: Result<(), &str>) {
        let config = Config::builder().behavior_version(BehaviorVersion::latest());
        let client = Client::from_conf(config.region(Region::new("eu-west-1")).build());
        match (queue.check(&client), expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{queue}: {error}, not {part}");
            }
            (found, _) => panic!("{queue}: {found:?}"),
        }
    }

    #[test]
    fn names_of_1_to_80_letters_digits_hyphens_and_underscores_are_valid() {
        check(&Queue::new("a"), Ok(()));
        check(&Queue::new("Orders-2_new"), Ok(()));
        check(&Queue::new("orders.fifo"), Ok(()));
        check(&Queue::new("a".repeat(80)), Ok(()));
        check(&Queue::new(format!("{}.fifo", "a".repeat(75))), Ok(()));

        check(&Queue::new(""), Err("the queue name has a length of 0; use 1 to 80 characters"));
        check(&Queue::new(".fifo"), Err("has no character before \".fifo\""));
        check(&Queue::new("a".repeat(81)), Err("81; use 1 to 80 characters"));
        check(&Queue::new(format!("{}.fifo", "a".repeat(76))), Err("has a length of 81"));
        check(&Queue::new("or.ders"), Err("'.'"));
        check(&Queue::new("bücher"), Err("'ü'"));
    }

    #[test]
    fn urls_of_a_scheme_a_host_and_a_queue_name_are_valid() {
        check(&Queue::new("https://sqs.eu-west-1.amazonaws.com/123456789012/orders"), Ok(()));
        check(&Queue::new("http://localhost:4566/000000000000/orders.fifo"), Ok(()));
        check(&Queue::new("http://localhost:9324/queue/orders"), Ok(()));

        check(&Queue::new("ftp://host/1/orders"), Err("must begin with https://"));
        check(&Queue::new("https://"), Err("has no queue name"));
        check(&Queue::new("https:///orders"), Err("has no queue name"));
        check(&Queue::new("https://host"), Err("has no queue name"));
        check(&Queue::new("https://host/1/"), Err("has a length of 0"));
        check(&Queue::new("https://host/1/orders?x=1"), Err("'?'"));
        check(&Queue::new("https://host/1/or ders"), Err("' '"));
        check(&Queue::new("https://ho st/1/orders"), Err("' '"));
    }

    #[test]
    fn arns_of_a_queue_in_the_region_of_the_client_are_valid_and_looked_up_by_name_and_account() {
        let arn = "arn:aws:sqs:eu-west-1:123456789012:orders.fifo";
        let queue = Queue::new(arn);
        check(&queue, Ok(()));
        assert_eq!((queue.name_to_look_up(), queue.owner()), ("orders.fifo", Some("123456789012")));
        assert_eq!((queue.given_url(), queue.to_string().as_str()), (None, arn));
        assert!(queue.is_fifo());
        check(&Queue::new("arn:aws:sns:eu-west-1:123456789012:orders"), Err("is not the ARN of a queue"));
        check(&Queue::new("arn:aws:sqs:eu-west-1:123456789012:or.ders"), Err("'.'"));
        check(&Queue::new("arn:aws:sqs:us-east-1:123456789012:orders"), Err("the client is in eu-west-1"));
        check(&Queue::new(arn).owned_by("123456789012"), Err("omit `owned_by`"));
    }

    #[test]
    fn an_owner_is_12_digits_and_goes_with_a_name() {
        check(&Queue::new("orders").owned_by("123456789012"), Ok(()));
        check(&Queue::new("orders").owned_by("12345678901"), Err("not an AWS account id"));
        check(&Queue::new("orders").owned_by("12345678901x"), Err("not an AWS account id"));
        check(&Queue::new("https://host/1/orders").owned_by("123456789012"), Err("omit `owned_by`"));
    }

    #[test]
    fn the_name_alone_says_whether_a_queue_is_fifo() {
        assert!(Queue::new("orders.fifo").is_fifo());
        assert!(!Queue::new("orders").is_fifo());
        assert!(Queue::new("https://host/1/orders.fifo").is_fifo());
    }
}
