/** A real transmission-daemon with its RPC, and Transmission's command line tools. */
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { limitMs, until } from '@shoal/testing'
import { freePort } from './ports.ts'
import { type ManagedProcess, start } from './process.ts'
import { toolPath } from './tools.ts'

const runFile = promisify(execFile)

/** Transmission's values: 0 avoid, 1 prefer, 2 require. */
const ENCRYPTION = { plain: 0, prefer: 1, require: 2 } as const

export interface TransmissionOptions {
  /** Folder for its configuration and downloads. */
  directory: string
  /** Default `prefer`. `plain` avoids encryption but accepts it. */
  encryption?: keyof typeof ENCRYPTION
  dht?: boolean
  pex?: boolean
  /** Additional members of its settings.json. */
  settings?: Record<string, unknown>
}

export interface TransmissionStatus {
  readonly id: number
  readonly name: string
  readonly hashString: string
  /**
   * 0 stopped, 1 waiting to check, 2 checking, 3 waiting to download, 4 downloading, 5 waiting to
   * seed, 6 seeding.
   */
  readonly status: number
  readonly percentDone: number
  readonly leftUntilDone: number
  readonly metadataPercentComplete: number
  readonly downloadedEver: number
  readonly uploadedEver: number
  readonly peersConnected: number
  /** 0 none, 1 tracker warning, 2 tracker error, 3 local error. */
  readonly error: number
  readonly errorString: string
  readonly recheckProgress: number
  readonly peers: readonly TransmissionPeerInfo[]
}

interface TransmissionPeerInfo {
  readonly address: string
  readonly port: number
  readonly clientName: string
  readonly isEncrypted: boolean
  readonly isIncoming: boolean
  readonly progress: number
}

const FIELDS: readonly (keyof TransmissionStatus)[] = [
  'id',
  'name',
  'hashString',
  'status',
  'percentDone',
  'leftUntilDone',
  'metadataPercentComplete',
  'downloadedEver',
  'uploadedEver',
  'peersConnected',
  'error',
  'errorString',
  'recheckProgress',
  'peers',
]

/** A running daemon: `await using peer = await Transmission.start({ directory })`. */
export class Transmission implements AsyncDisposable {
  readonly process: ManagedProcess
  /** Port for peers. */
  readonly port: number
  readonly downloads: string
  readonly #rpc: string
  #sessionId = ''

  private constructor(child: ManagedProcess, port: number, rpc: string, downloads: string) {
    this.process = child
    this.port = port
    this.#rpc = rpc
    this.downloads = downloads
  }

  static async start(options: TransmissionOptions): Promise<Transmission> {
    const [port, rpcPort] = [await freePort(), await freePort()]
    const [config, downloads] = [join(options.directory, 'config'), join(options.directory, 'downloads')]
    await mkdir(config, { recursive: true })
    await mkdir(downloads, { recursive: true })
    const settings = {
      'bind-address-ipv4': '127.0.0.1',
      'cache-size-mb': 4,
      'dht-enabled': options.dht ?? false,
      'download-dir': downloads,
      'download-queue-enabled': false,
      encryption: ENCRYPTION[options.encryption ?? 'prefer'],
      'incomplete-dir-enabled': false,
      'lpd-enabled': false,
      'message-level': 2,
      'peer-port': port,
      'peer-port-random-on-start': false,
      'pex-enabled': options.pex ?? false,
      'port-forwarding-enabled': false,
      preallocation: 1,
      'rename-partial-files': false,
      'rpc-authentication-required': false,
      'rpc-bind-address': '127.0.0.1',
      'rpc-host-whitelist-enabled': false,
      'rpc-port': rpcPort,
      'rpc-whitelist-enabled': false,
      'start-added-torrents': true,
      'utp-enabled': false,
      ...options.settings,
    }
    await writeFile(join(config, 'settings.json'), JSON.stringify(settings))
    const args = ['--foreground', '--config-dir', config]
    const child = await start('transmission-daemon', toolPath('transmission-daemon'), args)
    const peer = new Transmission(child, port, `http://127.0.0.1:${rpcPort}/transmission/rpc`, downloads)
    try {
      await until('transmission-daemon answers', () => peer.rpc('session-get', { fields: ['version'] }))
      return peer
    } catch (error) {
      await peer.stop()
      throw error
    }
  }

  async version(): Promise<string> {
    return (await this.rpc<{ version: string }>('session-get', { fields: ['version'] })).version
  }

  /** Calls a method of Transmission's RPC. Rejects if it fails. */
  async rpc<T>(method: string, args: object = {}): Promise<T> {
    this.process.assertRunning()
    for (;;) {
      const response = await fetch(this.#rpc, {
        method: 'POST',
        headers: { 'X-Transmission-Session-Id': this.#sessionId },
        body: JSON.stringify({ method, arguments: args }),
        signal: AbortSignal.timeout(limitMs(30)),
      })
      if (response.status === 409) {
        // The response to the first call contains the session ID that all others require.
        this.#sessionId = response.headers.get('X-Transmission-Session-Id') ?? ''
        await response.body?.cancel()
        continue
      }
      const { result, arguments: answer } = (await response.json()) as { result: string; arguments: T }
      if (result !== 'success') throw new Error(`Transmission: ${method}: ${result}`)
      return answer
    }
  }

  /**
   * Adds and starts a .torrent by path, or a magnet link. Returns its ID. Existing files in
   * `directory` are checked first.
   */
  async add(source: { torrent: string } | { magnet: string }, directory = this.downloads): Promise<number> {
    const from =
      'torrent' in source
        ? { metainfo: (await readFile(source.torrent)).toString('base64') }
        : { filename: source.magnet }
    const answer = await this.rpc<Record<string, { id: number }>>('torrent-add', {
      ...from,
      'download-dir': directory,
      paused: false,
    })
    return (answer['torrent-added'] ?? answer['torrent-duplicate'])!.id
  }

  async status(id: number): Promise<TransmissionStatus> {
    const { torrents } = await this.rpc<{ torrents: TransmissionStatus[] }>('torrent-get', {
      ids: [id],
      fields: FIELDS,
    })
    const status = torrents[0]
    if (!status) throw new Error(`Transmission has no torrent ${id}`)
    return status
  }

  /** Resolves when everything is downloaded or was found on disk, and the torrent is seeding. */
  done(id: number, timeoutMs = limitMs(60), intervalMs = 50): Promise<TransmissionStatus> {
    return this.#until(
      id,
      'done',
      status => status.metadataPercentComplete === 1 && status.leftUntilDone === 0 && status.status === 6,
      timeoutMs,
      intervalMs,
    )
  }

  metadata(id: number, timeoutMs = limitMs(30)): Promise<TransmissionStatus> {
    return this.#until(id, 'metadata', status => status.metadataPercentComplete === 1, timeoutMs, 50)
  }

  remove(id: number, options: { delete?: boolean } = {}): Promise<void> {
    return this.rpc('torrent-remove', { ids: [id], 'delete-local-data': options.delete ?? false })
  }

  /** Announces to the trackers now. */
  announce(id: number): Promise<void> {
    return this.rpc('torrent-reannounce', { ids: [id] })
  }

  stop(): Promise<void> {
    return this.process.stop()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #until(
    id: number,
    what: string,
    condition: (status: TransmissionStatus) => boolean,
    timeoutMs: number,
    intervalMs: number,
  ): Promise<TransmissionStatus> {
    let last: TransmissionStatus | undefined
    return until(
      `Transmission: torrent ${id} ${what}`,
      async () => {
        last = await this.status(id)
        return condition(last) && last
      },
      { timeoutMs, intervalMs },
    ).catch((error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify(last)} ${this.process.output()}`, { cause: error })
    })
  }
}

/** Creates a v1 .torrent with transmission-create. */
export async function transmissionCreate(
  path: string,
  out: string,
  options: { trackers?: readonly string[]; private?: boolean; pieceKiB?: number; comment?: string } = {},
): Promise<void> {
  const args = ['-o', out]
  for (const tracker of options.trackers ?? []) args.push('-t', tracker)
  if (options.private) args.push('-p')
  if (options.pieceKiB) args.push('-s', String(options.pieceKiB))
  if (options.comment) args.push('-c', options.comment)
  await runFile(toolPath('transmission-create'), [...args, path])
}

/** Returns the output of transmission-show for a .torrent. Rejects if it reports an error. */
export async function transmissionShow(torrent: string): Promise<string> {
  return (await runFile(toolPath('transmission-show'), [torrent])).stdout
}
