-- How a visitor is told of a reply, and comes back to what is theirs (store/src/ways_back.rs). Neither a token, a code nor a
-- contact lies here: a token's SHA-256, and keyed hashes of the others. Times are microseconds since 1970.

-- The one-time link of a notice; whoever opens it becomes that visitor, and the row goes in that transaction.
CREATE TABLE restore_links (
    token_hash blob PRIMARY KEY,
    visitor_id text NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX restore_links_of ON restore_links (visitor_id);
CREATE INDEX restore_links_end ON restore_links (expires_at);

-- When somebody was last told by a channel: they are not told again too soon.
CREATE TABLE visitors_told (
    channel_id text NOT NULL,
    recipient  blob NOT NULL,
    at         bigint NOT NULL,
    PRIMARY KEY (channel_id, recipient)
);
CREATE INDEX visitors_told_at ON visitors_told (at);

-- The code that was last asked for with a contact. `visitor_id`: whose messages it opens. `tries`: how often
-- one was tried.
CREATE TABLE recovery_codes (
    contact    blob PRIMARY KEY,
    code       blob NOT NULL,
    visitor_id text NOT NULL,
    tries      bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX recovery_codes_of ON recovery_codes (visitor_id);
CREATE INDEX recovery_codes_end ON recovery_codes (expires_at);
