-- A BRIN index never narrows: rows that are swept make room for new ones in old pages, so that after seven days nearly
-- every page has been old once, and each sweep read the whole table. Rows come in order of time, so a tree costs little.
DROP INDEX idempotency_recorded_at;
CREATE INDEX idempotency_recorded_at ON idempotency (recorded_at);
