/**
 * A download in a separate process, to be killed: `node download.ts <torrent file> <folder> <state folder> <peer>…`. Prints a line of
 * JSON for each thing that happens; when its standard input ends, it closes cleanly.
 */
import { readFileSync } from 'node:fs'
import { Session } from '@shoal/torrent'

export type DownloadNews =
  /** The state at the start: verified bytes, and roughly how many bytes were read to verify them. */
  | { readonly what: 'checked'; readonly haveBytes: number; readonly readBytes: number }
  | { readonly what: 'complete' | 'closed' }
  | { readonly what: 'error' | 'problem' | 'log'; readonly message: string }

const [torrentFile, directory, stateDirectory, ...peers] = process.argv.slice(2) as [string, string, string]

function tell(news: DownloadNews): void {
  process.stdout.write(`${JSON.stringify(news)}\n`)
}

/** Bytes that this process has read from files so far, whether or not they were in the page cache (Linux). */
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
for (const message of session.problems) tell({ what: 'problem', message })
const torrent = await session.add(torrentFile, { directory, paused: true })
const readBefore = bytesRead()
let isChecked = false
torrent.on('error', error => tell({ what: 'error', message: error.message }))
torrent.on('log', message => tell({ what: 'log', message }))
torrent.on('complete', () => tell({ what: 'complete' }))
torrent.on('state', state => {
  if (isChecked || (state !== 'downloading' && state !== 'seeding')) return
  isChecked = true
  tell({ what: 'checked', haveBytes: torrent.stats.haveBytes, readBytes: bytesRead() - readBefore })
  for (const peer of peers) torrent.addPeer(peer)
})
await torrent.resume()
process.stdin.resume()
process.on('SIGUSR2', () => {
  tell({ what: 'log', message: JSON.stringify({ ...torrent.stats, list: torrent.peers() }) })
})
process.stdin.on('end', async () => {
  await session.close()
  tell({ what: 'closed' })
})
