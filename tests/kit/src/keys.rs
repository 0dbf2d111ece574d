//! Credentials that change: a provider that gives another key whenever it is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};

/// Gives the key `KEY-n` when it is asked for the n-th time, from 0. Without an expiry date, clients keep a key for a
/// quarter of an hour.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    asked: Arc<AtomicUsize>,
    expires: Option<SystemTime>,
}

impl Keys {
    /// Keys that say when they expire, if this does.
    #[must_use]
    pub fn expiring(expires: Option<SystemTime>) -> Self {
        Self { expires, ..Self::default() }
    }

    /// How many times it was asked for a key.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// The provider as a configuration takes it.
    #[must_use]
    pub fn shared(&self) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(self.clone())
    }

    /// Which key this is.
    #[must_use]
    pub fn number(id: &str) -> Option<usize> {
        id.strip_prefix(NAME)?.parse().ok()
    }
}

impl ProvideCredentials for Keys {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let id = format!("{NAME}{}", self.asked.fetch_add(1, Ordering::Relaxed));
        future::ProvideCredentials::ready(Ok(Credentials::new(id, "local", None, self.expires, "kit")))
    }
}

const NAME: &str = "KEY-";
