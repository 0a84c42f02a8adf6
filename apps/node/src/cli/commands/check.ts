import { resolve } from 'node:path'
import { flag } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { count, formatBytes, formatPercent } from '../../base/text/format.ts'
import { contentFolder } from '../alone/content-folder.ts'
import { defineCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { HashingItem } from '../terminal/hashing-item.ts'
import { openView } from '../terminal/open-view.ts'

export const check = defineCommand({
  about: [
    'Reads the files and compares every piece with the .torrent. Nothing is changed. The exit code is 0 only when all is there and right.',
    "DIR is the folder that the download went to; the torrent's own folder will do too.",
  ],
  positionals: [
    { name: 'FILE', help: 'the .torrent: a path or URL' },
    { name: 'DIR', help: 'the folder that its files are in' },
  ],
  options: { all: flag('List the files that are right too') },
  examples: [
    ['check photos.torrent ~/Downloads', 'Tells which files of ~/Downloads/Photos are not as they should be'],
  ],
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
    const { complete, goodPieces, pieceCount, haveBytes } = result
    const length = metainfo.info.lengthBytes
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
        name: metainfo.info.name,
        directory: folder,
        complete,
        length,
        haveBytes,
        pieces: pieceCount,
        goodPieces,
        files,
      })
    else {
      for (const { path, state, haveBytes: have, length: whole } of files) {
        if (state !== 'complete')
          output.line(
            `${state === 'missing' ? 'missing' : `${formatPercent(whole === 0 ? 0 : have / whole)} right`}: ${path}`,
          )
        else if (options.all) output.line(`right: ${path}`)
      }
      output.line(
        complete
          ? `${metainfo.info.name}: complete, ${count(files.length, 'file')}, ${formatBytes(length)}`
          : `${metainfo.info.name}: ${formatBytes(haveBytes)} of ${formatBytes(length)} are right (${goodPieces} of ${count(pieceCount, 'piece')}). ${SHOAL} get fetches the rest`,
      )
    }
    return complete ? 0 : EXIT.failed
  },
})
