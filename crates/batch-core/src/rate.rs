use crate::Settings;

/// A rate that a writer must not exceed, whatever the service allows.
///
/// Set with [`Settings::rate`](crate::Settings::rate). It holds for what is sent over any second, retries
/// included.
///
/// ```
/// use batch_core::{Rate, Settings};
///
/// let gentle = Settings::new().rate(Rate::entries(500));
/// # let _ = gentle;
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub struct Rate {
    pub(crate) per_second: usize,
    pub(crate) counts_bytes: bool,
}

impl Rate {
    /// Creates a rate of this many entries per second.
    pub fn entries(per_second: usize) -> Self {
        Self { per_second, counts_bytes: false }
    }

    /// Creates a rate of this many bytes per second, counted as the service counts the bytes of entries. What is fixed in a
    /// request is not counted.
    ///
    /// An entry that is larger goes alone, and nothing else goes until it is paid off.
    pub fn bytes(per_second: usize) -> Self {
        Self { per_second, counts_bytes: true }
    }
}

impl Settings {
    /// Sets a rate that is not exceeded over any second, whatever the service allows. Default: none.
    ///
    /// It holds for what is sent, retries included. A writer that finds a lower limit keeps to that.
    ///
    /// ```
    /// # use batch_core::{Rate, Settings};
    /// let gentle = Settings::new().rate(Rate::bytes(1 << 20));
    /// # let _ = gentle;
    /// ```
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }
}
