/**
 * Returns the URL of a tracker without the space around it, or null if the text cannot be one: a
 * scheme, which programs may add, and a host. Magnet links and file names are rejected. Missing and
 * reversed slashes are handled as by `URL`.
 */
export function trackerUrl(text: string): string | null {
  const url = text.trim()
  if (!URL.canParse(url)) return null
  // A form was submitted without a host: `URL` would take the path for it.
  const isHostMissing = /^[a-z][a-z0-9+.-]*:[/\\]{3}/i.test(url)
  return isHostMissing || new URL(url).hostname === '' ? null : url
}
