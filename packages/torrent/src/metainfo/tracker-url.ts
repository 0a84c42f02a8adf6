/**
 * Returns the URL of a tracker without the space around it, or null if the text cannot be one: a scheme, which programs may add, and a host. A
 * magnet link or a file name is none. Slashes that are missing or the wrong way round are read as `URL` reads them.
 */
export function trackerUrl(text: string): string | null {
  const url = text.trim()
  if (!URL.canParse(url)) return null
  // A form was filled in without a host: `URL` would take the path for it.
  const isHostMissing = /^[a-z][a-z0-9+.-]*:[/\\]{3}/i.test(url)
  return isHostMissing || new URL(url).hostname === '' ? null : url
}
