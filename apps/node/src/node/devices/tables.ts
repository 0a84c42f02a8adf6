import type { Migration } from '@shoal/daemon/database'

/**
 * The device lists of the node's user as JSON of a `DeviceHistoryText`, the last alarm of each
 * kind, and the node's own keys, encrypted.
 */
export const DEVICES_TABLES: readonly Migration[] = [
  `
CREATE TABLE device_history (id INTEGER PRIMARY KEY CHECK (id = 1), history TEXT NOT NULL) STRICT;
CREATE TABLE device_alarms (kind TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE device_keys (id INTEGER PRIMARY KEY CHECK (id = 1), secret TEXT NOT NULL) STRICT;
`,
]
