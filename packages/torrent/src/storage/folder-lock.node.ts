import fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ShoalError } from '../base/errors.ts'
import { errnoOf, ioError } from './io-errors.ts'
import { makeFolders } from './make-folders.node.ts'

/** What a session that uses a folder leaves in it: its process, and when that began. */
const NAME = 'session.lock'
const MAX_BYTES = 200
/** Two that find the same stale lock both replace it: by then the last of them is known. */
const SETTLE_MS = 50

/** Locks that this process has. */
const held = new Set<string>()

/**
 * Makes the folder this session's until the result is called. Rejects with `in-use` while another session has it, of this process or of
 * another. The lock of a process that is gone does not count. Processes that do not see each other (in containers) are not kept apart.
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
  const mine = `${process.pid} ${beginOf(process.pid)}\n`
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

/** Throws while the lock is that of another process that lives. */
async function refuseLive(path: string, directory: string, mine: string): Promise<void> {
  const text = await fs.promises.readFile(path, 'utf8').catch(() => '')
  const found = text.length <= MAX_BYTES && text !== mine ? /^(\d{1,10}) (\d*)\n$/.exec(text) : null
  if (!found) return
  const pid = Number(found[1])
  if (pid !== process.pid && isAlive(pid) && beginOf(pid) === found[2]) throw inUse(directory, pid)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It is there, and another user's.
    return errnoOf(error) === 'EPERM'
  }
}

/** When a process began, in the system's own ticks, so that another with its number is not taken for it; empty where nobody tells. */
function beginOf(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    // proc(5): field 22, counted on from behind the name, which may have spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

function inUse(directory: string, pid: number): ShoalError {
  return new ShoalError(
    'in-use',
    `${directory} is in use by another session (process ${pid}): close that one, or choose another folder`,
  )
}
