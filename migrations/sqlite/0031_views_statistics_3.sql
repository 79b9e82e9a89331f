-- Version 3 of the figures: whoever is credited with a rating is credited with the message that could be rated. Nothing was released
-- before this step, so no older program needs version 2. The shape is the same: its tables are emptied and take the new names, which
-- the tables for analysts' own tools that are made of them follow here, as they otherwise do not.

DELETE FROM statistics_2;
DELETE FROM statistics_days_2;
DELETE FROM statistics_placed_2;
DELETE FROM statistics_rules_2;
DELETE FROM statistics_waits_2;
DELETE FROM checkpoints WHERE name = 'statistics';
-- Every other rebuild leaves the index under this other name.
DROP INDEX IF EXISTS statistics_2_by_day;
DROP INDEX IF EXISTS statistics_2_by_day__next;
PRAGMA legacy_alter_table = OFF;
ALTER TABLE statistics_2 RENAME TO statistics_3;
ALTER TABLE statistics_days_2 RENAME TO statistics_days_3;
ALTER TABLE statistics_placed_2 RENAME TO statistics_placed_3;
ALTER TABLE statistics_rules_2 RENAME TO statistics_rules_3;
ALTER TABLE statistics_waits_2 RENAME TO statistics_waits_3;
PRAGMA legacy_alter_table = ON;
CREATE INDEX statistics_3_by_day ON statistics_3 (day, message_id);
-- What a scope or a filter takes in of a range: what has a fact in it or after it, and what waits since before.
CREATE INDEX statistics_3_last ON statistics_3 (last_at);
CREATE INDEX statistics_3_waiting ON statistics_3 (last_at) WHERE waits = 1;
