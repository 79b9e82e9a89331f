-- Where the desk is told of what happens (domain/src/channel.rs), and what has been told (projections/src/notifications.rs).
-- Beside the log and never rebuilt: a rebuild of every view sends nothing.

-- A channel's address, secrets and recipients, sealed under the master key. A row each, while it is connected.
CREATE TABLE channel_addresses (
    channel_id text PRIMARY KEY,
    sealed     bytea NOT NULL
);

-- The last position of which deliveries were made; one row. It is moved in the transaction that writes them.
CREATE TABLE notified (
    id       bigint PRIMARY KEY CHECK (id = 1),
    position bigint NOT NULL
);
INSERT INTO notified (id, position) VALUES (1, 0);

-- One event for one channel. `next_at`: when it is due; null once that is over. `alone`: never again in a digest, for one
-- was refused. `tries`: attempts since it was last asked for. Times are microseconds since 1970.
CREATE TABLE deliveries (
    delivery_id text PRIMARY KEY,
    channel_id  text NOT NULL,
    position    bigint NOT NULL,
    event_type  text NOT NULL,
    message_id  text,
    state       text NOT NULL,
    tries       bigint NOT NULL,
    next_at     bigint,
    alone       bigint NOT NULL,
    created_at  bigint NOT NULL,
    changed_at  bigint NOT NULL,
    UNIQUE (channel_id, position)
);
CREATE INDEX deliveries_due ON deliveries (channel_id, next_at, position) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_by_position ON deliveries (position, delivery_id);
CREATE INDEX deliveries_by_state ON deliveries (state, position, delivery_id);
CREATE INDEX deliveries_of_message ON deliveries (message_id, position) WHERE message_id IS NOT NULL;
CREATE INDEX deliveries_changed ON deliveries (changed_at);

-- Each request that was made: what came back, without anything of ours in it.
CREATE TABLE delivery_attempts (
    attempt_id   text PRIMARY KEY,
    channel_id   text NOT NULL,
    at           bigint NOT NULL,
    http_status  bigint,
    vendor_code  text,
    outcome      text NOT NULL,
    detail       text,
    milliseconds bigint NOT NULL
);
CREATE INDEX delivery_attempts_by_time ON delivery_attempts (at);

-- Which deliveries it was for: several when it was a digest.
CREATE TABLE delivery_tries (
    delivery_id text NOT NULL,
    attempt_id  text NOT NULL,
    PRIMARY KEY (delivery_id, attempt_id)
);
CREATE INDEX delivery_tries_of ON delivery_tries (attempt_id);

-- How a channel is doing. `quiet_until`: its receiver told it off. `failing_since`: the first failure since the last success.
CREATE TABLE channel_health (
    channel_id    text PRIMARY KEY,
    failures      bigint NOT NULL,
    failing_since bigint,
    succeeded_at  bigint,
    quiet_until   bigint
);

-- Requests that count against a rate: written before they are made, and moved to when they were answered.
CREATE TABLE channel_sends (
    channel_id text NOT NULL,
    send_id    text NOT NULL,
    at         bigint NOT NULL,
    PRIMARY KEY (channel_id, send_id)
);
