-- The log and what is committed with it.

-- sqlite-es's table as it is, so that its repository loads every stream, and three columns of ours.
CREATE TABLE events (
    aggregate_type text NOT NULL,
    aggregate_id   text NOT NULL,
    sequence       bigint NOT NULL CHECK (sequence >= 0),
    event_type     text NOT NULL,
    event_version  text NOT NULL,
    payload        text NOT NULL,
    metadata       text NOT NULL,
    position       bigint NOT NULL,  -- gapless, in commit order
    event_id       blob NOT NULL,   -- UUID, 16 bytes, made before the append
    recorded_at    bigint NOT NULL,  -- microseconds since 1970, rises with position
    PRIMARY KEY (aggregate_type, aggregate_id, sequence)
);
CREATE UNIQUE INDEX events_position ON events (position);
CREATE UNIQUE INDEX events_event_id ON events (event_id);

-- One row, locked first by whoever writes the log: the source of positions.
CREATE TABLE log_head (
    id          bigint PRIMARY KEY CHECK (id = 1),
    position    bigint NOT NULL,
    recorded_at bigint NOT NULL
);
INSERT INTO log_head (id, position, recorded_at) VALUES (1, 0, 0);

-- What a command with an idempotency key was answered.
CREATE TABLE idempotency (
    scope       blob PRIMARY KEY,  -- HMAC over actor, mutation and key
    input       blob NOT NULL,     -- HMAC over the input
    receipt     text NOT NULL,
    recorded_at bigint NOT NULL
);
CREATE INDEX idempotency_recorded_at ON idempotency (recorded_at);

-- What must be unique across streams: message references, members' addresses (as HMAC).
CREATE TABLE reservations (
    kind   text NOT NULL,
    value  text NOT NULL,
    holder text NOT NULL,
    PRIMARY KEY (kind, value)
);

-- master key -> visitor or member key -> message key. A destroyed key stays as a tombstone.
CREATE TABLE keys (
    key_id       text PRIMARY KEY,
    parent_id    text NOT NULL,
    wrapped      blob,
    created_at   bigint NOT NULL,
    destroyed_at bigint,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

-- The server's own secrets, wrapped by the master key.
CREATE TABLE secrets (
    name    text PRIMARY KEY,
    wrapped blob NOT NULL
);

-- Who can sign in, and with what. Tokens are kept as SHA-256 only.
CREATE TABLE accounts (
    member_id     text PRIMARY KEY,
    role          text NOT NULL,
    password_hash text
);
CREATE TABLE sessions (
    token_hash blob PRIMARY KEY,
    member_id  text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX sessions_member ON sessions (member_id);
CREATE INDEX sessions_expire ON sessions (expires_at);
CREATE TABLE sign_in_links (
    token_hash blob PRIMARY KEY,
    member_id  text NOT NULL,
    expires_at bigint NOT NULL,
    used_at    bigint
);
CREATE INDEX sign_in_links_member ON sign_in_links (member_id);
CREATE INDEX sign_in_links_expire ON sign_in_links (expires_at);
CREATE TABLE visitor_tokens (
    token_hash blob PRIMARY KEY,
    visitor_id text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX visitor_tokens_expire ON visitor_tokens (expires_at);
