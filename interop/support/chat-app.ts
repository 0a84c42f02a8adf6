/** The chat app in a page of Chromium. */
import type { Page } from 'playwright-core'

/** Creates a person in the app, and joins the hub. Returns the 24 words. */
export async function setUp(page: Page, name: string): Promise<string> {
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('Hub: Harbour').waitFor()
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Create a key' }).click()
  const words = page.locator('ol').first().locator('li')
  await words.first().waitFor()
  const label = await page.locator('label', { hasText: 'Word number' }).innerText()
  await page.getByLabel('Word number').fill(await words.nth(Number(/\d+/.exec(label)) - 1).innerText())
  const all = (await words.allInnerTexts()).join(' ')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'Chat', level: 1 }).waitFor({ state: 'attached' })
  return all
}

export async function didOf(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'This device', exact: true }).click()
  const did = await page
    .getByRole('dialog')
    .getByText(/^did:key:/)
    .innerText()
  await page.keyboard.press('Escape')
  return did
}

export async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
}

/** In a page: records all peer connections, for `connections` and `descriptions`. */
export function watchPeers(): void {
  const peers: RTCPeerConnection[] = []
  Object.assign(globalThis, {
    peers,
    RTCPeerConnection: class extends RTCPeerConnection {
      constructor(config?: RTCConfiguration) {
        super(config)
        peers.push(this)
      }
    },
  })
}

/** In a page: returns the number of open peer connections. */
export function connections(): number {
  const { peers } = globalThis as unknown as { peers: readonly RTCPeerConnection[] }
  return peers.filter(({ connectionState }) => connectionState === 'connected').length
}

/** In a page: returns the local and remote descriptions of its open peer connections. */
export function descriptions(): readonly string[] {
  const { peers } = globalThis as unknown as { peers: readonly RTCPeerConnection[] }
  const open = peers.filter(({ connectionState }) => connectionState === 'connected')
  return open.flatMap(each => [each.localDescription!.sdp, each.remoteDescription!.sdp])
}
