use std::fmt;

use batch_core::ConfigError;

use crate::limits::{ACCOUNT_DIGITS, QUEUE_NAME};
use crate::validate::is_name_character;

/// Which queue a writer sends to: by name, looked up when the first request is sent, or by URL.
///
/// A queue whose name ends in `.fifo` is a FIFO queue.
///
/// ```
/// use batch_sqs::Queue;
///
/// assert!(Queue::name("orders.fifo").is_fifo());
/// assert!(!Queue::url("https://sqs.eu-west-1.amazonaws.com/123456789012/orders").is_fifo());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Queue {
    address: Address,
    owner: Option<String>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Address {
    Name(String),
    Url(String),
}

impl Queue {
    /// The queue of this name, in the client's region. The writer asks for its URL
    /// (`GetQueueUrl`, which takes the permission `sqs:GetQueueUrl`) when it sends its first
    /// request, and again after the service said that there is no such queue.
    ///
    /// ```
    /// use batch_sqs::Queue;
    ///
    /// assert_eq!(Queue::name("orders").to_string(), "orders");
    /// ```
    pub fn name(name: impl Into<String>) -> Self {
        Self { address: Address::Name(name.into()), owner: None }
    }

    /// The queue at this URL. Requests go to the endpoint of the client all the same, so its
    /// region must be that of the queue.
    ///
    /// ```
    /// use batch_sqs::Queue;
    ///
    /// let queue = Queue::url("https://sqs.eu-west-1.amazonaws.com/123456789012/orders.fifo");
    /// assert!(queue.is_fifo());
    /// ```
    pub fn url(url: impl Into<String>) -> Self {
        Self { address: Address::Url(url.into()), owner: None }
    }

    /// Says which account owns the queue of this name, as 12 digits. Default: the account of the
    /// client's credentials.
    ///
    /// ```
    /// use batch_sqs::Queue;
    ///
    /// let theirs = Queue::name("orders").owned_by("123456789012");
    /// # let _ = theirs;
    /// ```
    pub fn owned_by(mut self, account: impl Into<String>) -> Self {
        self.owner = Some(account.into());
        self
    }

    /// Whether its name ends in `.fifo`.
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        let (Address::Name(text) | Address::Url(text)) = &self.address;
        text.ends_with(FIFO)
    }

    /// Its URL, if it was given by URL.
    pub(crate) fn known_url(&self) -> Option<&str> {
        match &self.address {
            Address::Name(_) => None,
            Address::Url(url) => Some(url),
        }
    }

    /// The account that owns it, if that was given.
    pub(crate) fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// Whether there can be such a queue.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        match &self.address {
            Address::Name(name) => check_name(name)?,
            Address::Url(url) => check_url(url)?,
        }
        match (&self.address, &self.owner) {
            (_, None) => Ok(()),
            (Address::Url(url), Some(_)) => {
                refuse(format!("the queue URL {url:?} names its account itself; leave out `owned_by`"))
            }
            (_, Some(account)) if account.len() != ACCOUNT_DIGITS || !is_number(account) => refuse(format!(
                "{account:?} is no AWS account id; set the {ACCOUNT_DIGITS} digits of the queue's account"
            )),
            (Address::Name(_), Some(_)) => Ok(()),
        }
    }
}

/// The name or the URL.
impl fmt::Display for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Address::Name(text) | Address::Url(text)) = &self.address;
        f.write_str(text)
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
             end in \"{FIFO}\"{}",
            if name.contains("://") { "; for a URL use `Queue::url`" } else { "" },
        ));
    }
    Ok(())
}

fn check_url(url: &str) -> Result<(), ConfigError> {
    let is_http = |scheme: &str| scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let Some((_, rest)) = url.split_once("://").filter(|(scheme, _)| is_http(scheme)) else {
        return refuse(format!("{url:?} is no queue URL; it begins with https://, or use `Queue::name`"));
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
        check(&Queue::name("a"), Ok(()));
        check(&Queue::name("Orders-2_new"), Ok(()));
        check(&Queue::name("orders.fifo"), Ok(()));
        check(&Queue::name("a".repeat(80)), Ok(()));
        check(&Queue::name(format!("{}.fifo", "a".repeat(75))), Ok(()));

        check(&Queue::name(""), Err("no queue name"));
        check(&Queue::name(".fifo"), Err("no queue name"));
        check(&Queue::name("a".repeat(81)), Err("81 characters, the limit is 80"));
        check(&Queue::name(format!("{}.fifo", "a".repeat(76))), Err("81 characters"));
        check(&Queue::name("or.ders"), Err("'.'"));
        check(&Queue::name("bücher"), Err("'ü'"));
        check(&Queue::name("https://sqs/1/orders"), Err("use `Queue::url`"));
    }

    #[test]
    fn urls_of_a_scheme_a_host_and_a_queue_name_are_taken() {
        check(&Queue::url("https://sqs.eu-west-1.amazonaws.com/123456789012/orders"), Ok(()));
        check(&Queue::url("http://localhost:4566/000000000000/orders.fifo"), Ok(()));
        check(&Queue::url("http://localhost:9324/queue/orders"), Ok(()));

        check(&Queue::url("orders"), Err("use `Queue::name`"));
        check(&Queue::url("ftp://host/1/orders"), Err("begins with https://"));
        check(&Queue::url("https://"), Err("names no queue"));
        check(&Queue::url("https:///orders"), Err("names no queue"));
        check(&Queue::url("https://host"), Err("names no queue"));
        check(&Queue::url("https://host/1/"), Err("no queue name"));
        check(&Queue::url("https://host/1/orders?x=1"), Err("'?'"));
        check(&Queue::url("https://host/1/or ders"), Err("' '"));
        check(&Queue::url("https://ho st/1/orders"), Err("' '"));
    }

    #[test]
    fn an_owner_is_12_digits_and_goes_with_a_name() {
        check(&Queue::name("orders").owned_by("123456789012"), Ok(()));
        check(&Queue::name("orders").owned_by("12345678901"), Err("no AWS account id"));
        check(&Queue::name("orders").owned_by("12345678901x"), Err("no AWS account id"));
        check(&Queue::url("https://host/1/orders").owned_by("123456789012"), Err("leave out `owned_by`"));
    }

    #[test]
    fn the_name_alone_says_whether_a_queue_is_fifo() {
        assert!(Queue::name("orders.fifo").is_fifo());
        assert!(!Queue::name("orders").is_fifo());
        assert!(Queue::url("https://host/1/orders.fifo").is_fifo());
    }
}
