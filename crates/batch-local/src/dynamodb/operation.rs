crate::operations::operations! {
    reads: CreateTable, DeleteTable, DescribeTable, GetItem, ListTables, Scan, UpdateTable;
    writes: BatchWriteItem, DeleteItem, PutItem;
}
