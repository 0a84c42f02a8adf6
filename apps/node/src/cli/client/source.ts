/** Distinguishes links from files on this machine among the words to add. */
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isShareLink } from '@shoal/links'
import { SHOAL } from '../../base/program.ts'
import { CommandFailure, fileFailure } from '../failure.ts'
import { texts } from '../texts.ts'
import type { NodeClient } from './node-client.ts'

/** In the API's format; `path` is a file or folder to share. */
export type Source =
  | { readonly kind: 'link'; readonly source: string }
  | { readonly kind: 'torrent'; readonly torrent: string }
  | { readonly kind: 'path'; readonly path: string }

/** The API's limit for base64. */
const MOST_TORRENT_BYTES = 30_000_000

export type SourceKind =
  | Exclude<Source, { kind: 'torrent' }>
  | { readonly kind: 'torrent'; readonly path: string; readonly size: number }

/** Rejects with a Failure for text that is neither a link nor an existing path. */
export async function readSource(text: string, node: NodeClient): Promise<Source> {
  const found = await sourceKind(text, node)
  return found.kind === 'torrent' ? readTorrent(found.path, found.size) : found
}

/** The same without reading a .torrent. */
export async function sourceKind(text: string, { address }: NodeClient): Promise<SourceKind> {
  const word = text.trim()
  if (isLink(word)) return { kind: 'link', source: word }
  const path = resolve(word)
  const stats = await stat(path).catch(error => {
    const { code } = error as NodeJS.ErrnoException
    // Unless it looks like a path, the node may know it, for instance as a content ID.
    if ((code === 'ENOENT' || code === 'ENAMETOOLONG') && !/[/\\]|\.torrent$/i.test(word)) return null
    throw fileFailure(error, word)
  })
  if (!stats) return { kind: 'link', source: word }
  if (stats.isFile() && /\.torrent$/i.test(path)) return { kind: 'torrent', path, size: stats.size }
  if (address.dataDir === null)
    throw new CommandFailure('bad-argument', texts.add.otherMachine({ word, shoal: SHOAL }))
  return { kind: 'path', path }
}

async function readTorrent(path: string, size: number): Promise<Source> {
  if (size > MOST_TORRENT_BYTES)
    throw new CommandFailure('bad-torrent', texts.add.largeTorrent({ path, most: MOST_TORRENT_BYTES }))
  const bytes = await readFile(path).catch(error => {
    throw fileFailure(error, path)
  })
  return { kind: 'torrent', torrent: bytes.toString('base64') }
}

function isLink(word: string): boolean {
  return (
    isShareLink(word) ||
    /^((web\+)?magnet:|[a-z][a-z0-9+.-]*:\/\/)/i.test(word) ||
    /^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(word)
  )
}
