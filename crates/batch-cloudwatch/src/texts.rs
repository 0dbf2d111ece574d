//! The name and the dimensions of a metric, as they stand in a request.

use std::mem;
use std::str;

use batch_core::Key;

use crate::cbor::{Sink, array, end, length, text, text_bytes};
use crate::limits::DIMENSIONS;
use crate::{blocks, text};

/// A name and dimensions: the beginning of a datum, which they are written to as they are set, in one
/// [block](blocks). Before it is what a metric has in common with those that it may be merged with, beside its
/// texts, so that the whole is their key.
pub(crate) struct Texts {
    bytes: Vec<u8>,
    /// Whether each text is known to be valid by itself, and their number too.
    are_valid: bool,
    /// Whether the names of the dimensions are known to be in order, so that no two are the same.
    are_sorted: bool,
}

/// What comes before the texts in a key.
pub(crate) type Head = [u8; HEAD_BYTES];
pub(crate) const HEAD_BYTES: usize = 11;

const METRIC_NAME: &[u8] = b"\xbf\x6aMetricName";
const DIMENSION_LIST: &[u8] = b"\x6aDimensions";
const NAME: &[u8] = b"\xbf\x64Name";
const VALUE: &[u8] = b"\x65Value";

impl Texts {
    #[inline]
    pub(crate) fn new(name: &str) -> Self {
        let needed = HEAD_BYTES + METRIC_NAME.len() + 3 + name.len();
        let mut bytes = blocks::take(needed);
        bytes.put(&Head::default());
        bytes.put(METRIC_NAME);
        text(&mut bytes, name);
        Self { bytes, are_valid: text::is_valid_name(name), are_sorted: true }
    }

    /// Adds a dimension.
    #[inline]
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        let list = self.list();
        if list == self.bytes.len() {
            self.bytes.put(DIMENSION_LIST);
            array(&mut self.bytes, 1);
            self.are_valid &= text::is_valid_dimension(name, value);
        } else {
            self.count_another(list, name, value);
        }
        self.bytes.put(NAME);
        text(&mut self.bytes, name);
        self.bytes.put(VALUE);
        text(&mut self.bytes, value);
        end(&mut self.bytes);
    }

    /// Sets what comes before the texts in the key.
    pub(crate) fn set_head(&mut self, head: Head) {
        self.bytes[..HEAD_BYTES].copy_from_slice(&head);
    }

    /// What comes before the texts in the key.
    pub(crate) fn head(&self) -> Head {
        *self.bytes.first_chunk().expect(WRITTEN)
    }

    /// The beginning of the datum, up to the dimensions.
    #[inline]
    pub(crate) fn datum(&self) -> &[u8] {
        &self.bytes[HEAD_BYTES..]
    }

    /// Whether all of it is known to be valid.
    #[inline]
    pub(crate) fn are_valid(&self) -> bool {
        self.are_valid && self.are_sorted
    }

    pub(crate) fn name(&self) -> &str {
        as_text(text_bytes(&self.bytes[HEAD_BYTES + METRIC_NAME.len()..]).0)
    }

    pub(crate) fn dimensions(&self) -> Dimensions<'_> {
        match self.bytes.get(self.list() + DIMENSION_LIST.len()..) {
            Some(list) => {
                let (left, rest) = length(list);
                Dimensions { left, rest }
            }
            None => Dimensions { left: 0, rest: &[] },
        }
    }

    /// The key, which is the same for the same dimensions in another order.
    #[inline]
    pub(crate) fn key(&self) -> Key<'_> {
        if self.are_sorted { Key::from(&*self.bytes) } else { Key::from(mem::take(&mut self.sorted().bytes)) }
    }

    /// What it occupies on the heap, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.bytes.capacity()
    }

    #[cold]
    fn sorted(&self) -> Self {
        let mut dimensions: Vec<_> = self.dimensions().collect();
        dimensions.sort_unstable();
        let mut sorted = Self::new(self.name());
        dimensions.into_iter().for_each(|(name, value)| sorted.push(name, value));
        sorted.set_head(self.head());
        sorted
    }

    /// Where the list of dimensions begins, or would.
    #[inline]
    fn list(&self) -> usize {
        let name = HEAD_BYTES + METRIC_NAME.len();
        self.bytes.len() - text_bytes(&self.bytes[name..]).1.len()
    }

    /// Counts one more in the list, which begins there.
    fn count_another(&mut self, list: usize, name: &str, value: &str) {
        let dimensions = self.dimensions();
        let count = dimensions.left + 1;
        let is_after_last = dimensions.last().is_some_and(|(last, _)| last < name);
        self.are_sorted &= is_after_last;
        self.are_valid &= count <= DIMENSIONS && text::is_valid_dimension(name, value);
        let at = list + DIMENSION_LIST.len();
        let after = self.bytes.len() - length(&self.bytes[at..]).1.len();
        let mut counted = Vec::new();
        array(&mut counted, count);
        self.bytes.splice(at..after, counted);
    }
}

impl Clone for Texts {
    fn clone(&self) -> Self {
        let mut bytes = blocks::take(self.bytes.len());
        bytes.put(&self.bytes);
        Self { bytes, ..*self }
    }
}

impl Drop for Texts {
    #[inline]
    fn drop(&mut self) {
        blocks::give(mem::take(&mut self.bytes));
    }
}

/// The same name, and the same dimensions in the same order.
impl PartialEq for Texts {
    fn eq(&self, other: &Self) -> bool {
        self.datum() == other.datum()
    }
}

/// The names and values of dimensions, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Dimensions<'a> {
    left: usize,
    rest: &'a [u8],
}

impl<'a> Iterator for Dimensions<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let (name, rest) = text_bytes(&self.rest[NAME.len()..]);
        let (value, rest) = text_bytes(&rest[VALUE.len()..]);
        self.rest = &rest[1..];
        Some((as_text(name), as_text(value)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Dimensions<'_> {}

fn as_text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect(WRITTEN)
}

const WRITTEN: &str = "it was written here";

#[cfg(test)]
mod tests;
