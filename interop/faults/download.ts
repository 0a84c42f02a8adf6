/**
 * A download in a separate process, which tests kill:
 * `node download.ts <torrent file> <folder> <state folder> <peer>…`. Prints each event as a line of
 * JSON. Closes cleanly when its standard input ends.
 */
import { readFileSync } from 'node:fs'
import { Session } from '@shoal/torrent'

export type DownloadEvent =
  /**
   * The state at the start: verified bytes, and roughly the number of bytes read to verify them.
   */
  | { readonly what: 'checked'; readonly haveBytes: number; readonly readBytes: number }
  | { readonly what: 'complete' | 'closed' }
  | { readonly what: 'error' | 'problem' | 'log'; readonly message: string }

const [torrentFile, directory, stateDirectory, ...peers] = process.argv.slice(2) as [string, string, string]

function report(event: DownloadEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}

/**
 * Returns the bytes that this process has read from files so far, even if they were in the page
 * cache (Linux).
 */
function bytesRead(): number {
  return Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'latin1'))?.[1] ?? Number.NaN)
}

const session = await Session.open({
  directory,
  stateDirectory,
  restore: false,
  port: null,
  dht: false,
  lsd: false,
  trackers: false,
})
for (const message of session.problems) report({ what: 'problem', message })
const torrent = await session.add(torrentFile, { directory, paused: true })
const readBefore = bytesRead()
let isChecked = false
torrent.on('error', error => report({ what: 'error', message: error.message }))
torrent.on('log', message => report({ what: 'log', message }))
torrent.on('complete', () => report({ what: 'complete' }))
torrent.on('state', state => {
  if (isChecked || (state !== 'downloading' && state !== 'seeding')) return
  isChecked = true
  report({ what: 'checked', haveBytes: torrent.stats.haveBytes, readBytes: bytesRead() - readBefore })
  for (const peer of peers) torrent.addPeer(peer)
})
await torrent.resume()
process.stdin.resume()
process.on('SIGUSR2', () => {
  report({ what: 'log', message: JSON.stringify({ ...torrent.stats, list: torrent.peers() }) })
})
process.stdin.on('end', async () => {
  await session.close()
  report({ what: 'closed' })
})
