/** Removes secrets from log entries, where URLs and errors may contain them. */
const HIDDEN = '[redacted]'
const NAMES =
  'key|token|auth|passkey|pass|password|passphrase|secret|authkey|torrent_pass|apikey|api_key|sid|session'
/** Also `access_token`, `session_id` and the like. */
const IN_QUERY = new RegExp(`([?&#][\\w.-]{0,40}?(?:${NAMES})(?:[_-]?id)?=)[^&\\s"'<>]+`, 'gi')
const IN_HEADER = /\b(authorization|proxy-authorization|cookie|set-cookie)(["']?\s*[:=]\s*["']?)[^\r\n"']+/gi
const SCHEME = /\b(Bearer|Basic)\s+[\w+/.~-]{8,}=*/g
const USER_INFO = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>]+@/gi
/**
 * `turn:user:secret@host` has no `//`. Matches more than the settings accept, because refused
 * values are logged too.
 */
const TURN_USER = /(\bturns?:)\S{1,1000}@/gi
/**
 * A tracker's passkey is part of the path: 8 to 64 letters and digits before `/announce`, or fewer
 * for some; `%6b` counts as one, too.
 */
const PASSKEY = /(\/)(?!(?:trackers?|torrents?|public)\/)[\w%-]{5,}(?=\/(?:announce|scrape)\b)/g
const PASSKEY_AFTER = /(\/(?:announce|scrape)(?:\.php)?[/?])[\w%-]{5,}(?![\w%=-])/g
/** URLs in a magnet link are percent-encoded: `tr=http%3A%2F%2F…`. */
const IN_MAGNET = /([?&](?:tr|ws|as|xs)(?:\.\d+)?=)([^&\s"'<>]+)/gi
/** The fragment of a share link may contain the key of a sealed share. */
const SHARE = /#s\d+[A-Za-z0-9_-]{8,}/g
const SESSION = /(shoal_(?:session_\d+|hub_session)=)[\w.-]+/g

export function redact(text: string): string {
  return redactPlain(text.replace(IN_MAGNET, (_, name: string, value: string) => name + redactValue(value)))
}

function redactValue(value: string): string {
  try {
    const address = decodeURIComponent(value)
    const shown = redactPlain(address)
    return shown === address
      ? value
      : encodeURIComponent(shown).replaceAll(encodeURIComponent(HIDDEN), HIDDEN)
  } catch {
    // A URL with invalid escapes is unusable anyway.
    return HIDDEN
  }
}

function redactPlain(text: string): string {
  return text
    .replace(IN_HEADER, `$1$2${HIDDEN}`)
    .replace(SCHEME, `$1 ${HIDDEN}`)
    .replace(SHARE, `#${HIDDEN}`)
    .replace(SESSION, `$1${HIDDEN}`)
    .replace(USER_INFO, `$1${HIDDEN}@`)
    .replace(TURN_USER, `$1${HIDDEN}@`)
    .replace(IN_QUERY, `$1${HIDDEN}`)
    .replace(PASSKEY, `$1${HIDDEN}`)
    .replace(PASSKEY_AFTER, `$1${HIDDEN}`)
}
