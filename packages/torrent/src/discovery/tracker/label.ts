/** Names of trackers for logs and screens. The announce URL of a private tracker is a password: it must not get there. */

const HIDDEN = '…'
const ANNOUNCE = /^(?:announce|scrape)(?:\.php)?$/i
/** What trackers that have no keys write beside `announce`. */
const ORDINARY =
  /^(?:(?:announce|scrape|index)(?:\.php)?|[a-z]{0,3}\d?|(?:bt|torrent|open|my)?-?trackers?(?:[-_.]?\d{1,2})?|torrents?|public)$/i

/**
 * An announce URL without user name, query values and path parts that look like keys. Anything that is no URL at all becomes
 * `(not a URL)`.
 */
export function trackerLabel(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (!parsed) return '(not a URL)'
  const path = parsed.pathname.split('/').map((part, at, all) => (isKey(part, at, all) ? HIDDEN : part))
  // A name without a value is one.
  const query = [...parsed.searchParams].map(
    ([name, value]) => `${value === '' || isSecret(name) ? HIDDEN : name}=${HIDDEN}`,
  )
  const shownPath = path.join('/') === '/' ? '' : path.join('/')
  return `${parsed.protocol}//${parsed.host}${shownPath}${query.length > 0 ? `?${query.join('&')}` : ''}`
}

/** A tracker's message with every secret of its URL taken out: some trackers repeat the key that they refuse. */
export function withoutSecrets(text: string, url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (!parsed) return text
  const secrets = [
    ...parsed.pathname.split('/').filter(isKey),
    ...[...parsed.searchParams].map(([name, value]) => value || name),
    parsed.username,
    parsed.password,
  ]
  // Longest first, so that a secret that contains another goes whole. Short ones are words, and would garble the text.
  const known = secrets.filter(secret => secret.length >= 6).sort((a, b) => b.length - a.length)
  return known.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text)
}

/** The part of a path that says who announces. Hubs have keys of eight letters, which look like words: what is beside `announce` is taken for one. */
function isKey(part: string, at: number, all: readonly string[]): boolean {
  if (isSecret(part)) return true
  const isBeside = ANNOUNCE.test(all[at - 1] ?? '') || ANNOUNCE.test(all[at + 1] ?? '')
  return isBeside && !ORDINARY.test(part)
}

/** `announce`, `announce.php` and `tracker-2` are names; what is long, or mixes digits in, is a key. */
function isSecret(part: string): boolean {
  if (part.length >= 20) return true
  return part.length >= 8 && /\d/.test(part) && !/^[a-z]+[-_.]?\d?(\.[a-z]+)?$/.test(part)
}
