/**
 * Process started by `placed-browser.ts`: serves the chat app on loopback, where pages can use its
 * keys without TLS.
 */
import { join } from 'node:path'
import { DIST } from '../../apps/web/scripts/build-console.ts'
import { PageSite } from './page-site.ts'

const { url } = await PageSite.start(join(DIST, 'chat-app'))
process.stdout.write(`${url}\n`)
