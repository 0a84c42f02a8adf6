/**
 * Lets the command line find the node of a data folder: `node.json` while it runs, and the token.
 */
import { randomBytes } from 'node:crypto'
import { open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freeBytes, writeWholeFile } from '@shoal/daemon/files'

export interface NodeFile {
  /** `http://127.0.0.1:8420`. */
  readonly url: string
  /** The process. */
  readonly pid: number
}

const LONGEST_TOKEN = 1024
/** Enough for some small files and their directory entries. */
const RESERVE_BYTES = 64 << 10

function nodeFile(dataDir: string): string {
  return join(dataDir, 'node.json')
}

function reserveFile(dataDir: string): string {
  return join(dataDir, 'reserve')
}

export function tokenFile(dataDir: string): string {
  return join(dataDir, 'token')
}

/**
 * Writes `node.json`; remove it when the node ends. On a full disk, uses the space of the reserve,
 * or of the file left by a killed node. Rejects with `no-space` if there is neither.
 */
export async function writeNodeFile(dataDir: string, node: NodeFile): Promise<void> {
  const path = nodeFile(dataDir)
  const text = `${JSON.stringify(node)}\n`
  const write = () => writeWholeFile(path, text, { mode: 0o600 })
  await write().catch(async error => {
    if ((error as { code?: unknown }).code !== 'no-space') throw error
    await rm(reserveFile(dataDir), { force: true })
    await write().catch(lack =>
      writeOver(path, text).catch(() => {
        throw lack
      }),
    )
  })
}

/**
 * Reserves some space for `node.json`, without which no command finds the node. Resolves with false
 * if the disk has no space for that.
 */
export async function keepReserve(dataDir: string): Promise<boolean> {
  const path = reserveFile(dataDir)
  try {
    const size = await stat(path).then(
      ({ size }) => size,
      () => 0,
    )
    if (size === RESERVE_BYTES) return true
    if ((await freeBytes(dataDir)) < 2 * RESERVE_BYTES) return false
    // Zeros could be stored as a sparse hole.
    await writeFile(path, randomBytes(RESERVE_BYTES), { mode: 0o600 })
    return true
  } catch {
    await rm(path, { force: true }).catch(() => {})
    return false
  }
}

async function writeOver(path: string, text: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.write(text, 0)
    await file.truncate(Buffer.byteLength(text))
  } finally {
    await file.close()
  }
}

export async function removeNodeFile(dataDir: string): Promise<void> {
  await rm(nodeFile(dataDir), { force: true })
}

/** Returns null if no node runs: a killed node leaves its file behind. */
export async function readNodeFile(dataDir: string): Promise<NodeFile | null> {
  const text = await readFile(nodeFile(dataDir), 'utf8').catch(() => null)
  if (text === null) return null
  try {
    const { url, pid } = JSON.parse(text) as Partial<NodeFile>
    if (typeof url !== 'string' || !/^https?:/.test(url) || typeof pid !== 'number') return null
    return runs(pid) ? { url, pid } : null
  } catch {
    return null
  }
}

/** Null if there is none. */
export async function readToken(dataDir: string): Promise<string | null> {
  const text = await readFile(tokenFile(dataDir), 'utf8').catch(() => '')
  const token = text.trim()
  return token === '' || token.length > LONGEST_TOKEN ? null : token
}

/** Whether the process exists. */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
