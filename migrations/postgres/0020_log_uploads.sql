-- Pictures, from when somebody may send one to when nobody can see it any more (store/src/images.rs). The pictures lie sealed
-- in files beside the database; a picture's key is a row of `keys` as others are. Times are microseconds since 1970.
-- `owner`: who may attach it, as the metadata of events names them. `bytes`: as it was announced. `spent_at`: the address was
-- used; it can be used once. `received_at`: made anew, sealed and in its files. `message_id`: the message it belongs to since
-- the event that names it, in which `entry_id` are the words it came with and `place` is its place beside them.
CREATE TABLE uploads (
    upload_id   text PRIMARY KEY,
    token_hash  bytea NOT NULL UNIQUE,
    owner       text NOT NULL,
    bytes       bigint NOT NULL,
    created_at  bigint NOT NULL,
    expires_at  bigint NOT NULL,
    spent_at    bigint,
    received_at bigint,
    format      text,
    width       bigint,
    height      bigint,
    kept_bytes  bigint,
    message_id  text,
    entry_id    text,
    place       bigint,
    CHECK ((received_at IS NULL) = (format IS NULL))
);
CREATE INDEX uploads_of_message ON uploads (message_id, place) WHERE message_id IS NOT NULL;
CREATE INDEX uploads_unattached ON uploads (created_at) WHERE message_id IS NULL;
