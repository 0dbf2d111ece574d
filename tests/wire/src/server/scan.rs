//! Finds what it needs of a request without reading all of it: the entries that these programs send hold no
//! quotes, braces or names of members.

use std::str::from_utf8;

use memchr::memmem;

/// How many objects are in the outermost one.
pub(crate) fn objects(json: &[u8]) -> usize {
    json.iter().filter(|&&byte| byte == b'{').count().saturating_sub(1)
}

/// How often this occurs.
pub(crate) fn occurrences(body: &[u8], needle: &str) -> usize {
    memmem::find_iter(body, needle.as_bytes()).count()
}

/// The operation that a form of the Query protocol is for, which it begins with.
pub(crate) fn action(form: &[u8]) -> Option<&str> {
    until(b'&', form.strip_prefix(b"Action=")?)
}

/// The texts of all members of the name `Id`.
pub(crate) fn ids(json: &[u8]) -> impl Iterator<Item = &str> {
    texts(json, br#""Id":""#, b'"')
}

/// The values of the name `Id` of all members of lists, as they are encoded.
pub(crate) fn form_ids(form: &[u8]) -> impl Iterator<Item = &str> {
    texts(form, b".Id=", b'&')
}

/// Every text between these two.
fn texts<'a>(body: &'a [u8], before: &'static [u8], after: u8) -> impl Iterator<Item = &'a str> {
    memmem::find_iter(body, before).filter_map(move |at| until(after, body.get(at + before.len()..)?))
}

/// The text up to the first of these bytes.
fn until(end: u8, body: &[u8]) -> Option<&str> {
    from_utf8(body.get(..memchr::memchr(end, body)?)?).ok()
}

#[cfg(test)]
mod tests {
    use super::{action, form_ids, ids, objects, occurrences};

    #[test]
    fn entries_are_counted_by_what_each_has_once() {
        assert_eq!(objects(br#"{"Records":[{"Data":"YQ=="},{"Data":""}],"StreamName":"x"}"#), 2);
        assert_eq!(objects(b"{}"), 0);
        assert_eq!(objects(b""), 0);
        assert_eq!(occurrences(b"\xa1MetricName\xffMetricName", "MetricName"), 2);
    }

    #[test]
    fn ids_are_found_in_their_order() {
        let json = br#"{"Entries":[{"Id":"7","MessageBody":"Id"},{"MessageBody":"b","Id":"x-2"}]}"#;
        assert_eq!(ids(json).collect::<Vec<_>>(), ["7", "x-2"]);
    }

    #[test]
    fn a_form_tells_its_operation_and_the_ids_of_its_entries() {
        let entries = "Entries.member.1.Id=7&Entries.member.1.Message=Id&Entries.member.2.Id=x-2&Z=1";
        let form = format!("Action=PublishBatch&TopicArn=a&{entries}");
        assert_eq!(action(form.as_bytes()), Some("PublishBatch"));
        assert_eq!(form_ids(form.as_bytes()).collect::<Vec<_>>(), ["7", "x-2"]);
        assert_eq!(action(b"TopicArn=a&Action=PublishBatch"), None);
    }
}
