//! Memory for the texts of metrics, in blocks of one size, some of which each thread keeps.
//!
//! Metrics are dropped by the thousand when a request is answered, and made one by one. An allocator joins the blocks of a
//! thousand only to part them again, which takes an eighth of all that a metric costs.

use std::cell::RefCell;

/// Room for a name and a dimension or two. An allocator is quick with blocks of up to 120 bytes.
pub(crate) const BLOCK_BYTES: usize = 112;

/// How many blocks a thread keeps at most: those of two full requests, in some 300 KB.
const MOST: usize = 2_000;

thread_local! {
    static KEPT: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// An empty block, or a larger allocation if so many bytes do not fit into one.
#[inline]
pub(crate) fn take(bytes: usize) -> Vec<u8> {
    match bytes {
        ..=BLOCK_BYTES => with_kept(Vec::pop).flatten().unwrap_or_else(|| Vec::with_capacity(BLOCK_BYTES)),
        _ => Vec::with_capacity(bytes),
    }
}

/// Takes a block back. What is none, or one too many, is freed.
#[inline]
pub(crate) fn give(mut bytes: Vec<u8>) {
    if bytes.capacity() == BLOCK_BYTES {
        bytes.clear();
        with_kept(|kept| {
            if kept.len() < MOST {
                kept.push(bytes);
            }
        });
    }
}

/// Does this with the blocks of this thread, unless it is ending.
#[inline]
fn with_kept<R>(act: impl FnOnce(&mut Vec<Vec<u8>>) -> R) -> Option<R> {
    KEPT.try_with(|kept| Some(act(&mut *kept.try_borrow_mut().ok()?))).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_BYTES, KEPT, MOST, give, take};

    fn kept() -> usize {
        KEPT.with_borrow(Vec::len)
    }

    #[test]
    fn a_block_that_was_given_back_is_taken_again_and_empty() {
        let mut block = take(1);
        block.extend_from_slice(b"texts of another metric");
        let place = block.as_ptr();
        give(block);
        assert_eq!(kept(), 1);
        let block = take(BLOCK_BYTES);
        assert_eq!((block.as_ptr(), block.len(), block.capacity()), (place, 0, BLOCK_BYTES));
        assert_eq!(kept(), 0);
    }

    #[test]
    fn other_memory_is_not_kept() {
        let long = take(BLOCK_BYTES + 1);
        assert!(long.capacity() > BLOCK_BYTES);
        give(long);
        give(Vec::new());
        assert_eq!(kept(), 0);
        let mut grown = take(1);
        grown.resize(BLOCK_BYTES + 1, 0);
        give(grown);
        assert_eq!(kept(), 0);
    }

    #[test]
    fn a_thread_keeps_a_bounded_number_of_blocks() {
        let blocks: Vec<_> = (0..MOST + 10).map(|_| take(1)).collect();
        blocks.into_iter().for_each(give);
        assert_eq!(kept(), MOST);
    }
}
