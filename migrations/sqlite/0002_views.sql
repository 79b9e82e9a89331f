-- Views: everything here can be rebuilt from the log. What a person wrote stands here only sealed.

-- How far each view has followed the log.
CREATE TABLE checkpoints (
    name     text NOT NULL,
    version  bigint NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (name, version)
);

CREATE TABLE message_list (
    message_id       text PRIMARY KEY,
    version          bigint NOT NULL,  -- sequence of the last event
    reference        text NOT NULL UNIQUE,
    visitor_id       text NOT NULL,
    state            text NOT NULL,    -- the aggregate's state: the status is derived by the domain's own function
    status           text NOT NULL,
    visitor_status   text NOT NULL,
    category_id      text,
    related_to       text,
    name             text,             -- sealed
    contact          text NOT NULL,    -- sealed
    content          text NOT NULL,    -- sealed
    submitted_at     bigint NOT NULL,
    last_activity_at bigint NOT NULL,
    first_replied_at bigint
);
CREATE INDEX message_list_newest ON message_list (submitted_at, message_id);
CREATE INDEX message_list_status ON message_list (status, submitted_at, message_id);
CREATE INDEX message_list_activity ON message_list (last_activity_at, message_id);
CREATE INDEX message_list_visitor ON message_list (visitor_id);

CREATE TABLE message_entries (
    message_id text NOT NULL,
    sequence   bigint NOT NULL,
    entry_id   text NOT NULL,
    kind       text NOT NULL,  -- words, reply
    author_id  text,           -- the member who replied
    at         bigint NOT NULL,
    content    text NOT NULL,  -- sealed
    PRIMARY KEY (message_id, sequence)
);

CREATE TABLE visitor_messages (
    visitor_id       text NOT NULL,
    message_id       text NOT NULL,
    reference        text NOT NULL,
    state            text NOT NULL,
    visitor_status   text NOT NULL,
    category_id      text,
    related_to       text,
    content          text NOT NULL,  -- sealed
    submitted_at     bigint NOT NULL,
    last_activity_at bigint NOT NULL,
    PRIMARY KEY (visitor_id, message_id)
);
CREATE UNIQUE INDEX visitor_messages_message ON visitor_messages (message_id);
CREATE INDEX visitor_messages_newest ON visitor_messages (visitor_id, submitted_at, message_id);

CREATE TABLE visitors (
    visitor_id text PRIMARY KEY,
    name       text,  -- sealed
    contact    text   -- sealed
);

CREATE TABLE members (
    member_id text PRIMARY KEY,
    role      text NOT NULL,
    name      text NOT NULL,  -- sealed
    email     text NOT NULL,  -- sealed
    joined    bigint NOT NULL
);
