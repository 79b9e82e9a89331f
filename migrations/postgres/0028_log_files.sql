-- Files that are no pictures (store/src/files.rs) are uploads as well. `wanted`: what a file was announced as; a picture has
-- none. `name`: what its sender calls it, sealed under the file's own key, which is made with the row.
ALTER TABLE uploads ADD COLUMN wanted text;
ALTER TABLE uploads ADD COLUMN name bytea;
