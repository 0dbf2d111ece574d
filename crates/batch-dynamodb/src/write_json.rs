//! Writes made of JSON and of what serializes, and back.

use serde::Serialize;

use crate::{ItemError, Write, json, typed_json};

impl Write {
    /// A put of this value as JSON: [`put_json`](Self::put_json) of its `serde_json` text, in which NaN and
    /// infinities become `null`, and which has neither bytes nor sets.
    ///
    /// ```
    /// use batch_dynamodb::Write;
    ///
    /// #[derive(serde::Serialize)]
    /// struct Order {
    ///     id: u128,
    /// }
    ///
    /// let write = Write::json(&Order { id: 98_765_432_109_876_543_210 })?;
    /// assert_eq!(write.to_json().as_deref(), Some(r#"{"id":98765432109876543210}"#));
    /// # Ok::<(), batch_dynamodb::ItemError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the value cannot be written as JSON, and as for [`put_json`](Self::put_json).
    pub fn json(value: &impl Serialize) -> Result<Self, ItemError> {
        let text = serde_json::to_string(value).map_err(|error| ItemError::Serialize(error.into()))?;
        Self::put_json(&text)
    }

    /// A put of this JSON object: strings, numbers, Booleans and `null` keep their type, an array becomes a
    /// list, an object a map. Numbers keep every digit.
    ///
    /// For DynamoDB JSON, in which each value stands in an object that names its type (`{"pk": {"S": "a"}}`),
    /// use [`from_dynamodb_json`](Self::from_dynamodb_json). Here such objects become maps, and `submit`
    /// rejects a key that is one.
    ///
    /// The text itself is not kept; [`to_json`](Self::to_json) writes an equivalent one.
    ///
    /// ```
    /// use batch_dynamodb::{AttributeValue, Write};
    ///
    /// let write = Write::put_json(r#"{"pk": "sku-17", "price": 12345678901234567890.12345678901234567890}"#)?;
    /// let price = AttributeValue::N("12345678901234567890.12345678901234567890".to_owned());
    /// assert_eq!(write.attributes()["price"], price);
    /// # Ok::<(), batch_dynamodb::ItemError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is not JSON or not an object, has an object with two members of the same name, or is
    /// nested above 32 levels. Errors report the position, and never show the text.
    pub fn put_json(text: &str) -> Result<Self, ItemError> {
        json::attributes(text).map(Self::put)
    }

    /// A put of this object in DynamoDB JSON, as the AWS CLI prints items and exports of tables store them:
    /// each value stands in an object that names its type, such as `{"S": "a"}`, `{"N": "12.5"}` or
    /// `{"B": "AP8="}`, bytes in base64. Numbers keep every digit.
    ///
    /// If the one member of the object is called `Item` and its value names no type, the item is that value:
    /// so are the lines of an export, and the output of `aws dynamodb get-item`.
    ///
    /// ```
    /// use batch_dynamodb::{AttributeValue, Write};
    ///
    /// let write = Write::from_dynamodb_json(r#"{"pk": {"S": "sku-17"}, "sizes": {"NS": ["40", "40.5"]}}"#)?;
    /// assert_eq!(write.attributes()["pk"], AttributeValue::S("sku-17".to_owned()));
    ///
    /// let line = Write::from_dynamodb_json(r#"{"Item": {"pk": {"S": "sku-17"}, "sizes": {"NS": ["40", "40.5"]}}}"#)?;
    /// assert_eq!(line, write);
    /// # Ok::<(), batch_dynamodb::ItemError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is not JSON or not an object, when a value names no type or is none of its type, and as
    /// for [`put_json`](Self::put_json). Errors report the position, and never show the text.
    pub fn from_dynamodb_json(text: &str) -> Result<Self, ItemError> {
        typed_json::attributes(text).map(Self::put)
    }

    /// A put of this value as `serde_dynamo` converts it; its helpers produce bytes and sets. It keeps NaN
    /// and infinities, which `submit` then rejects.
    ///
    /// ```
    /// use batch_dynamodb::{AttributeValue, Write};
    ///
    /// #[derive(serde::Serialize)]
    /// struct Order {
    ///     pk: String,
    ///     amount: i64,
    /// }
    ///
    /// let write = Write::serialize(&Order { pk: "order-7".to_owned(), amount: 12 })?;
    /// assert_eq!(write.attributes()["amount"], AttributeValue::N("12".to_owned()));
    /// # Ok::<(), batch_dynamodb::ItemError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the value is neither a struct nor a map with string keys, or has a part that `serde_dynamo`
    /// does not support, such as a 128-bit integer; [`json`](Self::json) supports those.
    #[cfg(feature = "serde")]
    pub fn serialize(value: &impl Serialize) -> Result<Self, ItemError> {
        let item = serde_dynamo::to_item(value).map_err(|error| ItemError::Serialize(error.into()))?;
        Ok(Self::put(item))
    }

    /// The attributes as a JSON object, with members sorted by name; `None` if they include sets or bytes,
    /// which JSON does not have. Numbers keep every digit. [`put_json`](Self::put_json) creates the same
    /// put from it.
    ///
    /// ```
    /// use batch_dynamodb::Write;
    ///
    /// let write = Write::put_json(r#"{"pk": "sku-17", "old": null, "price": 1.50}"#)?;
    /// assert_eq!(write.to_json().as_deref(), Some(r#"{"old":null,"pk":"sku-17","price":1.50}"#));
    /// # Ok::<(), batch_dynamodb::ItemError>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> Option<String> {
        json::text(self.attributes())
    }
}
