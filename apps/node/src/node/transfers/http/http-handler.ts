import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { constants, gunzipSync } from 'node:zlib'
import { Failure } from '@shoal/daemon/failure'
import { type HttpOptions, MagnetRedirect, readBody } from '../../kernel/http/http-request.ts'
import { FileTransfer, type TransferContext } from '../file-transfer.ts'
import type { DownloadOptions, FileDownload, FileProtocol, LookOptions, TorrentContent } from '../protocol.ts'
import { HttpFile, type OpenedHttpFile } from './http-file.ts'

/** The engine's largest size. */
const MAX_TORRENT_BYTES = 64 * 1024 * 1024

export interface HttpHandlerOptions extends Omit<HttpOptions, 'signal' | 'headers' | 'outsideOnly'> {
  readonly context: TransferContext
}

/** Downloads any file over HTTP(S). */
export class HttpHandler implements FileProtocol {
  readonly name = 'HTTP'
  readonly understands = ['the http(s) URL of any file']
  readonly #options: HttpHandlerOptions

  constructor(options: HttpHandlerOptions) {
    this.#options = options
  }

  canHandle(identifier: string): boolean {
    return /^https?:\/\//i.test(identifier)
  }

  async download(identifier: string, options: DownloadOptions): Promise<FileDownload | TorrentContent> {
    const { context } = this.#options
    const file = this.#file(identifier, options)
    const signal = options.signal ?? new AbortController().signal
    try {
      const { transfer, opened } = await FileTransfer.begin(file, options.directory, context, { signal })
      if (!opened) return transfer
      const { answer, refusal } = opened as OpenedHttpFile
      const isBehind = await isTorrent(opened as OpenedHttpFile, signal)
      if (!isBehind && !refusal) return transfer
      try {
        if (!isBehind) throw refusal
        return { kind: 'torrent', content: await readBody(answer, MAX_TORRENT_BYTES, signal) }
      } finally {
        transfer.close()
      }
    } catch (error) {
      if (error instanceof MagnetRedirect) return { kind: 'torrent', content: error.magnet }
      throw error
    }
  }

  /** Only the headers of a plain file are read. */
  async torrentBehind(identifier: string, options: LookOptions): Promise<Uint8Array | string | null> {
    const { signal } = options
    try {
      const opened = await this.#file(identifier, options).open(null, { signal })
      try {
        const isBehind = await isTorrent(opened, signal)
        return isBehind ? await readBody(opened.answer, MAX_TORRENT_BYTES, signal) : null
      } finally {
        opened.close()
      }
    } catch (error) {
      if (error instanceof MagnetRedirect) return error.magnet
      throw error
    }
  }

  #file(identifier: string, { outsideOnly = false }: Pick<LookOptions, 'outsideOnly'>): HttpFile {
    if (!URL.canParse(identifier))
      throw new Failure('bad-argument', 'this is not a URL: check the spelling', { field: 'source' })
    const { userAgent, tls, isLocal, route } = this.#options
    const options = { userAgent, outsideOnly, route, ...(tls && { tls }), ...(isLocal && { isLocal }) }
    return new HttpFile(new URL(identifier), options)
  }
}

/** How long the first bytes of a file may take that could be a .torrent. */
const FIRST_BYTES_MS = 5000
/** Types that servers also give files whose type they do not know. */
const VAGUE_TYPES: readonly string[] = [
  'application/force-download',
  'application/octet-stream',
  'application/x-download',
  'binary/octet-stream',
  'text/html',
  'text/plain',
  '',
]

async function isTorrent(
  { answer, name, totalBytes }: OpenedHttpFile,
  signal: AbortSignal,
): Promise<boolean> {
  const [type = ''] = (answer.headers['content-type'] ?? '').toLowerCase().split(/\s*;/, 1)
  if (type === 'application/x-bittorrent' || /\.torrent(\.gz)?$/i.test(name)) return true
  if (!VAGUE_TYPES.includes(type) || (totalBytes ?? 0) > MAX_TORRENT_BYTES) return false
  return looksLikeTorrent(await firstBytes(answer.body, signal))
}

/** BEP 3: a dictionary, whose first key is one of those that come first in .torrent files. It may be compressed. */
function looksLikeTorrent(bytes: Uint8Array): boolean {
  const first = bytes[0] === 0x1f && bytes[1] === 0x8b ? firstUnzipped(bytes) : bytes
  const text = Buffer.from(first.subarray(0, 40)).toString('latin1')
  return FIRST_KEYS.some(key => text.startsWith(`d${key.length}:${key}`)) || /^d4:infod[1-9]/.test(text)
}

const FIRST_KEYS: readonly string[] = [
  'announce',
  'announce-list',
  'azureus_properties',
  'comment',
  'created by',
  'creation date',
  'encoding',
]

/** The beginning of what was compressed with gzip; nothing if it is damaged. */
function firstUnzipped(bytes: Uint8Array): Uint8Array {
  try {
    // A kibibyte becomes a mebibyte at most.
    return gunzipSync(bytes.subarray(0, 1024), { finishFlush: constants.Z_SYNC_FLUSH })
  } catch {
    return new Uint8Array(0)
  }
}

/** The first bytes of a body, which whoever reads it later gets, too. */
async function firstBytes(body: Readable, signal: AbortSignal): Promise<Uint8Array> {
  const limit = AbortSignal.timeout(FIRST_BYTES_MS)
  if (!body.readableLength && !body.readableEnded)
    await once(body, 'readable', { signal: AbortSignal.any([signal, limit]) }).catch(error => {
      signal.throwIfAborted()
      // The reader of the whole body waits longer.
      if (!limit.aborted) throw error
    })
  const chunk: Buffer | null = body.read()
  if (chunk) body.unshift(chunk)
  return chunk ?? new Uint8Array(0)
}
