/** Conversion of IP address literals to big-endian words and back. Allocates nothing for IPv4. */
import { FAMILY, type Family } from '../store.ts'

/**
 * Writes an address into `words` and returns its family, or null if the text is not an address.
 * IPv4-mapped addresses become IPv4.
 */
export function readAddress(text: string, words: Int32Array): typeof FAMILY.ipv4 | typeof FAMILY.ipv6 | null {
  if (!text.includes(':')) return readIpv4(text, 0, words, 0) ? FAMILY.ipv4 : null
  if (!readIpv6(text, words)) return null
  if (words[0] !== 0 || words[1] !== 0 || words[2] !== 0xffff) return FAMILY.ipv6
  words[0] = words[3]!
  return FAMILY.ipv4
}

/** Formats the address at `at`. Follows RFC 5952 except for the choice of the run of zeros. */
export function addressText(family: Family, words: Int32Array, at = 0): string {
  if (family === FAMILY.ipv6) {
    const groups = Array.from(
      { length: 8 },
      (_, group) => (words[at + (group >> 1)]! >>> (group % 2 ? 0 : 16)) & 0xffff,
    )
    return groups
      .map(group => group.toString(16))
      .join(':')
      .replace(/(^|:)0(?::0)+(:|$)/, '::')
  }
  const address = words[at]!
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
}

function readIpv4(text: string, from: number, words: Int32Array, at: number): boolean {
  let address = 0
  let part = -1
  let dots = 0
  for (let i = from; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 46
    if (code === 46) {
      if (part < 0) return false
      address = (address << 8) | part
      part = -1
      dots++
    } else if (code < 48 || code > 57 || part === 0) return false
    else {
      part = (part < 0 ? 0 : part * 10) + code - 48
      if (part > 255) return false
    }
  }
  words[at] = address
  return dots === 4
}

function readIpv6(text: string, words: Int32Array): boolean {
  const bare = text.replace(/%[\w.-]{1,32}$/, '')
  if (bare.length > 45) return false
  const halves = bare.split('::')
  if (halves.length > 2) return false
  const left = readGroups(halves[0]!, halves.length === 1)
  const right = halves.length === 2 ? readGroups(halves[1]!, true) : []
  if (!left || !right) return false
  const missing = 8 - left.length - right.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return false
  const groups = [...left, ...new Array<number>(missing).fill(0), ...right]
  for (let word = 0; word < 4; word++) words[word] = (groups[2 * word]! << 16) | groups[2 * word + 1]!
  return true
}

function readGroups(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  const tail = new Int32Array(1)
  for (const [at, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16))
    else if (mayEndInIpv4 && at === parts.length - 1 && readIpv4(part, 0, tail, 0))
      groups.push(tail[0]! >>> 16, tail[0]! & 0xffff)
    else return null
  }
  return groups
}
