use async_trait::async_trait;
use aws_sdk_firehose::Client;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::{ExtendedS3DestinationConfiguration, Record as Entry};
use batch_core::{Settings, Writer};
use batch_firehose::{Firehose, FirehoseWriter, Record};
use batchwright_kit::Setup;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::endpoint::Endpoint;
use crate::remote::{Held, Remote};

/// A delivery stream, and the bucket of the same name to which it delivers.
pub(crate) struct Records {
    client: Client,
    bucket: Bucket,
}

#[async_trait]
impl Remote for Records {
    type Service = Firehose;

    const BATCH: usize = 500;
    const LANES: usize = 0;
    const FORBIDDEN: &'static [&'static str] = &[TOO_LARGE];

    async fn create(endpoint: &Endpoint, name: &str) -> Self {
        let bucket = Bucket { url: endpoint.url.clone(), name: name.to_owned() };
        bucket.request("PUT", "").await;
        let destination = ExtendedS3DestinationConfiguration::builder()
            .bucket_arn(format!("arn:aws:s3:::{name}"))
            .role_arn("arn:aws:iam::123456789012:role/delivery")
            .build();
        let client = client(endpoint);
        let create = client.create_delivery_stream().delivery_stream_name(name);
        create.extended_s3_destination_configuration(destination.unwrap()).send().await.unwrap();
        Self { client, bucket }
    }

    fn writer(&self, settings: Settings) -> Writer<Firehose> {
        writer(&self.client, &self.bucket.name, settings)
    }

    fn elsewhere(&self, endpoint: &Endpoint, settings: Settings) -> Writer<Firehose> {
        writer(&client(endpoint), &self.bucket.name, settings)
    }

    fn astray(&self) -> Option<Writer<Firehose>> {
        Some(writer(&self.client, "nowhere", Settings::new()))
    }

    fn entry(&self, n: usize, text: &str, _: usize) -> Record {
        Record::new(format!("{n} {text}{END}"))
    }

    async fn held(&self, _: usize) -> Vec<Held> {
        let mut held = Vec::new();
        for key in self.bucket.keys().await {
            let object = self.bucket.request("GET", &key).await;
            held.extend(object.split_terminator(END).map(read));
        }
        held
    }

    fn forbidden(&self, _: &str) -> Record {
        Record::new(vec![b'x'; 1_024_001])
    }

    async fn refuses(&self, what: &str) -> bool {
        let entry = Entry::builder().data(Blob::new(self.forbidden(what).into_data())).build().unwrap();
        let put = self.client.put_record_batch().delivery_stream_name(&self.bucket.name).records(entry);
        match put.send().await {
            Ok(response) => response.request_responses.iter().any(|result| result.error_code.is_some()),
            Err(_) => true,
        }
    }
}

/// A bucket of Amazon S3, reached without its SDK.
struct Bucket {
    url: String,
    name: String,
}

impl Bucket {
    /// The keys of all objects, which come in pages.
    async fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        loop {
            let after = keys.last().map_or("", String::as_str);
            let page = self.request("GET", &format!("?list-type=2&start-after={after}")).await;
            let found = page.split("<Key>").skip(1).filter_map(|rest| rest.split_once("</Key>"));
            let before = keys.len();
            keys.extend(found.map(|(key, _)| key.to_owned()));
            if keys.len() == before {
                return keys;
            }
        }
    }

    /// The body of the response.
    async fn request(&self, method: &str, path: &str) -> String {
        let host = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).await.unwrap();
        let head = format!("{method} /{}/{path} HTTP/1.0\r\nHost: {host}\r\n{SIGNATURE}\r\n\r\n", self.name);
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        assert!(
            head.lines().next().is_some_and(|status| status.contains(" 200 ")),
            "{method} {path}: {head}"
        );
        body.to_owned()
    }
}

fn client(endpoint: &Endpoint) -> Client {
    Client::new(&Setup::at(&endpoint.url).build())
}

fn writer(client: &Client, name: &str, settings: Settings) -> Writer<Firehose> {
    FirehoseWriter::builder(Firehose::new(client.clone(), name)).settings(settings).build().unwrap()
}

fn read(record: &str) -> Held {
    let (n, text) = record.split_once(' ').unwrap();
    Held { n: n.parse().unwrap(), text: text.to_owned(), lane: 0 }
}

/// No server checks it, but moto wants one.
const SIGNATURE: &str = "Authorization: AWS4-HMAC-SHA256 \
                         Credential=local/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";

/// What ends a record among others of its object: no text has it.
const END: char = '\u{1e}';

const TOO_LARGE: &str = "data of one byte over 1,000 KiB";
