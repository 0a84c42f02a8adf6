/**
 * Builds the web page of a hub, and the page that share links open, where their sources have
 * changed: before `npm run hub`, and before tests in a browser.
 */
import { join } from 'node:path'
import { buildPages, WEB } from './build-pages.ts'

/** The folder that a hub serves. */
export const HUB_DIST = join(WEB, 'hub', 'dist')

/**
 * True when it is there and as new as its sources. Prints what went wrong otherwise; the build
 * before then stays.
 */
export function buildHubPage(): boolean {
  return buildPages({
    name: 'the web page of the hub',
    dist: HUB_DIST,
    sources: [
      'apps/web/hub/index.html',
      'apps/web/share',
      'apps/web/hub/public',
      'apps/web/hub/vite.config.ts',
      'packages/hub-api/src',
    ],
    parts: [
      [join(WEB, 'hub'), ''],
      [join(WEB, 'share'), 'share'],
    ],
  })
}

if (import.meta.main && !buildHubPage()) process.exitCode = 1
