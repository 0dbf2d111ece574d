//! A metric that the writer takes is one that the server takes, which takes names beyond ASCII as well.
#![no_main]

use std::time::{Duration, SystemTime};

use batch_cloudwatch::{
    CloudWatch, CloudWatchWriter, Compression, DateTime, Metric, StandardUnit, StatisticSet,
};
use batch_core::{Batch, Service};
use batch_local::LocalServer;
use batchwright_fuzz::{Lines, admitted, clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let lines = Lines::of(input);
    let server = LocalServer::new();
    let compression = if input.len().is_multiple_of(2) { Compression::Gzip } else { Compression::Off };
    let namespace =
        CloudWatch::new(clients::cloudwatch(server.http_client()), "Orders").compression(compression);
    let writer = CloudWatchWriter::builder(namespace).build().expect("it is a namespace");
    let service = writer.service();
    let mut metric = read(&lines);
    let prepared = service.prepare(&mut metric);
    let batch = Batch::of([metric]);
    let measured = prepared.and_then(|()| service.measure(&batch.entries()[0]));
    admitted(&measured, &service.limits().expect("they fit together"), &run(service.send(&batch)));
});

fn read(lines: &Lines<'_>) -> Metric {
    let name = lines.iter().find(|(letter, _)| *letter == 'N').map_or_else(String::new, |(_, text)| text);
    lines.iter().fold(valued(name, lines), |metric, (letter, text)| match letter {
        'd' => {
            let (name, value) = text.split_once('=').unwrap_or((&text, ""));
            metric.dimension(name.to_owned(), value)
        }
        'r' => metric.storage_resolution(text.parse().unwrap_or(60)),
        // Not close to a limit, where it would matter that time goes on.
        't' => metric.timestamp(hours_from_now(text.parse().unwrap_or_default())),
        'u' => metric.unit(StandardUnit::from(&*text)),
        _ => metric,
    })
}

fn valued(name: String, lines: &Lines<'_>) -> Metric {
    let numbers = |wanted| {
        let lines = lines.iter().filter(move |(letter, _)| *letter == wanted);
        lines.map(|(_, text)| text.parse::<f64>().unwrap_or(1.0)).collect::<Vec<_>>()
    };
    let (values, counts) = (numbers('v'), numbers('c'));
    match (&numbers('s')[..], &values[..]) {
        (&[sample_count, sum, minimum, maximum, ..], _) => {
            let sum = possible(sum, minimum * sample_count, maximum * sample_count);
            Metric::statistics(name, StatisticSet { sample_count, sum, minimum, maximum })
        }
        (_, &[value]) => Metric::new(name, value),
        _ if counts.is_empty() => Metric::values(name, values),
        _ => Metric::counted_values(name, values.into_iter().zip(counts)),
    }
}

/// The server refuses a sum that no such values have; the writer leaves that to the service.
fn possible(sum: f64, least: f64, most: f64) -> f64 {
    if sum.is_finite() && least <= most { sum.clamp(least, most) } else { sum }
}

fn hours_from_now(hours: i16) -> DateTime {
    let half = Duration::from_secs(30 * 60);
    let distance = Duration::from_secs(u64::from(hours.unsigned_abs()) * 60 * 60) + half;
    let now = SystemTime::now();
    let instant = if hours < 0 { now.checked_sub(distance) } else { now.checked_add(distance) };
    DateTime::from(instant.unwrap_or(now))
}
