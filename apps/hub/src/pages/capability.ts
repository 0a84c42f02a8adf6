import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { contract } from '@shoal/api/contract'
import { PAGE_HEADERS, servePage } from '@shoal/daemon/http'
import { capability } from '../kernel/capability.ts'

/** The built web page of the hub: see apps/web. */
const PAGE = fileURLToPath(new URL('../../../web/hub/dist', import.meta.url))
const ICON = fileURLToPath(new URL('../../../web/public/icon.svg', import.meta.url))
/** Paths that do not belong to pages, including everything below them. */
const NOT_PAGES =
  /^\/(?:api|announce|scrape|atom|torznab|reach|metrics|health|ready|assets|rooms|share|chat-app|\.well-known)(?:\/|$)/
const FILES = { root: PAGE, notPages: NOT_PAGES, headers: PAGE_HEADERS }

/** The web page of the hub, if it was built, and the icon of all pages. A tracker has no page. */
export const pages = capability({
  contract: contract({ name: 'pages' }),
  start({ given, running }) {
    const hasPage = !given.onlyTracker && existsSync(PAGE)
    return {
      routes(scope) {
        // Browsers request it if a page does not name another icon.
        scope.get('/favicon.ico', { config: { anyHost: true } }, async (_request, reply) => {
          const icon = await readFile(ICON).catch(() => null)
          if (icon === null) return reply.callNotFound()
          return reply
            .headers({ ...PAGE_HEADERS, 'Cache-Control': 'max-age=86400' })
            .type('image/svg+xml')
            .send(icon)
        })
      },
      answerElse: async (request, reply) => hasPage && servePage(FILES, request, reply),
      overview: () => ({ page: hasPage ? `${running().origins[0]}/` : null }),
      close() {},
    }
  },
})
