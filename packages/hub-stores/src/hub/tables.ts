import type { HubTables } from '../database/tables.ts'

/** State of the database itself, which archives omit. */
const STATE = 'CREATE TABLE hub_state (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT'

const PROPERTIES = `CREATE TABLE properties (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
  ) STRICT`

/** The tables of the hub itself. */
export const HUB_TABLES: HubTables = {
  name: 'hub',
  migrations: [`${STATE};\n  ${PROPERTIES}`],
  impersonal: {
    hub_state: 'It is the database’s own',
    properties: 'They are the hub’s own',
  },
}
