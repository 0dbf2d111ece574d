//! Requests of the query protocol: a form, whose names spell structures, as in
//! `PublishBatchRequestEntries.member.1.Message`.

use std::collections::BTreeMap;
use std::ops::Bound;

use bytes::Bytes;

use super::operation::Operation;
use crate::refusal::{Refusal, SERIALIZATION};

/// The fields of a request.
#[derive(Debug)]
pub(super) struct Form(BTreeMap<String, String>);

/// The fields below a name.
#[derive(Debug)]
pub(super) struct Part<'a> {
    form: &'a Form,
    prefix: String,
}

/// The operation that a form asks for; none if it is for another service. Every SDK writes these two fields
/// first.
pub(crate) fn operation(body: &Bytes) -> Option<Operation> {
    let rest = body.strip_prefix(b"Action=")?;
    let (name, rest) = rest.split_at(rest.iter().position(|&byte| byte == b'&')?);
    rest.starts_with(VERSION).then(|| Operation::named(str::from_utf8(name).ok()?))?
}

impl Form {
    pub(super) fn read(body: &Bytes) -> Result<Self, Refusal> {
        let fields = body.split(|&byte| byte == b'&').filter(|field| !field.is_empty());
        let read = |field: &[u8]| {
            let end = field.iter().position(|&byte| byte == b'=').unwrap_or(field.len());
            Some((decode(&field[..end])?, decode(field.get(end + 1..).unwrap_or_default())?))
        };
        let fields = fields.map(read).collect::<Option<_>>();
        fields.map(Self).ok_or_else(|| Refusal::new(&SERIALIZATION, "the body is not a form in UTF-8"))
    }

    pub(super) fn all(&self) -> Part<'_> {
        Part { form: self, prefix: String::new() }
    }
}

impl<'a> Part<'a> {
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.form.0.get(&format!("{}{name}", self.prefix)).map(String::as_str)
    }

    /// The parts of a list, or the entries of a map: those below `1`, `2` and so on.
    pub(super) fn list(&self, name: &str) -> Vec<Part<'a>> {
        let parts = (1..).map(|n| Part { form: self.form, prefix: format!("{}{name}.{n}.", self.prefix) });
        parts.take_while(Part::is_there).collect()
    }

    fn is_there(&self) -> bool {
        let mut from = self.form.0.range::<str, _>((Bound::Included(&*self.prefix), Bound::Unbounded));
        from.next().is_some_and(|(name, _)| name.starts_with(&self.prefix))
    }
}

/// The text that a part of a form stands for; none if that is not UTF-8.
fn decode(field: &[u8]) -> Option<String> {
    let mut decoded = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        decoded.push(match byte {
            b'%' => {
                let (digits, after) = rest.split_at_checked(2)?;
                rest = after;
                let digits = str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
                u8::from_str_radix(digits, 16).ok()?
            }
            b'+' => b' ',
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

const VERSION: &[u8] = b"&Version=2010-03-31";

#[cfg(test)]
mod tests {
    use super::*;

    fn form(body: &'static str) -> Form {
        Form::read(&Bytes::from_static(body.as_bytes())).expect("it is a form")
    }

    #[test]
    fn an_operation_is_told_by_its_name_and_the_version_of_the_service() {
        let operation = |body: &'static str| operation(&Bytes::from_static(body.as_bytes()));
        assert_eq!(operation("Action=Publish&Version=2010-03-31&Message=x"), Some(Operation::Publish));
        for body in
            ["", "{}", "Action=Publish", "Action=Publish&Version=2012-11-05", "Action=Go&Version=2010-03-31"]
        {
            assert_eq!(operation(body), None, "{body}");
        }
    }

    #[test]
    fn fields_are_decoded_and_found_by_their_names() {
        let form = form("Action=Publish&Message=a%26b+%C3%A4&Empty=&Alone");
        let all = form.all();
        let get = |name| all.get(name);
        assert_eq!(
            (get("Message"), get("Empty"), get("Alone"), get("x")),
            (Some("a&b ä"), Some(""), Some(""), None)
        );
    }

    #[test]
    fn lists_end_where_a_number_is_missing() {
        let form =
            form("L.member.2.A=2&L.member.1.A=1&L.member.1.M.entry.1.Name=n&L.member.4.A=4&L.member.10.A=10");
        let list = form.all().list("L.member");
        assert_eq!(list.iter().map(|part| part.get("A")).collect::<Vec<_>>(), [Some("1"), Some("2")]);
        assert_eq!(list[0].list("M.entry")[0].get("Name"), Some("n"));
        assert!(list[1].list("M.entry").is_empty());
    }

    #[test]
    fn what_is_not_a_form_is_refused() {
        for body in ["a=%", "a=%4", "a=%zz", "a=%FF", "%C3=a"] {
            assert!(Form::read(&Bytes::from_static(body.as_bytes())).is_err(), "{body}");
        }
        // `u8::from_str_radix` alone takes a sign.
        assert!(Form::read(&Bytes::from_static(b"a=%+1")).is_err());
    }
}
