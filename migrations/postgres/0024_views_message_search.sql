-- What a message says, as keyed hashes of its tokens: a set, without order and without counts. Emptied with the words.
CREATE TABLE message_search_1 (
    message_id text PRIMARY KEY,
    number     bigint NOT NULL UNIQUE,  -- the position of its submission in the log
    tokens     bigint[] NOT NULL        -- 50 bits each
);
