/** Whether a text can be the URL of a tracker: with a scheme, which programs may add, and a host. A magnet link or a file name is none. */
export function isTrackerUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]/i.test(text) && URL.canParse(text)
}
