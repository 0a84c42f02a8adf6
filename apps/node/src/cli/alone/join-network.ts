/** The Shoal network for one command. Its node is loaded when needed. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWholeFile } from '@shoal/daemon/files'
import type { Session, SessionOptions } from '@shoal/torrent'
import { stateRoot } from '../../base/files/places.ts'
import type { CommandNode } from '../../node/command-node.ts'

/** Number of nodes stored for the next command. */
const MAX_NODES = 50

export interface NetworkOptions {
  readonly session: Session
  /** Multiaddrs of nodes to join through, in addition to stored ones. */
  readonly nodes: readonly string[]
  readonly options: SessionOptions
  /** Whether others can connect, which makes the command a full node while it runs. */
  readonly listens: boolean
}

/**
 * Opens a node around the command's session, which stores other nodes when it leaves. Resolves with
 * null if there is no node to join through. Rejects with the signal's reason.
 */
export async function joinNetwork(
  { nodes, ...given }: NetworkOptions,
  signal: AbortSignal,
): Promise<CommandNode | null> {
  const file = join(stateRoot(), 'network-nodes.json')
  const known = [...nodes, ...(await readNodes(file))]
  // Others can also be met in BitTorrent's DHT.
  if (known.length === 0 && given.options.dht === false && !given.listens) return null
  const { openCommandNode } = await import('../../node/command-node.ts')
  signal.throwIfAborted()
  const node = await openCommandNode({ ...given, nodes: known })
  return {
    ...node,
    async leave() {
      const met = await node.leave()
      if (met.length > 0) await writeWholeFile(file, JSON.stringify(met.slice(0, MAX_NODES))).catch(() => {})
      return met
    },
  }
}

/** Returns the nodes of earlier commands; none if the file cannot be read. */
async function readNodes(file: string): Promise<string[]> {
  try {
    const nodes: unknown = JSON.parse(await readFile(file, 'utf8'))
    return Array.isArray(nodes) ? nodes.filter(each => typeof each === 'string').slice(0, MAX_NODES) : []
  } catch {
    return []
  }
}
