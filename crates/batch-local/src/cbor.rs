//! Requests that are CBOR.

use aws_smithy_cbor::Decoder;
use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::decode::DeserializeError;
use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;

use crate::refusal::{Refusal, SERIALIZATION};

/// A structure that a request carries. Members are left as they are if they are null or missing.
pub(crate) trait Shape: Default {
    /// Takes the member called `name`, or skips it if the structure has no such member.
    fn take(&mut self, name: &str, value: &mut Reader<'_>) -> Read<()>;
}

/// What was read, or why the request is not what it should be.
pub(crate) type Read<T> = Result<T, DeserializeError>;

/// Reads values one after the other.
#[derive(Debug)]
pub(crate) struct Reader<'b> {
    bytes: &'b [u8],
    decoder: Decoder<'b>,
}

/// Refuses a request that does not say that it is CBOR.
pub(crate) fn check_type(request: &Request<Bytes>) -> Result<(), Refusal> {
    match request.headers().get(CONTENT_TYPE) {
        Some(value) if value == "application/cbor" => Ok(()),
        _ => Err(Refusal::new(&SERIALIZATION, "the content-type is not application/cbor").with_status(415)),
    }
}

/// What the request asks for; one without a body asks for nothing in particular.
pub(crate) fn parse<S: Shape>(body: &[u8]) -> Result<S, Refusal> {
    if body.is_empty() {
        return Ok(S::default());
    }
    let mut reader = Reader { bytes: body, decoder: Decoder::new(body) };
    let read = reader.structure().and_then(|shape| reader.end().map(|()| shape));
    read.map_err(|error| Refusal::new(&SERIALIZATION, error.to_string()))
}

impl Reader<'_> {
    pub(crate) fn structure<S: Shape>(&mut self) -> Read<S> {
        let mut shape = S::default();
        let length = self.decoder.map()?;
        self.each(length, |reader| {
            let name = reader.decoder.str()?;
            match reader.decoder.datatype()? {
                Type::Null | Type::Undefined => reader.skip(),
                _ => shape.take(&name, reader),
            }
        })?;
        Ok(shape)
    }

    /// The elements of a list, if there are up to `most`; else one more than that, so that it shows
    /// and takes no memory.
    pub(crate) fn list<T>(
        &mut self,
        most: usize,
        mut element: impl FnMut(&mut Self) -> Read<T>,
    ) -> Read<Vec<T>> {
        let mut elements = Vec::new();
        let length = self.decoder.list()?;
        self.each(length, |reader| {
            if elements.len() > most {
                return reader.skip();
            }
            elements.push(element(reader)?);
            Ok(())
        })?;
        Ok(elements)
    }

    pub(crate) fn text(&mut self) -> Read<String> {
        self.decoder.string()
    }

    /// A whole number of any width.
    pub(crate) fn integer(&mut self) -> Read<i64> {
        self.decoder.long()
    }

    /// A number of any kind and width, as near as a double gets to it.
    pub(crate) fn double(&mut self) -> Read<f64> {
        match self.decoder.datatype()? {
            Type::F16 | Type::F32 | Type::F64 => self.decoder.double(),
            // These do not fit into 64 bits with a sign.
            Type::Int | Type::U64 => {
                let position = self.decoder.position();
                let number = self.decoder.big_integer()?;
                number.as_ref().parse().map_err(|_| DeserializeError::custom("not a number", position))
            }
            #[expect(clippy::cast_precision_loss, reason = "a double is what is asked for")]
            _ => self.decoder.long().map(|number| number as f64),
        }
    }

    /// A time, as milliseconds since 1970, rounded to the nearest.
    pub(crate) fn timestamp(&mut self) -> Read<i64> {
        let position = self.decoder.position();
        if self.bytes.get(position) != Some(&EPOCH_SECONDS) {
            return Err(DeserializeError::custom("expected a timestamp", position));
        }
        self.decoder.set_position(position + 1);
        let seconds = self.double()?;
        if !seconds.is_finite() {
            return Err(DeserializeError::custom("a timestamp that is not a number", position));
        }
        #[expect(clippy::cast_possible_truncation, reason = "it saturates, far from any valid time")]
        Ok((seconds * 1000.0).round() as i64)
    }

    pub(crate) fn skip(&mut self) -> Read<()> {
        self.decoder.skip()
    }

    /// Reads that many items, or, without a length, those before the break.
    fn each(&mut self, length: Option<u64>, mut item: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        match length {
            Some(length) => (0..length).try_for_each(|_| item(self)),
            None => {
                while self.decoder.datatype()? != Type::Break {
                    item(self)?;
                }
                self.decoder.skip()
            }
        }
    }

    fn end(&self) -> Read<()> {
        match self.decoder.position() {
            position if position == self.bytes.len() => Ok(()),
            position => Err(DeserializeError::expected_end_of_stream(position)),
        }
    }
}

/// The tag before a time, in its shortest form.
const EPOCH_SECONDS: u8 = 0xc1;
