-- What was lately done by whom, for limits that all processes share (store/src/limits.rs). A bucket is a keyed hash: neither
-- an address nor a contact can be read from it. `at`: for a rate, when the bucket will be full again; for attempts, when the
-- next one may be made.
CREATE TABLE limits (
    bucket   blob PRIMARY KEY,
    at       bigint NOT NULL,
    attempts bigint NOT NULL,
    ends_at  bigint NOT NULL
);
CREATE INDEX limits_end ON limits (ends_at);
