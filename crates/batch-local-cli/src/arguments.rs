//! The command line.

use clap::Parser;

use crate::destination::{Destination, Stream, Table};

/// A strict local AWS server with faults, for tests in any language.
///
/// It serves SQS, SNS, Kinesis, Firehose, DynamoDB and CloudWatch metrics to any AWS SDK, over HTTP on
/// 127.0.0.1. It enforces the limits that AWS documents, and keeps what it accepts in memory until it
/// ends. It checks no credentials. The destinations given here exist from the start; clients can create
/// others.
#[derive(Debug, Parser)]
#[command(name = "batch-local", version, after_help = SHORT_AFTER, after_long_help = LONG_AFTER, verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Listen on this port; 0 chooses a free one
    #[arg(long, default_value_t = 4566)]
    pub(crate) port: u16,

    /// Create an SQS queue, FIFO if the name ends in .fifo; repeatable
    #[arg(long = "queue", value_name = "NAME", help_heading = DESTINATIONS)]
    queues: Vec<String>,

    /// Create an SNS topic, FIFO if the name ends in .fifo; repeatable
    #[arg(long = "topic", value_name = "NAME", help_heading = DESTINATIONS)]
    topics: Vec<String>,

    /// Create a Kinesis data stream of one shard, or of so many; repeatable
    #[arg(long = "stream", value_name = "NAME[:SHARDS]", help_heading = DESTINATIONS)]
    streams: Vec<Stream>,

    /// Create a Firehose delivery stream; repeatable
    #[arg(long = "delivery-stream", value_name = "NAME", help_heading = DESTINATIONS)]
    delivery_streams: Vec<String>,

    /// Create a DynamoDB table with this partition key and sort key; repeatable
    ///
    /// A key is a string, or with =N behind its name a number, with =B binary.
    #[arg(long = "table", value_name = "NAME:KEY[:SORT_KEY]", help_heading = DESTINATIONS)]
    tables: Vec<Table>,

    /// Let this share of the writes fail, from 0 to 1
    ///
    /// In the mix of production: mostly throttling and partial failures, sometimes an error, a connection
    /// reset or a response that breaks off. Reads and other operations never fail.
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = rate, help_heading = FAULTS)]
    #[arg(verbatim_doc_comment)]
    pub(crate) faults: f64,

    /// Draw the faults from this seed; the same seed and requests give the same faults
    #[arg(long, default_value_t = 0, help_heading = FAULTS)]
    pub(crate) seed: u64,
}

impl Arguments {
    /// What is to exist from the start.
    pub(crate) fn destinations(&self) -> Vec<Destination> {
        let queues = self.queues.iter().cloned().map(Destination::Queue);
        let topics = self.topics.iter().cloned().map(Destination::Topic);
        let streams = self.streams.iter().cloned().map(Destination::Stream);
        let delivery_streams = self.delivery_streams.iter().cloned().map(Destination::DeliveryStream);
        let tables = self.tables.iter().cloned().map(Destination::Table);
        queues.chain(topics).chain(streams).chain(delivery_streams).chain(tables).collect()
    }
}

fn rate(text: &str) -> Result<f64, &'static str> {
    let rate = text.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or("a share of the writes is a number from 0 to 1, such as 0.1")
}

const DESTINATIONS: &str = "Destinations";

const FAULTS: &str = "Faults";

const SHORT_AFTER: &str = "\
Example:
  batch-local --queue orders.fifo --table orders:id:created=N --faults 0.1 --seed 7

See --help for more.";

const LONG_AFTER: &str = "\
Output:
  When the server is ready, it writes its URL, the destinations and the variables by which SDKs find it
  to standard output, as a script for a shell, and nothing after that.

Exit status:
  0  it was asked to end, by Ctrl-C or SIGTERM
  1  it could not start: the port is taken, or a name is invalid
  2  an argument is wrong

Examples:
  Serve a FIFO queue, a stream of four shards and a table; every tenth write fails:
    batch-local --queue orders.fifo --stream clicks:4 --table orders:id:created=N --faults 0.1 --seed 7

  Run tests against a server of their own:
    batch-local --port 0 --topic alerts > local.env & server=$!
    until [ -s local.env ]; do sleep 0.1; done
    . ./local.env && pytest; kill $server

  Read what a topic or a delivery stream accepted, since AWS has no request for that:
    curl http://127.0.0.1:4566/accepted/sns/alerts
    curl http://127.0.0.1:4566/accepted/firehose/logs";

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::Arguments;
    use crate::destination::{Destination, Key, Stream, Table};

    fn parse(arguments: &str) -> Result<Arguments, String> {
        let arguments = ["batch-local"].into_iter().chain(arguments.split_whitespace());
        Arguments::try_parse_from(arguments).map_err(|error| error.to_string())
    }

    fn check(arguments: &str, expected: &[Destination]) {
        assert_eq!(parse(arguments).expect(arguments).destinations(), expected, "{arguments}");
    }

    fn check_refused(arguments: &str, parts: &[&str]) {
        let error = parse(arguments).expect_err(arguments);
        assert!(parts.iter().all(|part| error.contains(part)), "{arguments}: {error}");
    }

    fn key(name: &str, kind: &'static str) -> Key {
        Key { name: name.to_owned(), kind }
    }

    #[test]
    fn the_command_line_is_coherent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn without_arguments_there_is_an_empty_server_without_faults() {
        let arguments = parse("").expect("no argument is needed");
        assert_eq!((arguments.port, arguments.faults, arguments.seed), (4566, 0.0, 0));
        assert!(arguments.destinations().is_empty());
    }

    #[test]
    fn every_argument_is_read() {
        let arguments = parse("--port 0 --faults 0.1 --seed 7").expect("all is valid");
        assert_eq!((arguments.port, arguments.faults, arguments.seed), (0, 0.1, 7));
        check("--queue a --queue b.fifo", &["a", "b.fifo"].map(|name| Destination::Queue(name.to_owned())));
        check("--topic a", &[Destination::Topic("a".to_owned())]);
        check("--delivery-stream a", &[Destination::DeliveryStream("a".to_owned())]);
        let stream = |shards| [Destination::Stream(Stream { name: "a".to_owned(), shards })];
        check("--stream a", &stream(1));
        check("--stream a:4", &stream(4));
        let table = |keys: &[Key]| {
            let sort = keys.get(1).cloned();
            [Destination::Table(Table { name: "a".to_owned(), partition: keys[0].clone(), sort })]
        };
        check("--table a:id", &table(&[key("id", "S")]));
        check("--table a:id:at", &table(&[key("id", "S"), key("at", "S")]));
        check("--table a:id=B:at=N", &table(&[key("id", "B"), key("at", "N")]));
    }

    #[test]
    fn an_error_names_the_value_and_what_would_be_right() {
        check_refused("--port 70000", &["'70000'", "--port", "0..=65535"]);
        check_refused("--faults 1.5", &["'1.5'", "--faults", "a number from 0 to 1"]);
        check_refused("--faults NaN", &["'NaN'", "a number from 0 to 1"]);
        check_refused("--seed -1", &["-1"]);
        check_refused("--stream a:x", &["'a:x'", "\"x\" is not a number of shards", "clicks:4"]);
        check_refused("--stream a:0", &["'a:0'", "\"0\" is not a number of shards"]);
        check_refused("--stream :4", &["':4'", "the name is missing"]);
        check_refused("--table a", &["'a'", "the partition key is missing", "orders:id"]);
        check_refused("--table a:b:c:d", &["'a:b:c:d'", "at most a partition key and a sort key"]);
        check_refused("--table a::b", &["'a::b'", "a key has no name"]);
        check_refused("--table a:id=X", &["'a:id=X'", "\"X\" is not a type of a key", "S, N or B"]);
        check_refused("--qeue a", &["--qeue", "--queue"]);
    }
}
