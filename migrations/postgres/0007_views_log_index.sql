-- The log by what its readers ask for: who did it, in the course of which request, and what kind of thing happened.
-- Of each a hash of 64 bits: the events themselves say which of them it really is.
CREATE TABLE log_index (
    position       bigint PRIMARY KEY,
    event_type     bigint NOT NULL,
    actor          bigint NOT NULL,    -- as in the metadata: member:ID, visitor:ID, key:ID, system:RULE, anonymous
    correlation_id bigint              -- the request
);
CREATE INDEX log_index_type ON log_index (event_type, position);
CREATE INDEX log_index_actor ON log_index (actor, position);
CREATE INDEX log_index_correlation ON log_index (correlation_id, position);

-- Which messages have which tags.
CREATE TABLE message_tags (
    message_id text NOT NULL,
    tag        text NOT NULL,
    PRIMARY KEY (message_id, tag)
);
CREATE INDEX message_tags_tag ON message_tags (tag, message_id);
