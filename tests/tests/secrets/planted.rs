//! The secrets, and the search for them.

use aws_credential_types::Credentials;

/// What is part of every text that is planted.
pub(crate) const MARK: &str = "pl4nted";

/// A number that is planted.
pub(crate) const NUMBER: &str = "4815162342";

/// A character that no name may have, and that is planted where one is looked at.
pub(crate) const STRANGE: char = 'ŧ';

/// A character that no text may have.
pub(crate) const FORBIDDEN: char = '\u{fffe}';

/// Credentials of which every part is a secret.
pub(crate) fn credentials() -> Credentials {
    let [key, secret, token] = ["key-pl4nted", "secret-pl4nted", "token-pl4nted"].map(str::to_owned);
    Credentials::new(key, secret, Some(token), None, "static")
}

/// Fails if any secret is in the text.
#[track_caller]
pub(crate) fn check(path: &str, what: &str, text: &str) {
    for secret in [MARK, NUMBER, "ŧ", "0167", "\u{fffe}", "FFFE", "fffe"] {
        assert!(!text.contains(secret), "{path}: {what} shows {secret:?}:\n{text}");
    }
}
