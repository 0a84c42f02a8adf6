import { createElement } from 'react'
import { LabelDot } from '../../../shared/controls/Labels.tsx'
import type { MenuItem } from '../../../shared/controls/Menu.tsx'
import { texts } from '../../../shared/messages/texts.ts'
import type { NodeStore } from '../../../shared/node/node-store.ts'
import { linkShown } from '../../../shared/ui/ui.ts'
import type { ActionDialog } from './ActionDialogs.tsx'
import { type CopiedPart, isStopped, type TorrentActions } from './torrent-actions.ts'

const t = texts.actions

export interface MenuContext {
  readonly ids: readonly string[]
  readonly node: NodeStore
  readonly actions: TorrentActions
  ask(dialog: ActionDialog): void
  /** Absent on the torrent's own page. */
  open?(id: string): void
}

/**
 * Creates the menu of one or several torrents. Actions that make no sense for any of them are left
 * out.
 */
export function createMenu({ ids, node, actions, ask, open }: MenuContext): MenuItem[] {
  const torrents = ids.flatMap(id => node.torrents.get(id) ?? [])
  const first = torrents[0]
  if (!first) return []
  const stopped = torrents.some(({ state }) => isStopped(state) || state === 'queued')
  const running = torrents.some(({ state }) => !isStopped(state))
  const queued = torrents.some(({ queuePosition }) => queuePosition !== null)
  const one = torrents.length === 1
  return [
    ...(one && open
      ? [{ text: t.open, icon: 'right', shortcut: '↵', onSelect: () => open(first.id) } as const]
      : []),
    ...(running
      ? [
          {
            text: t.pause,
            icon: 'pause',
            shortcut: 'p',
            onSelect: () => void actions.act(ids, 'pause'),
          } as const,
        ]
      : []),
    ...(stopped
      ? [{ text: t.resume, icon: 'play', onSelect: () => void actions.act(ids, 'resume') } as const]
      : []),
    ...(queued
      ? [{ text: t.start, icon: 'start', onSelect: () => void actions.act(ids, 'start') } as const]
      : []),
    { kind: 'separator' },
    { kind: 'menu', text: t.label, icon: 'tag', items: labelItems(ids, node, actions, ask) },
    ...(queued ? [queueMenu(ids, actions)] : []),
    { text: t.change, icon: 'slow', onSelect: () => ask({ kind: 'change', ids }) },
    ...(one ? [{ text: t.rename, icon: 'edit', onSelect: () => ask({ kind: 'rename', ids }) } as const] : []),
    { text: t.move, icon: 'move', onSelect: () => ask({ kind: 'move', ids }) },
    { kind: 'separator' },
    ...(one ? [{ text: t.share, icon: 'share', onSelect: () => linkShown.set(first.id) } as const] : []),
    copyMenu(ids, actions),
    ...(one && first.totalBytes !== null
      ? [{ text: t.saveMetainfo, icon: 'download', onSelect: () => actions.saveMetainfo(first.id) } as const]
      : []),
    { text: t.recheck, icon: 'check', onSelect: () => void actions.recheck(ids) },
    { text: t.reannounce, icon: 'peers', onSelect: () => void actions.reannounce(ids) },
    { kind: 'separator' },
    { text: t.remove, icon: 'trash', shortcut: 'Del', onSelect: () => void actions.remove(ids) },
    { text: t.removeWithData, icon: 'trash', danger: true, onSelect: () => ask({ kind: 'remove', ids }) },
  ]
}

function labelItems(
  ids: readonly string[],
  node: NodeStore,
  actions: TorrentActions,
  ask: MenuContext['ask'],
): MenuItem[] {
  const chosen = new Set(ids.map(id => node.torrents.get(id)?.label ?? null))
  const choices = node.labels.get().map(
    ({ name }): MenuItem => ({
      kind: 'choice',
      text: name,
      swatch: createElement(LabelDot, { name }),
      chosen: chosen.size === 1 && chosen.has(name),
      onSelect: () => void actions.label(ids, name),
    }),
  )
  const none: MenuItem = {
    kind: 'choice',
    text: t.noLabel,
    chosen: chosen.size === 1 && chosen.has(null),
    onSelect: () => void actions.label(ids, null),
  }
  return [
    ...choices,
    none,
    { kind: 'separator' },
    { text: t.newLabel, icon: 'plus', onSelect: () => ask({ kind: 'label', ids }) },
  ]
}

function copyMenu(ids: readonly string[], actions: TorrentActions): MenuItem {
  const parts: readonly CopiedPart[] = ['link', 'magnet', 'name', 'hash']
  const items = parts.map(
    (part): MenuItem => ({ text: t.copy[part], onSelect: () => void actions.copy(ids, part) }),
  )
  return { kind: 'menu', text: t.copy.title, icon: 'copy', items }
}

function queueMenu(ids: readonly string[], actions: TorrentActions): MenuItem {
  const item = (
    text: string,
    action: 'queue-first' | 'queue-up' | 'queue-down' | 'queue-last',
  ): MenuItem => ({
    text,
    onSelect: () => void actions.act(ids, action),
  })
  const items = [
    item(t.queueFirst, 'queue-first'),
    item(t.queueUp, 'queue-up'),
    item(t.queueDown, 'queue-down'),
    item(t.queueLast, 'queue-last'),
  ]
  return { kind: 'menu', text: t.queue, icon: 'queue', items }
}
