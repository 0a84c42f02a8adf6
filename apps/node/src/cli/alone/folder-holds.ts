/**
 * Records of commands about files in a folder that must not be shared unless they are named:
 * unfinished downloads, originals of sealed shares.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { writeWholeFile } from '@shoal/daemon/files'
import { ContentFilter, type LeftOutReason } from '../../base/files/content-filter.ts'
import { type HeldAs, readHeldPaths } from '../../base/files/held-paths.ts'
import { defaultDataFolder, folderState, openPlace, stateRoot } from '../../base/files/places.ts'
import type { View } from '../terminal/view.ts'
import { texts } from '../texts.ts'
import { infoHashOfRecord, parseEntry } from './folder-records.ts'

const MAX_BYTES = 1 << 20
const SEALED_FILE = 'sealed.json'
/** Maximum number of names in a line of text. */
const MOST_NAMES = 5

/** Remembers that the file or folder was sealed. */
export async function noteSealed(path: string): Promise<void> {
  const full = resolve(path)
  const { directory, state } = await openPlace(dirname(full))
  const names = [...new Set([...sealedIn(state), basename(full)])]
  const isThere = await Promise.all(
    names.map(name => lstat(join(directory, name)).then(Boolean, () => false)),
  )
  await writeWholeFile(join(state, SEALED_FILE), JSON.stringify(names.filter((_, at) => isThere[at])))
}

export interface FilterOptions {
  /** The folder whose own unfinished downloads are handled separately. */
  readonly except?: string | undefined
  readonly hidden?: boolean | undefined
  readonly dataDir?: string | undefined
  readonly leave?: readonly HeldAs[]
}

/**
 * Returns a filter based on what a node of this user manages, and on what commands have recorded
 * for each folder.
 */
export async function contentFilter({
  except,
  hidden,
  dataDir,
  leave,
}: FilterOptions): Promise<ContentFilter> {
  const root = stateRoot()
  const known = new Set(namesIn(join(root, 'folders')))
  return new ContentFilter({
    held: await readHeldPaths(dataDir ?? defaultDataFolder()),
    ...(leave && { leave }),
    ...(hidden !== undefined && { hidden }),
    heldIn(folder) {
      const state = folderState(folder, root)
      if (!known.has(basename(state))) return new Map()
      const unfinished = folder === except ? [] : unfinishedIn(state)
      return new Map([
        ...unfinished.map(name => [name, 'unfinished'] as const),
        ...sealedIn(state).map(name => [name, 'sealed'] as const),
      ])
    },
  })
}

/**
 * Reports what is left out: a line for each reason, and an event for each path that is not in
 * `told`.
 */
export function tellLeftOut(
  view: View,
  { leftOut }: Pick<ContentFilter, 'leftOut'>,
  told: Map<string, LeftOutReason> = new Map(),
): void {
  const fresh = [...leftOut].filter(([path, reason]) => told.get(path) !== reason)
  const byReason = Map.groupBy(fresh, ([, reason]) => reason)
  for (const [reason, entries] of byReason) {
    const names = entries.slice(0, MOST_NAMES).map(([path]) => basename(path))
    if (entries.length > names.length) names.push('…')
    view.tell(texts.share.leftOut[reason]({ names: names.join(', '), count: entries.length }))
    for (const [path] of entries) {
      told.set(path, reason)
      view.tell('', { event: 'left-out', name: basename(path), path, reason })
    }
  }
}

function sealedIn(state: string): string[] {
  try {
    const names = JSON.parse(readText(join(state, SEALED_FILE))) as unknown
    return Array.isArray(names) ? names.filter(name => typeof name === 'string') : []
  } catch {
    return []
  }
}

function unfinishedIn(state: string): string[] {
  return namesIn(state).flatMap(file => {
    const infoHash = infoHashOfRecord(file)
    const entry = infoHash === null ? null : parseEntry(readText(join(state, file)), infoHash)
    return entry?.kind === 'got' && !entry.complete ? [entry.name] : []
  })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function readText(path: string): string {
  try {
    const text = readFileSync(path, 'utf8')
    return text.length > MAX_BYTES ? '' : text
  } catch {
    return ''
  }
}
