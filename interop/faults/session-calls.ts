/**
 * A session in a separate process, which is controlled over standard input and output (see
 * support/json-lines), to test faults of its environment.
 */
import { execFileSync } from 'node:child_process'
import { statfsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { Session, type SessionOptions, ShoalError, type Torrent } from '@shoal/torrent'
import { sha256Of } from '../support/files.ts'
import { answerJsonLines } from '../support/json-lines.ts'

/** The state of a torrent as reported to the test. */
export interface TorrentView {
  readonly state: string
  readonly error?: { readonly code: string; readonly message: string }
  readonly haveBytes: number
  readonly downloadedBytes: number
  readonly log: readonly string[]
}

let session: Session
const torrents: { torrent: Torrent; log: string[]; error?: { code: string; message: string } }[] = []

answerJsonLines({
  async open(options: SessionOptions) {
    session = await Session.open(options)
  },
  async add({ torrentFile, directory, peers }: { torrentFile: string; directory: string; peers: string[] }) {
    const torrent = await session.add(torrentFile, { directory, peers })
    const entry: (typeof torrents)[number] = { torrent, log: [] }
    torrent.on('log', line => entry.log.push(line))
    torrent.on('error', error => {
      entry.error = { code: error instanceof ShoalError ? error.code : '', message: error.message }
    })
    return torrents.push(entry) - 1
  },
  view({ torrent: at }: { torrent: number }): TorrentView {
    const { torrent, error, log } = torrents[at]!
    const { state, haveBytes, downloadedBytes } = torrent.stats
    return { state, haveBytes, downloadedBytes, log, ...(error ? { error } : {}) }
  },
  async resume({ torrent }: { torrent: number }) {
    await torrents[torrent]!.torrent.resume()
  },
  /** Fills a disk except for `keepBytes`. */
  async fill({ path, keepBytes }: { path: string; keepBytes: number }) {
    await writeFile(path, '')
    const { bavail, bsize } = statfsSync(path)
    await writeFile(path, Buffer.alloc(bavail * bsize - keepBytes))
  },
  async remove({ path }: { path: string }) {
    await rm(path, { recursive: true })
  },
  sha256({ path }: { path: string }) {
    return sha256Of(path)
  },
  /** Runs a program in the session's environment. */
  run({ program, args }: { program: string; args: string[] }) {
    execFileSync(program, args)
  },
  async close() {
    await session.close()
  },
})
