use batch_core::{ConfigError, Failure};

/// Why a writer could not discover the limits of its stream.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The settings contradict each other, the service or the stream.
    #[error("the settings do not fit")]
    Config(#[from] ConfigError),
    /// There is no such stream.
    #[error("the stream was not found")]
    NoSuchStream(#[source] Failure),
    /// The stream could not be described: no connection, no permission, no credentials, throttled.
    /// The failure says which, and what to do.
    #[error("the limits of the stream could not be read")]
    NotDescribed(#[source] Failure),
}
