import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileFailure } from '@shoal/daemon/failure'
import { SetupError } from '../failure.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Default data folder of a hub (XDG Base Directory on Linux). */
export function defaultDataFolder(env: Env = process.env, platform: string = process.platform): string {
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'Shoal hub')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Shoal hub')
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'shoal-hub')
}

/** Files in a data folder. */
export function dataFiles(folder: string) {
  return { database: join(folder, 'hub.db'), backups: join(folder, 'backups') }
}

/** Creates a folder readable only by this user, if it is missing. */
export async function makeDataFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(error => {
    throw new SetupError(fileFailure(error, folder).message)
  })
}
