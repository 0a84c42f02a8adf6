import type { Seal } from '@shoal/links'
import type { SealTo } from '@shoal/sealed'
import { type Metainfo, magnetOf } from '@shoal/torrent'
import { createLink } from '../share-link.ts'

/** The seal as a link describes it; `key` is given for shares that are sealed to one. */
export function toSeal({
  by,
  key,
}: {
  readonly by: SealTo['by']
  readonly key?: Uint8Array | undefined
}): Seal {
  if (by === 'key') return { by, key: key! }
  return { by: by === 'recipients' ? 'recipient' : by }
}

/** The link of a sealed share. Without `page` it begins with `#`. */
export function sealedLink(metainfo: Metainfo, seal: Seal, page = ''): string {
  return createLink(magnetOf(metainfo), page, { lengthBytes: metainfo.info.lengthBytes, seal })
}
