/** Sealed shares on the page of a share link, which creates and opens them in the browser only. */
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { parseMagnet } from '@shoal/torrent'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { findings } from '../apps/web/e2e/testing/axe.ts'
import { formatSecretKey } from '../packages/identity/src/age/age.ts'
import { identityText, KeyPair, readKeyFile, writeKeyFile } from '../packages/identity/src/index.ts'
import { formatShareLink, parseShareLink } from '../packages/links/src/index.ts'
import { bytesSource, createSeal, SealedContent } from '../packages/sealed/src/index.ts'
import { Browser, screenshot } from './support/browser.ts'
import { randomFile, randomTree, sha256Of, type TempDir, tempDir } from './support/files.ts'
import { linkedMagnet } from './support/linked-magnet.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser, useSeeder } from './support/page-tests.ts'
import { NOTES, sealFiles } from './support/sealed-shares.ts'
import { choose } from './support/share-form.ts'
import { missing, toolPath } from './support/tools.ts'

/**
 * Deriving a key from a passphrase takes a page a second by default. Two tests use that cost; the
 * others are about something else.
 */
const QUICKLY = { workFactor: 10 }

describe.skipIf(missing('chromium-headless-shell', 'age'))('the page of a share link: sealed shares', () => {
  const browser = useBrowser()
  const seeder = useSeeder()

  test('a share that opening has downloaded completely is not offered for download', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    const seal = await createSeal({ by: 'key' })
    const notes = bytesSource(new TextEncoder().encode(NOTES))
    const content = new SealedContent([{ path: ['notes.txt'], content: notes }], seal)
    await writeFile(dir.join('sealed.age'), await content.read(0, content.lengthBytes))
    const { magnet } = await seeder.seed(dir.join('sealed.age'), [site.announce])
    const sealed = { magnet: parseMagnet(magnet), seal: { by: 'key', key: seal.key! } } as const
    const { page: tab, problems } = await browser.open(formatShareLink(site.url, sealed))
    await tab.getByText('Complete and verified').waitFor()
    expect(await tab.getByRole('button', { name: /^Download / }).count()).toBe(0)
    await tab.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
    const downloading = tab.waitForEvent('download')
    await tab.getByRole('button', { name: 'Save', exact: true }).click()
    expect(await readFile(await (await downloading).path(), 'utf8')).toBe(NOTES)
    expect(problems).toEqual([])
  })

  test('asks for a passphrase and reports a wrong one', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    const { path } = await sealFiles(dir, { by: 'passphrase', passphrase: 'green herring', ...QUICKLY })
    const { magnet } = await seeder.seed(path, [site.announce])
    const link = formatShareLink(site.url, { magnet: parseMagnet(magnet), seal: { by: 'passphrase' } })
    const { page: tab, problems } = await browser.open(link)
    await tab.getByLabel('Passphrase').fill('red herring')
    // There is nothing to do but open it: the sealed file itself is of no use.
    expect(await tab.getByRole('button', { name: /^Download/ }).count()).toBe(0)
    await tab.getByRole('button', { name: 'Open', exact: true }).click()
    await tab.getByText('The passphrase is wrong').waitFor()
    await tab.getByLabel('Passphrase').fill('green herring')
    await tab.getByRole('button', { name: 'Open', exact: true }).click()
    await tab.getByRole('button', { name: 'Show notes.txt' }).waitFor()
    expect(problems).toEqual([])
  })

  test('a share sealed to a person opens with the correct key as a file or text, and a wrong key is reported', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    const [mine, other] = [KeyPair.generate(), KeyPair.generate()]
    await writeFile(dir.join('identity.age'), await writeKeyFile(mine, 'my passphrase', QUICKLY))
    const { path } = await sealFiles(dir, { by: 'recipients', recipients: [mine.did] })
    const { magnet } = await seeder.seed(path, [site.announce])
    const link = formatShareLink(site.url, { magnet: parseMagnet(magnet), seal: { by: 'recipient' } })
    const { page: tab, problems } = await browser.open(link)
    const open = tab.getByRole('button', { name: 'Open', exact: true })
    await tab.getByLabel('Or paste your secret key').fill(mine.recipient)
    await open.click()
    await tab.getByText('This is a public key').waitFor()
    await tab.getByLabel('Or paste your secret key').fill(other.exportSecret().ageSecretKey)
    await open.click()
    await tab.getByText('This share is sealed to another key').waitFor()
    await tab.getByLabel('Your key file').setInputFiles(dir.join('identity.age'))
    await tab.getByLabel('Passphrase of your key file').fill('not my passphrase')
    await open.click()
    await tab.getByText('The passphrase is wrong').waitFor()
    await tab.getByLabel('Passphrase of your key file').fill('my passphrase')
    await open.click()
    await tab.getByRole('button', { name: 'Show notes.txt' }).waitFor()
    expect(await storedText(tab)).not.toContain('AGE-SECRET-KEY')
    await tab.reload()
    await tab.getByLabel('Or paste your secret key').fill(identityText(mine))
    await open.click()
    await tab.getByRole('button', { name: 'Show notes.txt' }).click()
    await tab.getByText('under the third stone').waitFor()
    expect(problems).toEqual([])
  })

  test('a folder sealed in the page opens with age and tar and in another page', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    const files = await randomTree(dir.join('Trip'), { 'a.bin': 300_000, 'day 2/b.bin': 2_000_000 })
    const { page: tab, problems } = await browser.open(site.url)
    await choose(tab, dir.join('Trip'), 'Choose a folder')
    await tab.getByRole('checkbox', { name: 'Seal it' }).check()
    const link = await sealAndGetLink(tab)
    const { seal } = parseShareLink(link)
    expect(seal?.by).toBe('key')
    await mkdir(dir.join('got'))
    const got = await seeder.get(linkedMagnet(link), dir.join('got'))
    await writeFile(dir.join('key'), `${formatSecretKey(seal?.by === 'key' ? seal.key : new Uint8Array())}\n`)
    await openWithAge(dir, got.files[0]!)
    expect(await sha256Of(dir.join('got', 'Trip', 'day 2', 'b.bin'))).toBe(files['day 2/b.bin']!.sha256)
    expect(await sha256Of(dir.join('got', 'Trip', 'a.bin'))).toBe(files['a.bin']!.sha256)
    const { page: second, problems: others } = await browser.open(link)
    await second.getByRole('button', { name: 'Save day 2/b.bin' }).waitFor()
    // The sealed file survives a reload, and temporary files do not.
    await tab.reload()
    await tab.getByText('Complete and verified').waitFor()
    expect(await sealingFiles(tab)).toEqual([])
    expect([...problems, ...others]).toEqual([])
    expect(site.requested.filter(path => /Trip|btih|#|age/.test(path.replace(/assets.*/, '')))).toEqual([])
  })

  test('seals with a passphrase and for people and reports invalid input', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    const mine = KeyPair.generate()
    await writeFile(dir.join('notes.txt'), NOTES)
    const { page: tab, problems } = await browser.open(site.url)
    await choose(tab, dir.join('notes.txt'))
    await tab.getByRole('checkbox', { name: 'Seal it' }).check()
    await tab.getByRole('radio', { name: /and a passphrase/ }).check()
    await tab.getByLabel('Passphrase', { exact: true }).fill('green herring')
    await tab.getByLabel('Repeat it').fill('green herring')
    await tab.getByRole('button', { name: 'Seal and get a link' }).click()
    await tab.getByText('too easy to guess').waitFor()
    await tab.getByRole('button', { name: 'Suggest one' }).click()
    await tab.getByText('Practically impossible to guess').waitFor()
    const passphrase = await tab.getByLabel('Passphrase', { exact: true }).inputValue()
    await tab.getByLabel('Repeat it').fill('green hering')
    await tab.getByRole('button', { name: 'Seal and get a link' }).click()
    await tab.getByText('The passphrases do not match').waitFor()
    await tab.getByLabel('Repeat it').fill(passphrase)
    const first = await sealAndGetLink(tab)
    expect(parseShareLink(first).seal).toEqual({ by: 'passphrase' })
    const { page: second } = await browser.open(first)
    await second.getByLabel('Passphrase').fill(passphrase)
    await second.getByRole('button', { name: 'Open', exact: true }).click()
    await second.getByRole('button', { name: 'Show notes.txt' }).waitFor()
    await tab.getByRole('link', { name: 'Share files' }).click()
    await choose(tab, dir.join('notes.txt'))
    await tab.getByRole('checkbox', { name: 'Seal it' }).check()
    await tab.getByRole('radio', { name: 'Certain people only' }).check()
    await tab.getByLabel('Their public keys').fill(`${mine.did}\n${mine.recipient.slice(0, -2)}`)
    await tab.getByRole('button', { name: 'Seal and get a link' }).click()
    await tab.getByText('part of it is missing').waitFor()
    await tab.getByLabel('Their public keys').fill(`${mine.did}\n${KeyPair.generate().recipient}`)
    const link = await sealAndGetLink(tab)
    expect(parseShareLink(link).seal).toEqual({ by: 'recipient' })
    const { page: third } = await browser.open(link)
    await third.getByLabel('Or paste your secret key').fill(identityText(mine))
    await third.getByRole('button', { name: 'Open', exact: true }).click()
    await third.getByRole('button', { name: 'Show notes.txt' }).waitFor()
    expect(problems).toEqual([])
  })

  test('a key created in the page opens shares sealed to it, and its forms are accessible', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await writeFile(dir.join('notes.txt'), NOTES)
    const options = { colorScheme: 'dark', viewport: { width: 360, height: 740 }, hasTouch: true } as const
    const { page: tab, problems } = await browser.open(site.url, options)
    await tab.getByRole('button', { name: 'Make a key' }).click()
    await tab.getByLabel('Passphrase for the key file').fill('my green herring lamp boat')
    await tab.getByLabel('Repeat the passphrase').fill('my green herring lamp boat')
    await tab.getByRole('button', { name: 'Make the key' }).click()
    const publicKey = await tab.getByLabel('Your public key').inputValue()
    const downloading = tab.waitForEvent('download')
    await tab.getByRole('link', { name: 'Save identity.age' }).click()
    await (await downloading).saveAs(dir.join('identity.age'))
    const passphrase = 'my green herring lamp boat'
    const pair = await readKeyFile(await readFile(dir.join('identity.age')), passphrase)
    expect(pair.recipient).toBe(publicKey)
    // The page opens shares at full cost in the test of passphrases.
    await writeFile(dir.join('identity.age'), await writeKeyFile(pair, passphrase, QUICKLY))
    await expectAccessible(tab, 'page-key-phone')
    await choose(tab, dir.join('notes.txt'))
    await tab.getByRole('checkbox', { name: 'Seal it' }).check()
    await expectAccessible(tab, 'page-sealing-phone')
    await tab.getByRole('radio', { name: 'Certain people only' }).check()
    await tab.getByLabel('Their public keys').fill('age1wrong')
    await tab.getByRole('button', { name: 'Seal and get a link' }).click()
    await tab.getByRole('alert').waitFor()
    await expectAccessible(tab, 'page-sealing-people-phone')
    await tab.getByLabel('Their public keys').fill(publicKey)
    await sealAndGetLink(tab)
    await tab.getByLabel('Your key file').setInputFiles(dir.join('identity.age'))
    await tab.getByLabel('Passphrase of your key file').fill('my green herring lamp boat')
    await expectAccessible(tab, 'page-own-key-phone')
    await tab.getByRole('button', { name: 'Open', exact: true }).click()
    await tab.getByRole('button', { name: 'Show notes.txt' }).waitFor()
    expect(problems).toEqual([])
  })

  test('without storage, sealed shares are shared from memory', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await writeFile(dir.join('notes.txt'), NOTES)
    // Not a secure context, like pages of other hosts without https.
    await using insecure = await Browser.launch({ args: ['--host-resolver-rules=MAP page.test 127.0.0.1'] })
    const { page: tab, problems } = await insecure.open(site.url.replace('127.0.0.1', 'page.test'))
    expect(await tab.evaluate(() => isSecureContext)).toBe(false)
    await choose(tab, dir.join('notes.txt'))
    await tab.getByRole('checkbox', { name: 'Seal it' }).check()
    const { page: second } = await insecure.open(await sealAndGetLink(tab))
    await second.getByRole('button', { name: 'Save notes.txt' }).waitFor()
    expect(problems).toEqual([])
  })

  test('canceled sealing or a lack of space is reported and leaves nothing behind', async () => {
    await using dir = await tempDir('page')
    await using site = await PageSite.start()
    await randomFile(dir.join('large.bin'), 80_000_000)
    const { page: tab, problems, context } = await browser.open(site.url)
    const seal = async () => {
      await tab.getByRole('checkbox', { name: 'Seal it' }).check()
      await tab.getByRole('button', { name: 'Seal and get a link' }).click()
    }
    await choose(tab, dir.join('large.bin'))
    await seal()
    await tab.getByText(/^Sealing: [1-9]/).waitFor()
    await tab.getByRole('button', { name: 'Cancel' }).click()
    await tab.getByLabel('Name that others see').waitFor()
    expect(await sealingFiles(tab)).toEqual([])
    // The next tab deletes the leftovers of a closed one.
    await tab.evaluate(async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('shoal-sealing')
      await folder.getFileHandle('left', { create: true })
    })
    const next = await context.newPage()
    await next.goto(site.url)
    await expect.poll(() => sealingFiles(next)).toEqual([])
    // It can also seal, although the engine runs in the first tab.
    await writeFile(dir.join('notes.txt'), NOTES)
    await choose(next, dir.join('notes.txt'))
    await next.getByRole('checkbox', { name: 'Seal it' }).check()
    await sealAndGetLink(next)
    await next.getByRole('button', { name: 'Show notes.txt' }).waitFor()
    await next.close()
    const devtools = await context.newCDPSession(tab)
    const origin = new URL(site.url).origin
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 20_000_000 })
    await seal()
    await tab.getByText(/^Sealing this needs 8\d(\.\d)? MB of space in this browser/).waitFor()
    expect(await sealingFiles(tab)).toEqual([])
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 2_000_000_000 })
    await seal()
    await tab.getByLabel('Link to this share').waitFor()
    expect(problems).toEqual([])
  })
})

/** Checks that the page is accessible and not wider than its window. */
async function expectAccessible(tab: Page, name: string): Promise<void> {
  await screenshot(tab, name)
  expect(await findings(tab)).toEqual([])
  expect(await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
}

/** Seals the chosen files. Returns the link. */
async function sealAndGetLink(tab: Page): Promise<string> {
  await tab.getByRole('button', { name: 'Seal and get a link' }).click()
  return tab.getByLabel('Link to this share').inputValue()
}

/** Returns the names of temporary files of sealing. */
const sealingFiles = (tab: Page) =>
  tab.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const names: string[] = []
    const folder = await root.getDirectoryHandle('shoal-sealing', { create: true })
    for await (const name of folder.keys()) names.push(name)
    return names
  })

/** Returns all text that the page has stored. */
const storedText = (tab: Page) =>
  tab.evaluate(async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name)
    return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, names, document.cookie, location.href])
  })

/** Opens a share with Debian's age and tar, into the folder `got`. */
async function openWithAge(dir: TempDir, path: string): Promise<void> {
  const run = promisify(execFile)
  await run(toolPath('age'), ['-d', '-i', dir.join('key'), '-o', dir.join('opened.tar'), path])
  await run('tar', ['xf', dir.join('opened.tar'), '-C', dir.join('got')])
}
