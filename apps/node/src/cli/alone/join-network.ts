/** The Shoal network for one command. Its node is loaded when it is needed. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWholeFile } from '@shoal/daemon/files'
import type { Session, SessionOptions } from '@shoal/torrent'
import { stateRoot } from '../../base/files/places.ts'
import type { CommandNode } from '../../node/command-node.ts'

/** Nodes that are remembered for the next command. */
const MAX_NODES = 50

export interface NetworkOptions {
  readonly session: Session
  /** Multiaddrs of nodes to join through, in addition to those that are remembered. */
  readonly nodes: readonly string[]
  readonly options: SessionOptions
  /** Others can connect, and the command is a node like others while it runs. */
  readonly listens: boolean
}

/**
 * Opens a node around the session of the command, which remembers other nodes when it leaves. Resolves to null if there is nobody to join through. Rejects with
 * the signal's reason.
 */
export async function joinNetwork(
  { nodes, ...given }: NetworkOptions,
  signal: AbortSignal,
): Promise<CommandNode | null> {
  const file = join(stateRoot(), 'network-nodes.json')
  const known = [...nodes, ...(await readNodes(file))]
  // Others are met in the DHT of BitTorrent, too.
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

/** The nodes of earlier commands. A file that cannot be read has none. */
async function readNodes(file: string): Promise<string[]> {
  try {
    const nodes: unknown = JSON.parse(await readFile(file, 'utf8'))
    return Array.isArray(nodes) ? nodes.filter(each => typeof each === 'string').slice(0, MAX_NODES) : []
  } catch {
    return []
  }
}
