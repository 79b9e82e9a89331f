-- Version 3 of the list: follow-ups, tags, priority, spam, archive, deletion, ratings; and an index for each filter and order.
-- Nothing was released before this step, so no older program needs version 2: it is dropped at once.

DROP TABLE message_list_2;
DROP TABLE message_list_2_target;
DELETE FROM checkpoints WHERE name IN ('message_list', 'visitor_messages');

-- What a visitor sees of their message: nothing once it was deleted, and their rating. Filled again from the log.
DELETE FROM visitor_messages;
ALTER TABLE visitor_messages ADD COLUMN deleted bigint NOT NULL DEFAULT 0;
ALTER TABLE visitor_messages ADD COLUMN rating bigint;
ALTER TABLE visitor_messages ADD COLUMN rating_comment text;  -- sealed
ALTER TABLE visitor_messages ADD COLUMN rated_at bigint;

CREATE TABLE message_list_3 (
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
    priority         text NOT NULL,
    tags             text NOT NULL,    -- a JSON array, in order
    wait             bigint,           -- sequence of the event that began the visitor's wait, while there is one
    waiting_since    bigint,
    due_at           bigint NOT NULL,  -- by the target in message_list_3_target; 9223372036854775807: no answer is due
    overdue          bigint NOT NULL,  -- 1: it was told that this wait passed the target
    follow_up        bigint,           -- sequence of the event that parked it, while it is
    follow_up_due_at bigint,
    follow_up_by     text,             -- the member who parked it
    follow_up_note   text,             -- sealed
    spam             bigint NOT NULL,
    archived         bigint NOT NULL,
    deleted          bigint NOT NULL,
    rating           bigint,
    rating_comment   text,             -- sealed
    rated_at         bigint
);
CREATE INDEX message_list_3_newest ON message_list_3 (submitted_at, message_id);
CREATE INDEX message_list_3_activity ON message_list_3 (last_activity_at, message_id);
CREATE INDEX message_list_3_due ON message_list_3 (due_at, message_id);
CREATE INDEX message_list_3_status ON message_list_3 (status, submitted_at, message_id);
CREATE INDEX message_list_3_visitor ON message_list_3 (visitor_id, submitted_at, message_id);
CREATE INDEX message_list_3_category ON message_list_3 (category_id, submitted_at, message_id);
CREATE INDEX message_list_3_priority ON message_list_3 (priority, submitted_at, message_id);
CREATE INDEX message_list_3_assignee ON message_list_3 (assignee_id, submitted_at, message_id);
CREATE INDEX message_list_3_overdue ON message_list_3 (submitted_at, message_id) WHERE overdue = 1;
CREATE INDEX message_list_3_spam ON message_list_3 (submitted_at, message_id) WHERE spam = 1;
CREATE INDEX message_list_3_archived ON message_list_3 (submitted_at, message_id) WHERE archived = 1;
CREATE INDEX message_list_3_waits ON message_list_3 (due_at, message_id) WHERE overdue = 0;
CREATE INDEX message_list_3_follow_ups ON message_list_3 (follow_up_due_at, message_id) WHERE follow_up_due_at IS NOT NULL;

-- The desk's service target, as far as the list has followed.
CREATE TABLE message_list_3_target (
    id      bigint PRIMARY KEY CHECK (id = 1),
    seconds bigint NOT NULL
);
