use batch_smithy::json::need_escape;

/// A partition key that the user gave, or that is a part of the data.
///
/// Most keys are short, and stand in their records. One in an allocation of its own would be read and freed long after
/// it was made: records of a hundred keys leave the writer in another order than they came in, so that each of these
/// allocations is out of the cache by then, and between those of the data it scatters what is free.
#[derive(Clone, Debug)]
pub(crate) enum KnownKey {
    Long(String),
    /// These bytes, as many as the number, of a text that needs no escape in JSON.
    Short([u8; SHORT_BYTES], u8),
}

/// As many as make no record larger.
const SHORT_BYTES: usize = 15;

impl KnownKey {
    #[inline]
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Long(key) => key,
            Self::Short(..) => str::from_utf8(self.bytes()).expect("it was a text"),
        }
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Long(key) => key.as_bytes(),
            Self::Short(key, length) => &key[..usize::from(*length)],
        }
    }

    /// What it occupies on the heap, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Long(key) => key.capacity(),
            Self::Short(..) => 0,
        }
    }
}

impl From<String> for KnownKey {
    #[inline]
    fn from(key: String) -> Self {
        match u8::try_from(key.len()) {
            Ok(length) if key.len() <= SHORT_BYTES && !need_escape(&key) => {
                let mut short = [0; SHORT_BYTES];
                short[..key.len()].copy_from_slice(key.as_bytes());
                Self::Short(short, length)
            }
            _ => Self::Long(key),
        }
    }
}

impl PartialEq for KnownKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for KnownKey {}

#[cfg(test)]
mod tests {
    use batch_smithy::json::need_escape;
    use proptest::prelude::*;

    use super::KnownKey;
    use crate::partition_key::PartitionKey;

    #[test]
    fn a_key_takes_no_more_than_a_text() {
        assert_eq!(size_of::<Option<PartitionKey>>(), size_of::<String>());
    }

    proptest! {
        #[test]
        fn a_key_is_its_text_whatever_its_length(text in ".{0,20}", other in ".{0,3}") {
            let (key, another) = (KnownKey::from(text.clone()), KnownKey::from(other.clone()));
            prop_assert_eq!((key.text(), key.bytes()), (text.as_str(), text.as_bytes()));
            prop_assert_eq!(key == another, text == other);
            prop_assert_eq!(&key, &KnownKey::from(text.clone()));
            let is_short = text.len() <= 15 && !need_escape(&text);
            prop_assert_eq!(key.heap_bytes() == 0, is_short || text.is_empty());
            prop_assert_eq!(matches!(key, KnownKey::Short(..)), is_short);
        }
    }
}
