-- Receipts as columns, so that a batch can write them before anybody knows its positions. Rows live seven days and
-- nothing has been released, so they are not carried over.
DROP TABLE idempotency;
CREATE TABLE idempotency (
    scope       blob PRIMARY KEY,  -- HMAC over actor, mutation and key
    input       blob NOT NULL,     -- HMAC over the input
    id          text NOT NULL,     -- the receipt: the aggregate, the sequence and the position of its last event
    version     bigint NOT NULL,
    position    bigint NOT NULL,
    recorded_at bigint NOT NULL
);
CREATE INDEX idempotency_recorded_at ON idempotency (recorded_at);

-- What PostgreSQL does in one round trip, SQLite does in store/src/append/steps.rs: it has no round trips to save.
