import { Bitfield } from '../base/bitfield.ts'
import { infoHashText } from '../metainfo/info-hash.ts'
import { selectedFiles } from '../metainfo/magnet.ts'
import type { Metainfo } from '../metainfo/metainfo.ts'
import { Selection } from '../swarm/selection.ts'
import { Content } from './content.ts'
import type { SessionContext } from './context.ts'
import type { TorrentTask } from './torrent-task.ts'

/** Joins metadata to the storage of its bytes and to what is wanted of them. Opens no file. */
export function openContent(
  context: SessionContext,
  metainfo: Metainfo,
  { directory, renamed, origin, place }: Pick<TorrentTask, 'directory' | 'renamed' | 'origin' | 'place'>,
): Content {
  const layout = Content.layoutOf(metainfo)
  const { select } = origin
  const priorities = place.progress?.priorities ?? null
  const name = infoHashText(metainfo.info.infoHashes)
  const storage = context.createStorage({
    layout,
    name,
    directory,
    memory: place.memory,
    preallocate: place.preallocate,
    renamed: renamed ?? new Map(),
  })
  const selection = Selection.from(layout, priorities ? [...priorities] : null)
  if (select && !priorities) {
    const files = [...layout.files.keys()].filter(file => !layout.files[file]!.pad)
    const chosen = new Set(selectedFiles(select, files.length))
    for (const [index, file] of files.entries()) if (!chosen.has(index)) selection.set(file, 0)
  }
  const content = new Content(metainfo, layout, storage, selection)
  if (place.progress?.had) content.recorded = Bitfield.from(place.progress.had, layout.pieceCount)
  if (place.progress?.unfinished) content.unfinished = place.progress.unfinished
  return content
}
