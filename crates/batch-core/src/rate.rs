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
    pub(crate) counts: Counts,
}

/// What a rate counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Counts {
    Bytes,
    Entries,
    Units,
}

impl Rate {
    /// Creates a rate of this many entries per second.
    pub fn entries(per_second: usize) -> Self {
        Self { per_second, counts: Counts::Entries }
    }

    /// Creates a rate of this many bytes per second, counted as the service counts the bytes of entries. What is fixed in a
    /// request is not counted.
    ///
    /// An entry that is larger goes alone, and nothing else goes until it is paid off.
    pub fn bytes(per_second: usize) -> Self {
        Self { per_second, counts: Counts::Bytes }
    }

    /// Creates a rate of this many units per second: those of [`Quota::units`](crate::Quota::units), such as write units
    /// of a table, of all quotas together. An entry without a quota counts as one unit, so that for a service that
    /// knows no quotas this is a rate of [entries](Self::entries).
    ///
    /// An entry that takes more units goes alone, and nothing else goes until it is paid off. Each entry is asked for
    /// its quota ([`Service::quota`](crate::Service::quota)) before it goes into a request, which costs a little time
    /// that other rates do not cost.
    ///
    /// ```
    /// use batch_core::{Rate, Settings};
    ///
    /// let half_of_the_table = Settings::new().rate(Rate::units(500));
    /// # let _ = half_of_the_table;
    /// ```
    pub fn units(per_second: usize) -> Self {
        Self { per_second, counts: Counts::Units }
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
