/** A download from one good peer while others are hostile. */
import { limitMs, until } from '@shoal/testing'
import { Session, type SessionOptions, type Torrent } from '@shoal/torrent'
import { expect, onTestFinished } from 'vitest'
import { type TempDir, tempDir } from '../support/files.ts'
import { type HostileOptions, HostilePeer } from './hostile-peer.ts'
import { ALONE, type SharedFile, seeder, sharedFile } from './support.ts'

export const PIECE_BYTES = 64 * 1024

export class Victim {
  readonly file: SharedFile
  readonly session: Session
  readonly torrent: Torrent
  readonly log: string[] = []
  readonly #good: { torrents: Torrent[]; address: string }

  private constructor(file: SharedFile, session: Session, torrent: Torrent, good: Victim['good']) {
    this.file = file
    this.session = session
    this.torrent = torrent
    this.#good = good
    torrent.on('log', line => this.log.push(line))
  }

  get good(): { torrents: Torrent[]; address: string } {
    return this.#good
  }

  /**
   * Starts a download, without metadata if `magnet`. It learns the address of the good peer only in
   * `finish`.
   */
  static async start(
    options: { length?: number; magnet?: boolean; session?: SessionOptions; environment?: object } = {},
  ): Promise<Victim> {
    const dir: TempDir = await tempDir('victim')
    onTestFinished(dir.remove)
    const file = await sharedFile(dir.join('seed'), 'file', options.length ?? 4 * 1024 * 1024, {
      pieceLengthBytes: PIECE_BYTES,
    })
    const good = await seeder([file])
    onTestFinished(() => good.session.close())
    const session = await Session.open({ ...ALONE, ...options.session }, options.environment)
    onTestFinished(() => session.close())
    const source = options.magnet ? good.torrents[0]!.magnet : file.metainfo
    return new Victim(file, session, await session.add(source, { memory: true }), good)
  }

  get infoHash(): Uint8Array {
    return this.file.metainfo.info.infoHashes.v1!
  }

  /** Connects a hostile peer to the victim. */
  async attack(options: Partial<HostileOptions> = {}): Promise<HostilePeer> {
    const peer = await HostilePeer.connect({
      port: this.session.port,
      from: '127.0.0.66',
      infoHash: this.infoHash,
      ...options,
    })
    onTestFinished(() => peer.close())
    return peer
  }

  /**
   * Adds the good peer and waits until the download is complete, which means that all stored data
   * has been verified.
   */
  async finish(timeoutMs = limitMs(90)): Promise<void> {
    const { torrent } = this
    torrent.addPeer(this.#good.address)
    await until('the download is complete', () => torrent.state === 'seeding', { timeoutMs }).catch(error => {
      throw new Error(`${error.message}\n${JSON.stringify(torrent.stats)}\n${this.log.slice(-20).join('\n')}`)
    })
    expect(torrent.stats.haveBytes).toBe(this.file.metainfo.info.lengthBytes)
    expect(this.log.filter(line => line.startsWith('127.0.0.1 sent wrong bytes'))).toEqual([])
  }

  waitForLog(pattern: RegExp): Promise<unknown> {
    return until(`the log says ${pattern}`, () => this.log.some(line => pattern.test(line)))
  }
}
