use std::error::Error;

use crate::limits::LEVELS;

/// Why a value cannot be converted to an item. No variant shows any part of the value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ItemError {
    /// Two members of one object have the same name, so that one of them would be lost.
    #[error(
        "two members of a JSON object have the same name, the second with its value at byte {byte}; rename one"
    )]
    DuplicateName {
        /// The start of the value of the second, in bytes from 0.
        byte: usize,
    },
    /// A value in DynamoDB JSON names a type that it is not of.
    #[error("the value at byte {byte} of the JSON text names the type {named}, and must be {expected}")]
    Mistyped {
        /// Where the value begins, in bytes from 0.
        byte: usize,
        /// The type that it names.
        named: &'static str,
        /// What a value of this type is in DynamoDB JSON.
        expected: &'static str,
    },
    /// The JSON is not an object, and an item has named attributes.
    #[error("the JSON text is not an object, and an item consists of named attributes; wrap it in an object")]
    NotAnObject,
    /// The value cannot be serialized.
    #[error("the value cannot be serialized to an item")]
    Serialize(#[source] Box<dyn Error + Send + Sync>),
    /// The text is not JSON.
    #[error("the text is not valid JSON at line {line}, column {column}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The byte of the line, from 1; 0 before its first byte.
        column: usize,
    },
    /// Lists and maps are nested too deeply.
    #[error(
        "the value at byte {byte} of the JSON text is nested deeper than {LEVELS} levels; flatten it, or store it as a string"
    )]
    TooDeep {
        /// Where the value begins, in bytes from 0.
        byte: usize,
    },
    /// A string has an escape that does not encode a character, such as half of a surrogate pair.
    #[error("the value at byte {byte} of the JSON text has an escape that does not encode a character")]
    Unreadable {
        /// Where the value begins, in bytes from 0.
        byte: usize,
    },
    /// A value in DynamoDB JSON names no type.
    #[error(
        "the value at byte {byte} of the JSON text is not DynamoDB JSON, in which an object names the type of its one \
         value, such as {{\"S\": \"a\"}}; for plain JSON use `Write::put_json`"
    )]
    Untyped {
        /// Where the value begins, in bytes from 0.
        byte: usize,
    },
}
