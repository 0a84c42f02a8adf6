import { basename, resolve } from 'node:path'
import { flag, UsageError, value } from '@shoal/options'
import { defineCommand } from '../command.ts'
import { refuseExisting, writeNamedFile } from '../named-file.ts'
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
    replace: flag(texts.create.options.replace),
    ...TORRENT_OPTIONS,
  },
  examples: [
    ['create Photos -o photos.torrent', texts.create.examples.plain],
    ['create film.mkv --tracker udp://tracker.example:6969 --private', texts.create.examples.private],
  ],
  async run([path], options, { output, interrupt }) {
    const toStdout = options.out === '-'
    if (toStdout && output.json) throw new UsageError(texts.create.bothStdout)
    if (toStdout && options.replace) throw new UsageError(texts.create.replaceStdout)
    const named = (name: string) => options.out ?? `${name}.torrent`
    if (!toStdout) await refuseExisting(named(options.name ?? basename(resolve(path!))), options)
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
    const file = named(basename(metainfo.info.name))
    await writeNamedFile(file, bytes, options)
    const description = describeTorrent(metainfo)
    if (output.json) return output.object({ file: resolve(file), ...description })
    output.line(texts.create.wrote({ file }))
    output.line(description.magnet)
  },
})
