use std::fmt;

/// An explicit hash key: an integer below 2^128. Create it from a `u128`, or from its decimal text.
///
/// Any other text is rejected when its record is submitted.
///
/// ```
/// use batch_kinesis::HashKey;
///
/// assert_eq!(HashKey::from(17_u128), HashKey::from("17"));
/// assert_eq!(HashKey::from(u128::MAX).as_str(), "340282366920938463463374607431768211455");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HashKey(String);

impl HashKey {
    /// The decimal text, as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it occupies on the heap, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.0.capacity()
    }
}

impl fmt::Display for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for HashKey {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for HashKey {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<u128> for HashKey {
    fn from(number: u128) -> Self {
        Self(number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::HashKey;

    #[test]
    fn a_hash_key_is_shown_as_it_is_sent() {
        assert_eq!(HashKey::from(1_u128 << 64).to_string(), "18446744073709551616");
        assert_eq!(HashKey::from("no number".to_owned()).to_string(), "no number");
    }
}
