import { resolve } from 'node:path'
import { flag } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { contentFolder } from '../alone/content-folder.ts'
import { defineCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { formatBytes, formatPercent } from '../format.ts'
import { HashingItem } from '../terminal/hashing-item.ts'
import { openView } from '../terminal/open-view.ts'
import { texts } from '../texts.ts'

export const check = defineCommand({
  about: texts.check.about,
  positionals: [
    { name: 'FILE', help: texts.check.file },
    { name: 'DIR', help: texts.check.directory },
  ],
  options: { all: flag('List the files that are right too') },
  examples: [['check photos.torrent ~/Downloads', texts.check.example]],
  async run([file, directory], options, { output, interrupt }) {
    const [{ checkFiles }, { readMetainfo }] = await Promise.all([
      import('@shoal/torrent'),
      import('../alone/read-metainfo.ts'),
    ])
    const { signal } = interrupt
    const metainfo = await readMetainfo(file!, { signal })
    const folder = await contentFolder(directory!, metainfo)
    const item = new HashingItem(resolve(folder), metainfo.info.name)
    const view = output.terminal ? openView(output) : null
    view?.add(item)
    const result = await checkFiles(metainfo, folder, { signal, onProgress: item.onProgress }).finally(() => {
      view?.remove(item)
      view?.close()
    })
    const { complete, goodPieces, pieceCount, haveBytes, withoutHashes } = result
    const { name, lengthBytes: length } = metainfo.info
    const files = result.files.map(({ path, lengthBytes, haveBytes: have, exists }) => ({
      path: path.join('/'),
      length: lengthBytes,
      haveBytes: have,
      state: !exists
        ? ('missing' as const)
        : have === lengthBytes
          ? ('complete' as const)
          : ('incomplete' as const),
    }))
    if (output.json)
      output.object({
        name,
        directory: folder,
        complete,
        length,
        haveBytes,
        pieces: pieceCount,
        goodPieces,
        withoutHashes,
        files,
      })
    else {
      for (const { path, state, haveBytes: have, length: whole } of files) {
        if (state === 'missing') output.line(texts.check.missing({ path }))
        else if (state === 'incomplete')
          output.line(texts.check.partly({ progress: formatPercent(whole === 0 ? 0 : have / whole), path }))
        else if (options.all) output.line(texts.check.correct({ path }))
      }
      if (withoutHashes > 0) output.line(texts.check.withoutHashes({ count: withoutHashes, shoal: SHOAL }))
      output.line(
        complete
          ? texts.check.complete({
              name,
              files: texts.format.files({ count: files.length }),
              size: formatBytes(length),
            })
          : texts.check.incomplete({
              name,
              have: formatBytes(haveBytes),
              size: formatBytes(length),
              good: goodPieces,
              count: pieceCount,
              shoal: SHOAL,
            }),
      )
    }
    return complete ? 0 : EXIT.failed
  },
})
