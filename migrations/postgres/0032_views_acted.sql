-- What acts on events has no view: it is version 0 of none, and no follower that is waited for.
UPDATE checkpoints SET version = 0 WHERE name IN ('destroyed_keys', 'auto-reply');

-- A year's figures read every duration of it: they are kept as they are written, for pressing them together gains little and opening
-- them takes longer than reading more.
ALTER TABLE statistics_placed_3
    ALTER COLUMN counts SET STORAGE EXTERNAL,
    ALTER COLUMN wall SET STORAGE EXTERNAL,
    ALTER COLUMN desk SET STORAGE EXTERNAL;
