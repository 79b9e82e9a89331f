-- SQLite loses what one flush of a full-text index says of later rows when it deletes a word of a row and says it again, if nothing of
-- places is kept and what is deleted goes from its pages (`detail=none`, `secure-delete`, as of 3.46). So a
-- change deletes the words that went and says those that came: never the same one. (Nor may a row be deleted and another of its number be
-- inserted in one transaction; none is.) It says both, even of none, for then a second
-- change of a row in one transaction is a flush of its own.

DROP TRIGGER message_search_1_changed;
CREATE TRIGGER message_search_1_changed AFTER UPDATE OF tokens ON message_search_1 BEGIN
    INSERT INTO message_search_1_words (message_search_1_words, rowid, tokens)
        SELECT 'delete', old.number, coalesce(group_concat(value, ' '), '')
        FROM json_each('["' || replace(old.tokens, ' ', '","') || '"]')
        WHERE value NOT IN (SELECT value FROM json_each('["' || replace(new.tokens, ' ', '","') || '"]'));
    INSERT INTO message_search_1_words (rowid, tokens)
        SELECT new.number, coalesce(group_concat(value, ' '), '')
        FROM json_each('["' || replace(new.tokens, ' ', '","') || '"]')
        WHERE value NOT IN (SELECT value FROM json_each('["' || replace(old.tokens, ' ', '","') || '"]'));
END;

-- What was lost is in the table still.
INSERT INTO message_search_1_words (message_search_1_words) VALUES ('delete-all');
INSERT INTO message_search_1_words (rowid, tokens) SELECT number, tokens FROM message_search_1 ORDER BY number;
