/**
 * Opens links for viewers: to shares, and to sealed ones, which the node decrypts while they are
 * read.
 */
import type { Added, TorrentFile } from '@shoal/api'
import { MAX_PAGE } from '@shoal/api/choices'
import { type ShownFile, shownFile } from '../../shared/media/shown-file.ts'
import type { NodeStore } from '../../shared/node/node-store.ts'
import type { OpenedFiles } from './chat-client.ts'
import { once } from './once.ts'

/** Maximum time for an answer of the node; then the request is repeated. */
const ASK_SECONDS = 60

/**
 * Opens the content of a link. Resolves to null if the link names a plain file, which has to be
 * downloaded first.
 */
export async function openShare(
  node: NodeStore,
  link: string,
  signal: AbortSignal,
): Promise<OpenedFiles | null> {
  const { torrent } = await node.api.addTorrent({ source: link })
  if (!torrent) return null
  const files = await filesOf(node, torrent, signal)
  return { files: files.map(file => toShown(node, file)), save: null, problem: async () => null, close() {} }
}

export async function openSealedShare(
  node: NodeStore,
  link: string,
  signal: AbortSignal,
): Promise<OpenedFiles> {
  const { api } = node
  const { id } = await openInTime(node, link, signal)
  const close = () => void api.closeSealed({ id }).catch(() => {})
  try {
    const { items } = await api.listSealedFiles({ id, limit: MAX_PAGE }, { signal })
    return {
      files: items.map(file => toShown(node, { ...file, haveBytes: file.lengthBytes })),
      save: null,
      problem: async () => (await api.getSealed({ id })).problem?.message ?? null,
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

/**
 * Repeats the request after a timeout: that no peer has the content now is not an error while the
 * user waits.
 */
async function openInTime({ api }: NodeStore, link: string, signal: AbortSignal) {
  for (;;)
    try {
      return await api.openSealed({ source: link, timeoutSeconds: ASK_SECONDS }, { signal })
    } catch (error) {
      if ((error as { code?: string }).code !== 'timeout') throw error
    }
}

/** Resolves to the files of a torrent once they are known. */
async function filesOf(
  node: NodeStore,
  { id }: NonNullable<Added['torrent']>,
  signal: AbortSignal,
): Promise<readonly TorrentFile[]> {
  const known = { subscribe: (onChange: () => void) => node.torrents.onRow(id, onChange) }
  await once(known, () => (node.torrents.get(id)?.totalBytes == null ? null : true), signal)
  return (await node.api.listFiles({ id }, { signal })).items
}

type Listed = Pick<TorrentFile, 'index' | 'path' | 'mediaType' | 'lengthBytes' | 'haveBytes' | 'href'>

function toShown({ link }: NodeStore, { href, ...file }: Listed): ShownFile {
  const { index, path, mediaType, lengthBytes, haveBytes } = file
  const name = path.slice(path.lastIndexOf('/') + 1)
  return shownFile({ index, name, path, mediaType, lengthBytes, haveBytes }, () => link.urlOf(href))
}
