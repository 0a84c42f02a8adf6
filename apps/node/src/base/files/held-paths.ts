/**
 * The file in a node's data folder that lists what the node manages, for programs that cannot read
 * its catalogue, which is locked while the node runs.
 */
import { readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWholeFile } from '@shoal/daemon/files'

/**
 * `managed`: complete, and shared by the node as its user chose. `unfinished`: parts are missing.
 * `sealed`: a sealed file, or the original of one.
 */
export type HeldAs = 'managed' | 'unfinished' | 'sealed'

/** Absolute paths of files and folders. */
export type HeldPaths = ReadonlyMap<string, HeldAs>

const KINDS: readonly unknown[] = ['managed', 'unfinished', 'sealed'] satisfies HeldAs[]
const MAX_BYTES = 64 << 20

function heldPathsFile(dataDir: string): string {
  return join(dataDir, 'managed.json')
}

export async function writeHeldPaths(dataDir: string, paths: HeldPaths): Promise<void> {
  await writeWholeFile(heldPathsFile(dataDir), `${JSON.stringify({ paths: [...paths] })}\n`, { mode: 0o600 })
}

/** Empty if there is no such node. Ignores invalid entries. */
export async function readHeldPaths(dataDir: string): Promise<HeldPaths> {
  const path = heldPathsFile(dataDir)
  try {
    if ((await stat(path)).size > MAX_BYTES) return new Map()
    const { paths } = JSON.parse(await readFile(path, 'utf8')) as { paths?: unknown }
    if (!Array.isArray(paths)) return new Map()
    return new Map(paths.filter(isEntry))
  } catch {
    return new Map()
  }
}

function isEntry(entry: unknown): entry is [string, HeldAs] {
  return Array.isArray(entry) && typeof entry[0] === 'string' && KINDS.includes(entry[1])
}

/**
 * Returns the path without symbolic links, as far as its folder exists, so that both sides name it
 * in the same way.
 */
export async function realFolder(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder)
}
