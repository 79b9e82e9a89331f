-- Version 4 of the list: a message may be a team's. Whoever has it stands in one column, by which scopes are told, so
-- that a change of a team changes no row of a message. Nothing was released before this step, so no older program needs
-- version 3: it is dropped at once.

DROP TABLE message_list_3;
DROP TABLE message_list_3_target;
DROP TABLE message_list_3_revision;
DELETE FROM checkpoints WHERE name = 'message_list';

CREATE TABLE message_list_4 (
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
    due_at           bigint NOT NULL,  -- by the target in message_list_4_target; 9223372036854775807: no answer is due
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
CREATE INDEX message_list_4_newest ON message_list_4 (submitted_at, message_id);
CREATE INDEX message_list_4_activity ON message_list_4 (last_activity_at, message_id);
CREATE INDEX message_list_4_due ON message_list_4 (due_at, message_id);
CREATE INDEX message_list_4_status ON message_list_4 (status, submitted_at, message_id);
CREATE INDEX message_list_4_visitor ON message_list_4 (visitor_id, submitted_at, message_id);
CREATE INDEX message_list_4_related ON message_list_4 (related_to, submitted_at, message_id);
CREATE INDEX message_list_4_category ON message_list_4 (category_id, submitted_at, message_id);
CREATE INDEX message_list_4_priority ON message_list_4 (priority, submitted_at, message_id);
CREATE INDEX message_list_4_holder ON message_list_4 (holder, submitted_at, message_id);
CREATE INDEX message_list_4_overdue ON message_list_4 (submitted_at, message_id) WHERE overdue = 1;
CREATE INDEX message_list_4_spam ON message_list_4 (submitted_at, message_id) WHERE spam = 1;
CREATE INDEX message_list_4_archived ON message_list_4 (submitted_at, message_id) WHERE archived = 1;
CREATE INDEX message_list_4_waits ON message_list_4 (due_at, message_id) WHERE overdue = 0;
CREATE INDEX message_list_4_follow_ups ON message_list_4 (follow_up_due_at, message_id) WHERE follow_up_due_at IS NOT NULL;

-- The desk's service target, as far as the list has followed.
CREATE TABLE message_list_4_target (
    id      bigint PRIMARY KEY CHECK (id = 1),
    seconds bigint NOT NULL
);
-- How many messages there are of each kind that folders are made of.
CREATE TABLE message_list_4_counts (
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
-- How far the list has come with those who wait when another service target is put in force.
CREATE TABLE message_list_4_revision (
    id         bigint PRIMARY KEY CHECK (id = 1),
    due_at     bigint NOT NULL,
    message_id text NOT NULL
);

CREATE TABLE teams (
    team_id   text PRIMARY KEY,
    version   bigint NOT NULL,  -- sequence of the stream's last event
    name      text NOT NULL,    -- a word of the desk's
    members   text NOT NULL,    -- a JSON array of ids
    disbanded bigint NOT NULL,
    state     text NOT NULL,    -- the aggregate's state
    formed_at bigint NOT NULL
);
CREATE INDEX teams_standing ON teams (disbanded, formed_at, team_id);

-- Version 2 of the members: what they may do and how they are called changes, they leave and come back, and have keys.
DROP TABLE members;
DELETE FROM checkpoints WHERE name = 'members';
CREATE TABLE members_2 (
    member_id  text PRIMARY KEY,
    version    bigint NOT NULL,  -- sequence of the stream's last event
    role       text NOT NULL,
    name       text NOT NULL,    -- sealed
    email      text NOT NULL,    -- sealed
    joined     bigint NOT NULL,
    active     bigint NOT NULL,
    wecom      text,             -- sealed, as the other handles
    feishu     text,
    dingtalk   text,
    mobile     text,
    api_keys   text NOT NULL,    -- a JSON array; names are sealed, and no key is in it
    invited_at bigint NOT NULL
);
CREATE INDEX members_2_invited ON members_2 (invited_at, member_id);
