use std::fmt;

use bytes::Bytes;
use serde::Serialize;

/// A record: data of 0 to 1,024,000 bytes.
///
/// What the service would reject is reported when the record is submitted, never by these methods.
/// `Debug` shows the length and no data.
///
/// The service puts nothing between the records that it delivers, unless the delivery stream is told to: where the
/// destination expects lines, a record ends in a newline, as [`json_line`](Self::json_line) makes it.
///
/// ```
/// use batch_firehose::Record;
///
/// assert_eq!(Record::new("21.5 °C\n").data(), "21.5 °C\n".as_bytes());
/// ```
#[derive(Clone, Eq, PartialEq)]
#[must_use]
pub struct Record {
    data: Bytes,
}

impl Record {
    /// A record with these bytes.
    ///
    /// The request shares them instead of copying them. The memory bound of a writer counts their length;
    /// the rest of their allocation (the spare capacity of a vector, the rest of a sliced buffer) lives as
    /// long as the record and is not counted.
    ///
    /// ```
    /// use batch_firehose::Record;
    ///
    /// assert_eq!(Record::new("text"), Record::new(vec![b't', b'e', b'x', b't']));
    /// ```
    pub fn new(data: impl Into<Bytes>) -> Self {
        Self { data: data.into() }
    }

    /// A record whose data is this value as JSON. `serde_json` writes NaN and infinities, which JSON does not
    /// have, as `null`, without an error.
    ///
    /// ```
    /// use batch_firehose::Record;
    ///
    /// assert_eq!(Record::json(&("EWR", 21.5))?.data(), r#"["EWR",21.5]"#.as_bytes());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the value cannot be written as JSON, such as a map whose keys are not strings.
    pub fn json(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        serde_json::to_vec(value).map(|json| Self::new(json.into_boxed_slice()))
    }

    /// The same followed by a newline: one line of the objects that the service writes, as JSON Lines want it.
    /// A delivery stream that appends a delimiter itself needs [`json`](Self::json).
    ///
    /// ```
    /// use batch_firehose::Record;
    ///
    /// #[derive(serde::Serialize)]
    /// struct Measurement {
    ///     celsius: f64,
    /// }
    ///
    /// assert_eq!(Record::json_line(&Measurement { celsius: 21.5 })?.data(), "{\"celsius\":21.5}\n".as_bytes());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As those of [`json`](Self::json).
    pub fn json_line(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        Ok(Self::new(line.into_boxed_slice()))
    }

    /// The data.
    #[must_use]
    pub fn data(&self) -> &Bytes {
        &self.data
    }

    /// The data, without anything else.
    #[must_use]
    pub fn into_data(self) -> Bytes {
        self.data
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("data_bytes", &self.data.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use bytes::Bytes;

    use super::Record;

    #[test]
    fn debug_shows_the_length_and_no_data() {
        assert_eq!(format!("{:?}", Record::new("secret")), "Record { data_bytes: 6 }");
    }

    #[test]
    fn data_of_every_kind_becomes_the_same_record() {
        let expected = Record::new("text");
        assert_eq!(Record::new(String::from("text")), expected);
        assert_eq!(Record::new(b"text".to_vec()), expected);
        assert_eq!(Record::new(Bytes::from_static(b"text")), expected);
        assert_ne!(Record::new("texts"), expected);
    }

    #[test]
    fn data_is_shared_and_not_copied() {
        let data = Bytes::from(b"text".to_vec());
        let place = data.as_ptr();
        assert_eq!(Record::new(data).clone().into_data().as_ptr(), place);
    }

    #[test]
    fn a_value_becomes_json_and_a_line_of_it() {
        let value = BTreeMap::from([("a", "x\ny")]);
        let (json, line) = (Record::json(&value), Record::json_line(&value));
        assert_eq!(json.expect("its keys are texts"), Record::new(r#"{"a":"x\ny"}"#));
        assert_eq!(line.expect("its keys are texts"), Record::new("{\"a\":\"x\\ny\"}\n"));
        let no_json = BTreeMap::from([(Some([1]), 1)]);
        assert!(Record::json(&no_json).is_err() && Record::json_line(&no_json).is_err());
    }
}
