/** Removes private data from a bug report, which can become public: more than is hidden in logs. */
import { redact } from '@shoal/daemon/redact'

/** Redacts all texts. Members that are secrets by their schemas were hidden before. */
export function withoutSecrets<T>(value: T, home: string): T {
  return walk(value, home) as T
}

function walk(value: unknown, home: string): unknown {
  if (typeof value === 'string') return redactText(value, home)
  if (Array.isArray(value)) return value.map(each => walk(each, home))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, walk(each, home)]))
}

/**
 * URLs lose their passwords and their paths, which can contain passkeys; the home folder becomes
 * `~`, and all kinds of tokens are removed.
 */
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
