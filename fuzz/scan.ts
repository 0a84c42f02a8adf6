/** Finds functions and classes in packages, apps and capabilities that look like parsers. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CAPABILITIES, TEST_FILE } from '../scripts/import-rules.ts'
import { ROOT } from '../scripts/run.ts'

export interface Found {
  /** From the root of the checkout. */
  readonly file: string
  readonly name: string
}

/**
 * A function whose name suggests parsing, and whose first parameter can hold untrusted bytes or
 * text.
 */
const FUNCTION =
  /^export (?:async )?function\*? ((?:parse|decode|read|unpack|extract)(?![a-z])\w*)(?:<[^(]*>)?\(\s*(?:\w+|\{[^}]*\})\??:([^,)]*)/gm
const FOREIGN = /\b(?:Uint8Array|Buffer|string|unknown|Blob|File|ByteSource)\b/
const CLASS = /^export class (\w+(?:Parser|Decoder|Reader|Unpacker))\b/gm

/**
 * Returns everything in the sources, excluding tests, that looks like a parser of bytes or text.
 */
export function scanParsers(): Found[] {
  return globSync(['{packages,apps}/*/src/**/*.{ts,tsx}', `${CAPABILITIES}/**/*.{ts,tsx}`], {
    cwd: ROOT,
    exclude: ['**/node_modules'],
  })
    .map(path => path.replaceAll('\\', '/'))
    .filter(file => !TEST_FILE.test(file))
    .flatMap(file => findParsers(readFileSync(join(ROOT, file), 'utf8')).map(name => ({ file, name })))
}

/** Returns the names of what looks like a parser in one source. */
export function findParsers(source: string): string[] {
  const functions = [...source.matchAll(FUNCTION)].filter(([, , type]) => FOREIGN.test(type!))
  return [...functions, ...source.matchAll(CLASS)].map(([, name]) => name!)
}
