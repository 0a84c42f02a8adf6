/** Header blocks of tar: writes POSIX ustar, and also reads those of GNU tar and older programs. */
import { SealedError } from '../sealed-error.ts'

export const BLOCK_BYTES = 512
/** The largest value of eleven octal digits. */
export const MAX_OCTAL_SIZE = 8 ** 11 - 1
export const MAX_NAME_BYTES = 100

export interface TarHeader {
  /** The name in the block. */
  readonly name: string
  readonly mode: number
  readonly sizeBytes: number
  readonly modifiedSeconds: number
  /** One character: the kind of entry. */
  readonly type: string
  readonly linkName: string
}

/**
 * Writes a block of 512 bytes. `name` has at most 100 bytes of UTF-8; `sizeBytes` is at most
 * MAX_OCTAL_SIZE.
 */
export function writeHeader({
  name,
  mode,
  sizeBytes,
  modifiedSeconds,
  type,
}: Omit<TarHeader, 'linkName'>): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES)
  const text = (at: number, value: string) => block.set(new TextEncoder().encode(value), at)
  const octal = (at: number, digits: number, value: number) =>
    text(at, value.toString(8).padStart(digits, '0'))
  text(0, name)
  octal(100, 7, mode)
  octal(108, 7, 0)
  octal(116, 7, 0)
  octal(124, 11, sizeBytes)
  octal(136, 11, modifiedSeconds)
  text(156, type)
  text(257, 'ustar')
  text(263, '00')
  octal(148, 6, checksum(block))
  block[155] = 0x20
  return block
}

/**
 * Parses a header. Returns null for a block of zeros, which ends an archive. Throws
 * `not-an-archive` for any other bytes.
 */
export function parseHeader(block: Uint8Array): TarHeader | null {
  if (block.every(byte => byte === 0)) return null
  if (number(block, 148, 8) !== checksum(block)) throw notAnArchive()
  const magic = ascii(block, 257, 8)
  const name = text(block, 0, 100)
  // GNU tar uses the prefix field for other purposes.
  const prefix = magic === 'ustar\x0000' ? text(block, 345, 155) : ''
  const type = ascii(block, 156, 1)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: number(block, 100, 8),
    sizeBytes: number(block, 124, 12),
    modifiedSeconds: number(block, 136, 12),
    // Before POSIX, folders were marked only by a trailing slash.
    type: type !== '\0' ? type : name.endsWith('/') ? '5' : '0',
    linkName: text(block, 157, 100),
  }
}

/** Rounds up to a multiple of 512 bytes. */
export function paddedLength(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES
}

/**
 * Decodes text up to the first NUL. Text that is not UTF-8 is decoded as Latin-1, so that different
 * names stay different.
 */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  const used = end < 0 ? bytes : bytes.subarray(0, end)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(used)
  } catch {
    return new TextDecoder('latin1').decode(used)
  }
}

export function notAnArchive(): SealedError {
  return new SealedError('not-an-archive', 'The sealed content is not a share. Open it with age.')
}

/** Returns the sum of all bytes, with the checksum field counted as spaces. */
function checksum(block: Uint8Array): number {
  let sum = 8 * 0x20
  for (let at = 0; at < BLOCK_BYTES; at++) if (at < 148 || at >= 156) sum += block[at]!
  return sum
}

function text(block: Uint8Array, at: number, length: number): string {
  return decodeText(block.subarray(at, at + length))
}

function ascii(block: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...block.subarray(at, at + length))
}

/**
 * Parses octal digits or, if the highest bit is set, a big-endian binary number, as GNU tar writes
 * for sizes from 8 GiB on.
 */
function number(block: Uint8Array, at: number, length: number): number {
  const field = block.subarray(at, at + length)
  const value = (field[0]! & 0x80) !== 0 ? binary(field) : octal(field)
  if (value === null || !Number.isSafeInteger(value)) throw notAnArchive()
  return value
}

function binary(field: Uint8Array): number | null {
  // 0xff begins a negative number: a time before 1970.
  if (field[0] === 0xff) return 0
  let value = field[0]! & 0x7f
  for (const byte of field.subarray(1)) value = value * 256 + byte
  return value
}

function octal(field: Uint8Array): number | null {
  const digits = decodeText(field).trim()
  if (digits === '') return 0
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : null
}
