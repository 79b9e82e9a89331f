-- What acts on events has no view: it is version 0 of none, and no follower that is waited for.
UPDATE checkpoints SET version = 0 WHERE name IN ('destroyed_keys', 'auto-reply');
