import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { flag, UsageError, value } from '@shoal/options'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { namedTorrents, TORRENTS } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { writeNamedFile } from '../named-file.ts'
import { texts } from '../texts.ts'

export const exportTorrents = defineCommand({
  about: texts.export.about,
  positionals: [TORRENTS],
  options: {
    out: value('PATH', { short: 'o', help: texts.export.options.out }),
    replace: flag(texts.export.options.replace),
    ...NODE_OPTIONS,
  },
  examples: [
    ['export film', texts.export.examples.one],
    ['export all -o ~/torrents', texts.export.examples.all],
  ],
  async run(words, { out, replace, ...options }, { output, interrupt }) {
    const node = await openNode(options, interrupt.signal)
    const torrents = await namedTorrents(node.api, words)
    if (out === '-') {
      if (torrents.length !== 1) throw new UsageError(texts.export.oneOnly)
      if (output.json) throw new UsageError(texts.create.bothStdout)
      if (replace) throw new UsageError(texts.create.replaceStdout)
      return output.bytes(await node.readMetainfo(torrents[0]!.id))
    }
    const folder = resolve(out ?? '.')
    const toFile = out?.toLowerCase().endsWith('.torrent') && torrents.length === 1
    if (!toFile) await mkdir(folder, { recursive: true })
    const { safePaths } = await import('@shoal/torrent')
    // File names that are valid on every file system, and not hidden.
    const files = torrents.map(({ name }) => [`${name.replace(/^\.+/, '_')}.torrent`])
    const names = safePaths(files, 'windows')
    const items = []
    for (const [at, { id, name }] of torrents.entries()) {
      const file = toFile ? folder : join(folder, names[at]!)
      await writeNamedFile(file, await node.readMetainfo(id), { replace })
      items.push({ id, name, file })
      if (!output.json) output.line(texts.create.wrote({ file }))
    }
    if (output.json) output.object({ items })
  },
})
