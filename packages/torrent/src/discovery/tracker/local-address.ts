export { isLocalAddress } from '../../base/local-address.ts'

/** What trackers in the local network may be asked for: paths that only trackers have. */
export function isTrackerPath(pathname: string): boolean {
  return /\/(announce|scrape)[^/]*(\/|$)/.test(pathname)
}
