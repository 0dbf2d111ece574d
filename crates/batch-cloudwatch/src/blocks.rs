//! Memory for the texts of metrics, in blocks of one size, some of which each thread keeps.
//!
//! Metrics are dropped by the thousand when a request is answered, and made one by one. For an allocator that means to
//! join a thousand blocks and to part them again, which takes an eighth of all that a metric costs.

use std::cell::RefCell;

/// Room for a name and a dimension or two. An allocator is quick with blocks of up to 120 bytes.
pub(crate) const BLOCK_BYTES: usize = 112;

/// How many blocks a thread keeps at most: those of two full requests, in 224 KB.
const MOST: usize = 2_000;

thread_local! {
    static KEPT: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// An empty block, or more memory if so many bytes do not fit into one.
#[inline]
pub(crate) fn take(bytes: usize) -> Vec<u8> {
    let kept = || KEPT.try_with(|kept| kept.borrow_mut().pop()).ok().flatten();
    match bytes {
        ..=BLOCK_BYTES => kept().unwrap_or_else(|| Vec::with_capacity(BLOCK_BYTES)),
        _ => Vec::with_capacity(bytes),
    }
}

/// Gives a block back, or drops what is none.
#[inline]
pub(crate) fn give(mut bytes: Vec<u8>) {
    if bytes.capacity() == BLOCK_BYTES {
        bytes.clear();
        // A thread that ends keeps nothing.
        _ = KEPT.try_with(|kept| {
            let mut kept = kept.borrow_mut();
            if kept.len() < MOST {
                kept.push(bytes);
            }
        });
    }
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
