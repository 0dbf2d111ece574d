crate::operations::operations! {
    reads: CreateTable, DeleteTable, DescribeTable, GetItem, ListTables, Scan;
    writes: BatchWriteItem, DeleteItem, PutItem;
}
