/**
 * Passkeys of a hub in Chromium, with its virtual authenticator: with and without the extension
 * PRF.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { joined, openTestHub, type TestHub } from '../apps/hub/src/testing/test-hub.ts'
import type {} from '../apps/web/e2e/testing/in-page/passkeys.ts'
import { type BuiltPages, buildPages, launchChromium } from '../apps/web/e2e/testing/pages.ts'
import { writeDeviceText } from '../packages/identity/src/devices/devices.ts'
import { signLoginToken } from '../packages/identity/src/login/login-token.ts'
import { addAuthenticator } from './support/authenticator.ts'
import { missing } from './support/tools.ts'

describe.skipIf(missing('chromium'))('passkeys of a hub in Chromium', () => {
  let hub: TestHub
  let pages: BuiltPages
  let browser: Awaited<ReturnType<typeof launchChromium>>
  beforeAll(async () => {
    ;[hub, pages, browser] = await Promise.all([
      openTestHub({ registration: 'open' }),
      buildPages('passkeys'),
      launchChromium(),
    ])
  })
  afterAll(async () => {
    await browser[Symbol.asyncDispose]()
    await pages[Symbol.asyncDispose]()
    await hub[Symbol.asyncDispose]()
  })

  test.each([true, false])('a member logs in with one (PRF: %s)', async hasPrf => {
    const { person, device, did } = await joined(hub.urls[0]!)
    const audience = `http://localhost:${hub.hubs[0]!.port}`
    const page = await browser.newPage()
    try {
      await addAuthenticator(page, { hasPrf })
      const devtools = await page.context().newCDPSession(page)
      // Any response of the hub is a page of its origin. Its policy forbids scripts, so this one is
      // injected through the debugger.
      await devtools.send('Page.setBypassCSP', { enabled: true })
      await page.goto(`${audience}/health`)
      await page.evaluate(readFileSync(join(pages.folder, 'passkeys.js'), 'utf8'))
      const { nonce } = await hub.everyone.createChallenge({})
      const token = signLoginToken(
        { person: person.did, audience, nonce },
        device.login,
        Math.floor(Date.now() / 1000),
      )
      const login = { nonce, audience, token, device: writeDeviceText(device.device) }
      const key = [...randomBytes(32)]
      expect(await page.evaluate(() => passkeyPage.hasPasskeys())).toBe(true)
      const keeps = await page.evaluate(([given, secret]) => passkeyPage.add(given, secret), [
        login,
        key,
      ] as const)
      expect(keeps).toBe(hasPrf)
      expect(await page.evaluate(() => passkeyPage.login())).toEqual({ did, key: hasPrf ? key : null })
    } finally {
      await page.close()
    }
  })
})
