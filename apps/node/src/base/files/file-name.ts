import { type NameRules, safeComponent } from '@shoal/torrent'

const NAME_RULES: NameRules = process.platform === 'win32' ? 'windows' : 'posix'

/** Makes a server's name for a file safe: a single component, not hidden, of at most 255 bytes. */
export function safeFileName(name: string, rules: NameRules = NAME_RULES): string {
  // A server must not be able to create a settings file, or one of our records.
  const shown = safeComponent(name, rules).replace(/^\.+/, dots => '_'.repeat(dots.length))
  return shown.trim() === '' ? 'download' : shown
}

/** Returns the name in the last component of a URL's path; `download` if there is none. */
export function nameOfUrl(url: URL): string {
  const last = url.pathname.split('/').findLast(part => part !== '') ?? ''
  return decodePercent(last) || 'download'
}

/** Keeps invalid percent-encoding. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
