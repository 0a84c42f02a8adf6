/** torrent-set-location without `move`: the torrent's files are already in another folder. */
import type { InputOf, Torrent } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { listAllFiles } from '@shoal/node/node/server/compat/detail-cache.ts'
import { groupByTier } from '@shoal/node/node/server/compat/real-trackers.ts'
import { parseMetainfo } from '@shoal/torrent'
import type { RpcContext } from './context.ts'

type Adding = InputOf<'addTorrent'>

/**
 * Adds a torrent again in a folder, where its files are then checked, with its options but without
 * its statistics. Rejects, without changes, if the folder does not exist or is not allowed.
 */
export async function findFiles({ id }: Torrent, directory: string, context: RpcContext): Promise<void> {
  const { call, facts } = context
  const { path } = await call('listFolders', { path: directory })
  const detail = await call('getTorrent', { id })
  if (detail.directory === path) return
  const { items: trackers } = await call('listTrackers', { id })
  const files = await listAllFiles(call, id)
  const source = detail.fileCount === null ? { source: detail.magnet } : await metainfoOf(id, files, context)
  const options: Adding = {
    ...source,
    directory: path,
    label: detail.label,
    tags: detail.tags,
    layout: 'original',
    paused: detail.state === 'paused' || detail.state === 'complete',
    priorities: files.map(({ index, priority }) => ({ index, priority })),
    sequential: detail.sequential,
    downloadLimitBytesPerSecond: detail.downloadLimitBytesPerSecond,
    uploadLimitBytesPerSecond: detail.uploadLimitBytesPerSecond,
    ratioLimit: detail.ratioLimit,
    seedingTimeLimitMinutes: detail.seedingTimeLimitMinutes,
  }
  await call('actOnTorrents', { ids: [id], action: 'remove', undo: false })
  await call('addTorrent', options).catch(async error => {
    await call('addTorrent', { ...options, directory: detail.directory })
    throw error
  })
  await call('setTrackers', { id, tiers: groupByTier(trackers) })
  await call('setWebSeeds', { id, urls: detail.webSeeds })
  if (detail.name !== detail.diskName) await call('updateTorrent', { id, name: detail.name })
  facts.doubt([id])
}

/** Throws if files have other names than in the torrent: they would not be found. */
async function metainfoOf(
  id: string,
  files: readonly { readonly path: string }[],
  { node }: RpcContext,
): Promise<Pick<Adding, 'torrent'>> {
  const { bytes } = await node.files.metainfo(id)
  const real = parseMetainfo(bytes).info.files.filter(({ pad }) => !pad)
  if (real.some(({ path }, index) => files[index]?.path !== path.join('/')))
    throw new Failure(
      'unsupported',
      'files of this torrent were renamed: it can only be moved together with its files',
    )
  return { torrent: Buffer.from(bytes).toString('base64') }
}
