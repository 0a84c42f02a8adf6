import type { ShareLink } from '@shoal/links'
import { useEffect, useMemo } from 'react'
import { remember, remembered } from '../../shared/base/remembered.ts'
import type { TorrentSnapshot } from '../../shared/engine/protocol.ts'

/** A share that was created in this browser from files on this device. */
export interface OwnShare {
  readonly id: string
  readonly name: string
  /** When it was last shared, in ms since 1970. */
  readonly sharedMs: number
}

const KEY = 'shoal.shared'
const MOST = 100

/** Newest first, at most 100. */
export function ownShares(): readonly OwnShare[] {
  try {
    const found: unknown = JSON.parse(remembered(KEY) ?? '[]')
    return Array.isArray(found) ? found.filter(isOwnShare).slice(0, MOST) : []
  } catch {
    return []
  }
}

export function ownShare(id: string): OwnShare | undefined {
  return ownShares().find(share => share.id === id)
}

export function rememberShare(share: OwnShare): void {
  save([share, ...without(share.id)].slice(0, MOST))
}

export function forgetShare(id: string): void {
  if (ownShare(id)) save(without(id))
}

const without = (id: string) => ownShares().filter(share => share.id !== id)
const save = (shares: readonly OwnShare[]) => remember(KEY, JSON.stringify(shares))

/**
 * Validates a stored entry: an earlier version of the page, or another page of the same site, may
 * have written it.
 */
function isOwnShare(found: unknown): found is OwnShare {
  const { id, name, sharedMs } = (found ?? {}) as Record<string, unknown>
  return typeof id === 'string' && typeof name === 'string' && typeof sharedMs === 'number'
}

/**
 * Remembers a torrent that is shared from this device's files. Returns the stored entry if such a
 * share is opened without its files, so that the user can choose them again. Not for sealed shares:
 * sealing the same files again creates another torrent.
 */
export function useOwnShare(
  { id, name, origin, fileCount, haveBytes, lengthBytes }: TorrentSnapshot,
  { seal }: ShareLink,
): OwnShare | undefined {
  const isShared = origin === 'shared'
  useEffect(() => {
    if (isShared && !seal) rememberShare({ id, name, sharedMs: Date.now() })
  }, [id, name, isShared, seal])
  const isWhole = isShared || (fileCount > 0 && haveBytes >= lengthBytes)
  return useMemo(() => (isWhole || seal ? undefined : ownShare(id)), [id, isWhole, seal])
}
