-- Version 5 of the list: answers are due in desk hours, by category and priority. Nothing was released before this step, so
-- no older program needs version 4: it is dropped at once.

DROP TABLE message_list_4;
DROP TABLE message_list_4_target;
DROP TABLE message_list_4_counts;
DROP TABLE message_list_4_revision;
DELETE FROM checkpoints WHERE name = 'message_list';

CREATE TABLE message_list_5 (
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
    team_id          text,             -- or the team
    holder           text NOT NULL,    -- whichever of them it is; empty: nobody has it
    priority         text NOT NULL,
    tags             text NOT NULL,    -- a JSON array, in order
    wait             bigint,           -- sequence of the event that began the visitor's wait, while there is one
    waiting_since    bigint,
    due_at           bigint NOT NULL,  -- by message_list_5_target; 9223372036854775807: no answer is due
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
CREATE INDEX message_list_5_newest ON message_list_5 (submitted_at, message_id);
CREATE INDEX message_list_5_activity ON message_list_5 (last_activity_at, message_id);
CREATE INDEX message_list_5_due ON message_list_5 (due_at, message_id);
CREATE INDEX message_list_5_status ON message_list_5 (status, submitted_at, message_id);
CREATE INDEX message_list_5_visitor ON message_list_5 (visitor_id, submitted_at, message_id);
CREATE INDEX message_list_5_related ON message_list_5 (related_to, submitted_at, message_id);
CREATE INDEX message_list_5_category ON message_list_5 (category_id, submitted_at, message_id);
CREATE INDEX message_list_5_priority ON message_list_5 (priority, submitted_at, message_id);
CREATE INDEX message_list_5_holder ON message_list_5 (holder, submitted_at, message_id);
CREATE INDEX message_list_5_overdue ON message_list_5 (submitted_at, message_id) WHERE overdue = 1;
CREATE INDEX message_list_5_spam ON message_list_5 (submitted_at, message_id) WHERE spam = 1;
CREATE INDEX message_list_5_archived ON message_list_5 (submitted_at, message_id) WHERE archived = 1;
CREATE INDEX message_list_5_waits ON message_list_5 (due_at, message_id) WHERE overdue = 0;
-- Those who wait, also when no answer is ever due to them: by other hours it may be.
CREATE INDEX message_list_5_waiting ON message_list_5 (waiting_since, message_id) WHERE waiting_since IS NOT NULL AND overdue = 0;
CREATE INDEX message_list_5_follow_ups ON message_list_5 (follow_up_due_at, message_id) WHERE follow_up_due_at IS NOT NULL;

-- The desk's service target and its hours, as far as the list has followed.
CREATE TABLE message_list_5_target (
    id     bigint PRIMARY KEY CHECK (id = 1),
    target text NOT NULL  -- JSON
);
-- How many messages there are of each kind that folders are made of.
CREATE TABLE message_list_5_counts (
    status      text NOT NULL,
    holder      text NOT NULL,  -- as in the list
    spam        bigint NOT NULL,
    archived    bigint NOT NULL,
    overdue     bigint NOT NULL,
    deleted     bigint NOT NULL,
    assignee_id text,           -- the holder, when it is a member
    team_id     text,           -- … or a team
    messages    bigint NOT NULL,
    PRIMARY KEY (status, holder, spam, archived, overdue, deleted)
);
-- How far the list has come with those who wait when another service target, or other hours, are put in force.
CREATE TABLE message_list_5_revision (
    id            bigint PRIMARY KEY CHECK (id = 1),
    waiting_since bigint NOT NULL,
    message_id    text NOT NULL
);
