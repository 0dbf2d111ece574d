//! Reads the bodies of requests and writes those of answers.

use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::{Decoder, Encoder};
use batch_cloudwatch::DateTime;

/// Something that a body is made of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Instant(DateTime),
    Integer(i32),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
    Number(f64),
    Text(String),
}

impl Value {
    /// The whole of these bytes.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut decoder = Decoder::new(bytes);
        let value = Self::next(&mut decoder);
        assert_eq!(decoder.position(), bytes.len(), "nothing follows");
        value
    }

    /// What this map has under the key.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { panic!("{self:?} is no map") };
        entries.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    pub(crate) fn list(&self) -> &[Self] {
        let Self::List(items) = self else { panic!("{self:?} is no list") };
        items
    }

    pub(crate) fn text(&self) -> &str {
        let Self::Text(text) = self else { panic!("{self:?} is no text") };
        text
    }

    fn next(decoder: &mut Decoder<'_>) -> Self {
        match decoder.datatype().unwrap() {
            Type::Array => {
                let items = decoder.list().unwrap().unwrap();
                Self::List((0..items).map(|_| Self::next(decoder)).collect())
            }
            Type::F64 => Self::Number(decoder.double().unwrap()),
            Type::MapIndef => {
                decoder.map().unwrap();
                let mut entries = Vec::new();
                while decoder.datatype().unwrap() != Type::Break {
                    entries.push((decoder.string().unwrap(), Self::next(decoder)));
                }
                decoder.skip().unwrap();
                Self::Map(entries)
            }
            Type::String => Self::Text(decoder.string().unwrap()),
            Type::Tag => Self::Instant(decoder.timestamp().unwrap()),
            Type::U8 => Self::Integer(decoder.integer().unwrap()),
            other => panic!("{other:?} is in no request"),
        }
    }
}

/// The body of an error of this type.
pub(crate) fn error(kind: &str) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.begin_map().str("__type").str(kind).str("message").str("words of the service").end();
    encoder.into_writer()
}

/// The body of a success: nothing.
pub(crate) fn empty() -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.map(0);
    encoder.into_writer()
}
