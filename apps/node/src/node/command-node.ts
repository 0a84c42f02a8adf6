/**
 * A node for one command: the Shoal network around the session that the command opened, under a
 * temporary key, for as long as the command runs.
 */
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
  /** Lets others connect and find what it publishes. */
  readonly listens: boolean
}

export interface CommandNode extends HandOver {
  readonly node: OpenNode
  /** Makes an added torrent findable for others. */
  publish(torrent: ManagedTorrent): void
  /** Withdraws everything and leaves the network. Resolves with the nodes that it met. */
  leave(): Promise<string[]>
}

const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * Each command gets its own folder, since commands can run concurrently; it is deleted afterwards.
 */
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
