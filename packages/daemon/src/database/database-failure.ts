import { Failure, fileFailure } from '../failure.ts'
import type { DatabaseKind } from './database-kind.ts'

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const SQLITE = {
  busy: 5,
  locked: 6,
  noMemory: 7,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const

type Told = readonly [code: string, what: string]

const TOLD: Readonly<Record<number, Told>> = {
  [SQLITE.locked]: ['in-use', 'it is in use: close the program that uses it and try again'],
  [SQLITE.noMemory]: ['io', 'there is not enough memory: close other programs and try again'],
  [SQLITE.readOnly]: [
    'no-permission',
    'it is read-only: change its permissions or choose another data folder',
  ],
  [SQLITE.io]: [
    'io',
    'the disk could not be read or written: check the disk and its cables, then start again',
  ],
  [SQLITE.full]: ['no-space', 'the disk is full: free some space and try again'],
  [SQLITE.cannotOpen]: ['no-permission', 'it cannot be opened: check that its folder exists and is writable'],
}

/**
 * Error for a file that has been corrupted. It is never deleted: parts of it may be recoverable.
 */
export function damaged(path: string, reason: string, kind: DatabaseKind): Error {
  return failureOf(
    kind,
    'damaged',
    `${path} is damaged (${reason.replace(/\s+/g, ' ')}): restore a backup of it. Without a backup, ${kind.withoutBackup}`,
  )
}

/** A database error as thrown by its program. */
export function failureOf(kind: DatabaseKind, code: string, message: string, options?: ErrorOptions): Error {
  const failure = new Failure(code, message, options)
  return kind.translate?.(failure) ?? failure
}

/**
 * Converts an error of node:sqlite about the database at `path` into a user-readable one. Returns
 * others unchanged.
 */
export function databaseFailure(error: unknown, path: string, kind: DatabaseKind): Error {
  const { code, errcode, message } = (error ?? {}) as { code?: string; errcode?: number; message?: string }
  if (code !== 'ERR_SQLITE_ERROR' || errcode === undefined)
    return error instanceof Error ? error : new Error(String(error))
  const primary = primaryCode(error)
  if (primary === SQLITE.corrupt || primary === SQLITE.notADatabase)
    return damaged(path, message ?? 'it cannot be read', kind)
  const told: Told | undefined = primary === SQLITE.busy ? ['in-use', kind.inUse] : TOLD[primary]
  if (told) return failureOf(kind, told[0], `${path}: ${told[1]}`, { cause: error })
  return error as Error
}

/**
 * Like `databaseFailure`, also for errors of `node:fs` about the file, or about another `place`.
 */
export function openingFailure(error: unknown, path: string, kind: DatabaseKind, place = path): Error {
  const failure = databaseFailure(error, path, kind)
  const explained = fileFailure(failure, place)
  return explained === failure ? failure : (kind.translate?.(explained as Failure) ?? explained)
}

/** Returns whether the SQLite error means that another connection has locked the file. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === SQLITE.busy
}

/** Error for a write that failed for lack of space. */
export function fullDisk(path: string, kind: DatabaseKind): Error {
  return databaseFailure({ code: 'ERR_SQLITE_ERROR', errcode: SQLITE.full }, path, kind)
}

/** Returns whether the SQLite error means that the disk is full. */
export function isFullDisk(error: unknown): boolean {
  return primaryCode(error) === SQLITE.full
}

/** Returns the low byte of the code; the rest is more specific. */
function primaryCode(error: unknown): number {
  return ((error as { errcode?: number })?.errcode ?? 0) & 0xff
}

/** Returns whether the error means that the file is damaged. */
export function isDamage(error: unknown): boolean {
  return (error as { code?: unknown })?.code === 'damaged'
}
