import { ACCOUNT } from '../accounts/tables.ts'
import type { HubTables } from '../database/tables.ts'

/** Key packages are deleted with their device, even by the previous version of the program. */
const KEY_PACKAGES = `CREATE TABLE key_package_uploads (
    account INTEGER NOT NULL,
    device BLOB NOT NULL,
    upload INTEGER NOT NULL,
    last_resort BLOB,
    last_resort_ref BLOB,
    PRIMARY KEY (account, device),
    FOREIGN KEY (account, device) REFERENCES devices (account, hash) ON DELETE CASCADE
  ) STRICT;
  CREATE TABLE key_packages (
    number INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    device BLOB NOT NULL,
    bytes BLOB NOT NULL,
    FOREIGN KEY (account, device) REFERENCES devices (account, hash) ON DELETE CASCADE
  ) STRICT;
  CREATE INDEX key_packages_by_device ON key_packages (account, device, number);
  CREATE TABLE key_package_takings (
    pair BLOB PRIMARY KEY,
    day INTEGER NOT NULL,
    count INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX key_package_takings_by_day ON key_package_takings (day)`

export const KEY_PACKAGE_TABLES: HubTables = {
  name: 'key-packages',
  migrations: [KEY_PACKAGES],
  personal: [
    { table: 'key_packages', where: `account = ${ACCOUNT}`, key: 'number' },
    { table: 'key_package_uploads', where: `account = ${ACCOUNT}`, key: 'account, device' },
  ],
  impersonal: {
    key_package_takings: 'They are keyed hashes, and are deleted after a day',
  },
}
