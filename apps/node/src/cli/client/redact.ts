/** Removes private data from a bug report, which strangers may read: more than a log hides. */
import { redact } from '@shoal/daemon/redact'

/** Redacts all texts. Those that are secrets as a whole were hidden before, by their schemas. */
export function withoutSecrets<T>(value: T, home: string): T {
  return walk(value, home) as T
}

function walk(value: unknown, home: string): unknown {
  if (typeof value === 'string') return redactText(value, home)
  if (Array.isArray(value)) return value.map(each => walk(each, home))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, walk(each, home)]))
}

/** URLs lose their paths, where passkeys are, and their passwords; the home folder becomes `~`, and tokens of any kind go. */
export function redactText(text: string, home: string): string {
  const short = home.length > 1 ? text.replaceAll(home, '~') : text
  return redact(short)
    .replace(
      /\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@"']*@)?([^\s/?#"']+)([/?#][^\s"']*)?/gi,
      (_, scheme, host, rest) =>
        rest && rest !== '/' ? `${scheme}${host}/…` : `${scheme}${host}${rest ?? ''}`,
    )
    .replace(/\b(?:web\+)?magnet:\?[^\s"']*/gi, 'magnet:?…')
    .replace(
      /((?:\b|[_-])(?:token|passkey|password|passphrase|authorization|key|auth|secret|session|sid)(?:[_-]?id)?["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s,;"'&]+)/gi,
      '$1…',
    )
}
