import { basename, resolve } from 'node:path'
import { value } from '@shoal/options'
import { UsageError } from '../../base/failure.ts'
import { writeWholeFile } from '../../base/files/write-file.ts'
import { defineCommand } from '../command.ts'
import { HashingItem } from '../terminal/hashing-item.ts'
import { openView } from '../terminal/open-view.ts'
import { createOptions, TORRENT_OPTIONS } from '../torrent-options.ts'

export const create = defineCommand({
  about: [
    'Hashes the file or folder on all cores and writes a .torrent. It is a hybrid by default, which clients of version 1 and 2 both read.',
  ],
  positionals: [{ name: 'PATH', help: 'the file or folder' }],
  options: {
    out: value('FILE', {
      short: 'o',
      help: 'Where to write it; - for standard output. Default: NAME.torrent here',
    }),
    ...TORRENT_OPTIONS,
  },
  examples: [
    [
      'create Photos -o photos.torrent',
      'Makes photos.torrent of the folder Photos and prints its magnet link',
    ],
    [
      'create film.mkv --tracker udp://tracker.example:6969 --private',
      'Makes film.mkv.torrent for a private tracker',
    ],
  ],
  async run([path], options, { output, interrupt }) {
    const toStdout = options.out === '-'
    if (toStdout && output.json)
      throw new UsageError('--out - and --json would both write to standard output: leave one out')
    const [{ createTorrent, writeMetainfo }, { describeTorrent }] = await Promise.all([
      import('@shoal/torrent'),
      import('../alone/describe.ts'),
    ])
    const item = new HashingItem(resolve(path!), basename(resolve(path!)))
    // Only a terminal shows how far it is: others get the result alone.
    const view = output.terminal && !toStdout ? openView(output) : null
    view?.add(item)
    const metainfo = await createTorrent(path!, createOptions(options), {
      signal: interrupt.signal,
      onProgress: item.onProgress,
    }).finally(() => {
      view?.remove(item)
      view?.close()
    })
    const bytes = writeMetainfo(metainfo)
    if (toStdout) return output.bytes(bytes)
    const file = options.out ?? `${basename(metainfo.info.name)}.torrent`
    await writeWholeFile(resolve(file), bytes)
    const description = describeTorrent(metainfo)
    if (output.json) return output.object({ file: resolve(file), ...description })
    output.line(`Wrote ${file}`)
    output.line(description.magnet)
  },
})
