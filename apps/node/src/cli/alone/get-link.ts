/** `shoal get`: distinguishes share links from other links. */
import { isShareLink, parseShareLink } from '@shoal/links'
import { formatMagnet } from '@shoal/torrent'
import { withPageTrackers } from '../../base/sealing/to-share-link.ts'
import type { CommandContext } from '../command.ts'
import { texts } from '../texts.ts'
import type { DownloadOptions } from './download.ts'
import type { UnlockOptions } from './unlock.ts'
import { refuseUnlock } from './unlock-options.ts'

/** Downloads a link of any kind. Returns the exit code. */
export async function getLink(
  link: string,
  options: DownloadOptions & UnlockOptions,
  context: CommandContext,
): Promise<number> {
  const share = isShareLink(link) ? withPageTrackers(parseShareLink(link), link) : null
  const given = share ? { ...options, shareLink: link } : options
  if (share?.seal) {
    // Lazy: the cryptography would double the number of modules that each download loads.
    const { getSealed } = await import('./get-sealed.ts')
    return getSealed(share, share.seal, given, context)
  }
  refuseUnlock(options, ['passphraseFile', 'keyFile'], texts.unlockOptions.sealedOnly)
  const { download } = await import('./download.ts')
  return download(share ? formatMagnet(share.magnet) : link, given, context)
}
