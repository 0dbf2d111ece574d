#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod clock;
mod failures;
mod invocation;
mod item;
mod items;
mod part;
mod scope;
mod sequence;

pub use failures::{BatchItemFailures, ItemFailure};
pub use invocation::Invocation;
pub use item::Item;
pub use scope::InvocationScope;
