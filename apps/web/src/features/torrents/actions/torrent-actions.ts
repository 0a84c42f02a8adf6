import type { InputOf, OutputOf, Torrent, TorrentState } from '@shoal/api'
import { copyText } from '../../../shared/base/clipboard.ts'
import { notify, notifyError } from '../../../shared/controls/toasts.ts'
import { absoluteLink } from '../../../shared/dropped/links.ts'
import { texts } from '../../../shared/messages/texts.ts'
import type { NodeStore } from '../../../shared/node/node-store.ts'

export type Action = InputOf<'actOnTorrents'>['action']
const t = texts.actions

/** Returns whether the torrent does nothing until it is resumed. */
export const isStopped = (state: TorrentState) =>
  state === 'paused' || state === 'complete' || state === 'error'

/** Returns the effect of asking for more peers. */
export function askedText({ announceInSeconds }: OutputOf<'actOnTorrents'>): string {
  return announceInSeconds === undefined ? t.asked : t.askedLater({ count: announceInSeconds })
}

/** Parts of a torrent that can be copied as text. */
export type CopiedPart = 'name' | 'hash' | 'magnet' | 'link'
/** A change to several torrents. */
export type TorrentChange = Omit<InputOf<'updateTorrents'>, 'ids'>

export type TorrentActions = ReturnType<typeof torrentActions>

/**
 * Actions on torrents, used in all parts of the console. Each reports its own result and never
 * rejects.
 */
export function torrentActions(node: NodeStore) {
  const { api, torrents } = node
  const act = (ids: readonly string[], action: Action) =>
    api.actOnTorrents({ ids: [...ids], action }).catch(failed)
  const each = (ids: readonly string[], run: (id: string) => Promise<unknown>) =>
    Promise.all(ids.map(run)).catch(failed)
  return {
    act,
    /** Pauses running torrents, or resumes all if none runs. */
    toggle(ids: readonly string[]) {
      const runs = ids.some(id => !isStopped(torrents.get(id)?.state ?? 'paused'))
      return act(ids, runs ? 'pause' : 'resume')
    },
    async recheck(ids: readonly string[]) {
      if (await act(ids, 'recheck')) notify(t.checking({ count: ids.length }))
    },
    async reannounce(ids: readonly string[]) {
      const acted = await act(ids, 'reannounce')
      if (acted) notify(askedText(acted))
    },
    remove: (ids: readonly string[], { withData = false } = {}) => remove(node, ids, withData),
    label: (ids: readonly string[], label: string | null) =>
      api.updateTorrents({ ids: [...ids], label }).catch(failed),
    async change(ids: readonly string[], change: TorrentChange) {
      if (await api.updateTorrents({ ids: [...ids], ...change }).catch(failed))
        notify(t.changed({ count: ids.length }), { type: 'good' })
    },
    rename: (id: string, name: string) => api.updateTorrent({ id, name }).catch(failed),
    async move(ids: readonly string[], directory: string) {
      if (await each(ids, id => api.moveTorrent({ id, directory }))) notify(t.moving({ count: ids.length }))
    },
    copy: (ids: readonly string[], part: CopiedPart) =>
      partsOf(node, ids, part)
        .then(copyText)
        .then(() => notify(t.copied[part]({ count: ids.length }), { type: 'good' }), failed),
    /** Saves the .torrent file through the browser. */
    saveMetainfo(id: string) {
      const { link } = node
      const anchor = document.createElement('a')
      anchor.href = link.urlOf(`/api/torrents/${id}/metainfo`)
      anchor.download = `${torrents.get(id)?.name ?? id}.torrent`
      anchor.click()
    },
  }
}

async function partsOf(
  { api, torrents }: NodeStore,
  ids: readonly string[],
  part: CopiedPart,
): Promise<string> {
  if (part === 'name' || part === 'hash')
    return ids
      .map(id => (part === 'name' ? (torrents.get(id)?.name ?? id) : hashOf(torrents.get(id), id)))
      .join('\n')
  const details = await Promise.all(ids.map(id => api.getTorrent({ id })))
  return details
    .map(({ magnet, link }) => (part === 'magnet' || link === null ? magnet : absoluteLink(link)))
    .join('\n')
}

const hashOf = (torrent: Torrent | undefined, id: string) => torrent?.infoHashV1 ?? torrent?.infoHashV2 ?? id

function failed(error: unknown): undefined {
  notifyError(error)
}

/**
 * Removes torrents. The notification stays as long as the removal can be undone. Resolves to false
 * if the node failed; the error is then shown.
 */
async function remove(
  { api, torrents }: NodeStore,
  ids: readonly string[],
  withData: boolean,
): Promise<boolean> {
  const names = ids.map(id => torrents.get(id)?.name ?? id)
  try {
    const { undoSeconds = 0 } = await api.actOnTorrents({
      ids: [...ids],
      action: withData ? 'remove-with-data' : 'remove',
    })
    const undo = () =>
      api
        .actOnTorrents({ ids: [...ids], action: 'restore' })
        .then(({ ids: back }) => notify(t.restored({ count: back.length }), { type: 'good' }), failed)
    notify(names.length === 1 ? t.removed({ name: names[0]! }) : t.removedMany({ count: names.length }), {
      description: withData ? t.removedWithData : t.removedKept,
      timeoutMs: undoSeconds * 1000 || 6000,
      ...(undoSeconds > 0 ? { action: { text: t.undo, onSelect: undo } } : {}),
    })
    return true
  } catch (error) {
    failed(error)
    return false
  }
}

/** Props of a dialog that asks before an action. */
export interface QuestionProps {
  readonly ids: readonly string[]
  readonly actions: TorrentActions
  onClose(): void
}
