-- A version of a view is read only once it has caught up: from then on it stays in use, also when it stands still later.
ALTER TABLE checkpoints ADD COLUMN filled bigint NOT NULL DEFAULT 0;
