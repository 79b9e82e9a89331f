-- Version 3 of the figures: whoever is credited with a rating is credited with the message that could be rated. Nothing was released
-- before this step, so no older program needs version 2: it is dropped at once.

DROP TABLE statistics_2;
DROP TABLE statistics_days_2;
DROP TABLE statistics_placed_2;
DROP TABLE statistics_rules_2;
DROP TABLE statistics_waits_2;
DELETE FROM checkpoints WHERE name = 'statistics';

CREATE TABLE statistics_3 (
    message_id text PRIMARY KEY,
    version    bigint NOT NULL,  -- sequence of the last event
    day        bigint NOT NULL,  -- days since 1970 in UTC, of its submission
    local_day  text NOT NULL,    -- the day of its submission in the desk's zone as it was then: 2026-11-22
    course     text NOT NULL,    -- what the fold keeps beside its facts: JSON
    facts      bytea NOT NULL,   -- as projections/src/statistics/fact.rs writes them
    last_at    bigint NOT NULL,  -- when the last of them is placed
    waits      bigint NOT NULL   -- 1: it is in the backlog
);
CREATE INDEX statistics_3_by_day ON statistics_3 (day, message_id);
-- What a scope or a filter takes in of a range: what has a fact in it or after it, and what waits since before.
CREATE INDEX statistics_3_last ON statistics_3 (last_at);
CREATE INDEX statistics_3_waiting ON statistics_3 (last_at) WHERE waits = 1;
-- The days on which messages were left.
CREATE TABLE statistics_days_3 (
    day     bigint PRIMARY KEY,
    facts   bytea,            -- those of its messages in one piece; null: they have changed since
    last_at bigint NOT NULL,  -- the last of its messages'
    waiting bigint NOT NULL   -- how many of its messages are in the backlog
);
-- What is placed on a day, in quarters of an hour: the sum of its rows.
CREATE TABLE statistics_placed_3 (
    day      bigint NOT NULL,  -- days since 1970 in UTC
    position bigint NOT NULL,  -- 0: put together; otherwise where the run of events ended that changed the day by so much
    backlog  bigint NOT NULL,  -- what came into it, less what left it
    counts   bytea NOT NULL,  -- as projections/src/statistics/placed.rs writes them
    wall     bytea NOT NULL,  -- durations by the clock on the wall
    desk     bytea NOT NULL,  -- … and in the hours of the desk
    PRIMARY KEY (day, position)
);
-- The hours that were ever in force and the target that is, as far as the view has followed.
CREATE TABLE statistics_rules_3 (
    id    bigint PRIMARY KEY CHECK (id = 1),
    rules text NOT NULL  -- JSON
);
-- The waits that have ended, for analysts' own tools.
CREATE TABLE statistics_waits_3 (
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
