/** Changes that users make to listed torrents. */
import { resolve } from 'node:path'
import type { CheckedInputOf } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { checkedWebSeed, type TorrentApi } from '@shoal/torrent'
import { checkEntries } from '../../kernel/name-field.ts'
import type { QueueManager } from '../queue/queue-manager.ts'
import { facetInput } from '../records/facets.ts'
import type { ManagedTorrent } from '../records/managed-torrent.ts'
import type { TorrentRegistry } from '../records/torrent-registry.ts'
import type { TorrentRow } from '../records/torrent-row.ts'

const NORMAL_PRIORITY = 4

export type SharedChange = Omit<CheckedInputOf<'updateTorrents'>, 'ids'>

/** Options for adding a torrent. */
export type AddOptions = Omit<CheckedInputOf<'addTorrent'>, 'source' | 'torrent' | 'passphrase' | 'strict'>

/**
 * Makes the same change to many torrents. `more`: other members of their rows. `isFresh`: see
 * FacetPart. Throws `unsupported`, without changing anything, for an option of a capability that is
 * not running.
 */
export function changeAll(
  torrents: readonly ManagedTorrent[],
  {
    sequential,
    superSeeding,
    firstLastFirst,
    sourcesOff,
    label,
    tags,
    addTags = [],
    removeTags = [],
    ...rest
  }: SharedChange,
  registry: TorrentRegistry,
  more: Partial<TorrentRow> = {},
  isFresh = false,
): void {
  const { facets } = registry
  facets.check(rest)
  for (const { api } of torrents) {
    if (sequential !== undefined) api.setSequential(sequential)
    if (superSeeding !== undefined) api.setSuperSeeding(superSeeding)
    if (firstLastFirst !== undefined) api.setFirstLastFirst(firstLastFirst)
    if (sourcesOff !== undefined) api.setSourcesOff(sourcesOff)
    setLimits(api, rest)
  }
  const changeOf = ({ row }: ManagedTorrent) => {
    const changedTags = new Set([...(tags ?? row.tags), ...addTags])
    for (const tag of removeTags) changedTags.delete(tag)
    return { ...more, ...(label !== undefined && { label }), tags: [...changedTags] }
  }
  registry.changeAll(torrents, changeOf, changed => facets.take(changed, rest, isFresh))
}

function setLimits(
  api: TorrentApi,
  { downloadLimitBytesPerSecond: down, uploadLimitBytesPerSecond: up }: SharedChange,
): void {
  if (down === undefined && up === undefined) return
  api.setLimits({
    ...(down !== undefined && { downloadBytesPerSecond: down ?? Number.POSITIVE_INFINITY }),
    ...(up !== undefined && { uploadBytesPerSecond: up ?? Number.POSITIVE_INFINITY }),
  })
}

/**
 * Applies the options of another add request to an existing torrent. Tags, trackers, web seeds and
 * peers are added to the existing ones; `paused` pauses it, or does nothing. Rejects with
 * `conflict`, without changing anything, for an option that only a new torrent can have.
 */
export async function changeExisting(
  torrent: ManagedTorrent,
  {
    select,
    priorities = [],
    peers = [],
    webSeeds = [],
    queue: place,
    paused,
    tags = [],
    ...input
  }: AddOptions,
  { registry, queue }: { readonly registry: TorrentRegistry; readonly queue: QueueManager },
): Promise<void> {
  const { api } = torrent
  refuseOfExisting(torrent, input)
  const urls = checkEntries('webSeeds', webSeeds, checkedWebSeed)
  const wanted = new Map<number, number>()
  if (select)
    for (const { index } of api.files) wanted.set(index, select.includes(index) ? NORMAL_PRIORITY : 0)
  for (const { index, priority } of priorities) wanted.set(index, priority)
  const surplus = [...(select ?? []), ...wanted.keys()].find(index => index >= api.files.length)
  if (surplus !== undefined) throw conflict(torrent, select ? 'select' : 'priorities', noFile(api, surplus))
  const { label, sequential, superSeeding, firstLastFirst } = input
  const { downloadLimitBytesPerSecond, uploadLimitBytesPerSecond } = input
  const change = {
    ...{ label, sequential, superSeeding, firstLastFirst, ...facetInput(input) },
    ...{ downloadLimitBytesPerSecond, uploadLimitBytesPerSecond, addTags: tags },
  }
  changeAll([torrent], change, registry, paused ? { paused: true, forced: false } : {})
  for (const url of urls) await api.addWebSeed(url)
  for (const peer of peers) api.addPeer(peer)
  if (wanted.size > 0) await api.setPriorities(wanted)
  if (place) await queue.reorder([torrent], place === 'first' ? 'queue-first' : 'queue-last')
  await queue.apply()
}

function refuseOfExisting(
  torrent: ManagedTorrent,
  { directory, layout, trusted }: Pick<AddOptions, 'directory' | 'layout' | 'trusted'>,
): void {
  const { api } = torrent
  const lies = `it is in ${api.directory}`
  if (directory !== undefined && resolve(directory) !== resolve(api.directory))
    throw conflict(torrent, 'directory', `${lies}, from where it can be moved`)
  if (layout !== undefined) throw conflict(torrent, 'layout', `${lies}, and its files have their names`)
  if (trusted) throw conflict(torrent, 'trusted', 'its files are known already')
}

function noFile({ files }: TorrentApi, index: number): string {
  if (files.length === 0) return 'its files are not known yet'
  return `it has no file ${index}: its files are 0 to ${files.length - 1}`
}

function conflict({ name }: ManagedTorrent, field: string, reason: string): Failure {
  return new Failure('conflict', `${name} is in the list already: ${reason}`, { field })
}
