import { ACCOUNT } from '../accounts/tables.ts'
import type { HubTables } from '../database/tables.ts'

const LOGIN = `CREATE TABLE passkeys (
    id BLOB PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (number),
    public_key BLOB NOT NULL,
    counter INTEGER NOT NULL,
    transports TEXT NOT NULL,
    name TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL,
    wrapped_key BLOB
  ) STRICT;
  CREATE INDEX passkeys_by_account ON passkeys (account);
  CREATE TABLE used_challenges (
    hash BLOB PRIMARY KEY,
    expires_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX used_challenges_by_expiry ON used_challenges (expires_ms)`

export const LOGIN_TABLES: HubTables = {
  name: 'login',
  migrations: [LOGIN],
  personal: [{ table: 'passkeys', where: `account = ${ACCOUNT}`, key: 'id' }],
  impersonal: { used_challenges: 'They are hashes of random numbers' },
}
