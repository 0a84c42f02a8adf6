import type { TableOwner } from '@shoal/daemon/database'
import { CAPABILITIES } from './capabilities.ts'
import { tableOwnersOf } from './run-node.ts'

/** Owners of the tables of a node with all capabilities. */
export function tableOwners(): TableOwner[] {
  return tableOwnersOf(CAPABILITIES)
}
