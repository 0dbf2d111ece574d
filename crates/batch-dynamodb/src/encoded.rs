//! A write that is valid, as it stands in the body of a request.

use std::mem;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use batch_core::{Invalid, Key};

use crate::key::KeySchema;
use crate::kind::Kind;
use crate::limits::ITEM_BYTES;
use crate::validate::{self, Checked};
use crate::wire::{Wire, likely_bytes};
use crate::write::Attributes;
use crate::{decode, item};

/// A write as JSON, and what was found out while it was written. It takes the place of the attributes, which
/// are freed where they are in the cache still, and are a dozen allocations; they can be read from it again.
#[derive(Clone)]
pub(crate) struct Encoded {
    json: Box<[u8]>,
    item_bytes: u32,
    /// Where the attributes of the table's key end, which come first.
    key_end: u32,
    /// Whether every number of the key has the spelling that its value has in all keys.
    is_key_canonical: bool,
    schema: SchemaId,
    /// The attributes, once a user asked for them.
    decoded: OnceLock<Box<Attributes>>,
}

/// Tells the table for whose keys a write was checked from all others: what was handed back may be submitted to
/// another table.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct SchemaId(u64);

impl SchemaId {
    pub(crate) fn unique() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Why a write is not encoded.
#[derive(Debug)]
pub(crate) enum Unencoded {
    Invalid(Invalid),
    /// Its item is above the limit, but valid apart from that.
    TooLarge,
}

impl Encoded {
    /// Checks, weighs and writes a write in one pass.
    pub(crate) fn of(
        kind: Kind,
        attributes: &Attributes,
        schema: &KeySchema,
        id: SchemaId,
    ) -> Result<Self, Unencoded> {
        match Self::in_one_pass(kind, attributes, schema, id) {
            Ok(encoded) => Ok(encoded),
            // The pass ends where it first meets a fault, in the order of a map.
            Err(fault) => {
                Err(validate::write(kind, attributes, schema).err().map_or(fault, Unencoded::Invalid))
            }
        }
    }

    fn in_one_pass(
        kind: Kind,
        attributes: &Attributes,
        schema: &KeySchema,
        id: SchemaId,
    ) -> Result<Self, Unencoded> {
        let bytes = likely_bytes(attributes, 1).min(ITEM_BYTES) + kind.wire_bytes();
        let mut wire = Wire { json: Vec::with_capacity(bytes), rules: Checked::up_to(ITEM_BYTES) };
        wire.raw("{");
        wire.raw(kind.wire_name());
        let (mut is_key_canonical, mut separator) = (true, "{");
        for key in schema.attributes() {
            let value = validate::key(key, kind, attributes)?;
            wire.raw(mem::replace(&mut separator, ","));
            wire.member(&key.name, value, 1)?;
            is_key_canonical &= key.is_canonical(value);
        }
        let key_end = wire.json.len();
        validate::other_keys(kind, attributes, schema)?;
        for (name, value) in attributes {
            if schema.attributes().all(|key| key.name != *name) {
                wire.raw(",");
                wire.member(name, value, 1)?;
            }
        }
        wire.raw("}}}");
        let offset = |bytes: usize| u32::try_from(bytes).map_err(|_| Unencoded::TooLarge);
        Ok(Self {
            item_bytes: offset(wire.rules.item_bytes)?,
            key_end: offset(key_end)?,
            is_key_canonical,
            schema: id,
            json: wire.json.into_boxed_slice(),
            decoded: OnceLock::new(),
        })
    }

    /// Gives back the memory of what was read.
    pub(crate) fn forget_attributes(&mut self) {
        self.decoded.take();
    }

    pub(crate) fn into_attributes(mut self, kind: Kind) -> Attributes {
        self.decoded.take().map_or_else(|| self.decode(kind), |attributes| *attributes)
    }

    /// The write as it stands in a request.
    pub(crate) fn json(&self) -> &[u8] {
        &self.json
    }

    /// The attributes, which are kept from now on.
    pub(crate) fn attributes(&self, kind: Kind) -> &Attributes {
        self.decoded.get_or_init(|| Box::new(self.decode(kind)))
    }

    /// The attributes, of which nothing is kept.
    pub(crate) fn decode(&self, kind: Kind) -> Attributes {
        decode::attributes(&self.json[kind.wire_start()..self.json.len() - "}}".len()])
    }

    /// As DynamoDB counts an item.
    pub(crate) fn item_bytes(&self) -> usize {
        self.item_bytes as usize
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.json.len() + self.decoded.get().map_or(0, |attributes| item::heap_bytes(attributes))
    }

    pub(crate) fn is_for(&self, schema: SchemaId) -> bool {
        self.schema == schema
    }

    /// What distinguishes its item from every other of the table whose keys these are.
    pub(crate) fn key(&self, kind: Kind, schema: &KeySchema) -> Option<Key<'_>> {
        match self.is_key_canonical {
            true => Some(Key::from(&self.json[kind.wire_start() + 1..self.key_end as usize])),
            false => schema.key_of(&self.decode(kind)),
        }
    }
}

impl From<Invalid> for Unencoded {
    fn from(reason: Invalid) -> Self {
        Self::Invalid(reason)
    }
}

#[cfg(test)]
mod tests;
