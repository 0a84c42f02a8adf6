import { formatShareLink } from '@shoal/links'
import type { SealTo } from '@shoal/sealed'
import { type Metainfo, magnetOf, parseMagnet } from '@shoal/torrent'

/** The link of a sealed share, with `key` when it is sealed to one. Without `page` it begins with `#`. */
export function sealedLink(
  metainfo: Metainfo,
  { by, key }: { readonly by: SealTo['by']; readonly key?: Uint8Array | undefined },
  page = '',
): string {
  const seal = by === 'key' ? { by, key: key! } : { by: by === 'recipients' ? ('recipient' as const) : by }
  const { lengthBytes } = metainfo.info
  return formatShareLink(page, { magnet: parseMagnet(magnetOf(metainfo)), lengthBytes, seal })
}
