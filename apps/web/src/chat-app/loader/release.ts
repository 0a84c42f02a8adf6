/**
 * `release.json`: the version of a build of the app, and the hash of each of its files. The build
 * writes it, and the loader verifies every file with it.
 */

import { base64urlnopad } from '@scure/base'
import { CodedError } from '@shoal/torrent/errors'

export const RELEASE = 'release.json'
const MAX_BYTES = 256 << 10
const MAX_FILES = 1000
const VERSION = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})$/
/** Names of folders and files do not begin with a dot, so that no path leaves the folder. */
const NAME = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/
const HASH = /^[\w-]{43}$/

export interface Release {
  /** Id of the build: the first 12 hexadecimal digits of the hash of its list. */
  readonly id: string
  /** `1.2.3` */
  readonly version: string
  /** SHA-256 of each file in base64url, by path. */
  readonly files: ReadonlyMap<string, string>
}

/** The parts of a release that users compare. */
export type ReleaseName = Pick<Release, 'id' | 'version'>

/**
 * `bad-release`: the list is invalid. `bad-file`: a file is missing or does not match the list.
 * `changed`: the server offers another release by now. `unreachable`.
 */
type ReleaseErrorCode = 'bad-release' | 'bad-file' | 'changed' | 'unreachable'

export class ReleaseError extends CodedError<ReleaseErrorCode> {
  override name = 'ReleaseError'
}

/**
 * Parses the list of a release, whose id is the hash of the bytes (`idOf`). Throws `bad-release`.
 */
export function readRelease(bytes: Uint8Array): Omit<Release, 'id'> {
  if (bytes.length > MAX_BYTES) throw bad('it is too long')
  const { version, files } = (parse(bytes) ?? {}) as { version?: unknown; files?: unknown }
  if (typeof version !== 'string' || !VERSION.test(version)) throw bad('it has no version')
  if (typeof files !== 'object' || files === null || Array.isArray(files)) throw bad('it has no files')
  const entries = Object.entries(files)
  if (entries.length > MAX_FILES) throw bad('it has too many files')
  for (const [name, hash] of entries)
    if (!NAME.test(name) || name.length > 200 || typeof hash !== 'string' || !HASH.test(hash))
      throw bad('a file has no proper name or hash')
  if (!Object.hasOwn(files, 'index.html')) throw bad('it has no page')
  return { version, files: new Map(entries) }
}

export async function idOf(list: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', list))
  return [...hash.subarray(0, 6)].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Returns whether one version is older than another. */
export function isOlder(version: string, than: string): boolean {
  const [one, other] = [version, than].map(text => VERSION.exec(text)!.slice(1).map(Number))
  const differs = one!.findIndex((number, at) => number !== other![at])
  return differs >= 0 && one![differs]! < other![differs]!
}

export async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return base64urlnopad.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return null
  }
}

function bad(why: string): ReleaseError {
  return new ReleaseError('bad-release', `The list of the release cannot be used: ${why}.`)
}
