import { inOrder } from '@shoal/daemon/capability'
import type { HubTables } from '@shoal/hub-stores'
import type { AnyCapability } from './capability.ts'
import { KERNEL_TABLES } from './people.ts'

/** Returns the tables of a hub with these capabilities, in order of creation. */
export function tablesFor(list: readonly AnyCapability[]): readonly HubTables[] {
  return [...KERNEL_TABLES, ...inOrder(list).flatMap(({ tables }) => tables ?? [])]
}
