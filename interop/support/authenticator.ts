import type { Page } from 'playwright-core'

/**
 * Gives a page of Chromium a virtual authenticator, whose owner always agrees. `hasPrf`: whether
 * its passkeys support PRF.
 */
export async function addAuthenticator(page: Page, { hasPrf = false } = {}): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasPrf },
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  })
}
