/** How the command line finds the node of a data folder: `node.json` while it runs, and the token. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWholeFile } from './files/write-file.ts'

export interface NodeFile {
  /** `http://127.0.0.1:8420`. */
  readonly url: string
  /** The process. */
  readonly pid: number
}

const LONGEST_TOKEN = 1024

function nodeFile(dataDir: string): string {
  return join(dataDir, 'node.json')
}

export function tokenFile(dataDir: string): string {
  return join(dataDir, 'token')
}

/** Remove it when the node ends. */
export async function writeNodeFile(dataDir: string, node: NodeFile): Promise<void> {
  await writeWholeFile(nodeFile(dataDir), `${JSON.stringify(node)}\n`, { mode: 0o600 })
}

export async function removeNodeFile(dataDir: string): Promise<void> {
  await rm(nodeFile(dataDir), { force: true })
}

/** Null if no node runs: a killed node leaves its file behind. */
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
