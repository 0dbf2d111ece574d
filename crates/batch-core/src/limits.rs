use crate::error::ConfigError;

/// The hard maxima of one request and of one entry. Bytes are counted as the service counts them.
///
/// ```
/// use batch_core::{LimitPolicy, Load};
///
/// // SendMessageBatch of Amazon SQS: 10 messages and 1 MiB per request, 1 MiB per message.
/// // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
/// let limits = LimitPolicy::new(10, 1 << 20, 1 << 20)?;
/// let load = Load::empty().with(700_000);
/// assert!(limits.fits(load.with(348_576)));
/// assert!(!limits.fits(load.with(348_577)), "one byte over");
/// # Ok::<(), batch_core::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LimitPolicy {
    entries: usize,
    request_bytes: usize,
    entry_bytes: usize,
    overhead_bytes: usize,
    /// Zero if entries do not share carriers.
    carrier_bytes: usize,
}

/// The load of a request: the number of its entries, and the sum of their sizes. Entries that share a
/// [carrier](crate::Carrier) count as one.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Load {
    /// The number of entries.
    pub entries: usize,
    /// The sum of their shares of the request ([`Measure::request_bytes`](crate::Measure)), in bytes.
    pub bytes: usize,
}

impl LimitPolicy {
    /// Creates a policy of at most `entries` entries and `request_bytes` bytes per request, and `entry_bytes`
    /// bytes per entry.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Zero`] if one of them is zero.
    pub fn new(entries: usize, request_bytes: usize, entry_bytes: usize) -> Result<Self, ConfigError> {
        for (setting, value) in [
            ("LimitPolicy::new: entries", entries),
            ("LimitPolicy::new: request_bytes", request_bytes),
            ("LimitPolicy::new: entry_bytes", entry_bytes),
        ] {
            if value == 0 {
                return Err(ConfigError::Zero { setting });
            }
        }
        Ok(Self { entries, request_bytes, entry_bytes, overhead_bytes: 0, carrier_bytes: 0 })
    }

    /// Sets the fixed bytes of a request, which count against its limit whatever the request carries.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::AboveLimit`] if they leave no byte for an entry.
    pub fn with_overhead_bytes(mut self, bytes: usize) -> Result<Self, ConfigError> {
        if bytes >= self.request_bytes {
            return Err(ConfigError::AboveLimit {
                setting: "LimitPolicy::with_overhead_bytes",
                value: bytes,
                limit: self.request_bytes - 1,
            });
        }
        self.overhead_bytes = bytes;
        Ok(self)
    }

    /// Sets the most bytes of a [carrier](crate::Carrier): what its entries share, and the rest of each. A request
    /// carries at most `entries` carriers then, however many entries are in them; and that enough entries wait for a
    /// request is no reason to send it, unless the user says so.
    ///
    /// ```
    /// use batch_core::LimitPolicy;
    ///
    /// let limits = LimitPolicy::new(500, 5 << 20, 1 << 20)?.with_carrier_bytes(50 << 10)?;
    /// assert_eq!(limits.carrier_bytes(), Some(50 << 10));
    /// # Ok::<(), batch_core::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError::Zero`] if `bytes` is zero.
    pub fn with_carrier_bytes(mut self, bytes: usize) -> Result<Self, ConfigError> {
        if bytes == 0 {
            return Err(ConfigError::Zero { setting: "LimitPolicy::with_carrier_bytes" });
        }
        self.carrier_bytes = bytes;
        Ok(self)
    }

    /// Lowers the maximum number of entries per request to `entries`.
    ///
    /// # Errors
    ///
    /// Returns an error if `entries` is zero or above the current maximum.
    pub fn lower_entries(mut self, entries: usize) -> Result<Self, ConfigError> {
        self.entries = lowered("LimitPolicy::lower_entries", entries, self.entries)?;
        Ok(self)
    }

    /// Lowers the maximum size of a request to `bytes`.
    ///
    /// # Errors
    ///
    /// Returns an error if `bytes` is zero, above the current maximum, or not above the
    /// [fixed bytes](Self::overhead_bytes).
    pub fn lower_request_bytes(mut self, bytes: usize) -> Result<Self, ConfigError> {
        let setting = "LimitPolicy::lower_request_bytes";
        self.request_bytes = lowered(setting, bytes, self.request_bytes)?;
        let needed = self.overhead_bytes.saturating_add(1);
        if bytes < needed {
            let why = "the fixed bytes of a request plus one byte of an entry";
            return Err(ConfigError::BelowNeed { setting, value: bytes, needed, why });
        }
        Ok(self)
    }

    /// Returns the maximum number of entries per request.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// Returns the maximum size of a request in bytes, including its fixed bytes.
    #[must_use]
    pub fn request_bytes(&self) -> usize {
        self.request_bytes
    }

    /// Returns the maximum size of an entry in bytes.
    #[must_use]
    pub fn entry_bytes(&self) -> usize {
        self.entry_bytes
    }

    /// Returns the fixed bytes of a request.
    #[must_use]
    pub fn overhead_bytes(&self) -> usize {
        self.overhead_bytes
    }

    /// Returns the most bytes of a carrier; `None` if entries do not share carriers.
    #[must_use]
    pub fn carrier_bytes(&self) -> Option<usize> {
        (self.carrier_bytes > 0).then_some(self.carrier_bytes)
    }

    /// Returns the maximum size of all entries of a request together, in bytes: the size of the request
    /// without its fixed bytes.
    #[must_use]
    pub fn payload_bytes(&self) -> usize {
        self.request_bytes - self.overhead_bytes
    }

    /// Returns whether one request may carry this load.
    #[must_use]
    pub fn fits(&self, load: Load) -> bool {
        load.entries <= self.entries && load.bytes <= self.payload_bytes()
    }

    /// Checks that an entry of `entry_bytes`, which takes `request_bytes` of a request, fits an empty
    /// request.
    ///
    /// # Errors
    ///
    /// Returns the size and the limit that it exceeds, both in bytes.
    pub fn check_entry(&self, entry_bytes: usize, request_bytes: usize) -> Result<(), (usize, usize)> {
        if entry_bytes > self.entry_bytes {
            return Err((entry_bytes, self.entry_bytes));
        }
        if request_bytes > self.payload_bytes() {
            return Err((request_bytes, self.payload_bytes()));
        }
        Ok(())
    }
}

impl Load {
    /// Returns the load of a request without entries.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Returns this load with one more entry, which takes `bytes` of the request. It saturates instead of
    /// overflowing.
    #[must_use]
    pub fn with(self, bytes: usize) -> Self {
        Self { entries: self.entries.saturating_add(1), bytes: self.bytes.saturating_add(bytes) }
    }
}

fn lowered(setting: &'static str, value: usize, limit: usize) -> Result<usize, ConfigError> {
    match value {
        0 => Err(ConfigError::Zero { setting }),
        value if value > limit => Err(ConfigError::AboveLimit { setting, value, limit }),
        value => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::{LimitPolicy, Load};
    use crate::ConfigError;

    fn limits() -> LimitPolicy {
        let limits = LimitPolicy::new(10, 1_000, 900).expect("nothing is zero");
        limits.with_overhead_bytes(200).expect("there is room left")
    }

    /// Checks that a setting is refused, with the value and the limit.
    #[track_caller]
    fn refused(limits: Result<LimitPolicy, ConfigError>, setting: &str, expected: (usize, usize)) {
        match limits {
            Err(ConfigError::AboveLimit { setting: found, value, limit }) => {
                assert_eq!((found, (value, limit)), (setting, expected));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_policy_tells_what_it_was_given() {
        let limits = limits();
        assert_eq!((limits.entries(), limits.request_bytes(), limits.entry_bytes()), (10, 1_000, 900));
        assert_eq!((limits.overhead_bytes(), limits.payload_bytes()), (200, 800));
    }

    #[test]
    fn what_is_fixed_leaves_room_for_a_byte() {
        let limits = limits();
        assert_eq!(limits.with_overhead_bytes(999).expect("a byte is left").payload_bytes(), 1);
        refused(limits.with_overhead_bytes(1_000), "LimitPolicy::with_overhead_bytes", (1_000, 999));
        refused(limits.with_overhead_bytes(1_001), "LimitPolicy::with_overhead_bytes", (1_001, 999));
    }

    #[test]
    fn limits_are_lowered_and_never_raised() {
        let limits = limits();
        for entries in [1, 9, 10] {
            assert_eq!(limits.lower_entries(entries).expect("it is lower").entries(), entries);
        }
        refused(limits.lower_entries(11), "LimitPolicy::lower_entries", (11, 10));
        assert!(matches!(limits.lower_entries(0), Err(ConfigError::Zero { .. })));

        let lower = limits.lower_request_bytes(201).expect("a byte is left");
        assert_eq!((lower.request_bytes(), lower.payload_bytes()), (201, 1));
        refused(limits.lower_request_bytes(1_001), "LimitPolicy::lower_request_bytes", (1_001, 1_000));
        let too_low = limits.lower_request_bytes(200);
        assert!(
            matches!(too_low, Err(ConfigError::BelowNeed { value: 200, needed: 201, .. })),
            "{too_low:?}"
        );
    }

    #[test]
    fn a_request_carries_up_to_both_limits() {
        let load = |entries, bytes| Load { entries, bytes };
        for (load, fits) in
            [(load(0, 0), true), (load(10, 800), true), (load(11, 800), false), (load(10, 801), false)]
        {
            assert_eq!(limits().fits(load), fits, "{load:?}");
        }
        assert_eq!(Load::empty().with(5).with(7), load(2, 12));
        assert!(!limits().fits(load(1, 1).with(usize::MAX)), "it does not wrap around");
    }

    #[test]
    fn an_entry_that_can_never_fit_is_told_with_the_limit_that_it_breaks() {
        for (entry, request, expected) in [
            (900, 800, Ok(())),
            (0, 0, Ok(())),
            (901, 800, Err((901, 900))),
            (1_800, 0, Err((1_800, 900))),
            (900, 801, Err((801, 800))),
            (0, 1_600, Err((1_600, 800))),
        ] {
            assert_eq!(limits().check_entry(entry, request), expected, "{entry} {request}");
        }
    }
}
