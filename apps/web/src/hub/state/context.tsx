import type { AccountInfo, HubInfo } from '@shoal/hub-api'
import { createContext, useContext, useState } from 'react'
import { useAnswer } from '../../shared/base/use-answer.ts'
import { notifyError } from '../../shared/controls/toasts.ts'
import { useCell } from '../../shared/node/context.tsx'
import type { HubStore } from './hub-store.ts'

export const HubContext = createContext<HubStore | null>(null)

export function useHub(): HubStore {
  const hub = useContext(HubContext)
  if (!hub) throw new Error('useHub needs a HubContext above it')
  return hub
}

/** Returns the description of the hub. Screens are shown only after it has arrived. */
export function useHubInfo(): HubInfo {
  return useCell(useHub().info)!
}

/** Returns the user's account; null without a login. */
export function useAccount(): AccountInfo | null {
  return useCell(useHub().account) ?? null
}

interface PageOf<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

export interface Listed<Item> {
  /** Undefined until the hub has answered. */
  readonly items: readonly Item[] | undefined
  readonly error: Error | undefined
  readonly hasMore: boolean
  readonly isBusy: boolean
  more(): void
  reload(): void
  /** Replaces the items. */
  set(items: readonly Item[]): void
}

/** Returns a list that is read page by page, and from the start again when `keys` change. */
export function useList<Item>(
  ask: (cursor: string | undefined, signal: AbortSignal | undefined) => Promise<PageOf<Item>>,
  keys: readonly unknown[],
): Listed<Item> {
  const asked = useAnswer(signal => ask(undefined, signal), keys)
  const [isBusy, setBusy] = useState(false)
  const shown = asked.value
  return {
    items: shown?.items,
    error: asked.error,
    hasMore: shown !== undefined && shown.next !== null,
    isBusy,
    more() {
      if (!shown || shown.next === null || isBusy) return
      setBusy(true)
      ask(shown.next, undefined)
        .then(page => asked.set({ items: [...shown.items, ...page.items], next: page.next }), notifyError)
        .finally(() => setBusy(false))
    },
    reload: asked.reload,
    set: items => shown && asked.set({ items, next: shown.next }),
  }
}

const ACCOUNTS_AT_ONCE = 100

/** The accounts of the hub, or those in a state, for moderators. */
export function useAccounts(state?: AccountInfo['state']): Listed<AccountInfo> {
  const { api } = useHub()
  return useList(
    async (after, signal) => {
      const { items } = await api.listAccounts(
        {
          limit: ACCOUNTS_AT_ONCE,
          ...(after !== undefined && { after }),
          ...(state !== undefined && { state }),
        },
        signal ? { signal } : {},
      )
      return { items, next: items.length === ACCOUNTS_AT_ONCE ? items.at(-1)!.did : null }
    },
    [state],
  )
}
