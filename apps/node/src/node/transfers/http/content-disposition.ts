import { decodePercent } from '../file-name.ts'

const MAX_LENGTH = 4096

/**
 * Returns the file name in a Content-Disposition header as it is (unsafe), or null if there is none. RFC 6266: `filename*` (RFC 8187)
 * has priority over `filename`.
 */
export function dispositionName(header: string | undefined): string | null {
  if (!header || header.length > MAX_LENGTH) return null
  const parameters = readParameters(header)
  const extended = decodeExtended(parameters.get('filename*'))
  return extended ?? plainName(parameters.get('filename'))
}

/** Names in lower case; of equal ones the first. */
function readParameters(header: string): Map<string, string> {
  const parameters = new Map<string, string>()
  const pattern = /;\s*([!#$%&'*+.^_`|~0-9a-z-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)/gi
  for (const [, name = '', value = ''] of header.matchAll(pattern)) {
    const key = name.toLowerCase()
    if (!parameters.has(key)) parameters.set(key, unquote(value.trim()))
  }
  return parameters
}

function unquote(value: string): string {
  return value.startsWith('"') && value.endsWith('"') && value.length > 1
    ? value.slice(1, -1).replace(/\\(.)/g, '$1')
    : value
}

/** RFC 8187: `UTF-8'en'na%C3%AFve.txt`. */
function decodeExtended(value: string | undefined): string | null {
  const [, charset = '', encoded = ''] = /^([^']*)'[^']*'(.*)$/s.exec(value ?? '') ?? []
  const bytes = percentBytes(encoded)
  if (bytes === null || bytes.length === 0) return null
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

function percentBytes(text: string): Uint8Array | null {
  if (/%(?![0-9a-f]{2})/i.test(text)) return null
  return Buffer.from(
    text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  )
}

/** Node reads headers as Latin-1; many servers send UTF-8, some percent-encoding. */
function plainName(value: string | undefined): string | null {
  if (!value) return null
  const bytes = Buffer.from(value, 'latin1')
  const text = bytes.toString('utf8')
  return decodePercent(text.includes('\ufffd') ? value : text)
}
