-- Every view notes how far it has read each stream, so that it stops when one does not go on where it stood. Nothing
-- was released before this step: the views are emptied and fill again from the log, without a version of their own.

DELETE FROM checkpoints;
DELETE FROM message_entries;
DELETE FROM visitor_messages;
DELETE FROM visitors;
DELETE FROM members;
ALTER TABLE visitor_messages ADD COLUMN version bigint NOT NULL DEFAULT 0;  -- sequence of the stream's last event
ALTER TABLE visitors ADD COLUMN version bigint NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN version bigint NOT NULL DEFAULT 0;
CREATE TABLE message_conversations (
    message_id text PRIMARY KEY,
    version    bigint NOT NULL
);
