/** A node without its HTTP server: the kernel, and the capabilities of a list. */

import { closeAll, inOrder, type Service } from '@shoal/daemon/capability'
import type { TableOwner } from '@shoal/daemon/database'
import { assemble } from './kernel/assemble.ts'
import type { AnyCapability, AnyRunning } from './kernel/capability.ts'
import type { RunningNode } from './kernel/contract.ts'
import { type Kernel, type KernelOptions, openKernel } from './kernel/kernel.ts'
import { KERNEL_TABLES } from './kernel/tables.ts'
import { SERVER_TABLES } from './server/access/tables.ts'
import { whileRoom } from './system/changes.ts'
import { guestOperations, remoteOperations } from './system/permissions.ts'
import { startSystem } from './system/system.ts'

export interface OpenNode extends RunningNode {
  readonly kernel: Kernel
  readonly running: readonly AnyRunning[]
  /** Returns a service of a capability. Throws `unsupported` if none provides it. */
  service<T>(it: Service<T>): T
  /** Returns a service of a capability. Null if none provides it. */
  want<T>(it: Service<T>): T | null
  /** Saves and closes everything. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Returns the owners of the node's tables: the kernel, the server, and capabilities in start order.
 */
export function tableOwnersOf(capabilities: readonly AnyCapability[]): TableOwner[] {
  return [
    { name: 'kernel', migrations: KERNEL_TABLES },
    { name: 'server', migrations: SERVER_TABLES },
    ...inOrder(capabilities).map(({ contract, migrations = [] }) => ({ name: contract.name, migrations })),
  ]
}

/**
 * Runs all capabilities, or only the given ones: others are not loaded. Rejects with a Failure or
 * ShoalError: another node uses the data folder (`in-use`), a damaged catalogue, a port that is
 * taken …
 */
export async function runNode(
  options: Omit<KernelOptions, 'tables'>,
  given?: readonly AnyCapability[],
): Promise<OpenNode> {
  const capabilities = given ?? (await import('./capabilities.ts')).CAPABILITIES
  const kernel = await openKernel({ ...options, tables: tableOwnersOf(capabilities) })
  try {
    const node = await assemble(capabilities, kernel)
    const system = startSystem(kernel, node)
    const all = { ...node.operations, ...system.operations }
    const operations = whileRoom(all, () => kernel.room.assert())
    let closing: Promise<void> | null = null
    const close = () => closeAll([() => system.close(), () => node.close(), () => kernel.close()])
    return {
      kernel,
      capabilities: node.names,
      running: node.running,
      operations,
      remoteOperations: remoteOperations(operations),
      guestOperations: guestOperations(operations, kernel),
      events: kernel.events,
      files: node.files,
      metrics: async () => [...node.metrics(), ...(await system.metrics())],
      log: kernel.log,
      startedMs: kernel.startedMs,
      service: it => node.service(it),
      want: it => node.want(it),
      close() {
        closing ??= close()
        return closing
      },
    }
  } catch (error) {
    await kernel.close()
    throw error
  }
}
