import type { TorrentApi } from '@shoal/torrent'
import type { Output } from '../output.ts'
import type { View } from './view.ts'

/** With `--verbose`, prints the activity of the torrent's peers and trackers. */
export function logTo(view: View, output: Output, torrent: TorrentApi): void {
  if (!output.verbose) return
  torrent.on('log', line => {
    const text = `${torrent.name}: ${line}`
    // On a terminal above the live lines; otherwise on standard error, apart from the results.
    if (output.terminal) view.tell(text)
    else output.error(text)
  })
}
