-- SQLite takes the steps of an append one by one: there is no round trip to spare.
SELECT 1;
