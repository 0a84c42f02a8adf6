/**
 * Takes the screenshots of the documentation:
 * `SHOAL_SCREENSHOTS=1 npx vitest run --project interop interop/console/screenshots.long.test.ts`.
 */
import { stat } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { IMAGES, screenshot } from '../support/browser.ts'
import { openConsole, skipped, useConsole } from './setup.ts'

const withNode = useConsole()

const MAX_BYTES = 200_000
/** Rates and graphs appear within a few seconds. */
const GRAPHS_MS = 6000
const LINK = `magnet:?xt=urn:btih:${'5a'.repeat(20)}&dn=Elephants+Dream+(2006)`

interface Screenshot {
  readonly path: string
  readonly size?: 'phone'
  prepare?(page: Page): Promise<void>
}

const SCREENSHOTS: Readonly<Record<string, Screenshot>> = {
  list: { path: '/?mock' },
  phone: { path: '/?mock', size: 'phone' },
  dashboard: { path: '/dashboard?mock' },
  settings: { path: '/settings?mock' },
  welcome: { path: '/welcome?mock=fresh' },
  torrent: {
    path: '/?mock',
    async prepare(page) {
      await page.locator('[data-row] a', { hasText: 'Sintel' }).click()
      await page
        .getByText(/of [\d,]+ pieces downloaded/)
        .first()
        .waitFor()
    },
  },
  chat: {
    path: '/chat?mock',
    async prepare(page) {
      await page.getByRole('button', { name: 'Harbour walkers' }).click()
      await page.getByText('can you bring the camera').waitFor()
    },
  },
  add: {
    path: '/?mock',
    async prepare(page) {
      await page.getByRole('button', { name: 'Add', exact: true }).click()
      await page.getByLabel('Link', { exact: true }).fill(LINK)
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('button', { name: /^Download \d/ }).waitFor()
    },
  },
}

describe.skipIf(skipped ?? !process.env.SHOAL_SCREENSHOTS)('screenshots of the console', () => {
  for (const [name, { path, size = 'laptop', prepare }] of Object.entries(SCREENSHOTS))
    for (const colorScheme of ['light', 'dark'] as const)
      test(`${name}, ${colorScheme}`, async () => {
        await withNode(async scene => {
          const { page, problems } = await openConsole(scene, path, { colorScheme, size })
          await page.locator('h1').first().waitFor({ state: 'attached' })
          await prepare?.(page)
          await page.waitForTimeout(GRAPHS_MS)
          await screenshot(page, `console-${name}-${colorScheme}`)
          expect((await stat(`${IMAGES}console-${name}-${colorScheme}.png`)).size).toBeLessThan(MAX_BYTES)
          expect(problems).toEqual([])
        })
      })
})
