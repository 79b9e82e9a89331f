-- Version 2 of the figures: what is placed on each day lies beside the facts. Nothing was released before this step, so no older
-- program needs version 1: it is dropped at once.

DROP TABLE statistics;
DROP TABLE statistics_days;
DROP TABLE statistics_rules;
DROP TABLE statistics_waits;
DELETE FROM checkpoints WHERE name = 'statistics';

CREATE TABLE statistics_2 (
    message_id text PRIMARY KEY,
    version    bigint NOT NULL,  -- sequence of the last event
    day        bigint NOT NULL,  -- days since 1970 in UTC, of its submission
    local_day  text NOT NULL,    -- the day of its submission in the desk's zone as it was then: 2026-11-22
    course     text NOT NULL,    -- what the fold keeps beside its facts: JSON
    facts      bytea NOT NULL,   -- as projections/src/statistics/fact.rs writes them
    last_at    bigint NOT NULL,  -- when the last of them is placed
    waits      bigint NOT NULL   -- 1: it is in the backlog
);
CREATE INDEX statistics_2_by_day ON statistics_2 (day, message_id);
-- The days on which messages were left.
CREATE TABLE statistics_days_2 (
    day     bigint PRIMARY KEY,
    facts   bytea,            -- those of its messages in one piece; null: they have changed since
    last_at bigint NOT NULL,  -- the last of its messages'
    waiting bigint NOT NULL   -- how many of its messages are in the backlog
);
-- What is placed on a day, in quarters of an hour: the sum of its rows.
CREATE TABLE statistics_placed_2 (
    day      bigint NOT NULL,  -- days since 1970 in UTC
    position bigint NOT NULL,  -- 0: put together; otherwise where the run of events ended that changed the day by so much
    backlog  bigint NOT NULL,  -- what came into it, less what left it
    counts   bytea NOT NULL,  -- as projections/src/statistics/placed.rs writes them
    wall     bytea NOT NULL,  -- durations by the clock on the wall
    desk     bytea NOT NULL,  -- … and in the hours of the desk
    PRIMARY KEY (day, position)
);
-- The hours that were ever in force and the target that is, as far as the view has followed.
CREATE TABLE statistics_rules_2 (
    id    bigint PRIMARY KEY CHECK (id = 1),
    rules text NOT NULL  -- JSON
);
-- The waits that have ended, for analysts' own tools.
CREATE TABLE statistics_waits_2 (
    message_id   text NOT NULL,
    ended_with   bigint NOT NULL,  -- sequence of the event that ended it
    began_with   bigint NOT NULL,  -- … and of the one that began it
    began_at     bigint NOT NULL,
    ended_at     bigint NOT NULL,
    local_day    text NOT NULL,    -- the day on which it ended in the desk's zone as it was then
    how          text NOT NULL,    -- REPLIED, RESOLVED, CLOSED, ERASED
    member_id    text,             -- who ended it, when a member did
    wall_seconds bigint NOT NULL,
    desk_seconds bigint NOT NULL,  -- in the hours of the time
    due_at       bigint,           -- null: no answer was ever due
    in_time      bigint,           -- 1 or 0; null: no answer was ever due
    PRIMARY KEY (message_id, ended_with)
);

-- Version 2 of the tags: in the order in which messages were left, so that a page of those with a tag is read as it is asked for.
DROP TABLE message_tags;
DELETE FROM checkpoints WHERE name = 'message_tags';

CREATE TABLE message_tags_2 (
    message_id   text NOT NULL,
    tag          text NOT NULL,
    submitted_at bigint NOT NULL,
    PRIMARY KEY (message_id, tag)
);
CREATE INDEX message_tags_2_newest ON message_tags_2 (tag, submitted_at, message_id);
-- When each message was left.
CREATE TABLE message_tags_2_left (
    message_id   text PRIMARY KEY,
    submitted_at bigint NOT NULL
);
