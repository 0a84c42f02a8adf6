import type { TorrentApi } from '@shoal/torrent'
import type { Output } from '../output.ts'
import type { View } from './view.ts'

/** With `--verbose`, tells what the torrent's peers and trackers do. */
export function logTo(view: View, output: Output, torrent: TorrentApi): void {
  if (!output.verbose) return
  torrent.on('log', line => {
    const text = `${torrent.name}: ${line}`
    // Above the live lines; in a pipe, and with JSON, not among the results.
    if (output.terminal) view.tell(text)
    else output.error(text)
  })
}
