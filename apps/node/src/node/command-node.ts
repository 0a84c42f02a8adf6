/** A node for one command: the Shoal network around the session that the command has opened, under a key of its own, as long as it runs. */
import { rm } from 'node:fs/promises'
import { knownNodes } from '@shoal/network/host'
import type { Session, SessionOptions } from '@shoal/torrent'
import { passingFolder } from '../base/files/passing-folder.ts'
import { findableOf } from './findable/capability.ts'
import { LogEntries } from './kernel/log/log-entries.ts'
import { networkOf } from './network/capability.ts'
import { NETWORK, PUBLISHED } from './network/service.ts'
import { ONE_RUN } from './people/one-run.ts'
import { type OpenNode, runNode } from './run-node.ts'
import { HAND_OVER, type HandOver, torrentsOf } from './torrents/given-session.ts'
import type { ManagedTorrent } from './torrents/service.ts'

export interface CommandNodeOptions {
  readonly session: Session
  /** Multiaddrs of nodes to join through. */
  readonly nodes: readonly string[]
  readonly options: Pick<SessionOptions, 'host' | 'lsd' | 'portMapping' | 'webrtc'>
  /** Others can connect, and find what it publishes. */
  readonly listens: boolean
}

export interface CommandNode extends HandOver {
  readonly node: OpenNode
  /** Lets others find a torrent that was taken. */
  publish(torrent: ManagedTorrent): void
  /** Withdraws everything and leaves the network. Resolves to nodes that it has met. */
  leave(): Promise<string[]>
}

const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

/** It is kept in a folder of its own, because commands run next to each other, and deleted with it. */
export async function openCommandNode(given: CommandNodeOptions): Promise<CommandNode> {
  const { session, nodes, listens, options } = given
  const { host, lsd = true, portMapping = true, webrtc = true } = options
  const iceServers = (typeof webrtc === 'object' && webrtc.iceServers) || []
  const use = { startDelayMs: 0, listens, withdraws: true, iceServers }
  const dataDir = await passingFolder('runs')
  const forget = () => rm(dataDir, { recursive: true, force: true })
  const list = [torrentsOf(session), ONE_RUN, networkOf(use)]
  try {
    const node = await runNode(
      {
        ...{ dataDir, directory: dataDir, allowedDirectories: [] },
        fixed: {
          network: { lsd, portMapping: portMapping !== false, webrtc: webrtc !== false, stun: false },
          shoal: { port: 0, nodes: [...nodes], relay: false },
        },
        ...{ log: QUIET, logEntries: new LogEntries(), onStop() {} },
        ...(host !== undefined && { peerHost: host }),
      },
      listens ? [...list, findableOf({ isPassing: true })] : list,
    )
    return {
      ...{ node, ...node.service(HAND_OVER) },
      publish: torrent => node.service(PUBLISHED).add(torrent),
      async leave() {
        const met = node.service(NETWORK).host?.kad.contacts() ?? []
        await node.close()
        await forget()
        return knownNodes(met)
      },
    }
  } catch (error) {
    await forget()
    throw error
  }
}
