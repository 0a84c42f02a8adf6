/** A real qbittorrent-nox on loopback, for tests. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { until } from '@shoal/testing'
import { freePort } from './ports.ts'
import { type ManagedProcess, start } from './process.ts'
import { toolPath } from './tools.ts'

interface QBittorrentTorrent {
  readonly hash: string
  readonly progress: number
  readonly state: string
}

/**
 * A running program: `await using peer = await QBittorrent.start(dir.join('qb'))`. It uses uTP
 * only.
 */
export class QBittorrent implements AsyncDisposable {
  /** Port for connections. */
  readonly port: number
  readonly #process: ManagedProcess
  readonly #url: string

  private constructor(child: ManagedProcess, port: number, url: string) {
    this.#process = child
    this.port = port
    this.#url = url
  }

  /** `profile`: a folder for its settings. */
  static async start(profile: string): Promise<QBittorrent> {
    const [port, webPort] = [await freePort(), await freePort()]
    const config = join(profile, 'qBittorrent', 'config')
    await mkdir(config, { recursive: true })
    await writeFile(join(config, 'qBittorrent.conf'), settings(port))
    const args = [`--profile=${profile}`, `--webui-port=${webPort}`]
    const child = await start('qbittorrent-nox', toolPath('qbittorrent-nox'), args)
    const peer = new QBittorrent(child, port, `http://127.0.0.1:${webPort}/api/v2`)
    try {
      await until('qbittorrent-nox answers', async () => {
        child.assertRunning()
        return (await fetch(`${peer.#url}/app/version`)).ok
      })
      return peer
    } catch (error) {
      await child.stop()
      throw error
    }
  }

  /** Adds a .torrent; with `complete`, it trusts that all data is there. */
  async add(torrent: string, savePath: string, options: { complete?: boolean } = {}): Promise<void> {
    const form = new FormData()
    form.set('torrents', new Blob([await readFile(torrent)]), basename(torrent))
    form.set('savepath', savePath)
    if (options.complete) form.set('skip_checking', 'true')
    await this.#post('torrents/add', form)
    await until('qbittorrent-nox has the torrent', async () => (await this.#torrents()).length > 0)
  }

  /** Connects all torrents to a peer. */
  async connect(address: string): Promise<void> {
    const hashes = (await this.#torrents()).map(({ hash }) => hash).join('|')
    await this.#post('torrents/addPeers', new URLSearchParams({ hashes, peers: address }))
  }

  /** Resolves when all torrents are complete and verified. */
  async done(): Promise<void> {
    await until('qbittorrent-nox is complete', async () => {
      const torrents = await this.#torrents()
      return torrents.every(({ progress, state }) => progress === 1 && !/checking|moving/.test(state))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop()
  }

  async #torrents(): Promise<QBittorrentTorrent[]> {
    return (await (await fetch(`${this.#url}/torrents/info`)).json()) as QBittorrentTorrent[]
  }

  async #post(path: string, body: FormData | URLSearchParams): Promise<void> {
    const response = await fetch(`${this.#url}/${path}`, { method: 'POST', body })
    if (!response.ok) throw new Error(`qbittorrent-nox: ${response.status} ${await response.text()}`)
  }
}

function settings(port: number): string {
  return `[LegalNotice]
Accepted=true

[BitTorrent]
Session\\Port=${port}
Session\\BTProtocol=UTP
Session\\Interface=lo
Session\\InterfaceAddress=127.0.0.1
Session\\MultiConnectionsPerIp=true
Session\\DHTEnabled=false
Session\\LSDEnabled=false
Session\\PeXEnabled=false

[Network]
PortForwardingEnabled=false

[Preferences]
WebUI\\Address=127.0.0.1
WebUI\\LocalHostAuth=false
`
}
