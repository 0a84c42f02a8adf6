/**
 * Builds the console, the page that share links open, and the chat app, where their sources have
 * changed: before `npm start`, and before tests in a browser.
 */
import { join } from 'node:path'
import { buildPages, WEB } from './build-pages.ts'

/** The folder that a node serves. */
export const DIST = join(WEB, 'dist')

/**
 * True when it is there and as new as its sources. Prints what went wrong otherwise; the build
 * before then stays.
 */
export function buildConsole(): boolean {
  return buildPages({
    name: 'the console',
    dist: DIST,
    sources: [
      'apps/web/index.html',
      'apps/web/chat',
      'apps/web/share',
      'apps/web/vite.config.ts',
      'packages/chat/src',
      'packages/hub-api/src',
      'package.json',
    ],
    parts: [
      [WEB, ''],
      [join(WEB, 'share'), 'share'],
      [join(WEB, 'chat'), 'chat-app'],
    ],
  })
}

if (import.meta.main && !buildConsole()) process.exitCode = 1
