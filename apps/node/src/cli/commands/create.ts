import { basename, resolve } from 'node:path'
import { writeWholeFile } from '@shoal/daemon/files'
import { UsageError, value } from '@shoal/options'
import { defineCommand } from '../command.ts'
import { HashingItem } from '../terminal/hashing-item.ts'
import { openView } from '../terminal/open-view.ts'
import { texts } from '../texts.ts'
import { createOptions, TORRENT_OPTIONS } from '../torrent-options.ts'

export const create = defineCommand({
  about: texts.create.about,
  positionals: [{ name: 'PATH', help: texts.argument.path }],
  options: {
    out: value('FILE', {
      short: 'o',
      help: texts.create.options.out,
    }),
    ...TORRENT_OPTIONS,
  },
  examples: [
    ['create Photos -o photos.torrent', texts.create.examples.plain],
    ['create film.mkv --tracker udp://tracker.example:6969 --private', texts.create.examples.private],
  ],
  async run([path], options, { output, interrupt }) {
    const toStdout = options.out === '-'
    if (toStdout && output.json) throw new UsageError(texts.create.bothStdout)
    const [{ createTorrent, writeMetainfo }, { describeTorrent }] = await Promise.all([
      import('@shoal/torrent'),
      import('../alone/describe.ts'),
    ])
    const item = new HashingItem(resolve(path!), basename(resolve(path!)))
    // Progress is shown on terminals only.
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
    output.line(texts.create.wrote({ file }))
    output.line(description.magnet)
  },
})
