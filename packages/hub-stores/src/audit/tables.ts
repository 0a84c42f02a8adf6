import type { HubTables } from '../database/tables.ts'

const AUDIT = `CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    is_public INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX audit_by_subject ON audit (subject, number)`

export const AUDIT_TABLES: HubTables = {
  name: 'audit',
  migrations: [AUDIT],
  personal: [
    {
      table: 'audit',
      where: "(actor = $1 OR subject IN ($1, 'member:' || $1))",
      key: 'number',
      isDeleted: false,
    },
  ],
}
