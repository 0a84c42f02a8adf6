/** IP address literals <-> bytes, without the platform's help: the engine runs in browsers too. */

/** Bytes of an IPv4 (4) or IPv6 (16) literal, or null when it is neither. No brackets, zones, octal or short forms. */
export function parseIp(text: string): Uint8Array | null {
  // The longest literal is an IPv6 address with an IPv4 tail: 45 characters.
  if (text.length > 45) return null
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/** Canonical text of 4 or 16 bytes: dotted, or lower-case IPv6 as RFC 5952 has it. Throws RangeError on other lengths. */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`
  if (bytes.length !== 16) throw new RangeError(`An IP address has 4 or 16 bytes, not ${bytes.length}`)
  // RFC 5952, 5: addresses that embed an IPv4 address are written with it.
  if (isMapped(bytes)) return `::ffff:${formatIp(bytes.subarray(12))}`
  return formatGroups(Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!))
}

/**
 * The one spelling of an address that the engine compares and stores: RFC 5952, and an IPv4 address that a dual-stack socket shows
 * as `::ffff:1.2.3.4` is that IPv4 address. Null when the text is no IP literal.
 */
export function canonicalIp(text: string): string | null {
  const bytes = parseIp(text)
  return bytes && formatIp(unmapIp(bytes))
}

/** The 4 bytes inside an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2); any other address as it is. */
export function unmapIp(bytes: Uint8Array): Uint8Array {
  return bytes.length === 16 && isMapped(bytes) ? bytes.subarray(12) : bytes
}

/** Whether the text is an IPv4 literal. */
export function isIpv4(text: string): boolean {
  return parseIpv4(text) !== null
}

/** Whether the text is an IPv6 literal (without brackets or zone). */
export function isIpv6(text: string): boolean {
  return text.includes(':') && parseIp(text) !== null
}

/** `host:port`, with brackets around an IPv6 literal (RFC 3986, 3.2.2). */
export function formatHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * Host and port of `host:port` or `[ipv6]:port`, or null when it is neither. The host is a name in lower case or a canonical IP literal;
 * the port is 1 to 65535.
 */
export function parseHostPort(text: string): { host: string; port: number } | null {
  const match = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([^\s:[\]/?#@]{1,253})):([0-9]{1,5})$/.exec(text)
  if (!match) return null
  const port = Number(match[3])
  if (port < 1 || port > 65535) return null
  if (match[1] === undefined) {
    const name = match[2]!.toLowerCase()
    // What looks like a dotted IPv4 address must be one, else resolvers read `1.2.3` or `010.0.0.1` in ways of their own.
    if (/^[0-9.]+$/.test(name) && !isIpv4(name)) return null
    return { host: name, port }
  }
  const host = isIpv6(match[1]) ? canonicalIp(match[1]) : null
  return host === null ? null : { host, port }
}

function parseIpv4(text: string): Uint8Array | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!match) return null
  const bytes = new Uint8Array(4)
  for (let i = 0; i < 4; i++) {
    const part = match[i + 1]!
    // A leading zero means octal to some systems and not to others.
    if ((part.length > 1 && part.startsWith('0')) || Number(part) > 255) return null
    bytes[i] = Number(part)
  }
  return bytes
}

function parseIpv6(text: string): Uint8Array | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const left = parseGroups(halves[0]!, halves.length === 1)
  const right = halves.length === 2 ? parseGroups(halves[1]!, true) : []
  if (!left || !right) return null
  const missing = 8 - left.length - right.length
  // RFC 5952, 4.2.2 asks writers not to shorten one group; RFC 4291 lets `::` stand for one or more.
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null
  const bytes = new Uint8Array(16)
  const groups = [...left, ...new Array<number>(missing).fill(0), ...right]
  groups.forEach((group, i) => {
    bytes[2 * i] = group >>> 8
    bytes[2 * i + 1] = group
  })
  return bytes
}

/** Groups of one side of `::`; the last part may be an IPv4 address where the address ends. */
function parseGroups(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16))
      continue
    }
    const tail = mayEndInIpv4 && i === parts.length - 1 ? parseIpv4(part) : null
    if (!tail) return null
    groups.push((tail[0]! << 8) | tail[1]!, (tail[2]! << 8) | tail[3]!)
  }
  return groups
}

/** RFC 5952, 4.2: the longest run of two or more zero groups, the first of equals, becomes `::`. */
function formatGroups(groups: number[]): string {
  let start = -1
  let length = 1
  for (let i = 0; i < 8; i++) {
    let end = i
    while (end < 8 && groups[end] === 0) end++
    if (end - i > length) {
      start = i
      length = end - i
    }
    if (end > i) i = end
  }
  const text = (part: number[]) => part.map(group => group.toString(16)).join(':')
  return start < 0 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`
}

function isMapped(bytes: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return false
  return bytes[10] === 0xff && bytes[11] === 0xff
}
