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

/// The texts of all members of the name `Id`.
pub(crate) fn ids(json: &[u8]) -> impl Iterator<Item = &str> {
    memmem::find_iter(json, ID).filter_map(|at| {
        let text = json.get(at + ID.len()..)?;
        let end = memchr::memchr(b'"', text)?;
        from_utf8(text.get(..end)?).ok()
    })
}

const ID: &[u8] = br#""Id":""#;

#[cfg(test)]
mod tests {
    use super::{ids, objects, occurrences};

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
}
