export {
  backupFolder,
  listBackups,
  syncFolder,
  syncPath,
  timeForName,
  writeBackup,
} from './backups.ts'
export { checkTables } from './check-tables.ts'
export { backUpDaily } from './daily-backups.ts'
export { Database } from './database.ts'
export { databaseFailure, isBusy, isDamage } from './database-failure.ts'
export type { DatabaseKind, Earlier } from './database-kind.ts'
export { findFault } from './find-fault.ts'
export { earlierMigrations, type Migration, migrate, type TableOwner } from './migrations.ts'
export { createPrivate } from './private-file.ts'
export type { Query } from './query.ts'
export { SharedDatabase } from './shared-database.ts'
export { Table } from './table.ts'
