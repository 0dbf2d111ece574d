use std::fmt;

/// The response of the service for a record that it accepted.
#[derive(Clone, Eq, PartialEq)]
pub struct SentRecord {
    /// The sequence number, and behind it the shard: in one place, as there is one for each receipt.
    texts: Box<str>,
    /// Where the shard begins, in bytes.
    shard_id: usize,
    sub_sequence_number: Option<u64>,
}

impl SentRecord {
    /// The response for a record that travelled alone.
    pub(crate) fn new(sequence_number: &str, shard_id: &str) -> Self {
        let mut texts = String::with_capacity(sequence_number.len() + shard_id.len());
        texts.push_str(sequence_number);
        texts.push_str(shard_id);
        Self { texts: texts.into(), shard_id: sequence_number.len(), sub_sequence_number: None }
    }

    /// Sets its place in the aggregate that it travelled in.
    pub(crate) fn set_place(&mut self, place: Option<u64>) {
        self.sub_sequence_number = place;
    }

    /// Its position in the order of its shard.
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        &self.texts[..self.shard_id]
    }

    /// The shard that stores it, such as `shardId-000000000000`.
    #[must_use]
    pub fn shard_id(&self) -> &str {
        &self.texts[self.shard_id..]
    }

    /// Its place in the aggregate that it travelled in, from 0: with it, consumers tell apart the records of an
    /// aggregate, which have one sequence number. `None` if it travelled alone, as all do unless
    /// [`Aggregate::ByKey`](crate::Aggregate::ByKey) is set.
    #[must_use]
    pub fn sub_sequence_number(&self) -> Option<u64> {
        self.sub_sequence_number
    }
}

impl fmt::Debug for SentRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SentRecord")
            .field("sequence_number", &self.sequence_number())
            .field("shard_id", &self.shard_id())
            .field("sub_sequence_number", &self.sub_sequence_number)
            .finish()
    }
}
