-- Version 2 of the list: who is to answer, since when the visitor waits, and when an answer is due. In tables of its
-- own, as every version of a view has. And every view notes how far it has read each stream, so that it stops when one
-- does not go on where it stood. Nothing was released before this step, so no older program needs what is here: the old
-- list is dropped at once, and the other views are emptied and fill again from the log, without a version of their own.

DROP TABLE message_list;
DELETE FROM checkpoints;
DELETE FROM message_entries;
DELETE FROM visitor_messages;
DELETE FROM visitors;
DELETE FROM members;
ALTER TABLE visitor_messages ADD COLUMN version bigint NOT NULL DEFAULT 0;  -- sequence of the stream's last event
ALTER TABLE visitors ADD COLUMN version bigint NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN version bigint NOT NULL DEFAULT 0;

CREATE TABLE message_list_2 (
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
    first_replied_at bigint,
    assignee_id      text,             -- the member who is to answer
    wait             bigint,           -- sequence of the event that began the visitor's wait, while there is one
    waiting_since    bigint,
    due_at           bigint,           -- by the service target in message_list_2_target
    overdue          bigint NOT NULL   -- 1: it was told that this wait passed the target
);
CREATE INDEX message_list_2_newest ON message_list_2 (submitted_at, message_id);
CREATE INDEX message_list_2_status ON message_list_2 (status, submitted_at, message_id);
CREATE INDEX message_list_2_activity ON message_list_2 (last_activity_at, message_id);
CREATE INDEX message_list_2_visitor ON message_list_2 (visitor_id);
CREATE INDEX message_list_2_due ON message_list_2 (due_at, message_id) WHERE due_at IS NOT NULL AND overdue = 0;

-- The desk's service target, as far as the list has followed.
CREATE TABLE message_list_2_target (
    id      bigint PRIMARY KEY CHECK (id = 1),
    seconds bigint NOT NULL
);

-- How far message_entries has read each message: not every event says something.
CREATE TABLE message_conversations (
    message_id text PRIMARY KEY,
    version    bigint NOT NULL
);
