//! The credentials of the suites' clients: a provider that gives another key whenever it is asked.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, future};

/// Gives the key `KEY-n` when it is asked for the n-th time, without an expiry date, so that clients keep it for a
/// quarter of an hour.
#[derive(Debug, Default)]
pub(crate) struct Keys(AtomicUsize);

impl ProvideCredentials for Keys {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let id = format!("{NAME}{}", self.0.fetch_add(1, Ordering::Relaxed));
        future::ProvideCredentials::ready(Ok(Credentials::new(id, "local", None, None, "suites")))
    }
}

/// Whether a key is out of date: the first one that is asked about, and all before it. So many after it are not valid
/// yet.
pub fn out_of_date(not_yet_valid: usize) -> impl Fn(&str) -> bool + Send + Sync + 'static {
    let first = OnceLock::new();
    move |id| {
        let number: usize = id.strip_prefix(NAME).and_then(|number| number.parse().ok()).unwrap_or_default();
        number <= *first.get_or_init(|| number) + not_yet_valid
    }
}

const NAME: &str = "KEY-";
