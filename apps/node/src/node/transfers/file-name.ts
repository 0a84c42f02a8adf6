import { type NameRules, safeComponent } from '@shoal/torrent'

export const NAME_RULES: NameRules = process.platform === 'win32' ? 'windows' : 'posix'

/** A server's name for a file as one that is safe here: a single component, not hidden, of at most 255 bytes. */
export function safeFileName(name: string, rules: NameRules = NAME_RULES): string {
  // What a server sends must not pass for a settings file, or for our own records.
  const shown = safeComponent(name, rules).replace(/^\.+/, dots => '_'.repeat(dots.length))
  return shown.trim() === '' ? 'download' : shown
}

/** The name in the last component of a URL's path; `download` when there is none. */
export function nameOfUrl(url: URL): string {
  const last = url.pathname.split('/').findLast(part => part !== '') ?? ''
  return decodePercent(last) || 'download'
}

/** What is no valid percent-encoding stays as it is. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
