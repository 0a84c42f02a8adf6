import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileFailure } from '@shoal/daemon/failure'
import { makeFolders } from '@shoal/torrent/make-folders'

type Env = Readonly<Record<string, string | undefined>>

/** The default folder for shared and downloaded files. */
export function defaultFolder(): string {
  return join(homedir(), 'Shoal')
}

/**
 * The folder for state that is kept between runs: `SHOAL_STATE`, otherwise the platform's default
 * (XDG Base Directory on Linux).
 */
export function stateRoot(
  env: Env = process.env,
  platform: string = process.platform,
  home = homedir(),
): string {
  if (env.SHOAL_STATE) return resolve(env.SHOAL_STATE)
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'Shoal')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Shoal')
  return join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'shoal')
}

/** The default folder for a node's catalogue, token and settings file. */
export function defaultDataFolder(env: Env = process.env): string {
  return join(stateRoot(env), 'node')
}

/** A download folder and its state. */
export interface Place {
  readonly directory: string
  /** Path of the folder's records (see folder-records.ts). */
  readonly state: string
  /** Path of the session's resume data. */
  readonly resume: string
}

/** Creates the folder and that of its state if they are missing. Rejects with a Failure. */
export async function openPlace(folder: string, root = stateRoot()): Promise<Place> {
  const path = resolve(folder)
  await make(path)
  // A folder has one state, regardless of the link that leads to it.
  const directory = await realpath(path).catch(error => {
    throw fileFailure(error, path)
  })
  const state = folderState(directory, root)
  await make(state)
  return { directory, state, resume: join(state, 'resume') }
}

/** Returns the path of the records of a folder, which is given without symbolic links. */
export function folderState(directory: string, root = stateRoot()): string {
  const key = createHash('sha256').update(directory).digest('hex').slice(0, 24)
  return join(root, 'folders', key)
}

async function make(path: string): Promise<void> {
  await makeFolders(path).catch(error => {
    throw fileFailure(error, path)
  })
}

/** The database of a node. */
export function cataloguePath(dataDir: string): string {
  return join(dataDir, 'catalogue.db')
}
