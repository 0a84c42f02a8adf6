import { infoHashText } from '../metainfo/info-hash.ts'
import type { Metainfo } from '../metainfo/metainfo.ts'
import { Selection } from '../swarm/selection.ts'
import { Content } from './content.ts'
import type { SessionContext } from './context.ts'

export interface OpenContentOptions {
  readonly directory: string
  readonly memory: boolean
  readonly renamed: ReadonlyMap<number, readonly string[]>
  /** By index among all files, as recorded earlier. */
  readonly priorities: Uint8Array | null
  /** Real files wanted, as inclusive ranges of their indexes (BEP 53); undefined for all. */
  readonly select: readonly { readonly first: number; readonly last: number }[] | undefined
}

/** Joins metadata to the storage of its bytes and to what is wanted of them. Opens no file. */
export function openContent(
  context: SessionContext,
  metainfo: Metainfo,
  options: OpenContentOptions,
): Content {
  const layout = Content.layoutOf(metainfo)
  const { directory, memory, renamed, priorities, select } = options
  const name = infoHashText(metainfo.info.infoHashes)
  const storage = context.createStorage({ layout, name, directory, memory, renamed })
  const selection = Selection.from(layout, priorities ? [...priorities] : null)
  if (select && !priorities) {
    let index = 0
    for (const [file, { pad }] of layout.files.entries()) {
      if (pad) continue
      const at = index++
      if (!select.some(({ first, last }) => at >= first && at <= last)) selection.set(file, 0)
    }
  }
  return new Content(metainfo, layout, storage, selection)
}
