const MAX_LENGTH = 16_384
const MAX_LINKS = 100

/**
 * Finds the file's .torrent in a Link header (RFC 8288, RFC 6249 section 6): `<URL>;
 * rel=describedby; type="application/x-bittorrent"`. Returns its absolute URL, or null if there is
 * none, or if it came over plain HTTP though the file did not: its hashes would determine the
 * file's content.
 */
export function torrentLink(header: string | undefined, base: URL): URL | null {
  if (!header || header.length > MAX_LENGTH) return null
  for (const link of parts(header, ',').slice(0, MAX_LINKS)) {
    const [target = '', ...parameters] = parts(link, ';')
    if (!target.startsWith('<') || !target.endsWith('>')) continue
    const relations = parameterValue(parameters, 'rel').toLowerCase().split(/\s+/)
    const type = parameterValue(parameters, 'type').toLowerCase()
    if (!relations.includes('describedby') || type !== 'application/x-bittorrent') continue
    const text = target.slice(1, -1)
    if (!URL.canParse(text, base)) continue
    const url = new URL(text, base)
    if (url.protocol === 'https:' || (url.protocol === 'http:' && base.protocol === 'http:')) return url
  }
  return null
}

/** The value of the first parameter with this name; empty without one. */
function parameterValue(parameters: readonly string[], name: string): string {
  for (const parameter of parameters) {
    const at = parameter.indexOf('=')
    if (at < 0 || parameter.slice(0, at).trim().toLowerCase() !== name) continue
    const value = parameter.slice(at + 1).trim()
    return value.startsWith('"') ? value.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1') : value
  }
  return ''
}

/** Splits at a separator, except in quotes and in angle brackets. */
function parts(text: string, separator: string): string[] {
  const found: string[] = []
  let from = 0
  let closing = ''
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!
    if (closing === '"' && char === '\\') at++
    else if (closing !== '') closing = char === closing ? '' : closing
    else if (char === '"') closing = '"'
    else if (char === '<') closing = '>'
    else if (char === separator) {
      found.push(text.slice(from, at).trim())
      from = at + 1
    }
  }
  return [...found, text.slice(from).trim()]
}
