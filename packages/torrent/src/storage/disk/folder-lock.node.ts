import fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ShoalError } from '../../base/errors.ts'
import { errnoOf, ioError } from '../io-errors.ts'
import { makeFolders } from './make-folders.node.ts'

/** The lock file: contains the ID and start time of the process whose session uses the folder. */
const NAME = 'session.lock'
const MAX_BYTES = 200
/**
 * Two processes that find the same stale lock both replace it. After this time, the winner is
 * certain.
 */
const SETTLE_MS = 50

/** Locks held by this process. */
const held = new Set<string>()

/**
 * Locks the folder for this session until the returned function is called. Rejects with `in-use`
 * while another session of this or another process holds the lock. Locks of dead processes are
 * ignored. Processes that cannot see each other, as in containers, are not separated.
 */
export async function lockFolder(directory: string): Promise<() => Promise<void>> {
  try {
    await makeFolders(directory)
    const path = join(await fs.promises.realpath(directory), NAME)
    if (held.has(path)) throw inUse(directory, process.pid)
    held.add(path)
    await take(path, directory).catch(error => {
      held.delete(path)
      throw error
    })
    let isOurs = true
    return async () => {
      if (!isOurs) return
      isOurs = false
      await fs.promises.unlink(path).catch(() => {})
      held.delete(path)
    }
  } catch (error) {
    throw ioError(error, directory)
  }
}

async function take(path: string, directory: string): Promise<void> {
  const mine = `${process.pid} ${startTime(process.pid)}\n`
  try {
    return await fs.promises.writeFile(path, mine, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  }
  await refuseLive(path, directory, mine)
  const fresh = `${path}.${process.pid}`
  await fs.promises.writeFile(fresh, mine, { mode: 0o600 })
  await fs.promises.rename(fresh, path)
  await sleep(SETTLE_MS)
  await refuseLive(path, directory, mine)
}

/** Throws if the lock belongs to another live process. */
async function refuseLive(path: string, directory: string, mine: string): Promise<void> {
  const text = await fs.promises.readFile(path, 'utf8').catch(() => '')
  const found = text.length <= MAX_BYTES && text !== mine ? /^(\d{1,10}) (\d*)\n$/.exec(text) : null
  if (!found) return
  const pid = Number(found[1])
  if (pid !== process.pid && isAlive(pid) && startTime(pid) === found[2]) throw inUse(directory, pid)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It exists but belongs to another user.
    return errnoOf(error) === 'EPERM'
  }
}

/**
 * Start time of a process in system ticks, which distinguishes it from a later process with the
 * same ID; empty if unavailable.
 */
function startTime(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    // proc(5): field 22, counted from the end of the name, which may contain spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

function inUse(directory: string, pid: number): ShoalError {
  return new ShoalError(
    'in-use',
    `${directory} is in use by another session (process ${pid}). Close it or choose another folder.`,
  )
}
