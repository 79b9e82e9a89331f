-- What members think of each other's replies.
CREATE TABLE reviews (
    review_id   text PRIMARY KEY,
    reply_id    text NOT NULL,
    reviewer_id text NOT NULL,
    position    bigint NOT NULL,  -- of the event in the log
    at          bigint NOT NULL,
    scores      text NOT NULL,    -- a JSON array of criterion and score
    comment     text              -- sealed
);
CREATE INDEX reviews_reply ON reviews (reply_id, position);
