import type { SealTo } from '@shoal/sealed'
import { type Metainfo, magnetOf } from '@shoal/torrent'
import { createLink } from '../share-link.ts'

/** The link of a sealed share, with `key` when it is sealed to one. Without `page` it begins with `#`. */
export function sealedLink(
  metainfo: Metainfo,
  { by, key }: { readonly by: SealTo['by']; readonly key?: Uint8Array | undefined },
  page = '',
): string {
  const seal = by === 'key' ? { by, key: key! } : { by: by === 'recipients' ? ('recipient' as const) : by }
  return createLink(magnetOf(metainfo), page, { lengthBytes: metainfo.info.lengthBytes, seal })
}
