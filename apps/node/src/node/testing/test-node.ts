import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SettingsChange } from '@shoal/api'
import type { Session } from '@shoal/torrent'
import { CAPABILITIES } from '../capabilities.ts'
import type { AnyCapability } from '../kernel/capability.ts'
import type { Log } from '../kernel/log/log.ts'
import { LogEntries } from '../kernel/log/log-entries.ts'
import { type OpenNode, runNode } from '../run-node.ts'
import { ENGINE, TORRENTS } from '../torrents/service.ts'
import type { TorrentManager } from '../torrents/torrent-manager.ts'
import { Catalogue } from './catalogue.ts'

export interface TestNode extends OpenNode {
  readonly torrents: TorrentManager
  readonly engine: Session
  /** The stores of its database. */
  readonly catalogue: Catalogue
  readonly folder: string
  readonly directory: string
  /** Closes it and opens another on the same folders. */
  restart(): Promise<TestNode>
  /** Closes the last node that was opened on its folders, and deletes them. */
  end(): Promise<void>
}

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} }
/** Loopback only, without peer discovery. */
const ALONE: SettingsChange = { network: { port: 0, dht: false, lsd: false }, shoal: { enabled: false } }

/**
 * Starts a node in temporary folders that contacts nothing beyond this machine. `network`, `shoal`:
 * additional fixed settings.
 */
export async function testNode(
  folder?: string,
  network: SettingsChange['network'] = {},
  shoal: SettingsChange['shoal'] = {},
  capabilities: readonly AnyCapability[] = CAPABILITIES,
): Promise<TestNode> {
  const root = folder ?? (await mkdtemp(join(tmpdir(), 'shoal-node-')))
  const directory = join(root, 'downloads')
  let last: OpenNode
  const open = async (): Promise<TestNode> => {
    const kernel = {
      dataDir: join(root, 'data'),
      directory,
      fixed: { network: { ...ALONE.network, ...network }, shoal: { ...ALONE.shoal, ...shoal } },
      allowedDirectories: [root],
      home: root,
      log: SILENT,
      logEntries: new LogEntries(),
      peerHost: '127.0.0.1',
      onStop() {},
      async onRestart() {},
    }
    const node = await runNode(kernel, capabilities)
    last = node
    return {
      ...node,
      torrents: node.service(TORRENTS) as TorrentManager,
      engine: node.service(ENGINE),
      catalogue: new Catalogue(node.kernel.database),
      folder: root,
      directory,
      async restart() {
        await node.close()
        return open()
      },
      async end() {
        await last.close()
        await rm(root, { recursive: true, force: true })
      },
    }
  }
  return open()
}
