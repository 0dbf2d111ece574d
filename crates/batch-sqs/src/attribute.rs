use std::borrow::Cow;
use std::fmt;

/// The value of a message attribute: text, a number or bytes, with an optional label that refines its type
/// for consumers, such as `String.uuid`.
///
/// `Debug` shows type and length, never the value.
///
/// ```
/// use batch_sqs::{AttributeValue, Message};
///
/// let message = Message::new("{}")
///     .attribute("tenant", "acme")
///     .attribute("weight", 12)
///     .attribute("price", AttributeValue::number("9.99").label("eur"))
///     .attribute("thumbnail", AttributeValue::binary([0xff, 0xd8]).label("jpg"));
/// assert_eq!(message.attributes().count(), 4);
/// ```
#[derive(Clone, Eq, PartialEq)]
pub enum AttributeValue {
    /// Any bytes.
    Binary {
        /// The bytes.
        bytes: Vec<u8>,
        /// The label that refines the type.
        label: Option<String>,
    },
    /// A number in decimal notation: up to 38 digits, between 10^-128 and 10^126.
    Number {
        /// The number, sent as it is.
        text: String,
        /// The label that refines the type.
        label: Option<String>,
    },
    /// Text.
    String {
        /// The text.
        text: String,
        /// The label that refines the type.
        label: Option<String>,
    },
}

impl AttributeValue {
    /// A value of type `Binary`.
    ///
    /// ```
    /// use batch_sqs::AttributeValue;
    ///
    /// assert_eq!(AttributeValue::binary([1, 2]).data_type(), "Binary");
    /// ```
    #[must_use]
    pub fn binary(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Binary { bytes: bytes.into(), label: None }
    }

    /// A value of type `Number`, sent as `number` displays itself. Anything but a number is rejected when
    /// its message is submitted.
    ///
    /// ```
    /// use batch_sqs::AttributeValue;
    ///
    /// assert_eq!(AttributeValue::number(42), AttributeValue::number("42"));
    /// ```
    #[must_use]
    pub fn number(number: impl fmt::Display) -> Self {
        Self::Number { text: number.to_string(), label: None }
    }

    /// A value of type `String`.
    ///
    /// ```
    /// use batch_sqs::AttributeValue;
    ///
    /// assert_eq!(AttributeValue::string("acme"), "acme".into());
    /// ```
    #[must_use]
    pub fn string(text: impl Into<String>) -> Self {
        Self::String { text: text.into(), label: None }
    }

    /// Refines the type: `label("uuid")` makes `String` into `String.uuid`.
    ///
    /// ```
    /// use batch_sqs::AttributeValue;
    ///
    /// let value = AttributeValue::string("7f3c").label("uuid");
    /// assert_eq!(value.data_type(), "String.uuid");
    /// ```
    #[must_use]
    pub fn label(mut self, refined: impl Into<String>) -> Self {
        let (Self::Binary { label, .. } | Self::Number { label, .. } | Self::String { label, .. }) =
            &mut self;
        *label = Some(refined.into());
        self
    }

    /// The type as the service spells it, including the label.
    #[must_use]
    pub fn data_type(&self) -> Cow<'static, str> {
        match self.parts() {
            (data_type, None, _) => Cow::Borrowed(data_type),
            (data_type, Some(label), _) => Cow::Owned(format!("{data_type}.{label}")),
        }
    }

    /// What type and value count, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let (data_type, label, value) = self.parts();
        data_type.len() + label.map_or(0, |label| 1 + label.len()) + value.len()
    }

    /// What it occupies on the heap, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        let (label, value) = match self {
            Self::Binary { bytes, label } => (label, bytes.capacity()),
            Self::Number { text, label } | Self::String { text, label } => (label, text.capacity()),
        };
        value + label.as_ref().map_or(0, String::capacity)
    }

    /// The type without its label, the label, and the value as it counts.
    pub(crate) fn parts(&self) -> (&'static str, Option<&str>, &[u8]) {
        match self {
            Self::Binary { bytes, label } => ("Binary", label.as_deref(), bytes),
            Self::Number { text, label } => ("Number", label.as_deref(), text.as_bytes()),
            Self::String { text, label } => ("String", label.as_deref(), text.as_bytes()),
        }
    }
}

impl fmt::Debug for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, _, value) = self.parts();
        write!(f, "{}({} bytes)", self.data_type(), value.len())
    }
}

impl From<&str> for AttributeValue {
    fn from(text: &str) -> Self {
        Self::string(text)
    }
}

impl From<String> for AttributeValue {
    fn from(text: String) -> Self {
        Self::string(text)
    }
}

impl From<&[u8]> for AttributeValue {
    fn from(bytes: &[u8]) -> Self {
        Self::binary(bytes)
    }
}

impl From<Vec<u8>> for AttributeValue {
    fn from(bytes: Vec<u8>) -> Self {
        Self::binary(bytes)
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for AttributeValue {
            fn from(number: $integer) -> Self {
                Self::number(number)
            }
        }
    )*};
}

from_integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

#[cfg(test)]
mod tests {
    use super::AttributeValue;

    #[test]
    fn debug_shows_type_and_length_but_no_value() {
        let value = AttributeValue::string("secret").label("token");
        assert_eq!(format!("{value:?}"), "String.token(6 bytes)");
        assert_eq!(format!("{:?}", AttributeValue::binary(*b"secret")), "Binary(6 bytes)");
        assert_eq!(format!("{:?}", AttributeValue::number(123_456)), "Number(6 bytes)");
    }

    #[test]
    fn what_it_occupies_is_the_room_of_its_texts() {
        let mut roomy = String::with_capacity(100);
        roomy.push('x');
        assert_eq!(AttributeValue::string(roomy).label("token").heap_bytes(), 100 + 5);
        assert_eq!(AttributeValue::binary([1, 2, 3]).heap_bytes(), 3);
        assert_eq!(AttributeValue::string("").heap_bytes(), 0);
    }

    #[test]
    fn what_converts_gets_the_type_that_fits() {
        assert_eq!(AttributeValue::from(-7_i64), AttributeValue::number("-7"));
        assert_eq!(AttributeValue::from("x".to_owned()), AttributeValue::string("x"));
        assert_eq!(AttributeValue::from(vec![1]), AttributeValue::binary([1]));
        assert_eq!(AttributeValue::from(&[1_u8][..]), AttributeValue::binary([1]));
    }
}
