-- Version 3 of what was said: answers to the form's own questions, and automatic replies. Nothing was released before this
-- step, so no older program needs version 2: it is dropped at once.

DROP TABLE message_entries_2;
DROP TABLE message_conversations_2;
DELETE FROM checkpoints WHERE name = 'message_entries';

CREATE TABLE message_entries_3 (
    message_id text NOT NULL,
    sequence   bigint NOT NULL,
    entry_id   text NOT NULL,
    kind       text NOT NULL,  -- words, reply, auto_reply, note
    author_id  text,           -- the member who said it
    at         bigint NOT NULL,
    content    text NOT NULL,  -- sealed
    mentions   text,           -- a JSON array of the members that a note is meant for
    answers    text,           -- a JSON array of answers to the form's own questions, each sealed
    PRIMARY KEY (message_id, sequence)
);

-- How far each message is read: not every event says something.
CREATE TABLE message_conversations_3 (
    message_id text PRIMARY KEY,
    version    bigint NOT NULL
);
