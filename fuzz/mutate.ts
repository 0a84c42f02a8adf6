/**
 * Mutates inputs of parsers randomly: bytes, tokens of text, and values inside bencode and JSON.
 */
import { concat, fromLatin1, latin1, utf8 } from '../packages/torrent/src/base/bytes.ts'
import type { Random } from '../packages/torrent/src/base/random.ts'
import {
  type BencodeInput,
  type BencodeValue,
  decode,
  encode,
} from '../packages/torrent/src/bencode/bencode.ts'

/**
 * The structure of inputs: it determines which mutations preserve enough of it to reach deep code.
 */
export type Format = 'binary' | 'bencode' | 'json' | 'text'

export interface Mutator {
  readonly format: Format
  readonly random: Random
  /** Maximum length of inputs. */
  readonly maxBytes: number
  /** Inputs whose parts can be mixed in; at least one. */
  readonly corpus: readonly Uint8Array[]
}

/** Boundary values of lengths, counts and indexes. */
const NUMBERS = [
  0, -0, 1, -1, 2, 7, 8, 16, 20, 32, 127, 128, 255, 256, 16384, 16385, 32767, 32768, 65535, 65536,
].concat([1e9, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53, -(2 ** 31), -(2 ** 53)])
const BIG = [
  ...NUMBERS.map(String),
  '18446744073709551615',
  '9'.repeat(30),
  '-0',
  '007',
  '1e9',
  '0x10',
  'NaN',
]
const WORDS = [
  '',
  'd',
  'l',
  'e',
  'i0e',
  '0:',
  '1:',
  '%00',
  '%',
  '%zz',
  '..',
  '../',
  '/',
  '\\',
  '\0',
  '\r\n',
  '\n',
  ':',
]
  .concat([
    'null',
    '__proto__',
    'constructor',
    '[]',
    '{}',
    '[',
    '{',
    '"',
    "'",
    '<',
    '>',
    '&#0;',
    '&amp;',
    ']]>',
    '<!--',
  ])
  .concat([
    'CON',
    'é',
    '\u{1f600}',
    '\u202e',
    '\ufeff',
    '::',
    '[::1]',
    '127.0.0.1',
    'http://',
    'magnet:?',
    '#',
    '?',
    '&',
    '=',
  ])

/** Returns a mutated copy: one to four mutations, at most `maxBytes` bytes. */
export function mutate(input: Uint8Array, mutator: Mutator): Uint8Array {
  const { random, maxBytes } = mutator
  let output = input
  for (let count = 1 + random.below(4); count > 0; count--) output = once(output, mutator)
  // Rarely at the maximum length, which reveals time that grows faster than the input.
  if (random.below(400) === 0) output = stretch(output, mutator)
  return output.length <= maxBytes ? output : output.slice(0, maxBytes)
}

function once(input: Uint8Array, mutator: Mutator): Uint8Array {
  const { format, random } = mutator
  const structured = random.below(10) < 6
  if (structured && format === 'bencode') return mutateBencode(input, mutator) ?? mutateBytes(input, mutator)
  if (structured && format === 'json') return mutateJson(input, mutator) ?? mutateTokens(input, mutator)
  if (structured && format === 'text') return mutateTokens(input, mutator)
  return mutateBytes(input, mutator)
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[random.below(items.length)]!
}

/** Repeats a part of the input up to the maximum length. */
function stretch(input: Uint8Array, { random, maxBytes }: Mutator): Uint8Array {
  if (input.length === 0) return new Uint8Array(Math.min(maxBytes, 65536)).fill(random.below(256))
  const from = random.below(input.length)
  const part = input.subarray(from, from + 1 + random.below(Math.min(64, input.length - from)))
  const count = Math.floor((maxBytes - input.length) / part.length)
  const middle = new Uint8Array(Math.max(0, count) * part.length)
  for (let at = 0; at < middle.length; at += part.length) middle.set(part, at)
  return concat([input.subarray(0, from), middle, input.subarray(from)])
}

type ByteMutation = (input: Uint8Array, mutator: Mutator) => Uint8Array

function replace(input: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array {
  return concat([input.subarray(0, from), by, input.subarray(to)])
}

/** Returns a range that is usually short. */
function range(length: number, random: Random): [from: number, to: number] {
  const from = random.below(length + 1)
  const most = random.below(4) === 0 ? length - from : Math.min(8, length - from)
  return [from, from + random.below(most + 1)]
}

const BYTE_MUTATIONS: readonly ByteMutation[] = [
  (input, { random }) => {
    const output = input.slice()
    if (output.length > 0) output[random.below(output.length)]! ^= 1 << random.below(8)
    return output
  },
  (input, { random }) => {
    const output = input.slice()
    if (output.length > 0)
      output[random.below(output.length)] = pick([0, 1, 0x7f, 0x80, 0xff, 10, 13, 32, 48, 58], random)
    return output
  },
  (input, { random }) => {
    const [from] = range(input.length, random)
    return replace(input, from, from, random.bytes(1 + random.below(8)))
  },
  (input, { random }) => replace(input, ...range(input.length, random), new Uint8Array(0)),
  (input, { random }) => {
    const [from, to] = range(input.length, random)
    const at = random.below(input.length + 1)
    return replace(input, at, at, input.subarray(from, to))
  },
  (input, { random }) => input.slice(0, random.below(input.length + 1)),
  (input, { random, corpus }) => {
    const other = pick(corpus, random)
    return replace(input, ...range(input.length, random), other.subarray(...range(other.length, random)))
  },
  (input, { random, corpus }) =>
    concat([input.subarray(0, random.below(input.length + 1)), pick(corpus, random)]),
  (input, { random }) => replace(input, ...range(input.length, random), word(random)),
  (input, { random }) => replaceNumber(input, random),
  (input, { random }) => {
    // A length or count of 1, 2, 4 or 8 bytes.
    const output = input.slice()
    const size = pick([1, 2, 4, 8], random)
    if (output.length < size) return output
    const at = random.below(output.length - size + 1)
    let value = BigInt.asUintN(8 * size, BigInt(pick(NUMBERS, random)))
    const little = random.below(4) === 0
    for (let i = 0; i < size; i++, value >>= 8n)
      output[little ? at + i : at + size - 1 - i] = Number(value & 255n)
    return output
  },
]

function mutateBytes(input: Uint8Array, mutator: Mutator): Uint8Array {
  return pick(BYTE_MUTATIONS, mutator.random)(input, mutator)
}

function word(random: Random): Uint8Array {
  return utf8(pick(random.below(2) === 0 ? WORDS : BIG, random))
}

/** Replaces one decimal number. */
function replaceNumber(input: Uint8Array, random: Random): Uint8Array {
  const found: [number, number][] = []
  for (let at = 0; at < input.length; at++) {
    const from = at
    while (at < input.length && input[at]! >= 0x30 && input[at]! <= 0x39) at++
    if (at > from) found.push([from, at])
  }
  if (found.length === 0) return input
  return replace(input, ...pick(found, random), utf8(pick(BIG, random)))
}

/**
 * Drops, repeats, swaps or replaces what is between the separators of text: lines, fields, tags,
 * words.
 */
function mutateTokens(input: Uint8Array, { random, corpus }: Mutator): Uint8Array {
  const separators = pick([/(\r?\n)/, /([\s<>"'=&;,/?#:@|.-])/, /(<[^>]*>)/], random)
  const split = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').split(separators)
  const parts = split(input)
  const at = random.below(parts.length)
  const other = random.below(parts.length)
  switch (random.below(6)) {
    case 0:
      parts.splice(at, 1 + random.below(3))
      break
    case 1:
      parts.splice(at, 0, ...parts.slice(other, other + 1 + random.below(4)))
      break
    case 2:
      ;[parts[at], parts[other]] = [parts[other]!, parts[at]!]
      break
    case 3:
      parts[at] = pick(split(pick(corpus, random)), random)
      break
    case 4:
      parts[at] = Buffer.from(word(random)).toString('latin1')
      break
    default:
      parts[at] = parts[at]!.repeat(2 + random.below(20))
  }
  return fromLatin1(parts.join(''))
}

function mutateBencode(input: Uint8Array, { random, corpus }: Mutator): Uint8Array | null {
  const tree = decodeTree(input)
  if (tree === null) return null
  const donor = decodeTree(pick(corpus, random))
  const holder: BencodeValue[] = [tree]
  const edits = edgesOf(holder)
  const edit = pick(edits, random)
  edit(() => bencodeValue(random, donor), random)
  return encode(holder[0] as BencodeInput)
}

function decodeTree(input: Uint8Array): BencodeValue | null {
  try {
    return decode(input, { depth: 100, unsortedKeys: true })
  } catch {
    return null
  }
}

type Edit = (make: () => BencodeValue, random: Random) => void

/** Returns all places in a tree where a value can be replaced, dropped or renamed. */
function edgesOf(value: BencodeValue, edits: Edit[] = []): Edit[] {
  if (Array.isArray(value))
    value.forEach((child, at) => {
      edits.push((make, random) => {
        const kind = random.below(4)
        if (kind === 0 && value.length > 1) value.splice(at, 1)
        else if (kind === 1) value.splice(at, 0, make())
        else value[at] = kind === 2 ? [child] : make()
      })
      edgesOf(child, edits)
    })
  else if (value instanceof Map)
    for (const [key, child] of value) {
      edits.push((make, random) => {
        const kind = random.below(5)
        if (kind <= 1) value.delete(key)
        if (kind === 1) value.set(pick([...value.keys(), latin1(word(random))], random), child)
        if (kind === 2) value.set(key, value.get(pick([...value.keys()], random))!)
        if (kind >= 3) value.set(key, make())
      })
      edgesOf(child, edits)
    }
  return edits
}

function bencodeValue(random: Random, donor: BencodeValue | null): BencodeValue {
  switch (random.below(7)) {
    case 0:
      return integer(random)
    case 1:
      return word(random)
    case 2:
      return random.bytes(pick([0, 1, 4, 6, 16, 18, 20, 26, 32, 38, 64], random))
    case 3:
      return []
    case 4:
      return new Map()
    case 5:
      return BigInt(pick([-1, 1], random)) * 2n ** BigInt(random.below(80))
    default:
      return donor ?? integer(random)
  }
}

/** Beyond 2^53, bencoding takes a bigint. */
function integer(random: Random): number | bigint {
  const number = pick(NUMBERS, random)
  return Number.isSafeInteger(number) ? number : BigInt(number)
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

function mutateJson(input: Uint8Array, { random, corpus }: Mutator): Uint8Array | null {
  const holder = [parseTree(input)]
  if (holder[0] === undefined) return null
  const donor = parseTree(pick(corpus, random))
  // Walk down to a random place.
  let place = holder as unknown as Record<string, Json>
  for (;;) {
    const keys = Object.keys(place)
    if (keys.length === 0) break
    const key = pick(keys, random)
    const child = place[key]!
    if (child !== null && typeof child === 'object' && random.below(3) > 0) {
      place = child as Record<string, Json>
      continue
    }
    if (random.below(4) > 0 || holder === (place as unknown)) place[key] = jsonValue(random, donor)
    else if (Array.isArray(place)) place.splice(Number(key), 1)
    else delete place[key]
    break
  }
  return utf8(JSON.stringify(holder[0]))
}

function parseTree(input: Uint8Array): Json | undefined {
  try {
    return JSON.parse(Buffer.from(input).toString('utf8')) as Json
  } catch {
    return undefined
  }
}

function jsonValue(random: Random, donor: Json | undefined): Json {
  switch (random.below(8)) {
    case 0:
      return pick(NUMBERS, random)
    case 1:
      return pick([...WORDS, ...BIG], random)
    case 2:
      return null
    case 3:
      return random.below(2) === 0
    case 4:
      return []
    case 5:
      return {}
    case 6:
      return 'x'.repeat(pick([20, 32, 300, 5000], random))
    default:
      return donor ?? 0.5
  }
}
