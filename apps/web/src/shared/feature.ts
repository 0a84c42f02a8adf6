/**
 * The contract of a feature: its screens, dialogs and menu entries in the console.
 * `app/features.ts` lists all features.
 */
import type { Torrent } from '@shoal/api'
import { type ComponentType, createContext, createElement, lazy, useContext, useMemo } from 'react'
import type { Cell } from './base/cell.ts'
import type { IconName } from './controls/icons.ts'
import { loadReasons } from './messages/reasons.ts'
import { useCell, useNode } from './node/context.tsx'

export interface Feature {
  readonly name: string
  /** The console hides the feature while the node does not run this capability. */
  readonly capability?: string
  readonly screens?: readonly Screen[]
  readonly menu?: readonly MenuEntry[]
  readonly settings?: readonly SettingsSection[]
  /** Each is mounted once and renders nothing until it is opened: see `dialog`. */
  readonly dialogs?: readonly ComponentType[]
  readonly torrentTabs?: readonly TorrentTab[]
  /** Editors of settings that no usual control fits, by the name of the setting. */
  readonly settingEditors?: Readonly<Record<string, ComponentType<SettingEditorProps>>>
}

export interface SettingEditorProps<Value = never> {
  readonly value: Value
  readonly disabled: boolean
  onChange(value: Value): void
}

/** Returns the menu of these features, in its order. */
export function menuOf(features: readonly Feature[]): MenuEntry[] {
  return features.flatMap(({ menu = [] }) => menu).sort((a, b) => a.place - b.place)
}

interface Screen {
  /** A pattern of wouter: `/torrents/:id`. */
  readonly path: string
  readonly component: ComponentType
  /** Content of the side bar below the menu while the screen is open. */
  readonly sidebar?: { readonly label: string; readonly component: ComponentType }
}

export interface MenuEntry {
  readonly href: string
  /** Position in the menu: entries with smaller numbers come first. */
  readonly place: number
  readonly label: string
  readonly icon: IconName
  /** The key that opens it after `g`. */
  readonly key: string
  /**
   * Whether it is shown in the navigation bar of phones, which has space for five entries; the
   * others are behind *More* there.
   */
  readonly isDaily?: boolean
  /** Number of new items, such as unread messages; 0 is not shown. */
  readonly count?: Cell<number>
  /** Other paths that belong to this entry, with everything below them. */
  readonly alsoBelow?: readonly string[]
}

/** A section of the settings page that does not come from the node's settings. */
interface SettingsSection {
  /** Also its anchor: `/settings#labels`. */
  readonly name: string
  readonly label: string
  /** Additional words for the search of the settings page. */
  readonly words: readonly string[]
  readonly component: ComponentType
}

/** A tab of the torrent page. */
interface TorrentTab {
  /** Unique; used in the address: `?tab=peers`. */
  readonly name: string
  readonly label: string
  /** Returns the number behind the label; null and 0 are not shown. */
  count?(torrent: Torrent): number | null
  readonly component: ComponentType<{ readonly torrent: Torrent }>
}

/**
 * A component that is loaded when it is first rendered, with the texts of all errors that it may
 * show.
 */
export function lazyComponent<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  return lazy(async () => {
    const [component] = await Promise.all([load(), loadReasons()])
    return { default: component }
  })
}

/** Like `lazyComponent`, for a component that is part of every screen and never shows errors. */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  return lazy(async () => ({ default: await load() }))
}

export interface DialogProps<Request> {
  readonly request: Request
  onClose(): void
}

/**
 * A dialog that is loaded and shown while `requests` holds a request; closing it sets `requests` to
 * null.
 */
export function dialog<Request>(
  requests: Cell<Request | null>,
  load: () => Promise<ComponentType<DialogProps<Request>>>,
): ComponentType {
  const Content = lazyComponent(load)
  return () => {
    const request = useCell(requests)
    if (request === null) return null
    return createElement(Content, { request, onClose: () => requests.set(null) })
  }
}

/** Returns whether the page at `path` belongs to a menu entry. */
export function isCurrent({ href, alsoBelow = [] }: MenuEntry, path: string): boolean {
  return path === href || [href, ...alsoBelow].some(each => each !== '/' && path.startsWith(`${each}/`))
}

export const FeaturesContext = createContext<readonly Feature[]>([])

/**
 * Returns the features that the console shows: all until the node has reported its capabilities.
 */
export function useFeatures(): readonly Feature[] {
  const features = useContext(FeaturesContext)
  const capabilities = useCell(useNode().info)?.capabilities
  return useMemo(
    () =>
      features.filter(
        ({ capability }) =>
          capability === undefined || capabilities === undefined || capabilities.includes(capability),
      ),
    [features, capabilities],
  )
}
