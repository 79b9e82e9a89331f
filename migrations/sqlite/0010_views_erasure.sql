-- Which messages are deleted and still have their words: what is to be shredded, and when, is asked of this.
CREATE TABLE deletions (
    message_id text PRIMARY KEY,
    deletion   bigint NOT NULL,  -- sequence of the event that deleted it
    deleted_at bigint NOT NULL
);
CREATE INDEX deletions_oldest ON deletions (deleted_at, message_id);

-- The states that these rows keep say more of a deletion than before. Nothing was released before this step: they are
-- filled again from the log.
DELETE FROM message_list_3;
DELETE FROM message_list_3_target;
DELETE FROM visitor_messages;
DELETE FROM checkpoints WHERE name IN ('message_list', 'visitor_messages', 'visitors');

-- How a visitor stands with the desk.
DELETE FROM visitors;
ALTER TABLE visitors ADD COLUMN verified bigint NOT NULL DEFAULT 0;
ALTER TABLE visitors ADD COLUMN blocked bigint NOT NULL DEFAULT 0;
ALTER TABLE visitors ADD COLUMN erased bigint NOT NULL DEFAULT 0;
ALTER TABLE visitors ADD COLUMN erasure_requested_at bigint;
ALTER TABLE visitors ADD COLUMN erasure_reason text;  -- sealed
CREATE INDEX visitors_erasure_requests ON visitors (erasure_requested_at, visitor_id)
    WHERE erasure_requested_at IS NOT NULL AND erased = 0;
