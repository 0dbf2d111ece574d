//! The destinations that the command line asks for.

use std::str::FromStr;

/// What is to exist when the server is ready.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Destination {
    DeliveryStream(String),
    Queue(String),
    Stream(Stream),
    Table(Table),
    Topic(String),
}

/// `NAME[:SHARDS]`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stream {
    pub(crate) name: String,
    pub(crate) shards: u32,
}

/// `NAME:KEY[:SORT_KEY]`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) partition: Key,
    pub(crate) sort: Option<Key>,
}

/// `NAME[=TYPE]`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: String,
    /// `S`, `N` or `B`, as DynamoDB calls them.
    pub(crate) kind: &'static str,
}

impl Destination {
    /// The option that asks for it.
    pub(crate) fn option(&self) -> &'static str {
        match self {
            Self::DeliveryStream(_) => "--delivery-stream",
            Self::Queue(_) => "--queue",
            Self::Stream(_) => "--stream",
            Self::Table(_) => "--table",
            Self::Topic(_) => "--topic",
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::DeliveryStream(name) | Self::Queue(name) | Self::Topic(name) => name,
            Self::Stream(stream) => &stream.name,
            Self::Table(table) => &table.name,
        }
    }
}

impl FromStr for Stream {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, shards) = text.split_once(':').unwrap_or((text, "1"));
        if name.is_empty() {
            return Err("the name is missing; write NAME or NAME:SHARDS, such as clicks:4".to_owned());
        }
        let wrong = || format!("{shards:?} is not a number of shards; write NAME:SHARDS, such as clicks:4");
        let shards = shards.parse().ok().filter(|&shards| shards > 0).ok_or_else(wrong)?;
        Ok(Self { name: name.to_owned(), shards })
    }
}

impl FromStr for Table {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(':');
        let name = parts.next().filter(|name| !name.is_empty()).ok_or("the name is missing")?;
        let missing = "the partition key is missing; write NAME:KEY or NAME:KEY:SORT_KEY, such as orders:id";
        let partition = parts.next().ok_or(missing)?.parse()?;
        let sort = parts.next().map(str::parse).transpose()?;
        if parts.next().is_some() {
            return Err("a table has at most a partition key and a sort key".to_owned());
        }
        Ok(Self { name: name.to_owned(), partition, sort })
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, kind) = text.split_once('=').unwrap_or((text, "S"));
        if name.is_empty() {
            return Err("a key has no name".to_owned());
        }
        let known = ["S", "N", "B"].into_iter().find(|known| *known == kind);
        let kind = known.ok_or_else(|| format!("{kind:?} is not a type of a key; they are S, N or B"))?;
        Ok(Self { name: name.to_owned(), kind })
    }
}
