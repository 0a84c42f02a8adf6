/** Sources of one file, of every kind, each in a separate process with a rate limit. */
import { once } from 'node:events'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TorrentApi } from '@shoal/torrent'
import { FtpServer } from './ftp.ts'
import { start } from './process.ts'

const PROGRAM = fileURLToPath(new URL('./capped-source-process.ts', import.meta.url))

export const CAPPED_KINDS = ['tcp', 'utp', 'webrtc', 'http', 'ftp'] as const
export type CappedKind = (typeof CAPPED_KINDS)[number]

export interface CappedSource extends AsyncDisposable {
  readonly kind: CappedKind
  readonly bytesPerSecond: number
  /** Sets the torrent. A source over WebRTC is found through the tracker. */
  introduce(torrent: TorrentApi): Promise<void>
}

export interface CappedFile {
  readonly path: string
  /** Path of the .torrent. */
  readonly torrent: string
  /** URL of a tracker for WebSockets. */
  readonly tracker: string
}

/** Starts a source; disposing of it kills its process. */
export async function startCapped(
  kind: CappedKind,
  bytesPerSecond: number,
  file: CappedFile,
): Promise<CappedSource> {
  const folder = dirname(file.path)
  const name = file.path.slice(folder.length + 1)
  if (kind === 'ftp') {
    const server = await FtpServer.start(folder, { bytesPerSecond })
    return {
      kind,
      bytesPerSecond,
      introduce: torrent => torrent.addWebSeed(`ftp://127.0.0.1:${server.port}/${name}`),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  }
  const args = [PROGRAM, kind, String(bytesPerSecond), file.torrent, folder, file.tracker]
  const child = await start(`${kind} source`, process.execPath, args, { stdin: true, ownStdout: true })
  const [line] = await Promise.race([once(child.child.stdout!, 'data'), child.exited.then(() => [null])])
  child.assertRunning()
  const { port } = JSON.parse(String(line)) as { port: number }
  return {
    kind,
    bytesPerSecond,
    async introduce(torrent) {
      if (kind === 'http') await torrent.addWebSeed(`http://127.0.0.1:${port}/${name}`)
      else if (kind !== 'webrtc') torrent.addPeer(`127.0.0.1:${port}`)
    },
    [Symbol.asyncDispose]: () => child.stop(),
  }
}
