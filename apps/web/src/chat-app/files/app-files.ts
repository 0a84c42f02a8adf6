/**
 * Files in the chat app, with the engine of the share page. The module is loaded when files are
 * first opened or shared.
 */
import {
  audienceOf,
  formatShareLink,
  hostTracker,
  parseShareLink,
  type Seal,
  withoutNearby,
} from '@shoal/links'
import { formatMagnet, parseMagnet } from '@shoal/torrent'
import type { OpenedFiles, ShareOptions } from '../../features/chat/chat-client.ts'
import { toChosen } from '../../features/share-page/chosen.ts'
import { FileAddresses } from '../../features/share-page/engine/file-addresses.ts'
import { saveFile } from '../../features/share-page/save/save.ts'
import { openSealed } from '../../features/share-page/sealing/opened-files.ts'
import { tidyPlaces } from '../../features/share-page/sealing/sealing-place.ts'
import { shareSealed } from '../../features/share-page/sealing/share-sealed.ts'
import { listFiles, nameOf, type ShareFile } from '../../features/share-page/share-file.ts'
import type { DroppedFile } from '../../shared/dropped/dropped.ts'
import { BrowserPeer } from '../../shared/engine/browser-peer.ts'
import { PeerError } from '../../shared/engine/failure.ts'
import type { FileSnapshot, TorrentDetail } from '../../shared/engine/protocol.ts'
import { mediaTypeOf } from '../../shared/media/media-type.ts'
import { type ShownFile, shownFile } from '../../shared/media/shown-file.ts'
import { askWhileFetched } from './ask-while-fetched.ts'
import { dropFiles, keepFiles, keptFiles } from './kept-files.ts'

export class AppFiles {
  readonly #peer = new BrowserPeer()
  readonly #addresses = new FileAddresses()
  readonly #trackers: readonly string[]
  /** How many views of each torrent are open, for torrents that were added only to view a link. */
  readonly #viewed = new Map<string, number>()
  /**
   * Settles when the torrents that an earlier window viewed and did not close have been removed.
   */
  readonly #tidied: Promise<void>

  /** `trackers`: WebSocket trackers, through which this browser and its peers find each other. */
  constructor(trackers: readonly string[]) {
    this.#trackers = trackers
    this.#tidied = this.#tidy()
    askWhileFetched(this.#peer, () => keptFiles('shared'))
  }

  async open(link: string, signal: AbortSignal): Promise<OpenedFiles> {
    const { magnet: given, seal } = parseShareLink(link.startsWith('magnet:') ? `#${link}` : link)
    const own = hostTracker(link)
    // The page of the link would use the tracker of its own host, which the link does not contain.
    const trackers = [...(given.trackers ?? []), ...(own === null ? [] : [own])]
    const magnet = withoutNearby({ ...given, trackers }, audienceOf(location.href))
    await this.#tidied
    const known = new Set((await this.#peer.list()).map(({ id }) => id))
    signal.throwIfAborted()
    const { id } = await this.#peer.add(formatMagnet(magnet), {
      ...{ select: [], trackers: this.#trackers },
      ...(seal?.by === 'key' && { linkKey: seal.key }),
    })
    const close = known.has(id) && !this.#viewed.has(id) ? () => {} : this.#view(id)
    try {
      const files = listFiles(this.#peer, id, await this.#filesOf(id, signal))
      const shown = await this.#inside(files, seal)
      return {
        files: shown.map(file => this.#toShown(file)),
        // Browsers do not send requests of `download` links to the service worker.
        save: async ({ index }) => {
          const file = shown.find(each => each.index === index)!
          await saveFile(file, { addresses: this.#addresses, onProgress() {} })
        },
        problem: async () => null,
        close,
      }
    } catch (error) {
      close()
      throw error
    }
  }

  /**
   * Seals the files and seeds them from the browser's storage. The link names no page: any program
   * can open it.
   */
  async share(files: readonly DroppedFile[], { signal, onProgress }: ShareOptions): Promise<string> {
    const chosen = toChosen(files)
    if (!chosen) throw new PeerError({ code: 'bad-argument', message: 'There is nothing to share.' })
    await tidyPlaces()
    const { torrent, seal } = await shareSealed(
      this.#peer,
      chosen,
      { by: 'key' },
      {
        ...{ trackers: this.#trackers, signal },
        onProgress: (step, share) => onProgress((step === 'sealing' ? share : 1 + share) / 2),
      },
    )
    keepFiles('shared', torrent.id)
    const { lengthBytes } = torrent
    const magnet = { ...parseMagnet(torrent.magnet), name: chosen.name }
    // The link works for those who can reach the app at this address.
    return formatShareLink('', { magnet, lengthBytes, seal }, { audience: audienceOf(location.href) })
  }

  async #tidy(): Promise<void> {
    const shared = new Set(keptFiles('shared'))
    for (const id of keptFiles('viewed')) {
      if (!shared.has(id)) await this.#peer.remove(id).catch(() => {})
      dropFiles('viewed', id)
    }
  }

  /** Keeps the torrent of a link while it is viewed. Returns a function that closes the view. */
  #view(id: string): () => void {
    const change = (by: number) => {
      const count = (this.#viewed.get(id) ?? 0) + by
      if (count > 0) this.#viewed.set(id, count)
      else this.#viewed.delete(id)
      return count
    }
    keepFiles('viewed', id)
    change(1)
    let isOpen = true
    return () => {
      if (!isOpen) return
      isOpen = false
      if (change(-1) > 0) return
      void this.#peer.remove(id).then(
        () => dropFiles('viewed', id),
        () => {},
      )
    }
  }

  /** Resolves to the files of a torrent once they are known. */
  async #filesOf(id: string, signal: AbortSignal): Promise<readonly FileSnapshot[]> {
    const found = Promise.withResolvers<readonly FileSnapshot[]>()
    const check = (detail: TorrentDetail | null) => {
      if (detail?.torrent.id !== id) return
      if (detail.torrent.error) found.reject(new PeerError(detail.torrent.error))
      else if (detail.files.length > 0) found.resolve(detail.files)
    }
    const stop = this.#peer.on(event => event.kind === 'detail' && check(event.detail))
    const abort = () => found.reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      await this.#peer.watch(id)
      check(await this.#peer.detail(id))
      return await found.promise
    } finally {
      stop()
      signal.removeEventListener('abort', abort)
      void this.#peer.unwatch(id).catch(() => {})
    }
  }

  async #inside(files: readonly ShareFile[], seal: Seal | undefined): Promise<readonly ShareFile[]> {
    if (seal?.by !== 'key') return files
    return (await openSealed(files[0]!, { key: seal.key })).files
  }

  #toShown({ index, path, lengthBytes, haveBytes, read }: ShareFile): ShownFile {
    const name = nameOf({ path })
    const mediaType = mediaTypeOf(name)
    return shownFile(
      { index, name, path: path.join('/'), mediaType, lengthBytes, haveBytes: haveBytes ?? lengthBytes },
      () => this.#addresses.add({ name, lengthBytes, mediaType, read }),
    )
  }
}

/** Deletes everything that the app keeps in the browser's storage. */
export async function forgetAppFiles(): Promise<void> {
  const peer = new BrowserPeer()
  try {
    for (const kind of ['shared', 'viewed'] as const)
      for (const id of keptFiles(kind)) {
        await peer.remove(id)
        dropFiles(kind, id)
      }
  } finally {
    await peer.close()
  }
}
