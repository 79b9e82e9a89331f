-- Which messages have a token: a full-text index without places, and without the text, which the table has. What is
-- deleted of it is gone from its pages.
CREATE VIRTUAL TABLE message_search_1_words USING fts5(
    tokens, content='', detail=none, columnsize=0, tokenize='ascii');
INSERT INTO message_search_1_words (message_search_1_words, rank) VALUES ('secure-delete', 1);

-- It follows its table, as an index does.
CREATE TRIGGER message_search_1_inserted AFTER INSERT ON message_search_1 BEGIN
    INSERT INTO message_search_1_words (rowid, tokens) VALUES (new.number, new.tokens);
END;
CREATE TRIGGER message_search_1_changed AFTER UPDATE OF tokens ON message_search_1 BEGIN
    INSERT INTO message_search_1_words (message_search_1_words, rowid, tokens)
        VALUES ('delete', old.number, old.tokens);
    INSERT INTO message_search_1_words (rowid, tokens) VALUES (new.number, new.tokens);
END;
CREATE TRIGGER message_search_1_deleted AFTER DELETE ON message_search_1 BEGIN
    INSERT INTO message_search_1_words (message_search_1_words, rowid, tokens)
        VALUES ('delete', old.number, old.tokens);
END;
