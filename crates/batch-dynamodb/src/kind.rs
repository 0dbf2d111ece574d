/// What a write does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Delete,
    Put,
}

impl Kind {
    /// What is before the attributes, within the braces of a write.
    pub(crate) fn wire_name(self) -> &'static str {
        match self {
            Self::Delete => r#""DeleteRequest":{"Key":"#,
            Self::Put => r#""PutRequest":{"Item":"#,
        }
    }

    /// Where the attributes begin in a write.
    pub(crate) fn wire_start(self) -> usize {
        "{".len() + self.wire_name().len()
    }

    /// The bytes of a write beside its attributes.
    pub(crate) fn wire_bytes(self) -> usize {
        self.wire_start() + "}}".len()
    }
}
