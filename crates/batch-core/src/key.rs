use std::borrow::Cow;

/// The bytes that name a lane or an identity.
///
/// Two entries share a lane, or are duplicates of each other, exactly if their keys are equal byte for byte.
/// A service whose keys have several spellings, such as numbers, must convert them to a canonical form first.
///
/// A key can borrow from its entry: the buffer keeps only a hash of it.
///
/// ```
/// use batch_core::Key;
///
/// assert_eq!(Key::from("EWR"), Key::from(b"EWR".to_vec()));
/// assert_eq!(Key::pair("group", "id").as_bytes(), b"\x05\0\0\0\0\0\0\0groupid");
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Key<'a>(Cow<'a, [u8]>);

impl Key<'_> {
    /// Creates a key from two parts. Different pairs of parts always give different keys.
    #[must_use]
    pub fn pair(first: impl AsRef<[u8]>, second: impl AsRef<[u8]>) -> Self {
        let (first, second) = (first.as_ref(), second.as_ref());
        let mut bytes = Vec::with_capacity(8 + first.len() + second.len());
        bytes.extend_from_slice(&(first.len() as u64).to_le_bytes());
        bytes.extend_from_slice(first);
        bytes.extend_from_slice(second);
        Self(Cow::Owned(bytes))
    }

    /// Returns the bytes of the key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<'a> From<&'a str> for Key<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text.as_bytes()))
    }
}

impl<'a> From<&'a [u8]> for Key<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self(Cow::Borrowed(bytes))
    }
}

impl From<Vec<u8>> for Key<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Cow::Owned(bytes))
    }
}
