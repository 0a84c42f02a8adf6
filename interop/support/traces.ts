/**
 * Searches for known secrets in all data available to a party: bytes of connections, tables of a
 * database, files.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Passed } from './gate.ts'
import type { PostgresServer } from './postgres.ts'

const END_OF_HEAD = Buffer.from('\r\n\r\n')

/** Returns whether the bytes contain the needle, raw or as hex, base64 or base64url. */
export function hasTrace(bytes: Buffer, needle: string | Uint8Array): boolean {
  const raw = Buffer.from(needle)
  return formsOf(raw).some(form => bytes.includes(form))
}

function formsOf(raw: Buffer): readonly Buffer[] {
  const forms = [raw, Buffer.from(raw.toString('hex'))]
  // Within other bytes, base64 has one of three alignments.
  for (const before of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(before), raw]).toString('base64')
    const bare = text.slice(Math.ceil((8 * before) / 6), Math.floor((8 * (before + raw.length)) / 6))
    forms.push(Buffer.from(bare), Buffer.from(bare.replaceAll('+', '-').replaceAll('/', '_')))
  }
  return forms
}

/** Returns the messages of one side on a gate's connections: WebSocket messages, unmasked. */
export function readPassed(passed: readonly Passed[], isFromClient: boolean): Buffer {
  const connections = new Map<number, Buffer[]>()
  for (const each of passed) {
    if (each.isFromClient !== isFromClient) continue
    const parts = connections.get(each.connection) ?? []
    connections.set(each.connection, parts)
    parts.push(each.bytes)
  }
  return Buffer.concat([...connections.values()].map(parts => unmask(Buffer.concat(parts))))
}

function unmask(bytes: Buffer): Buffer {
  const end = bytes.indexOf(END_OF_HEAD)
  if (end < 0 || !/^upgrade: websocket/im.test(bytes.subarray(0, end).toString('latin1'))) return bytes
  const parts: Uint8Array[] = [bytes.subarray(0, end)]
  for (let at = end + END_OF_HEAD.length; at + 2 <= bytes.length; ) {
    // RFC 6455, 5.2
    const [isMasked, short] = [(bytes[at + 1]! & 128) !== 0, bytes[at + 1]! & 127]
    const more = short === 126 ? 2 : short === 127 ? 8 : 0
    const length = short < 126 ? short : bytes.readUIntBE(at + 2 + Math.max(0, more - 6), Math.min(more, 6))
    const start = at + 2 + more + (isMasked ? 4 : 0)
    const mask = bytes.subarray(start - 4, start)
    parts.push(
      bytes.subarray(start, start + length).map((byte, place) => (isMasked ? byte ^ mask[place % 4]! : byte)),
    )
    at = start + length
  }
  return Buffer.concat(parts)
}

/** Returns all rows of a database, by table. */
export type Dump = ReadonlyMap<string, Buffer>

export function dumpSqlite(path: string): Dump {
  const sqlite = new DatabaseSync(path, { readOnly: true })
  try {
    const names = sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
    return new Map(
      names.map(({ name }) => {
        const rows = sqlite.prepare(`SELECT * FROM "${name}"`).all()
        const values = rows.flatMap(row => Object.values(row))
        return [`${name}`, Buffer.concat(values.map(value => toBytes(value)))]
      }),
    )
  } finally {
    sqlite.close()
  }
}

function toBytes(value: unknown): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(` ${value} `)
}

export async function dumpPostgres(postgres: PostgresServer): Promise<Dump> {
  const names = await postgres.query("SELECT tablename FROM pg_tables WHERE schemaname = 'shoal'")
  const tables = new Map<string, Buffer>()
  for (const name of names.split('\n').filter(Boolean))
    tables.set(name, Buffer.from(await postgres.query(`SELECT it::text FROM shoal.${name} AS it`)))
  return tables
}

/** Returns the content of all files of a folder. */
export async function readFolder(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter(entry => entry.isFile())
  return Buffer.concat(
    await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name)))),
  )
}
