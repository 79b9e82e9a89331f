-- What a message says, as keyed hashes of its tokens: a set, without order and without counts. Emptied with the words.
CREATE TABLE message_search_1 (
    number     integer PRIMARY KEY,   -- the position of its submission in the log
    message_id text NOT NULL UNIQUE,
    tokens     text NOT NULL          -- 50 bits each, in ten characters, with blanks between them
);
