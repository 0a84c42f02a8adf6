/**
 * `shoal get` for a share link: downloads a sealed share into a hidden folder, checks the key early
 * and opens the complete share.
 */
import { rm } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Seal, ShareLink } from '@shoal/links'
import { UsageError } from '@shoal/options'
import { OpenedShare, type Unlock } from '@shoal/sealed'
import { formatMagnet, infoHashText, type TorrentApi } from '@shoal/torrent'
import { defaultFolder, openPlace } from '../../base/files/places.ts'
import { torrentSource } from '../../base/sealing/torrent-source.ts'
import { type Unpacked, unpack } from '../../base/sealing/unpack.ts'
import type { CommandContext } from '../command.ts'
import { formatBytes } from '../format.ts'
import { HashingItem } from '../terminal/hashing-item.ts'
import type { View } from '../terminal/view.ts'
import { texts } from '../texts.ts'
import { type DownloadOptions, download, type SealedDownload } from './download.ts'
import { type UnlockOptions, unlockFor } from './unlock.ts'

/** Returns the exit code. */
export async function getSealed(
  { magnet }: ShareLink,
  seal: Seal,
  options: DownloadOptions & UnlockOptions,
  context: CommandContext,
): Promise<number> {
  if (options.select) throw new UsageError(texts.get.selectSealed)
  if (seal.by !== 'key' && options.networkNode.length > 0) throw new UsageError(texts.get.networkNodeSealed)
  const key = seal.by === 'key' ? seal.key : undefined
  const unlock = await unlockFor(seal.by, key, options, context.interrupt.signal)
  const directory = resolve(options.out ?? defaultFolder())
  // The folder's name depends on the link, so that the same command finds an earlier download.
  const out = join(directory, `.shoal-${infoHashText(magnet.infoHashes).slice(0, 16)}`)
  const link = formatMagnet(magnet)
  const sealed = new Opening(directory, unlock, key)
  const code = await download(link, { ...options, out, sealed }, context)
  if (sealed.opened && !options.seed) await removePlace(out)
  return code
}

class Opening implements SealedDownload {
  readonly #directory: string
  readonly #unlock: Unlock
  readonly linkKey: Uint8Array | undefined
  #share: OpenedShare | null = null
  opened = false

  constructor(directory: string, unlock: Unlock, linkKey: Uint8Array | undefined) {
    this.linkKey = linkKey
    this.#directory = directory
    this.#unlock = unlock
  }

  async check(torrent: TorrentApi, signal: AbortSignal): Promise<void> {
    this.#share = await OpenedShare.open(torrentSource(torrent), this.#unlock, { signal })
  }

  async open(torrent: TorrentApi, view: View, signal: AbortSignal): Promise<void> {
    const item = new HashingItem(this.#directory, texts.progress.opening)
    view.add(item)
    try {
      const unpacked = await unpack(this.#share!, this.#directory, {
        signal,
        hidden: 'kept',
        onProgress: item.onProgress,
      })
      this.opened = true
      view.remove(item)
      tellOpened(view, infoHashText(torrent.infoHashes), unpacked, this.#share!.skippedCount)
    } finally {
      view.remove(item)
    }
  }
}

/** Reports the files of a sealed share. */
export function tellOpened(
  view: Pick<View, 'tell'>,
  infoHash: string | null,
  { paths, files, lengthBytes }: Unpacked,
  leftOut: number,
): void {
  const what = paths.length === 1 ? paths[0]! : `${paths.map(path => basename(path)).join(', ')}`
  const known = {
    what,
    files: texts.format.files({ count: files.length }),
    size: formatBytes(lengthBytes),
  }
  const text =
    leftOut > 0
      ? texts.unseal.openedPart({ ...known, links: texts.format.links({ count: leftOut }) })
      : texts.unseal.opened(known)
  view.tell(text, {
    event: 'opened',
    ...(infoHash !== null && { infoHash }),
    paths,
    length: lengthBytes,
    files,
    leftOut,
  })
}

/** Deletes the sealed file and the state of its download. */
async function removePlace(folder: string): Promise<void> {
  const { state } = await openPlace(folder)
  await rm(folder, { recursive: true, force: true })
  await rm(state, { recursive: true, force: true })
}
