/** Queries to name servers and their answers (RFC 1035, RFC 3596). No I/O. */
import { concat, readU16 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'
import { formatIp } from '../../base/ip.ts'

export const RECORD = { a: 1, aaaa: 28 } as const
type RecordType = (typeof RECORD)[keyof typeof RECORD]

const CNAME = 5
const CLASS_IN = 1
const HEAD_BYTES = 12
/** RFC 1035, 2.3.4. */
const MAX_NAME_BYTES = 255
const MAX_LABEL_BYTES = 63
/** A name may point to an earlier one, which may point to another. */
const MAX_POINTERS = 16
/** Maximum number of records that are read from one answer. No honest server needs more. */
const MAX_RECORDS = 100
const MAX_ALIASES = 8

export interface Question {
  readonly id: number
  /** Lower case, without the final dot. */
  readonly name: string
  readonly type: RecordType
}

export interface Answer {
  /**
   * `none`: the name does not exist, or has no address of this kind. `failed`: the server cannot
   * or will not answer; another may. `cut`: truncated; query again over TCP.
   */
  readonly state: 'found' | 'none' | 'failed' | 'cut'
  /** IP literals. */
  readonly hosts: readonly string[]
  /** The target of an alias if the answer has no address for it: it has to be queried. */
  readonly alias: string | null
  /** Lifetime of the answer. 0 if there is none. */
  readonly ttlSeconds: number
}

/** Throws `bad-argument` unless the name is a host name. */
export function encodeQuestion({ id, name, type }: Question): Uint8Array {
  const head = Uint8Array.of(id >>> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0)
  return concat([head, encodeName(name), Uint8Array.of(0, type, 0, CLASS_IN)])
}

/** Returns null unless the bytes are a well-formed answer to this question. */
export function parseAnswer(bytes: Uint8Array, question: Question): Answer | null {
  if (bytes.length < HEAD_BYTES || readU16(bytes, 0) !== question.id) return null
  const flags = readU16(bytes, 2)
  const isAnswer = (flags & 0x8000) !== 0 && (flags & 0x7800) === 0
  if (!isAnswer || readU16(bytes, 4) !== 1) return null
  const asked = readName(bytes, HEAD_BYTES)
  if (!asked || asked.end + 4 > bytes.length || asked.name !== question.name) return null
  if (readU16(bytes, asked.end) !== question.type || readU16(bytes, asked.end + 2) !== CLASS_IN) return null
  if ((flags & 0x0200) !== 0) return nothing('cut')
  const code = flags & 15
  // RFC 1035, 4.1.1: 3 is a name error.
  if (code !== 0 && code !== 3) return nothing('failed')
  const records = readRecords(bytes, asked.end + 4, readU16(bytes, 6))
  return records && follow(records, question)
}

interface AnswerRecord {
  readonly name: string
  readonly type: number
  readonly ttlSeconds: number
  /** IP literal, or the target of an alias. */
  readonly value: string
}

function follow(records: readonly AnswerRecord[], { name, type }: Question): Answer {
  let at = name
  let ttlSeconds = Number.POSITIVE_INFINITY
  for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
    const found = records.filter(record => record.name === at && record.type === type)
    if (found.length > 0) {
      const least = Math.min(ttlSeconds, ...found.map(record => record.ttlSeconds))
      return { state: 'found', hosts: found.map(({ value }) => value), alias: null, ttlSeconds: least }
    }
    const alias = records.find(record => record.name === at && record.type === CNAME)
    if (!alias) break
    at = alias.value
    ttlSeconds = Math.min(ttlSeconds, alias.ttlSeconds)
  }
  return at === name ? nothing('none') : { state: 'none', hosts: [], alias: at, ttlSeconds }
}

function nothing(state: Answer['state']): Answer {
  return { state, hosts: [], alias: null, ttlSeconds: 0 }
}

/** The relevant records; null if any is malformed. */
function readRecords(bytes: Uint8Array, start: number, count: number): AnswerRecord[] | null {
  const records: AnswerRecord[] = []
  let at = start
  for (let left = Math.min(count, MAX_RECORDS); left > 0; left--) {
    const owner = readName(bytes, at)
    if (!owner || owner.end + 10 > bytes.length) return null
    const type = readU16(bytes, owner.end)
    const isInternet = readU16(bytes, owner.end + 2) === CLASS_IN
    // RFC 2181, 8: a time with the highest bit set is zero.
    const seconds = readU16(bytes, owner.end + 4) * 65_536 + readU16(bytes, owner.end + 6)
    const ttlSeconds = seconds >= 2 ** 31 ? 0 : seconds
    const length = readU16(bytes, owner.end + 8)
    const data = owner.end + 10
    at = data + length
    if (at > bytes.length) return null
    const common = { name: owner.name, type, ttlSeconds }
    if (!isInternet) continue
    if (type === RECORD.a || type === RECORD.aaaa) {
      if (length !== (type === RECORD.a ? 4 : 16)) return null
      records.push({ ...common, value: formatIp(bytes.subarray(data, at)) })
    } else if (type === CNAME) {
      const target = readName(bytes, data)
      if (!target || target.end !== at) return null
      records.push({ ...common, value: target.name })
    }
  }
  return records
}

/**
 * Reads a name in lower case. `end`: offset after the name. Null if it is malformed or not a host
 * name.
 */
function readName(bytes: Uint8Array, start: number): { name: string; end: number } | null {
  const labels: string[] = []
  let at = start
  let end: number | null = null
  let pointers = 0
  let total = 0
  for (;;) {
    const length = bytes[at]
    if (length === undefined) return null
    if (length >= 0xc0) {
      if (at + 1 >= bytes.length || ++pointers > MAX_POINTERS) return null
      end ??= at + 2
      const target = readU16(bytes, at) & 0x3fff
      // RFC 1035, 4.1.4: a prior occurrence.
      if (target >= at) return null
      at = target
      continue
    }
    if (length > MAX_LABEL_BYTES) return null
    if (length === 0) return { name: labels.join('.'), end: end ?? at + 1 }
    const label = bytes.subarray(at + 1, at + 1 + length)
    total += length + 1
    if (label.length < length || total > MAX_NAME_BYTES - 1) return null
    const text = String.fromCharCode(...label).toLowerCase()
    if (!/^[!-\-/-~]+$/.test(text)) return null
    labels.push(text)
    at += 1 + length
  }
}

function encodeName(name: string): Uint8Array {
  const labels = name.split('.')
  const isName = labels.every(label => /^[!-\-/-~]+$/.test(label) && label.length <= MAX_LABEL_BYTES)
  if (!isName || name.length > MAX_NAME_BYTES - 2)
    throw new ShoalError('bad-argument', `${name.slice(0, 100)} is not a host name`)
  const parts = labels.map(label =>
    Uint8Array.of(label.length, ...[...label].map(each => each.charCodeAt(0))),
  )
  return concat([...parts, Uint8Array.of(0)])
}
