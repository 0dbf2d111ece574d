//! The writes of a request, by the table that they are for.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::WriteRequest;
use batch_core::{Class, Failure, Refusal};

use crate::tables::{Tables, Target};
use crate::{Table, Write};

/// The writes of a request. Most are for one table, and nothing is gathered.
pub(crate) enum Parts<'a> {
    One(&'a Target, &'a [Write]),
    Several(Vec<(&'a Target, Vec<&'a Write>)>),
}

impl<'a> Parts<'a> {
    /// # Errors
    ///
    /// When a write is for none of these tables, which no writer accepts.
    pub(crate) fn of(tables: &'a Tables, writes: &'a [Write]) -> Result<Self, Refusal> {
        if writes.iter().all(|write| write.get_table().is_none()) {
            return Ok(Self::One(&tables.own, writes));
        }
        let mut parts: Vec<(&Target, Vec<&Write>)> = Vec::new();
        for write in writes {
            let target = tables.of_write(write).map_err(|reason| {
                Refusal::new(Class::Fatal, Failure::new("UnknownTable").with_detail(reason.to_string()))
            })?;
            match parts.iter_mut().find(|(known, _)| known.schema_id == target.schema_id) {
                Some((_, of_table)) => of_table.push(write),
                None => parts.push((target, vec![write])),
            }
        }
        Ok(match &parts[..] {
            [(target, _)] => Self::One(target, writes),
            _ => Self::Several(parts),
        })
    }

    /// The tables, each once.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &'a Target> {
        let (one, several) = match self {
            Self::One(target, _) => (Some(*target), &[][..]),
            Self::Several(parts) => (None, &parts[..]),
        };
        one.into_iter().chain(several.iter().map(|(target, _)| *target))
    }

    /// The writes as the SDK has them.
    pub(crate) fn requests(&self) -> HashMap<String, Vec<WriteRequest>> {
        match self {
            Self::One(target, writes) => {
                HashMap::from([(target.table.to_string(), writes.iter().map(Write::request).collect())])
            }
            Self::Several(parts) => {
                let requests = |(target, writes): &(&Target, Vec<&Write>)| {
                    (target.table.to_string(), writes.iter().map(|write| write.request()).collect())
                };
                parts.iter().map(requests).collect()
            }
        }
    }

    /// Explains a response that reports a table as missing: it does not say which.
    pub(crate) fn not_found(&self, client: &Client) -> String {
        match self {
            Self::One(target, _) => target.table.not_found(client),
            Self::Several(_) => {
                let names: Vec<_> = self.targets().map(|target| target.table.as_str()).collect();
                format!(
                    "one of the tables {} does not exist, or is not visible to these credentials; the writes are sent \
                     again in parts",
                    names.join(", ")
                )
            }
        }
    }

    /// The table that a response calls by this name. It need not be the name that the request has, which matters
    /// only where there are several.
    pub(crate) fn named(&self, name: &str) -> Option<&'a Target> {
        let parts = match self {
            Self::One(target, _) => return Some(target),
            Self::Several(parts) => parts,
        };
        let targets = parts.iter().map(|(target, _)| *target);
        targets.clone().find(|target| target.table.as_str() == name).or_else(|| {
            let table = Table::new(name);
            let mut same = targets.filter(|target| target.table.name() == table.name());
            same.next().filter(|_| same.next().is_none())
        })
    }

    pub(crate) fn is_mixed(&self) -> bool {
        matches!(self, Self::Several(_))
    }

    /// What a refusal of the whole request means. What is wrong with one of several tables is wrong with no write to
    /// another, so that those are sent again without it.
    pub(crate) fn judge(&self, mut refusal: Refusal) -> Refusal {
        let is_of_a_table = matches!(refusal.class, Class::Fatal | Class::UnknownDestination);
        if self.is_mixed() && is_of_a_table {
            refusal.class = Class::Split;
        }
        refusal
    }
}
