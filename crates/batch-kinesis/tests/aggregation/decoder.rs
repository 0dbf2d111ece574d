//! Libraries that deaggregate records, each in a process of its own.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::process::{ChildStdin, Command, Stdio};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use batch_local::StoredRecord;
use bytes::Bytes;
use serde::Deserialize;

/// A library, as the command that installed it tells: what runs its script in `tests/clients`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Decoder {
    pub(crate) name: String,
    program: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

/// A record that travelled in one of the stream, in an aggregate or alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Decoded {
    /// The position of the record of the stream.
    pub(crate) record: usize,
    /// Its place in the aggregate, if it was in one.
    pub(crate) place: Option<usize>,
    pub(crate) key: String,
    pub(crate) hash_key: Option<String>,
    pub(crate) data: Bytes,
}

impl Decoder {
    /// All that were installed.
    pub(crate) fn all() -> Vec<Self> {
        match std::env::var("BATCHWRIGHT_DECODERS") {
            Ok(told) => serde_json::from_str(&told).expect("`cargo xtask conformance` wrote it"),
            Err(_) => Vec::new(),
        }
    }

    /// Deaggregates records of a stream.
    pub(crate) fn decode(&self, records: &[StoredRecord]) -> Vec<Decoded> {
        let sources = records.iter().map(|record| {
            let key =
                record.partition_key.as_deref().expect("it is no stream that distributes records itself");
            (key, &*record.data)
        });
        self.decode_all(sources.collect())
    }

    /// Deaggregates records with these partition keys and data.
    pub(crate) fn decode_all(&self, records: Vec<(&str, &[u8])>) -> Vec<Decoded> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).envs(self.environment.iter().cloned());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let decoded = thread::scope(|scope| {
            scope.spawn(|| write(stdin, records));
            BufReader::new(stdout).lines().map(|line| Decoded::read(&line.unwrap())).collect()
        });
        assert!(child.wait().unwrap().success(), "{} fails", self.name);
        decoded
    }
}

impl Decoded {
    fn read(line: &str) -> Self {
        let fields: Vec<&str> = line.split('\t').collect();
        let [record, place, key, hash_key, data] = fields[..] else { panic!("{line} has other fields") };
        let optional = |field: &str| Some(field.to_owned()).filter(|field| field != "-");
        Self {
            record: record.parse().unwrap(),
            place: optional(place).map(|place| place.parse().unwrap()),
            key: String::from_utf8(STANDARD.decode(key).unwrap()).unwrap(),
            hash_key: optional(hash_key),
            data: STANDARD.decode(data).unwrap().into(),
        }
    }
}

fn write(stdin: ChildStdin, records: Vec<(&str, &[u8])>) {
    let mut stdin = BufWriter::new(stdin);
    for (key, data) in records {
        writeln!(stdin, "{}\t{}", STANDARD.encode(key), STANDARD.encode(data)).unwrap();
    }
    stdin.flush().unwrap();
}
