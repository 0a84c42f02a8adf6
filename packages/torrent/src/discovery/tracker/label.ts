/**
 * Tracker names for logs and screens. The announce URL of a private tracker contains a password,
 * which must not appear there.
 */

const HIDDEN = '…'
const ANNOUNCE = /^(?:announce|scrape)(?:\.php)?$/i
/** Path parts next to `announce` that are not keys. */
const ORDINARY =
  /^(?:(?:announce|scrape|index)(?:\.php)?|[a-z]{0,3}\d?|(?:bt|torrent|open|my)?-?trackers?(?:[-_.]?\d{1,2})?|torrents?|public)$/i

/**
 * Returns an announce URL without user name, query values and path parts that look like keys, or
 * `(not a URL)` if it cannot be parsed.
 */
export function trackerLabel(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (!parsed) return '(not a URL)'
  const path = parsed.pathname.split('/').map((part, at, all) => (isKey(part, at, all) ? HIDDEN : part))
  // A name without a value may itself be a key.
  const query = [...parsed.searchParams].map(
    ([name, value]) => `${value === '' || isSecret(name) ? HIDDEN : name}=${HIDDEN}`,
  )
  const shownPath = path.join('/') === '/' ? '' : path.join('/')
  return `${parsed.protocol}//${parsed.host}${shownPath}${query.length > 0 ? `?${query.join('&')}` : ''}`
}

/**
 * Removes every secret of a tracker's URL from its message: some trackers repeat a key that they
 * reject.
 */
export function withoutSecrets(text: string, url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (!parsed) return text
  const secrets = [
    ...parsed.pathname.split('/').filter(isKey),
    ...[...parsed.searchParams].map(([name, value]) => value || name),
    parsed.username,
    parsed.password,
  ]
  // Longest first, so that a secret that contains another is removed completely. Short ones are
  // words, and would garble the text.
  const known = secrets.filter(secret => secret.length >= 6).sort((a, b) => b.length - a.length)
  return known.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text)
}

/**
 * Returns true for a path part that identifies the user. A hub's keys of eight letters look like
 * words, so a part next to `announce` counts too.
 */
function isKey(part: string, at: number, all: readonly string[]): boolean {
  if (isSecret(part)) return true
  const isAdjacent = ANNOUNCE.test(all[at - 1] ?? '') || ANNOUNCE.test(all[at + 1] ?? '')
  return isAdjacent && !ORDINARY.test(part)
}

/**
 * `announce`, `announce.php` and `tracker-2` are names; a part that is long or contains other
 * digits is a key.
 */
function isSecret(part: string): boolean {
  if (part.length >= 20) return true
  return part.length >= 8 && /\d/.test(part) && !/^[a-z]+[-_.]?\d?(\.[a-z]+)?$/.test(part)
}
