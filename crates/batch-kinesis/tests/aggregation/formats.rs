//! Whether libraries that others wrote read what the writer writes.

use std::collections::BTreeMap;

use aws_sdk_kinesis::Client;
use batch_kinesis::{Aggregate, Kinesis, KinesisWriter, Record};
use batch_local::LocalServer;
use bytes::Bytes;
use fastrand::Rng;

use crate::decoder::Decoder;

/// Five records with two keys, `pk0` and `pk1`, as a library writes them that others wrote.
const GOLDEN: &str = "f3899ac20a03706b300a03706b311a0908001a0564617461301a0908011a0564617461311a0908001a056461746132\
                      1a0908011a0564617461331a0908001a05646174613433b9e14f9ac85238708fb827592a9ee5";

/// What a record is found by, and its data in their order.
type Found = BTreeMap<(String, Option<String>), Vec<Bytes>>;

/// The libraries read an aggregate that they are known to read, so that this suite understands them.
pub(crate) fn check_golden(decoders: &[Decoder]) {
    let digit = |at: usize| u8::from_str_radix(&GOLDEN[at..at + 2], 16).unwrap();
    let golden: Vec<u8> = (0..GOLDEN.len()).step_by(2).map(digit).collect();
    for decoder in decoders {
        let decoded = decoder.decode_all(vec![("a", &golden), ("b", b"plain")]);
        let shown = |n: usize| (0, Some(n), format!("pk{}", n % 2), Bytes::from(format!("data{n}")));
        let expected = (0..5).map(shown).chain([(1, None, "b".to_owned(), Bytes::from("plain"))]);
        let found = decoded.into_iter().map(|one| (one.record, one.place, one.key, one.data));
        assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{}", decoder.name);
    }
    println!("the golden vector is read by {} libraries", decoders.len());
}

/// The libraries read a thousand aggregates of random records, each with its key, and those that travel alone.
pub(crate) async fn check_random(decoders: &[Decoder]) {
    let server = LocalServer::new();
    let client = Client::new(&server.sdk_config());
    client.create_stream().stream_name("random").shard_count(2_000).send().await.unwrap();
    let service = Kinesis::new(client, "random").aggregate(Aggregate::ByKey);
    let writer = KinesisWriter::builder(service).build().unwrap();
    let mut rng = Rng::with_seed(7);
    let mut expected = Found::new();
    let mut receipts = Vec::new();
    for _ in 0..1_000 {
        let (key, hash_key) = keys(&mut rng);
        for _ in 0..rng.usize(1..14) {
            let data = data(&mut rng);
            let record = Record::new(data.clone()).partition_key(&*key);
            let record = match &hash_key {
                Some(hash_key) => record.explicit_hash_key(&**hash_key),
                None => record,
            };
            receipts.push((data.clone(), writer.submit_tracked(record).await.unwrap()));
            expected.entry((key.clone(), hash_key.clone())).or_default().push(data);
        }
    }
    assert!(writer.flush().await.is_empty());
    let records = server.kinesis().accepted("random");
    let at = |number: &str| records.iter().position(|record| record.sequence_number == number).unwrap();
    let mut places = BTreeMap::new();
    for (data, receipt) in receipts {
        let sent = receipt.await.unwrap().response.unwrap();
        let place = sent.sub_sequence_number().map(|place| usize::try_from(place).unwrap());
        places.insert((at(sent.sequence_number()), place), data);
    }
    for decoder in decoders {
        let mut found = Found::new();
        for one in decoder.decode(&records) {
            assert_eq!(
                places.get(&(one.record, one.place)),
                Some(&one.data),
                "a receipt tells another place"
            );
            assert_eq!(records[one.record].partition_key.as_ref(), Some(&one.key));
            let stored = &records[one.record].explicit_hash_key;
            // Of records that travel alone, the libraries know no explicit hash key.
            let hash_key = one.place.map_or_else(|| stored.clone(), |_| one.hash_key.clone());
            assert_eq!(&hash_key, stored);
            found.entry((one.key, hash_key)).or_default().push(one.data);
        }
        assert_eq!(found, expected, "{}", decoder.name);
    }
    println!("1,000 random aggregates and {} records in all are as they were sent", places.len());
}

/// A partition key of any characters, and an explicit hash key or none.
fn keys(rng: &mut Rng) -> (String, Option<String>) {
    let letters: Vec<char> = "abc 0/ä€\u{1f600}\"\\".chars().collect();
    let length = [1, 8, 127, 128, 256][rng.usize(..5)];
    let name: String = (0..length.min(240)).map(|_| letters[rng.usize(..letters.len())]).collect();
    let key = format!("{}{name}", rng.u32(..));
    let hash_key = rng.bool().then(|| rng.u128(..).to_string());
    (key, hash_key)
}

/// Data of lengths around those where a number takes another byte; some of it begins like an aggregate.
fn data(rng: &mut Rng) -> Bytes {
    let length = [0, 1, 100, 123, 124, 127, 128, 129, 500, 16_383, 16_384, 60_000][rng.usize(..12)];
    let mut data: Vec<u8> = (0..length).map(|_| rng.u8(..)).collect();
    if rng.usize(..10) == 0 {
        data.splice(..0, [0xf3, 0x89, 0x9a, 0xc2]);
    }
    data.into()
}
