//! Responses of the query protocol.

/// An XML document that is written from left to right.
#[derive(Debug, Default)]
pub(crate) struct Xml(String);

impl Xml {
    /// The response of an operation with this result.
    pub(crate) fn response(operation: &str, result: impl FnOnce(&mut Self)) -> String {
        let mut xml = Self(format!("<{operation}Response xmlns=\"{NAMESPACE}\">"));
        xml.element(&format!("{operation}Result"), result);
        xml.0 + "</" + operation + "Response>"
    }

    /// An error.
    pub(crate) fn error(blamed: &str, code: &str, message: &str) -> String {
        let mut xml = Self(format!("<ErrorResponse xmlns=\"{NAMESPACE}\">"));
        xml.element("Error", |xml| {
            xml.text("Type", blamed);
            xml.text("Code", code);
            xml.text("Message", message);
        });
        xml.0 + "</ErrorResponse>"
    }

    pub(crate) fn element(&mut self, name: &str, inner: impl FnOnce(&mut Self)) {
        self.0 += &format!("<{name}>");
        inner(self);
        self.0 += &format!("</{name}>");
    }

    /// What XML does not allow is left out.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.element(name, |xml| {
            for character in text.chars() {
                match character {
                    '&' => xml.0 += "&amp;",
                    '<' => xml.0 += "&lt;",
                    '>' => xml.0 += "&gt;",
                    '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'.. => xml.0.push(character),
                    _ => {}
                }
            }
        });
    }
}

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_and_elements_closed() {
        let xml = Xml::response("Publish", |xml| xml.text("MessageId", "<a & b>\u{1}"));
        let result = "<PublishResult><MessageId>&lt;a &amp; b&gt;</MessageId></PublishResult>";
        assert_eq!(xml, format!("<PublishResponse xmlns=\"{NAMESPACE}\">{result}</PublishResponse>"));
    }
}
