/**
 * The web page of a hub with a real hub: Chromium with a virtual authenticator, Chromium at several
 * processes behind HAProxy, and Firefox.
 */
import { readFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { findings } from '../apps/web/e2e/testing/axe.ts'
import { dialogOf } from '../apps/web/e2e/testing/dialog.ts'
import { readDeviceText } from '../packages/identity/src/devices/devices.ts'
import { fromSeedWords } from '../packages/identity/src/seed-words.ts'
import { encode } from '../packages/torrent/src/bencode/bencode.ts'
import { addAuthenticator } from './support/authenticator.ts'
import { screenshot } from './support/browser.ts'
import { randomFile, tempDir } from './support/files.ts'
import { click, launchFirefox, shows } from './support/firefox.ts'
import { HaProxy } from './support/haproxy.ts'
import { HubProcess } from './support/hub.ts'
import { useBrowser } from './support/page-tests.ts'
import { freePort } from './support/ports.ts'
import { PostgresServer } from './support/postgres.ts'
import { RedisServer } from './support/redis.ts'
import { choose, getLink } from './support/share-form.ts'
import { storedDevice } from './support/stored-device.ts'
import { missing } from './support/tools.ts'

const SERVERS = ['postgres', 'initdb', 'setpriv', 'redis-server', 'haproxy', 'openssl'] as const
const MAGNET = 'magnet:?xt=urn:btih:dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c&dn=Harbour%20at%20dawn'
const DESCRIPTION = '## One long shot\n\n**Free** to share.\n\n<script>document.title = "taken over"</script>'

/**
 * Starts a hub with a host name, since passkeys do not work with IP addresses. Returns the link for
 * its owner.
 */
async function startHub(
  folder: string,
): Promise<AsyncDisposable & { readonly owner: string; readonly url: string }> {
  const hub = await HubProcess.start(['--data', folder, '--no-udp'])
  const link = await until('the owner is invited', () => hub.ownerLink ?? undefined)
  const owner = link.replace('127.0.0.1', 'localhost')
  return { owner, url: new URL(owner).origin, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() }
}

/**
 * Creates a key and joins like a person who opened an invitation link. Returns the 24 words of the
 * key.
 */
async function join(page: Page, name: string): Promise<string> {
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Make my key' }).click()
  const words = page.locator('ol').first().locator('li')
  await words.first().waitFor()
  const label = await page.locator('label', { hasText: 'of the first list' }).innerText()
  const word = await words.nth(Number(/\d+/.exec(label)) - 1).innerText()
  await page.getByLabel('of the first list').fill(word)
  const all = (await words.allInnerTexts()).join(' ')
  await page.getByRole('button', { name: 'Join' }).click()
  await page.getByRole('heading', { name: 'Shares', level: 1 }).waitFor()
  return all
}

async function addPasskey(page: Page, name: string, words: string): Promise<void> {
  await open(page, 'Account')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a passkey' })
  await dialog.getByLabel('Name of the passkey').fill(name)
  await dialog.getByLabel('The 24 words of your key').fill(words)
  await dialog.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByRole('button', { name: `Remove ${name}` }).waitFor()
}

/** Opens the login page in a browser that was a device before. */
async function forgetKey(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Log out', exact: true }).click()
  await open(page, 'Log in')
  await page.getByRole('button', { name: 'Forget my key in this browser' }).click()
  await page.getByText('This browser has forgotten the key').waitFor()
}

async function open(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name, exact: true }).first().click()
}

async function invite(page: Page): Promise<string> {
  await open(page, 'Invitations')
  await page.getByRole('button', { name: 'Invite somebody' }).click()
  return page.getByText('/join#invitation=').innerText()
}

describe.skipIf(missing('chromium-headless-shell'))('the page of a hub with a real hub', () => {
  const browser = useBrowser()

  test('an owner publishes, a member with a passkey comments and reports, and the owner hides it', async () => {
    await using dir = await tempDir('hub')
    await using hub = await startHub(dir.path)
    const { page: owner, problems } = await browser.open(hub.owner)
    await owner.getByText('You are invited as an admin.').waitFor()
    const ownerWords = await join(owner, 'Olga')
    await open(owner, 'Publish')
    await owner.getByLabel('Link', { exact: true }).fill(MAGNET)
    expect(await owner.getByLabel('Title').inputValue()).toBe('Harbour at dawn')
    await owner.getByLabel('Tags').fill('sea, film')
    await owner.getByRole('textbox', { name: 'Description' }).fill(DESCRIPTION)
    await owner.getByRole('button', { name: 'Publish' }).click()
    await owner.getByRole('heading', { name: 'Harbour at dawn', level: 1 }).waitFor()
    await owner.getByRole('heading', { name: 'One long shot' }).waitFor()
    expect(await owner.title()).not.toContain('taken over')
    await screenshot(owner, 'hub-listing')
    const invitation = await invite(owner)

    const { page: member, problems: others } = await browser.open(invitation)
    await addAuthenticator(member)
    const memberWords = await join(member, 'Miro')
    await addPasskey(member, 'Phone', memberWords)
    // Its authenticator does not support PRF.
    await member.getByText('This passkey cannot open your key').first().waitFor()
    await member.getByRole('button', { name: 'Log out', exact: true }).click()
    await open(member, 'Log in')
    await member.getByRole('button', { name: 'Log in with a passkey' }).click()
    await member.getByRole('searchbox').fill('harb')
    await open(member, 'Harbour at dawn')
    await member.getByLabel('Your comment').fill('Where is *this*?')
    await member.getByRole('button', { name: 'Comment', exact: true }).click()
    await member.getByRole('listitem').filter({ hasText: 'Where is this?' }).waitFor()
    await member.getByRole('button', { name: 'Report', exact: true }).click()
    await member.getByLabel('What is wrong with it?').fill('Not a harbour')
    await dialogOf(member).getByRole('button', { name: 'Report' }).click()
    await member.getByText('Reported').waitFor()

    await open(member, 'Publish')
    await member.getByLabel('Link', { exact: true }).fill(MAGNET.replace('Harbour', 'Lake'))
    await member.getByRole('button', { name: 'Publish' }).click()
    await member.getByRole('heading', { name: 'Lake at dawn', level: 1 }).waitFor()
    const hidden = member.url()
    await owner.goto(hidden)
    await owner.getByRole('button', { name: 'Report', exact: true }).click()
    await owner.getByLabel('What is wrong with it?').fill('There already')
    await dialogOf(owner).getByRole('button', { name: 'Report' }).click()
    await owner.getByText('Reported').waitFor()
    await open(owner, 'Moderation')
    await owner.getByText('Not a harbour').waitFor()
    // No one moderates their own content: the owner keeps it, and hides the other one.
    await owner.getByRole('button', { name: 'Keep it, and close the reports' }).first().click()
    await expect.poll(() => owner.getByText('Not a harbour').count()).toBe(0)
    await screenshot(owner, 'hub-moderation')
    await owner.getByRole('button', { name: 'Hide', exact: true }).click()
    await owner.getByLabel('Reason').fill('It shows a lake')
    await dialogOf(owner).getByRole('button', { name: 'Hide' }).click()
    await owner.getByText('There are no open reports.').waitFor()

    await open(member, 'Log')
    await member.getByText('Olga hid Share').waitFor()
    await member.getByText('It shows a lake').waitFor()
    await member.goto(hidden)
    await member.getByText('Hidden by moderators: It shows a lake').waitFor()

    await addAuthenticator(owner, { hasPrf: true })
    await addPasskey(owner, 'Key', ownerWords)
    await owner.getByText('opens your key').waitFor()
    await forgetKey(owner)
    await owner.getByRole('button', { name: 'Log in with a passkey' }).click()
    await owner.getByRole('heading', { name: 'Add this browser to your devices?' }).waitFor()
    expect(await findings(owner)).toEqual([])
    await owner.getByRole('button', { name: 'Add this browser' }).click()
    await owner.getByRole('heading', { name: 'Shares', level: 1 }).waitFor()
    await owner.getByRole('button', { name: 'Log out', exact: true }).click()
    await open(owner, 'Log in')
    await owner.getByRole('button', { name: 'Log in with this browser' }).click()
    await owner.getByRole('heading', { name: 'Shares', level: 1 }).waitFor()

    await forgetKey(member)
    await member.getByLabel('Your identity (DID)').fill(fromSeedWords(memberWords).did)
    await member.getByRole('button', { name: 'Make a key for this browser' }).click()
    await member.getByRole('img', { name: 'The description of this browser as a QR code' }).waitFor()
    expect(readDeviceText(await member.locator('code').innerText())).toMatchObject({ kind: 'browser' })
    expect(await findings(member)).toEqual([])
    expect([...problems, ...others]).toEqual([])
    // It is in no list yet.
    await member.getByRole('button', { name: 'Log in with this browser' }).click()
    await member.getByText('does not contain this device').waitFor()
  })
})

describe.skipIf(missing('chromium-headless-shell', ...SERVERS))(
  'the page of a hub behind HAProxy with TLS',
  () => {
    // The certificate is the test's own.
    const browser = useBrowser({ args: ['--ignore-certificate-errors'] })

    test('takes files, downloads in the browser, gives feeds and data, and knows 24 words, while processes end', async () => {
      await using dir = await tempDir('hub')
      await using postgres = await PostgresServer.start()
      await using redis = await RedisServer.start()
      const ports = [await freePort(), await freePort()] as const
      await using proxy = await HaProxy.start(ports)
      const url = `https://localhost:${proxy.port}`
      const args = ['--data', dir.join('data'), '--database', postgres.url, '--redis', redis.url, '--no-udp']
      const start = (port: number) =>
        HubProcess.start([...args, '--public-url', url, '--trusted-proxy', '127.0.0.1', '--port', `${port}`])
      await using first = await start(ports[0])
      await using second = await start(ports[1])
      // The link of the process that started last is valid.
      const ownerLink = await until('the owner is invited', () => second.ownerLink ?? undefined)
      const visit = (address: string) => browser.open(address, { ignoreHTTPSErrors: true })
      const { page: owner, problems } = await visit(ownerLink)
      await join(owner, 'Olga')
      const invitation = await invite(owner)

      const torrent = encode({
        info: { length: 5, name: 'Tides', 'piece length': 16_384, pieces: new Uint8Array(20) },
      })
      const file = (name: string, mimeType: string, buffer: Buffer) => ({ name, mimeType, buffer })
      await open(owner, 'Publish')
      const isTorrent = file('tides.torrent', 'application/x-bittorrent', Buffer.from(torrent))
      await owner.getByLabel('.torrent file').setInputFiles(isTorrent)
      await expect.poll(() => owner.getByLabel('Title').inputValue()).toBe('Tides')
      const icon = await readFile(new URL('../apps/web/public/icon-192.png', import.meta.url))
      await owner.getByLabel('Pictures').setInputFiles(file('tides.png', 'image/png', icon))
      await owner.getByRole('button', { name: 'Publish' }).click()
      await owner.getByRole('heading', { name: 'Tides', level: 1 }).waitFor()
      const picture = owner.getByRole('img', { name: 'Picture 1 of Tides' })
      await expect
        .poll(() => picture.evaluate(image => (image as HTMLImageElement).naturalWidth))
        .toBeGreaterThan(0)
      const saving = owner.waitForEvent('download')
      await owner.getByRole('link', { name: 'Save .torrent file' }).click()
      expect(await readFile(await (await saving).path())).toEqual(Buffer.from(torrent))

      // A share of the hub's own page, over the hub's own tracker.
      const { path } = await randomFile(dir.join('harbour.bin'), 300_000)
      const { page: sharing, problems: sharingProblems } = await visit(`${url}/share/`)
      await choose(sharing, path)
      const link = await getLink(sharing)
      await open(owner, 'Publish')
      await owner.getByLabel('Link', { exact: true }).fill(link)
      await owner.getByLabel('Title').fill('Harbour')
      await owner.getByRole('button', { name: 'Publish' }).click()
      await owner.getByRole('heading', { name: 'Harbour', level: 1 }).waitFor()

      await open(owner, 'Account')
      await owner.getByRole('button', { name: 'Make a key' }).click()
      const addresses = owner.getByText(/^https:.*key=/)
      await addresses.first().waitFor()
      const feeds = await Promise.all(
        (await addresses.allInnerTexts()).map(async address => {
          const response = await owner.request.get(
            address.includes('torznab') ? `${address}&t=search` : address,
          )
          return response.text()
        }),
      )
      expect(
        feeds.map(text =>
          text
            .slice(text.indexOf('?>') + 2)
            .trim()
            .slice(0, 5),
        ),
      ).toEqual(['<feed', '<rss '])
      for (const text of feeds) expect(text).toContain('<title>Tides</title>')

      first.process.child.kill('SIGKILL')
      await first.process.exited
      const { page: member, problems: others } = await visit(invitation)
      const words = await join(member, 'Miro')
      await open(member, 'Harbour')
      const opening = member.waitForEvent('popup')
      await member.getByRole('link', { name: 'Open link' }).click()
      const downloading = await opening
      await downloading.getByRole('button', { name: /^Download/ }).click()
      await downloading.getByText('Complete and verified').waitFor()
      await downloading.close()

      await using third = await start(ports[0])
      const { number } = (await third.stats()).join
      await until('HAProxy has found the new process', async () => {
        const response = await owner.request.get(`${url}/stats.json`)
        return (await response.json()).join.number === number
      })
      second.process.child.kill('SIGTERM')
      expect(await second.process.exited).toBe(0)
      const { page: elsewhere, problems: more } = await visit(`${url}/login`)
      await elsewhere.getByLabel('Your 24 words').fill(words)
      await elsewhere.getByRole('button', { name: 'Log in with 24 words' }).click()
      await elsewhere.getByRole('heading', { name: 'Shares', level: 1 }).waitFor()
      await open(elsewhere, 'Account')
      const devices = elsewhere.getByRole('list', { name: 'Devices' }).getByRole('listitem')
      await expect.poll(() => devices.count()).toBe(2)
      const exporting = elsewhere.waitForEvent('download')
      await elsewhere.getByRole('link', { name: 'Export my data' }).click()
      const data = await readFile(await (await exporting).path(), 'utf8')
      expect(JSON.parse(data)).toMatchObject({ tables: { accounts: [{ name: 'Miro' }] } })

      await elsewhere.getByRole('button', { name: 'Delete my account' }).click()
      const asked = await elsewhere.getByText('Type the end of your DID').innerText()
      await elsewhere.getByLabel('Type the end of your DID').fill(asked.slice(asked.indexOf(': ') + 2))
      await elsewhere.getByRole('button', { name: 'Delete everything' }).click()
      await elsewhere.getByText('Your account was deleted').waitFor()
      await elsewhere.getByRole('link', { name: 'Log in' }).first().waitFor()
      // The session of the other browser has ended with it, so the hub refuses the page of the
      // share.
      expect(others).toEqual([])
      await member.reload()
      await member.getByRole('link', { name: 'Log in' }).first().waitFor()
      expect(third.said('failed')).toBeUndefined()
      // Connections to the tracker end with the processes.
      const sharingOwn = sharingProblems.filter(text => !text.includes('WebSocket connection'))
      expect([...problems, ...sharingOwn, ...more]).toEqual([])
    })
  },
)

describe.skipIf(missing('firefox-esr'))('the page of a hub in Firefox', () => {
  test('keeps a key that nobody can read, and logs in with it after a restart of the page', async () => {
    await using dir = await tempDir('hub')
    await using hub = await startHub(dir.path)
    await using firefox = await launchFirefox()
    const tab = await firefox.open(hub.owner)
    await shows(tab, 'You are invited as an admin.')
    await tab.locator('input[autocomplete=nickname]').fill('Fenna')
    await click(tab, 'Make my key')
    await shows(tab, 'Write down these 24 words')
    const word = await tab.evaluate(() => {
      const [label] = [...document.querySelectorAll('label')].filter(each =>
        each.innerText.startsWith('Word '),
      )
      return document.querySelectorAll('ol li')[Number(/\d+/.exec(label!.innerText)) - 1]!.textContent!
    })
    await tab.locator('input[required]').fill(word)
    await click(tab, 'Join')
    await shows(tab, 'Log out')
    expect((await storedDevice(tab, 'shoal-hub')).isReadable).toBe(false)
    await click(tab, 'Log out')
    await tab.goto(`${hub.url}/login`)
    await click(tab, 'Log in with this browser')
    await shows(tab, 'Log out')
  })
})
