/**
 * Remembers which torrents are in the browser's storage, so that the engine is loaded only if
 * needed.
 */
import { remember, remembered } from '../../shared/base/remembered.ts'

/**
 * `shared`: files of this device that others can download. `viewed`: torrents that links added;
 * they are deleted when they are no longer viewed.
 */
export type KeptKind = 'shared' | 'viewed'

const keyOf = (kind: KeptKind) => `shoal-chat.${kind}`
const ID = /^[0-9a-f]{40,64}$/

/** The ids of the torrents. */
export function keptFiles(kind: KeptKind): readonly string[] {
  try {
    const found: unknown = JSON.parse(remembered(keyOf(kind)) ?? '[]')
    return Array.isArray(found) ? found.filter(each => typeof each === 'string' && ID.test(each)) : []
  } catch {
    return []
  }
}

export function keepFiles(kind: KeptKind, id: string): void {
  save(kind, [...new Set([...keptFiles(kind), id])])
}

export function dropFiles(kind: KeptKind, id: string): void {
  const rest = keptFiles(kind).filter(each => each !== id)
  save(kind, rest)
}

function save(kind: KeptKind, ids: readonly string[]): void {
  remember(keyOf(kind), ids.length > 0 ? JSON.stringify(ids) : null)
}
