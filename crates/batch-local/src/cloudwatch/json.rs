//! AWS JSON, which the SDKs for Python and JavaScript speak: a request is carried over into CBOR and an answer back, so
//! that the shapes are written down once.

use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::{Decoder, Encoder};
use aws_smithy_types::DateTime;
use bytes::Bytes;
use serde_json::{Map, Number, Value};

use crate::cbor::Read;
use crate::json;
use crate::refusal::Refusal;

/// The same request in CBOR.
pub(super) fn to_cbor(body: &Bytes) -> Result<Vec<u8>, Refusal> {
    let mut encoder = Encoder::new(Vec::new());
    write("", &json::parse(body)?, &mut encoder);
    Ok(encoder.into_writer())
}

/// The same answer in JSON.
pub(super) fn from_cbor(answer: &[u8]) -> Value {
    read(&mut Decoder::new(answer)).expect("our own answers are CBOR")
}

/// Writes the value of the member called `name`.
fn write(name: &str, value: &Value, to: &mut Encoder) {
    match value {
        Value::Null => to.null(),
        Value::Bool(value) => to.boolean(*value),
        Value::Number(number) if TIMES.contains(&name) => to.timestamp(&time(number)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => to.long(whole),
            None => to.double(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => to.str(text),
        Value::Array(elements) => {
            to.array(elements.len());
            elements.iter().for_each(|element| write("", element, to));
            to
        }
        Value::Object(members) => {
            to.map(members.len());
            for (name, value) in members {
                to.str(name);
                write(name, value, to);
            }
            to
        }
    };
}

/// Reads what our answers consist of.
fn read(from: &mut Decoder<'_>) -> Read<Value> {
    Ok(match from.datatype()? {
        Type::Array | Type::ArrayIndef => {
            let mut elements = Vec::new();
            for _ in 0..from.list()?.expect("our lists say how long they are") {
                elements.push(read(from)?);
            }
            elements.into()
        }
        Type::MapIndef => {
            let mut members = Map::new();
            from.map()?;
            while from.datatype()? != Type::Break {
                members.insert(from.string()?, read(from)?);
            }
            from.skip()?;
            members.into()
        }
        Type::String => from.string()?.into(),
        Type::Tag => from.timestamp()?.as_secs_f64().into(),
        _ => from.double()?.into(),
    })
}

/// A time in seconds since 1970.
fn time(seconds: &Number) -> DateTime {
    DateTime::from_secs_f64(seconds.as_f64().unwrap_or(f64::NAN))
}

/// The members that are times: in JSON they are numbers like any other.
const TIMES: [&str; 3] = ["EndTime", "StartTime", "Timestamp"];
