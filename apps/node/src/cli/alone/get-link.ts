/** `shoal get`: tells share links from the others. */
import { isShareLink, parseShareLink } from '@shoal/links'
import { formatMagnet } from '@shoal/torrent'
import type { CommandContext } from '../command.ts'
import type { DownloadOptions } from './download.ts'
import type { UnlockOptions } from './unlock.ts'

/** Downloads a link of any kind. Returns the exit code. */
export async function getLink(
  link: string,
  options: DownloadOptions & UnlockOptions,
  context: CommandContext,
): Promise<number> {
  const share = isShareLink(link) ? parseShareLink(link) : null
  if (share?.seal) {
    // Its cryptography would double the number of modules that each download loads.
    const { getSealed } = await import('./get-sealed.ts')
    return getSealed(share, share.seal, options, context)
  }
  const { download } = await import('./download.ts')
  return download(share ? formatMagnet(share.magnet) : link, options, context)
}
