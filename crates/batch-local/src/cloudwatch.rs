//! Amazon CloudWatch, its metrics.

mod aggregate;
mod call;
mod code;
mod datum;
mod datum_rules;
mod exact_sum;
mod json;
mod list;
mod metric;
mod operation;
mod parameter;
mod put;
mod span;
mod state;
mod statistics;
mod text;
mod token;
mod unit;
mod value_rules;
mod view;
mod wire;

pub(crate) use call::{CloudWatch, PATH};
pub(crate) use code::{DIALECT, JSON_DIALECT};
pub use datum::{StatisticSet, StoredDatum};
pub(crate) use operation::Operation;
pub use view::CloudWatchView;
