import { DEVICES } from '../accounts/tables.ts'
import type { HubTables } from '../database/tables.ts'

const ROOMS = `CREATE TABLE rooms (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    posted_ms INTEGER NOT NULL,
    start_sequence INTEGER NOT NULL,
    start_hash BLOB NOT NULL,
    last_sequence INTEGER NOT NULL,
    last_hash BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    home BLOB,
    home_sequence INTEGER NOT NULL,
    moved INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE entries (
    room INTEGER NOT NULL REFERENCES rooms (number),
    sequence INTEGER NOT NULL,
    client_id BLOB NOT NULL,
    posted_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (room, sequence),
    UNIQUE (room, client_id)
  ) STRICT;
  CREATE TABLE cursors (
    device BLOB NOT NULL,
    room INTEGER NOT NULL REFERENCES rooms (number),
    sequence INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    PRIMARY KEY (device, room)
  ) STRICT;
  CREATE INDEX cursors_by_room ON cursors (room, sequence);
  CREATE TABLE inboxes (
    device BLOB PRIMARY KEY,
    last_sequence INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL,
    count INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE inbox_entries (
    device BLOB NOT NULL REFERENCES inboxes (device),
    sequence INTEGER NOT NULL,
    client_id BLOB NOT NULL,
    received_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (device, sequence),
    UNIQUE (device, client_id)
  ) STRICT`

/** Hashes of the secrets for reading, posting in and changing a room. See `RoomAccess`. */
const ROOM_ACCESS = `ALTER TABLE rooms ADD COLUMN manage_hash BLOB;
  ALTER TABLE rooms ADD COLUMN read_hash BLOB;
  ALTER TABLE rooms ADD COLUMN post_hash BLOB;
  ALTER TABLE rooms ADD COLUMN slow_ms INTEGER NOT NULL DEFAULT 0`

/** Former secrets of a room, and up to where they permit reading. See `EarlierAccess`. */
const EARLIER_ACCESS = 'ALTER TABLE rooms ADD COLUMN earlier BLOB'

/** Finds the rooms to delete after a while. See `RoomLogs.removeTransfers`. */
const TRANSFERS = "CREATE INDEX transfers_by_time ON rooms (created_ms) WHERE kind = 'transfer'"

export const ROOM_TABLES: HubTables = {
  name: 'rooms',
  migrations: [ROOMS, ROOM_ACCESS, EARLIER_ACCESS, TRANSFERS],
  personal: [
    { table: 'inbox_entries', where: `device IN ${DEVICES}`, key: 'device, sequence' },
    { table: 'inboxes', where: `device IN ${DEVICES}`, key: 'device' },
    { table: 'cursors', where: `device IN ${DEVICES}`, key: 'device, room' },
  ],
  impersonal: {
    rooms: 'A room is named by a hash of its creator',
    entries: 'The hub checks who posts, and does not keep it',
  },
}
