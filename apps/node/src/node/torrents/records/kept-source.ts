/** Returns a link as it is stored and shown: without user name and password. */
export function keptSource(source: string): string {
  if (!/^[a-z]+:\/\//i.test(source)) return source
  try {
    const url = new URL(source)
    url.username = ''
    url.password = ''
    return url.href
  } catch {
    return source
  }
}
