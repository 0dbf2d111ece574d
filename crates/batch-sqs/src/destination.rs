use std::fmt;

use batch_core::ConfigError;

use crate::limits::{ACCOUNT_DIGITS, QUEUE_NAME};
use crate::validate::is_name_character;

/// Which queue a writer sends to: by name, URL or ARN; the form decides which.
///
/// A text that begins with `arn:` is an ARN, one with `://` in it is a URL, and any other is a name. A queue
/// whose name ends in `.fifo` is a FIFO queue.
///
/// A queue given by name or ARN is looked up (`GetQueueUrl`, which takes the permission `sqs:GetQueueUrl`)
/// when the first request is sent, and again after the service reported that there is no such queue. A name
/// is looked up in the client's region; an ARN and a URL must be of that region, since requests go to the
/// endpoint of the client.
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
    Arn(String),
    Name(String),
    Url(String),
}

impl Queue {
    /// The queue of this name, URL or ARN. Whether there can be such a queue is checked when the writer is
    /// built.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let address = match text {
            text if text.starts_with("arn:") => Address::Arn(text),
            text if text.contains("://") => Address::Url(text),
            text => Address::Name(text),
        };
        Self { address, owner: None }
    }

    /// Sets the account that owns the queue of this name, as 12 digits. Default: the account of the client's
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

    /// Whether its name ends in `.fifo`.
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        self.text().ends_with(FIFO)
    }

    /// Its URL, if it was given by URL.
    pub(crate) fn known_url(&self) -> Option<&str> {
        match &self.address {
            Address::Arn(_) | Address::Name(_) => None,
            Address::Url(url) => Some(url),
        }
    }

    /// Its name, to look it up by.
    pub(crate) fn name_to_look_up(&self) -> &str {
        match &self.address {
            Address::Arn(arn) => arn.rsplit(':').next().unwrap_or(arn),
            Address::Name(text) | Address::Url(text) => text,
        }
    }

    /// The account that owns it, if that was given.
    pub(crate) fn owner(&self) -> Option<&str> {
        match &self.address {
            Address::Arn(arn) => arn.split(':').nth(4),
            Address::Name(_) | Address::Url(_) => self.owner.as_deref(),
        }
    }

    /// Whether a client of this region can send to it, as far as that is known.
    pub(crate) fn check_region(&self, region: Option<&str>) -> Result<(), ConfigError> {
        let Address::Arn(arn) = &self.address else { return Ok(()) };
        match (arn.split(':').nth(3), region) {
            (Some(of_queue), Some(region)) if of_queue != region => refuse(format!(
                "the queue {arn} is in the region {of_queue}, and the client in {region}; make the client with the region \
                 of the queue"
            )),
            _ => Ok(()),
        }
    }

    /// Whether there can be such a queue.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        match &self.address {
            Address::Arn(arn) => check_arn(arn)?,
            Address::Name(name) => check_name(name)?,
            Address::Url(url) => check_url(url)?,
        }
        match (&self.address, &self.owner) {
            (_, None) => Ok(()),
            (Address::Arn(arn), Some(_)) => {
                refuse(format!("the queue ARN {arn:?} names its account itself; leave out `owned_by`"))
            }
            (Address::Url(url), Some(_)) => {
                refuse(format!("the queue URL {url:?} names its account itself; leave out `owned_by`"))
            }
            (_, Some(account)) if account.len() != ACCOUNT_DIGITS || !is_number(account) => refuse(format!(
                "{account:?} is no AWS account id; set the {ACCOUNT_DIGITS} digits of the queue's account"
            )),
            (Address::Name(_), Some(_)) => Ok(()),
        }
    }

    fn text(&self) -> &str {
        let (Address::Arn(text) | Address::Name(text) | Address::Url(text)) = &self.address;
        text
    }
}

impl From<&str> for Queue {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Queue {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// The name, the URL or the ARN.
impl fmt::Display for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

fn check_name(name: &str) -> Result<(), ConfigError> {
    let characters = name.chars().count();
    let stem = name.strip_suffix(FIFO).unwrap_or(name);
    if characters > QUEUE_NAME {
        return refuse(format!("the queue name has {characters} characters, the limit is {QUEUE_NAME}"));
    }
    if stem.is_empty() {
        return refuse(format!("{name:?} is no queue name; set its 1 to {QUEUE_NAME} characters"));
    }
    if let Some(character) = stem.chars().find(|&character| !is_name_character(character)) {
        return refuse(format!(
            "the queue name {name:?} has {character:?} in it; it may have letters, digits, '-' and '_' only, and \
             end in \"{FIFO}\""
        ));
    }
    Ok(())
}

fn check_arn(arn: &str) -> Result<(), ConfigError> {
    let parts: Vec<_> = arn.split(':').collect();
    match &parts[..] {
        ["arn", partition, "sqs", region, account, name]
            if !partition.is_empty()
                && !region.is_empty()
                && account.len() == ACCOUNT_DIGITS
                && is_number(account) =>
        {
            check_name(name)
        }
        _ => {
            refuse(format!("{arn:?} is no ARN of a queue; its form is arn:aws:sqs:<region>:<account>:<name>"))
        }
    }
}

fn check_url(url: &str) -> Result<(), ConfigError> {
    let is_http = |scheme: &str| scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let Some((_, rest)) = url.split_once("://").filter(|(scheme, _)| is_http(scheme)) else {
        return refuse(format!("{url:?} is no queue URL; it begins with https://"));
    };
    let strange = |character: char| !character.is_ascii_graphic() || matches!(character, '?' | '#');
    if let Some(character) = rest.chars().find(|&character| strange(character)) {
        return refuse(format!("the queue URL {url:?} has {character:?} in it, which no queue URL has"));
    }
    let named = rest.rsplit_once('/').filter(|(host, _)| !host.is_empty() && !host.starts_with('/'));
    match named {
        Some((_, name)) => check_name(name),
        None => refuse(format!(
            "the queue URL {url:?} names no queue; its form is https://sqs.<region>.amazonaws.com/<account>/<name>"
        )),
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn refuse(reason: String) -> Result<(), ConfigError> {
    Err(ConfigError::Unsupported(reason))
}

const FIFO: &str = ".fifo";

#[cfg(test)]
mod tests {
    use super::Queue;

    fn check(queue: &Queue, expected: Result<(), &str>) {
        match (queue.check(), expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{queue}: {error}, not {part}");
            }
            (found, _) => panic!("{queue}: {found:?}"),
        }
    }

    #[test]
    fn names_of_1_to_80_letters_digits_hyphens_and_underscores_are_taken() {
        check(&Queue::new("a"), Ok(()));
        check(&Queue::new("Orders-2_new"), Ok(()));
        check(&Queue::new("orders.fifo"), Ok(()));
        check(&Queue::new("a".repeat(80)), Ok(()));
        check(&Queue::new(format!("{}.fifo", "a".repeat(75))), Ok(()));

        check(&Queue::new(""), Err("no queue name"));
        check(&Queue::new(".fifo"), Err("no queue name"));
        check(&Queue::new("a".repeat(81)), Err("81 characters, the limit is 80"));
        check(&Queue::new(format!("{}.fifo", "a".repeat(76))), Err("81 characters"));
        check(&Queue::new("or.ders"), Err("'.'"));
        check(&Queue::new("bücher"), Err("'ü'"));
    }

    #[test]
    fn urls_of_a_scheme_a_host_and_a_queue_name_are_taken() {
        check(&Queue::new("https://sqs.eu-west-1.amazonaws.com/123456789012/orders"), Ok(()));
        check(&Queue::new("http://localhost:4566/000000000000/orders.fifo"), Ok(()));
        check(&Queue::new("http://localhost:9324/queue/orders"), Ok(()));

        check(&Queue::new("ftp://host/1/orders"), Err("begins with https://"));
        check(&Queue::new("https://"), Err("names no queue"));
        check(&Queue::new("https:///orders"), Err("names no queue"));
        check(&Queue::new("https://host"), Err("names no queue"));
        check(&Queue::new("https://host/1/"), Err("no queue name"));
        check(&Queue::new("https://host/1/orders?x=1"), Err("'?'"));
        check(&Queue::new("https://host/1/or ders"), Err("' '"));
        check(&Queue::new("https://ho st/1/orders"), Err("' '"));
    }

    #[test]
    fn arns_of_a_queue_are_taken_and_looked_up_by_name_and_account() {
        let arn = "arn:aws-cn:sqs:cn-north-1:123456789012:orders.fifo";
        let queue = Queue::new(arn);
        check(&queue, Ok(()));
        assert_eq!((queue.name_to_look_up(), queue.owner()), ("orders.fifo", Some("123456789012")));
        assert_eq!((queue.known_url(), queue.to_string().as_str()), (None, arn));
        assert!(queue.is_fifo());
        for arn in [
            "arn:aws:sqs:eu-west-1:123456789012",
            "arn:aws:sns:eu-west-1:123456789012:orders",
            "arn:aws:sqs:eu-west-1:12345678901:orders",
            "arn:aws:sqs:eu-west-1:123456789012:orders:more",
            "arn:aws:sqs::123456789012:orders",
        ] {
            check(&Queue::new(arn), Err("its form is arn:aws:sqs:<region>:<account>:<name>"));
        }
        check(&Queue::new("arn:aws:sqs:eu-west-1:123456789012:or.ders"), Err("'.'"));
        check(&Queue::new(arn).owned_by("123456789012"), Err("leave out `owned_by`"));
    }

    #[test]
    fn an_arn_says_of_which_region_the_client_must_be() {
        let queue = Queue::new("arn:aws:sqs:eu-west-1:123456789012:orders");
        for region in [None, Some("eu-west-1")] {
            queue.check_region(region).expect("it may fit");
        }
        let error = queue.check_region(Some("us-east-1")).expect_err("it does not fit").to_string();
        assert!(error.contains("is in the region eu-west-1, and the client in us-east-1"), "{error}");
        Queue::new("orders").check_region(Some("us-east-1")).expect("a name has no region");
    }

    #[test]
    fn an_owner_is_12_digits_and_goes_with_a_name() {
        check(&Queue::new("orders").owned_by("123456789012"), Ok(()));
        check(&Queue::new("orders").owned_by("12345678901"), Err("no AWS account id"));
        check(&Queue::new("orders").owned_by("12345678901x"), Err("no AWS account id"));
        check(&Queue::new("https://host/1/orders").owned_by("123456789012"), Err("leave out `owned_by`"));
    }

    #[test]
    fn the_name_alone_says_whether_a_queue_is_fifo() {
        assert!(Queue::new("orders.fifo").is_fifo());
        assert!(!Queue::new("orders").is_fifo());
        assert!(Queue::new("https://host/1/orders.fifo").is_fifo());
    }
}
