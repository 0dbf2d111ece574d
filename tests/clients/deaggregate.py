"""Deaggregates records of Amazon Kinesis with aws-kinesis-agg.

Reads a record from each line: its partition key and its data, both in base64. Writes a line for each record in it: the
number of the line that it came in, its place there ("-" if that was no aggregate), its partition key in base64, its
explicit hash key ("-" if it has none) and its data in base64.
"""

import base64
import sys

from aws_kinesis_agg.deaggregator import iter_deaggregate_records


def record(line):
    key, data = line.rstrip("\n").split("\t")
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "sequenceNumber": "1",
            "approximateArrivalTimestamp": 0,
            "partitionKey": base64.b64decode(key).decode(),
            "data": data,
        }
    }


for number, line in enumerate(sys.stdin):
    for user in iter_deaggregate_records([record(line)]):
        kinesis = user["kinesis"]
        data = kinesis["data"]
        print(
            number,
            kinesis.get("subSequenceNumber", "-"),
            base64.b64encode(kinesis["partitionKey"].encode()).decode(),
            kinesis.get("explicitHashKey") or "-",
            data if isinstance(data, str) else data.decode(),
            sep="\t",
        )
