/**
 * The members of the hub and their history: stores that the kernel provides to every capability.
 */
import {
  ACCOUNT_TABLES,
  Accounts,
  AUDIT_TABLES,
  AuditLog,
  type Database,
  DeviceLists,
  HUB_TABLES,
  type HubTables,
  Invitations,
  MemberData,
  Sessions,
} from '@shoal/hub-stores'

export interface People {
  readonly accounts: Accounts
  readonly deviceLists: DeviceLists
  readonly sessions: Sessions
  readonly invitations: Invitations
  readonly audit: AuditLog
  /** All data about a member, from the tables of all capabilities. */
  readonly data: MemberData
}

/** The tables of the kernel. Those of capabilities refer to them. */
export const KERNEL_TABLES: readonly HubTables[] = [HUB_TABLES, AUDIT_TABLES, ACCOUNT_TABLES]

/** `tables`: of all owners. `now`: milliseconds since the Unix epoch. */
export function peopleOf(database: Database, tables: readonly HubTables[], now: () => number): People {
  return {
    accounts: new Accounts(database, now),
    deviceLists: new DeviceLists(database, now),
    sessions: new Sessions(database, now),
    invitations: new Invitations(database, now),
    audit: new AuditLog(database, now),
    data: new MemberData(database, tables, now),
  }
}
