/** Records of a ZIP archive (PKWARE's APPNOTE.TXT, 4.3): stored files, whose checksums follow them; with the 64-bit forms where these are needed. */

export interface ZipEntry {
  /** Path with slashes, in UTF-8. */
  readonly name: Uint8Array
  readonly lengthBytes: number
  /** Where its local header begins. */
  readonly offset: number
  readonly crc: number
  readonly when: Date
}

const MAX_16 = 0xffff
const MAX_32 = 0xffffffff
/** Bit 3: the checksum follows the file. Bit 11: its name is in UTF-8. */
const FLAGS = (1 << 3) | (1 << 11)
/** Of what takes part: 2.0, and 4.5 for 64-bit forms. */
const VERSION = 20
const VERSION_64 = 45

/** APPNOTE 4.3.7. Lengths and checksum are zero here: they follow. */
export function localHeader(entry: ZipEntry): Uint8Array {
  const isLarge = entry.lengthBytes >= MAX_32
  const length = isLarge ? MAX_32 : 0
  const extra = isLarge ? record(['16', 1], ['16', 16], ['64', 0], ['64', 0]) : new Uint8Array()
  return join(
    record(
      ['32', 0x04034b50],
      ['16', isLarge ? VERSION_64 : VERSION],
      ['16', FLAGS],
      ['16', 0],
      ...timeOf(entry.when),
      ['32', 0],
      ['32', length],
      ['32', length],
      ['16', entry.name.length],
      ['16', extra.length],
    ),
    entry.name,
    extra,
  )
}

/** APPNOTE 4.3.9. */
export function dataDescriptor({ crc, lengthBytes }: ZipEntry): Uint8Array {
  const size = lengthBytes >= MAX_32 ? '64' : '32'
  return record(['32', 0x08074b50], ['32', crc], [size, lengthBytes], [size, lengthBytes])
}

/** APPNOTE 4.3.12: the entry in the directory at the end. */
export function centralRecord({ name, lengthBytes, offset, crc, when }: ZipEntry): Uint8Array {
  const large = [
    ...(lengthBytes >= MAX_32 ? [lengthBytes, lengthBytes] : []),
    ...(offset >= MAX_32 ? [offset] : []),
  ]
  const extra =
    large.length > 0
      ? record(['16', 1], ['16', 8 * large.length], ...large.map((value): Field => ['64', value]))
      : new Uint8Array()
  const version = large.length > 0 ? VERSION_64 : VERSION
  return join(
    record(
      ['32', 0x02014b50],
      ['16', version],
      ['16', version],
      ['16', FLAGS],
      ['16', 0],
      ...timeOf(when),
      ['32', crc],
      ['32', Math.min(lengthBytes, MAX_32)],
      ['32', Math.min(lengthBytes, MAX_32)],
      ['16', name.length],
      ['16', extra.length],
      ['16', 0],
      ['16', 0],
      ['16', 0],
      ['32', 0],
      ['32', Math.min(offset, MAX_32)],
    ),
    name,
    extra,
  )
}

/** APPNOTE 4.3.14 to 4.3.16: where the directory of `count` entries is. */
export function endRecords(count: number, offset: number, length: number): Uint8Array {
  const isLarge = count >= MAX_16 || offset >= MAX_32 || length >= MAX_32
  const end = record(
    ['32', 0x06054b50],
    ['16', 0],
    ['16', 0],
    ['16', Math.min(count, MAX_16)],
    ['16', Math.min(count, MAX_16)],
    ['32', Math.min(length, MAX_32)],
    ['32', Math.min(offset, MAX_32)],
    ['16', 0],
  )
  return isLarge ? join(endRecords64(count, offset, length), end) : end
}

function endRecords64(count: number, offset: number, length: number): Uint8Array {
  return record(
    ['32', 0x06064b50],
    ['64', 44],
    ['16', VERSION_64],
    ['16', VERSION_64],
    ['32', 0],
    ['32', 0],
    ['64', count],
    ['64', count],
    ['64', length],
    ['64', offset],
    ['32', 0x07064b50],
    ['32', 0],
    ['64', offset + length],
    ['32', 1],
  )
}

type Field = readonly ['16' | '32' | '64', number]

/** APPNOTE 4.4.6: as MS-DOS wrote it, two seconds exact. */
function timeOf(when: Date): [Field, Field] {
  const time = (when.getHours() << 11) | (when.getMinutes() << 5) | (when.getSeconds() >> 1)
  const date = ((when.getFullYear() - 1980) << 9) | ((when.getMonth() + 1) << 5) | when.getDate()
  return [
    ['16', time],
    ['16', date],
  ]
}

function record(...fields: Field[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, [bits]) => sum + Number(bits) / 8, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const [bits, value] of fields) {
    if (bits === '16') view.setUint16(at, value, true)
    else if (bits === '32') view.setUint32(at, value, true)
    else view.setBigUint64(at, BigInt(value), true)
    at += Number(bits) / 8
  }
  return bytes
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
