use serde::Serialize;

use super::code::constraint;
use crate::refusal::Refusal;

/// The capacity that a request consumed on one table.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Consumed {
    table_name: String,
    capacity_units: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<Units>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Units {
    capacity_units: f64,
}

/// How much of that a client wants to know.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reporting {
    Indexes,
    None,
    Total,
}

impl Reporting {
    pub(super) fn read(text: Option<&str>) -> Result<Self, Refusal> {
        match text {
            None | Some("NONE") => Ok(Self::None),
            Some("INDEXES") => Ok(Self::Indexes),
            Some("TOTAL") => Ok(Self::Total),
            Some(_) => Err(constraint(
                "returnConsumedCapacity",
                "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]",
            )),
        }
    }

    pub(super) fn report(self, table_name: &str, capacity_units: f64) -> Option<Consumed> {
        let table = match self {
            Self::Indexes => Some(Units { capacity_units }),
            Self::None => return None,
            Self::Total => None,
        };
        Some(Consumed { table_name: table_name.to_owned(), capacity_units, table })
    }
}

/// What writing an item consumes: the larger of what was there and what is there then counts.
pub(super) fn write_units(old_bytes: usize, new_bytes: usize) -> u64 {
    u64::try_from(old_bytes.max(new_bytes).div_ceil(1_024)).unwrap_or(u64::MAX).max(1)
}

/// What reading so many bytes consumes.
pub(super) fn read_units(bytes: usize, consistent: bool) -> f64 {
    let units = count(u64::try_from(bytes.div_ceil(4_096)).unwrap_or(u64::MAX).max(1));
    if consistent { units } else { units / 2.0 }
}

/// Units as the service shows them.
pub(super) fn count(units: u64) -> f64 {
    units as f64
}
