/** IP address literals to bytes and back, without `node:net`: the engine runs in browsers too. */

/**
 * Parses an IPv4 literal to 4 bytes or an IPv6 literal to 16. Returns null for anything else,
 * including brackets, zones, octal and short forms.
 */
export function parseIp(text: string): Uint8Array | null {
  // The longest literal is an IPv6 address with an IPv4 tail: 45 characters.
  if (text.length > 45) return null
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/**
 * Formats 4 or 16 bytes as dotted IPv4 or as IPv6 in RFC 5952 form. Throws RangeError for any other
 * length.
 */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`
  if (bytes.length !== 16) throw new RangeError(`An IP address has 4 or 16 bytes, not ${bytes.length}`)
  // RFC 5952 section 5: an embedded IPv4 address is written in dotted form.
  if (isMapped(bytes)) return `::ffff:${formatIp(bytes.subarray(12))}`
  return formatGroups(Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!))
}

/**
 * Returns the spelling of an address that the engine compares and stores: RFC 5952, with
 * `::ffff:1.2.3.4` (how a dual-stack socket shows an IPv4 peer) reduced to `1.2.3.4`. Returns null
 * if the text is not an IP literal.
 */
export function canonicalIp(text: string): string | null {
  const bytes = parseIp(text)
  return bytes && formatIp(unmapIp(bytes))
}

/**
 * Returns the 4 bytes inside an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2), and any other
 * address unchanged.
 */
export function unmapIp(bytes: Uint8Array): Uint8Array {
  return bytes.length === 16 && isMapped(bytes) ? bytes.subarray(12) : bytes
}

export function isIpv4(text: string): boolean {
  return parseIpv4(text) !== null
}

/** Returns true for an IPv6 literal without brackets or zone. */
export function isIpv6(text: string): boolean {
  return text.includes(':') && parseIp(text) !== null
}

/** Returns the family of an IP literal, which may have a zone. */
export function familyOf(host: string): 4 | 6 {
  return host.includes(':') ? 6 : 4
}

/** Formats `host:port`, with brackets around an IPv6 literal (RFC 3986 section 3.2.2). */
export function formatHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/**
 * Parses `host:port` or `[ipv6]:port`. Returns null for anything else. The host is a lower-case
 * name or a canonical IP literal; the port is 1 to 65535.
 */
export function parseHostPort(text: string): { host: string; port: number } | null {
  const match = /^(?:\[([0-9a-fA-F:.]{2,45})\]|([^\s:[\]/?#@]{1,253})):([0-9]{1,5})$/.exec(text)
  if (!match) return null
  const port = Number(match[3])
  if (port < 1 || port > 65535) return null
  if (match[1] === undefined) {
    const name = match[2]!.toLowerCase()
    // A name made of digits and dots must be a full IPv4 literal: resolvers disagree on what
    // `1.2.3` and `010.0.0.1` mean.
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
    // Some systems read a leading zero as octal, others do not.
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
  // RFC 4291 lets `::` replace one or more groups. (RFC 5952 section 4.2.2 asks writers not to
  // shorten a single one.)
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null
  const bytes = new Uint8Array(16)
  const groups = [...left, ...new Array<number>(missing).fill(0), ...right]
  groups.forEach((group, i) => {
    bytes[2 * i] = group >>> 8
    bytes[2 * i + 1] = group
  })
  return bytes
}

/**
 * Parses the groups on one side of `::`. The last part may be an IPv4 address if the whole address
 * ends there.
 */
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

/**
 * RFC 5952 section 4.2: the longest run of two or more zero groups becomes `::`, the first one if
 * several are equally long.
 */
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
