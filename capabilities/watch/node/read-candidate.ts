import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { describeFailure, fileFailure } from '@shoal/daemon/failure'
import { parseMagnet, readMetainfo } from '@shoal/torrent'
import { mayBecomeMagnet, mayBecomeTorrent } from './may-become.ts'

/** The size limit of the API. */
const MAX_TORRENT_BYTES = 30_000_000
const MAX_MAGNET_BYTES = 100_000

/** The source to add, or why the file cannot be added. */
export type Candidate =
  | { readonly kind: 'torrent'; readonly torrent: string }
  | { readonly kind: 'magnet'; readonly source: string }
  /** It cannot be read yet, but can still become a torrent. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'bad'; readonly why: string }

export function isCandidate(name: string): boolean {
  return /\.(torrent|magnet)$/i.test(name) && !name.startsWith('.')
}

/** Returns the previous name of a refused file; null for any other file. */
export function refusedName(name: string): string | null {
  const before = name.replace(/(\.\d+)?\.invalid$/i, '')
  return before !== name && isCandidate(before) ? before : null
}

/**
 * Reads a `.torrent`, or a `.magnet`, which is a text file with a link in its first line. `name`
 * determines which. Rejects with a Failure if it cannot be read.
 */
export async function readCandidate(path: string, name: string): Promise<Candidate> {
  const isMagnet = /\.magnet$/i.test(name)
  const maxBytes = isMagnet ? MAX_MAGNET_BYTES : MAX_TORRENT_BYTES
  const content = await readWhole(path, maxBytes)
  if (content === null) return { kind: 'bad', why: `it is larger than ${maxBytes} bytes` }
  try {
    if (!isMagnet) {
      await readMetainfo(content)
      return { kind: 'torrent', torrent: content.toString('base64') }
    }
    const source =
      content
        .toString('utf8')
        .replace(/^\ufeff/, '')
        .trim()
        .split(/\s*[\r\n]/)[0] ?? ''
    parseMagnet(source)
    return { kind: 'magnet', source }
  } catch (error) {
    const isBegun = isMagnet
      ? mayBecomeMagnet(content.toString('utf8'))
      : await mayBecomeTorrent(content, MAX_TORRENT_BYTES)
    return isBegun ? { kind: 'begun' } : { kind: 'bad', why: describeFailure(error).message }
  }
}

/** Returns null if the file is longer. */
async function readWhole(path: string, maxBytes: number): Promise<Buffer | null> {
  // Non-blocking, in case it is a pipe.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(error => {
    throw fileFailure(error, path)
  })
  try {
    const { size } = await file.stat()
    return size > maxBytes ? null : await file.readFile()
  } catch (error) {
    throw fileFailure(error, path)
  } finally {
    await file.close()
  }
}
