import { createHash } from 'node:crypto'
import { mkdir, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileFailure } from '../cli/failure.ts'

type Env = Readonly<Record<string, string | undefined>>

/** The folder that is shared and downloaded into unless another is named. */
export function defaultFolder(): string {
  return join(homedir(), 'Shoal')
}

/**
 * Where what is remembered between runs is kept: `SHOAL_STATE`, else the platform's place for state (XDG Base Directory on Linux).
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

/** A download folder, and what is remembered of it. */
export interface Place {
  readonly directory: string
  /** Of the catalogue (see catalogue.ts). */
  readonly state: string
  /** Of the session's resume data. */
  readonly resume: string
}

/** Makes the folder where it is missing. Rejects with a Failure. */
export async function openPlace(folder: string, root = stateRoot()): Promise<Place> {
  const path = resolve(folder)
  try {
    await mkdir(path, { recursive: true })
    // One folder, one state, whichever link leads there.
    const directory = await realpath(path)
    const key = createHash('sha256').update(directory).digest('hex').slice(0, 24)
    const state = join(root, 'folders', key)
    return { directory, state, resume: join(state, 'resume') }
  } catch (error) {
    throw fileFailure(error, path)
  }
}
