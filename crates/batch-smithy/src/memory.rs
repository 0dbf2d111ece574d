//! The memory of bodies: that of a request is used for the next one, that of a response kept for what is read later.
//!
//! A body is written, signed and sent while it is in the cache, and then no longer needed. Memory that the allocator
//! takes from elsewhere for each is not in the cache, and every time that it is asked for so much, the allocator first
//! joins the small blocks that the entries of the last request left, only to part them again for those of the next one.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

/// An empty vector with room for a body of so many bytes. [`into_body`] gives its memory back.
#[must_use]
pub fn for_body(bytes: usize) -> Vec<u8> {
    UNUSED.take(bytes)
}

/// The body with these bytes. When the last copy of it is dropped, its memory is kept for another one.
#[must_use]
pub fn into_body(bytes: Vec<u8>) -> SdkBody {
    UNUSED.lend(bytes)
}

/// That of all writers of the process.
static UNUSED: Unused = Unused(Mutex::new(Vec::new()));

/// Memory that no body is in, the last one that was used at the end.
struct Unused(Mutex<Vec<Vec<u8>>>);

/// The body of a response, kept for what is read of it later.
pub struct Kept(Memory);

enum Memory {
    Copied(Box<[u8]>),
    /// That of the HTTP client.
    Shared(SdkBody),
}

/// The bytes of a body, in memory that is given back.
struct Used {
    bytes: Vec<u8>,
    home: &'static Unused,
}

impl Unused {
    fn take(&self, bytes: usize) -> Vec<u8> {
        let fits =
            |kept: &Vec<u8>| (bytes..=bytes.saturating_mul(4).max(SMALL_BYTES)).contains(&kept.capacity());
        let mut unused = self.lock();
        let kept = unused.iter().rposition(fits).map(|place| unused.remove(place));
        drop(unused);
        kept.unwrap_or_else(|| Vec::with_capacity(bytes))
    }

    fn lend(&'static self, bytes: Vec<u8>) -> SdkBody {
        SdkBody::from(Bytes::from_owner(Used { bytes, home: self }))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// The body, if all of it is in memory.
    #[must_use]
    pub fn of(body: &SdkBody) -> Option<Self> {
        let bytes = body.bytes()?;
        Some(Self(match bytes.len() {
            ..LEAST_SHARED_BYTES => Memory::Copied(bytes.into()),
            _ => Memory::Shared(body.try_clone()?),
        }))
    }

    /// Its bytes.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match &self.0 {
            Memory::Copied(bytes) => bytes,
            Memory::Shared(body) => body.bytes().unwrap_or_default(),
        }
    }
}

/// Without the bytes, which are the user's.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({} bytes)", self.bytes().len())
    }
}

impl AsRef<[u8]> for Used {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Used {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        if bytes.capacity() > MOST_BYTES {
            return;
        }
        bytes.clear();
        let mut unused = self.home.lock();
        unused.push(bytes);
        let oldest = (unused.len() > MOST).then(|| unused.remove(0));
        drop(unused);
        drop(oldest);
    }
}

/// How many are kept unused at most, by all writers of a process. A body is rarely in memory longer than it takes to
/// write it to a socket.
const MOST: usize = 4;

/// What is kept unused has at most so many bytes: a request of 500 records of 1 KiB in base64.
const MOST_BYTES: usize = 1 << 20;

/// Memory of so many bytes is used for any body. Larger memory is used for none that needs less than a quarter of it: else
/// small bodies that a slow service leaves unread would each hold as much as a large one.
const SMALL_BYTES: usize = 64 << 10;

/// A body of so many bytes is not copied. The HTTP client reads it into memory that is not much larger, which it does not
/// use for others meanwhile; a small one may be a few bytes in as much.
const LEAST_SHARED_BYTES: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;
    use bytes::Bytes;

    use super::{Kept, LEAST_SHARED_BYTES, MOST, MOST_BYTES, Mutex, SMALL_BYTES, Unused};

    #[test]
    fn the_memory_of_a_body_is_used_for_the_next_one_when_nobody_has_it_any_more() {
        static UNUSED: Unused = Unused(Mutex::new(Vec::new()));
        let mut bytes = UNUSED.take(1_000);
        bytes.extend_from_slice(b"secret");
        let place = bytes.as_ptr();
        let body = UNUSED.lend(bytes);
        let copy = body.try_clone().expect("it is in memory");
        drop(body);
        let other = UNUSED.take(1_000);
        assert_ne!(other.as_ptr(), place);
        assert_eq!(copy.bytes(), Some(&b"secret"[..]));
        drop(copy);
        let bytes = UNUSED.take(10);
        assert_eq!((bytes.as_ptr(), bytes.len()), (place, 0));
        assert!(bytes.capacity() >= 1_000);
    }

    #[test]
    fn what_is_kept_is_bounded_and_what_is_too_small_not_used() {
        static UNUSED: Unused = Unused(Mutex::new(Vec::new()));
        drop(UNUSED.lend(Vec::with_capacity(100)));
        assert!(UNUSED.take(2_000).capacity() >= 2_000);
        assert_eq!(UNUSED.take(100).capacity(), 100, "it stayed");
        drop(UNUSED.lend(Vec::with_capacity(MOST_BYTES + 1)));
        assert_eq!(UNUSED.lock().len(), 0);
        let bodies: Vec<_> = (0..2 * MOST).map(|_| UNUSED.lend(Vec::with_capacity(100))).collect();
        drop(bodies);
        assert_eq!(UNUSED.lock().len(), MOST);
    }

    #[test]
    fn small_bodies_in_flight_do_not_hold_the_memory_of_large_ones() {
        static UNUSED: Unused = Unused(Mutex::new(Vec::new()));
        let mut held = Vec::new();
        for _ in 0..64 {
            drop(UNUSED.lend(UNUSED.take(MOST_BYTES)));
            let small = UNUSED.take(10);
            assert!(small.capacity() <= SMALL_BYTES);
            held.push(UNUSED.lend(small));
        }
        assert_eq!(UNUSED.lock().len(), 1);
    }

    #[test]
    fn the_memory_that_was_unused_longest_gives_way() {
        static UNUSED: Unused = Unused(Mutex::new(Vec::new()));
        let bodies: Vec<_> = (1..=2 * MOST).map(|size| UNUSED.lend(Vec::with_capacity(size * 100))).collect();
        drop(bodies);
        let kept: Vec<_> = UNUSED.lock().iter().map(Vec::capacity).collect();
        assert_eq!(kept, [500, 600, 700, 800]);
    }

    #[test]
    fn a_large_response_is_not_copied_and_a_small_one_is() {
        for length in [1, LEAST_SHARED_BYTES - 1, LEAST_SHARED_BYTES, 3 * LEAST_SHARED_BYTES] {
            let bytes = Bytes::from(vec![7; length]);
            let place = bytes.as_ptr();
            let kept = Kept::of(&SdkBody::from(bytes.clone())).expect("it is in memory");
            assert_eq!(kept.bytes(), bytes);
            assert_eq!(kept.bytes().as_ptr() == place, length >= LEAST_SHARED_BYTES);
            assert_eq!(format!("{kept:?}"), format!("Kept({length} bytes)"));
        }
        assert!(Kept::of(&SdkBody::from_body_1_x(http_body_util::Full::new(Bytes::new()))).is_none());
    }
}
