import type { TorrentApi } from '@shoal/torrent'
import type { Output } from '../output.ts'
import { texts } from '../texts.ts'
import type { View } from './view.ts'

/**
 * Prints which files were changed on disk and, with `--verbose`, the activity of the torrent's
 * peers and trackers.
 */
export function logTo(view: View, output: Output, torrent: TorrentApi): void {
  const print = (line: string) => {
    const text = `${torrent.name}: ${line}`
    // On a terminal above the live lines; otherwise on standard error, apart from the results.
    if (output.terminal) view.tell(text)
    else output.error(text)
  }
  torrent.on('filesAvoided', files => {
    for (const file of files) print(texts.progress.fileAvoided(file))
  })
  torrent.on('filesChanged', paths => print(texts.progress.filesChanged({ files: paths.join(', ') })))
  if (output.verbose) torrent.on('log', print)
}
