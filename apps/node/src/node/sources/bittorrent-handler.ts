import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { infoHashText, parseInfoHash } from '@shoal/torrent'
import { Failure } from '../../base/failure.ts'
import type {
  DownloadOptions,
  ProtocolHandler,
  Seed,
  SeedOptions,
  TorrentDownload,
  TorrentOptions,
} from '../transfers/protocol.ts'

/** What the node's core does with torrents. */
export interface TorrentAdder {
  /** `source`: as the engine's `Session.add` takes it. */
  addTorrent(
    source: string | Uint8Array,
    options: { directory: string; torrent: TorrentOptions; signal?: AbortSignal },
  ): Promise<{ id: string; added: boolean }>
  /** Makes a torrent of a file or folder and shares it. */
  seedPath(path: string, options: SeedOptions): Promise<Seed>
}

/** Torrents, by whatever names them. */
export class BitTorrentHandler implements ProtocolHandler {
  readonly name = 'BitTorrent'
  readonly understands = [
    'a magnet link (magnet:?xt=…)',
    'an info hash (40 or 64 hex digits, or 32 base32 characters)',
    'a content ID (baf5r…)',
    'the path or http(s) URL of a .torrent file',
  ]
  readonly #adder: TorrentAdder

  constructor(adder: TorrentAdder) {
    this.#adder = adder
  }

  canHandle(identifier: string, { outsideOnly = false }: Pick<DownloadOptions, 'outsideOnly'> = {}): boolean {
    if (/^magnet:/i.test(identifier)) return true
    // The engine fetches a .torrent from wherever its URL leads.
    if (/^https?:\/\//i.test(identifier)) return !outsideOnly && isTorrentUrl(identifier)
    if (/^file:\/\//i.test(identifier)) return true
    if (isHash(identifier)) return true
    const hasScheme = /^[a-z][a-z0-9+.-]+:/i.test(identifier)
    return isAbsolute(identifier) || (!hasScheme && /\.torrent$/i.test(identifier))
  }

  async download(identifier: string, options: DownloadOptions): Promise<TorrentDownload> {
    return this.add(await this.torrentBehind(identifier), options)
  }

  async torrentBehind(identifier: string): Promise<string> {
    // The engine does not know all notations of a hash.
    return isHash(identifier) ? infoHashText(parseInfoHash(identifier)) : pathOf(identifier)
  }

  /** The same for the content of a .torrent that another handler came upon. */
  async add(
    source: string | Uint8Array,
    { directory, torrent = {}, signal }: DownloadOptions,
  ): Promise<TorrentDownload> {
    const added = await this.#adder.addTorrent(source, { directory, torrent, ...(signal && { signal }) })
    return { kind: 'torrent', id: added.id, added: added.added }
  }

  seed(path: string, options: SeedOptions): Promise<Seed> {
    return this.#adder.seedPath(path, options)
  }
}

/** The path that a source stands for: the engine reads whatever is no link and no hash from the disk. Null for these. Throws `unknown-identifier`. */
export function pathIn(source: string): string | null {
  const text = source.trim()
  if (/^(?:magnet:|https?:\/\/)/i.test(text) || isHash(text)) return null
  const path = pathOf(text)
  // The node's own folder is none of those who ask.
  if (isAbsolute(path)) return path
  throw new Failure(
    'unknown-identifier',
    `${JSON.stringify(text.slice(0, 100))} is no torrent: give a magnet link, an info hash, or the URL or whole path of a .torrent`,
    { field: 'source' },
  )
}

/** Beginning with baf5r it is meant as a content ID: the engine then says what is wrong with it. */
function isHash(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64}|1220[0-9a-f]{64}|[a-z2-7]{32}|baf5r[a-z2-7]+|f017b[0-9a-f]+)$/i.test(
    text,
  )
}

function isTorrentUrl(text: string): boolean {
  return URL.canParse(text) && /\.torrent$/i.test(new URL(text).pathname)
}

function pathOf(identifier: string): string {
  if (!/^file:\/\//i.test(identifier)) return identifier
  try {
    return fileURLToPath(identifier)
  } catch (cause) {
    throw new Failure(
      'bad-argument',
      `${identifier.slice(0, 100)} is no file of this machine: give its path`,
      {
        cause,
      },
    )
  }
}
