/**
 * Feeds know whether they are in the local network; their items are found by their source, taken or
 * not.
 */
export const SCHEMA_2 = `
ALTER TABLE feeds ADD COLUMN is_from_inside INTEGER NOT NULL DEFAULT 0;
DROP INDEX feed_items_by_source;
CREATE INDEX feed_items_by_source ON feed_items (source);
`
