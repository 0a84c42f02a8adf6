/** The chat app in Chromium and Firefox, served from a separate host, with a real hub. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesSource, createSeal, OpenedShare, openStream, SealedContent, sealStream } from '@shoal/sealed'
import { limitMs, until } from '@shoal/testing'
import { formatMagnet, parseMagnet } from '@shoal/torrent'
import type { Page } from 'playwright-core'
import type { Page as Tab } from 'puppeteer-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { NETWORK_SEED } from '../apps/node/src/node/people/service.ts'
import type { TestNode } from '../apps/node/src/node/testing/test-node.ts'
import type { PseudoTerminal } from '../apps/node/src/testing/pseudo-terminal.ts'
import type { Json } from '../apps/node/src/testing/shoal-process.ts'
import { findings } from '../apps/web/e2e/testing/axe.ts'
import { dialogOf } from '../apps/web/e2e/testing/dialog.ts'
import { DIST } from '../apps/web/scripts/build-console.ts'
import { KeyPair } from '../packages/identity/src/index.ts'
import { fromSeedWords } from '../packages/identity/src/seed-words.ts'
import { formatShareLink, parseShareLink } from '../packages/links/src/index.ts'
import { IMAGES, screenshot } from './support/browser.ts'
import { connections, didOf, setUp, watchPeers, write } from './support/chat-app.ts'
import { type ChatPeer, startChatPeer } from './support/chat-peer.ts'
import { tempDir } from './support/files.ts'
import { click, launchFirefox, shows } from './support/firefox.ts'
import { home, PASSPHRASE } from './support/home.ts'
import { HubProcess } from './support/hub.ts'
import { PageSite } from './support/page-site.ts'
import { useBrowser } from './support/page-tests.ts'
import { Person } from './support/person.ts'
import { recognize } from './support/recognize.ts'
import { Seeder } from './support/seeder.ts'
import { storedDevice } from './support/stored-device.ts'
import { missing } from './support/tools.ts'

const serveApp = () => PageSite.start(join(DIST, 'chat-app'))
const startHub = (folder: string, more: readonly string[] = []) =>
  HubProcess.start(['--data', folder, '--no-udp', '--registration', 'open', '--name', 'Harbour', ...more])

/** Opens the app through the link on a hub's page. */
const linkTo = (site: PageSite, hub: HubProcess) => `${site.url}#hub=${encodeURIComponent(hub.url)}`

async function choose(page: Page, menu: string, item: string): Promise<void> {
  await page.getByRole('navigation').getByRole('button', { name: menu, exact: true }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

const announceOf = (hub: HubProcess) => `${hub.url.replace(/^http/, 'ws')}/announce`

const message = (text: string) => ({ kind: 'text' as const, text, replyTo: null, mentions: [], files: [] })

/**
 * Names and verifies Ben, adds others by code and did:key, and sees a warning when Ben's devices
 * change.
 */
async function useContacts(page: Page, hub: HubProcess, ben: ChatPeer): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Contacts' })
  const open = async () => {
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Contacts' }).click()
    await dialog.waitFor()
  }
  const choose = async (name: string, item: string) => {
    await dialog.getByRole('button', { name: `Actions for ${name}` }).click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  await open()
  await choose('Ben', 'Compare keys')
  const keys = page.getByRole('dialog', { name: 'Compare keys' })
  await keys.getByLabel('Code of the contact').fill(ben.code)
  await keys.getByRole('button', { name: 'Check' }).click()
  await dialog.getByText(/^keys compared on /).waitFor()
  await choose('Ben', 'Change name')
  const naming = page.getByRole('dialog', { name: 'Change name' })
  await naming.getByLabel('Name').fill('Benno')
  await naming.getByRole('button', { name: 'Save' }).click()
  await dialog.getByText('Benno').waitFor()

  // A person whose code was scanned needs no request, and one without any profile has the user's
  // name for them.
  await using cy = await startChatPeer(hub.url, 'Cy')
  const add = async (text: string, name: string) => {
    await dialog.getByLabel('Code or DID of the person').fill(text)
    await dialog.getByLabel('Name').fill(name)
    await dialog.getByRole('button', { name: 'Add a contact' }).click()
  }
  await add(cy.code, '')
  await page.getByText('Cy is a contact now, and the keys are the right ones.').waitFor()
  await add(KeyPair.generate().did, 'Nemo')
  await dialog.getByText('Nemo').waitFor()
  await dialog.getByText('keys not compared, not at this hub').waitFor()
  await dialog.getByRole('button', { name: 'Show my code' }).click()
  await dialog.getByRole('img', { name: 'Your code' }).waitFor()
  expect(await findings(page)).toEqual([])
  await screenshot(page, 'chat-app-contacts')
  await page.keyboard.press('Escape')
  const conversation = await cy.begin(await didOf(page))
  await conversation.send(message('hello from Cy'))
  await page.getByRole('button', { name: /Cy.*1 unread message/ }).click()
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  expect(await page.getByRole('heading', { name: 'Requests' }).count()).toBe(0)

  await ben.addDevice()
  await page.reload()
  const alarm = page.getByRole('alert').filter({ hasText: 'The devices of Benno have changed.' })
  await alarm.waitFor()
  expect(await findings(page)).toEqual([])
  await screenshot(page, 'chat-app-alarm')
  // It stays until the user has seen it.
  await page.reload()
  await alarm.getByRole('button', { name: 'Dismiss' }).click()
  await alarm.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: /Benno/ }).first().click()
}

type With = Awaited<ReturnType<ChatPeer['begin']>>

/**
 * Shows a picture of a sealed share, saves it, and opens its page. The seed is a node's engine,
 * found at the hub's tracker.
 */
async function openFiles(page: Page, hub: HubProcess, conversation: With): Promise<void> {
  await using pages = await PageSite.start()
  await using seeder = await Seeder.start()
  await using dir = await tempDir('sealed')
  const seal = await createSeal({ by: 'key' })
  const picture = await readFile(join(IMAGES, 'hub-listing.png'))
  const content = new SealedContent([{ path: ['harbour.png'], content: bytesSource(picture) }], seal)
  await writeFile(dir.join('sealed.age'), await content.read(0, content.lengthBytes))
  const { magnet } = await seeder.seed(dir.join('sealed.age'), [announceOf(hub)])
  const link = formatShareLink(pages.url, {
    magnet: { ...parseMagnet(magnet), name: 'harbour.png' },
    seal: { by: 'key', key: seal.key! },
  })
  await conversation.send(message(link))
  const card = page.locator('[data-message]').filter({ hasText: 'harbour.png' }).last()
  await card.getByText('Picture, Sealed').waitFor()
  const hasEngine = () => page.workers().some(worker => /engine/.test(worker.url()))
  expect(hasEngine()).toBe(false)
  await card.getByRole('button', { name: 'Show here' }).click()
  const shown = card.getByRole('img', { name: 'harbour.png' })
  await shown.waitFor()
  await expect
    .poll(() => shown.evaluate(image => (image as HTMLImageElement).naturalWidth))
    .toBeGreaterThan(99)
  expect(hasEngine()).toBe(true)
  await screenshot(page, 'chat-app-picture')
  await page.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
  const downloading = page.waitForEvent('download')
  await card.getByRole('button', { name: 'Save decrypted harbour.png' }).click()
  const download = await downloading
  expect([download.suggestedFilename(), await readFile(await download.path())]).toEqual([
    'harbour.png',
    picture,
  ])
  await card.getByRole('button', { name: 'Close' }).click()
  await shown.waitFor({ state: 'detached' })
  // No trace of it stays in the browser.
  await expect.poll(() => page.evaluate(() => localStorage.getItem('shoal-chat.viewed'))).toBeNull()

  const opening = page.context().waitForEvent('page')
  await card.getByRole('link', { name: 'Open' }).click()
  const tab = await opening
  await tab.getByRole('heading', { name: 'harbour.png', level: 1 }).waitFor()
  expect([tab.url(), await tab.evaluate(() => opener)]).toEqual([link, null])
  await tab.close()
  // The server of the app has no share page, so that links point to another site.
  await conversation.send(message(`magnet:?xt=urn:btih:${'a'.repeat(40)}&dn=Charts`))
  await page.getByText('Charts').last().waitFor()
  expect(await page.getByRole('link', { name: 'Open' }).count()).toBe(1)
}

/** Shares a file, which a node's engine downloads from the app. */
async function shareFile(page: Page, conversation: With): Promise<void> {
  await using seeder = await Seeder.start()
  await using dir = await tempDir('shared')
  const tide = Buffer.from('high at noon')
  const dataTransfer = await page.evaluateHandle(() => {
    const data = new DataTransfer()
    data.items.add(new File(['high at noon'], 'tide.txt'))
    return data
  })
  await page.dispatchEvent('main', 'dragenter', { dataTransfer })
  await page.getByText('Shared sealed in this conversation').waitFor()
  await page.dispatchEvent('main', 'drop', { dataTransfer })
  await page.getByText('Others can fetch them while this app is open.').waitFor()
  await screenshot(page, 'chat-app-files')
  await write(page, 'The tide:')
  const { files } = await until('the link has arrived', () =>
    conversation.messages.find(({ text }) => text === 'The tide:'),
  )
  const { magnet, seal } = parseShareLink(files[0]!)
  expect(magnet.name).toBe('tide.txt')
  // The engine of the app starts again with the page.
  await page.reload()
  const { files: fetched } = await seeder.get(formatMagnet(magnet), dir.path)
  const sealed = bytesSource(await readFile(fetched[0]!))
  const share = await OpenedShare.open(sealed, { key: (seal as { key: Uint8Array }).key })
  expect(await (await share.file(['tide.txt'])).read(0, tide.length)).toEqual(new Uint8Array(tide))
  await page.getByRole('button', { name: 'This device', exact: true }).click()
  const dialog = dialogOf(page)
  await dialog.getByText('One share, which others can fetch while this app is open').waitFor()
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
  await dialog.getByText('Shared files').waitFor({ state: 'detached' })
  await page.keyboard.press('Escape')
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
}

/** Adds a person as a contact on a node that has recognized one of theirs. */
async function nameContact(node: TestNode, person: Person): Promise<void> {
  const hex = (key: Uint8Array) => Buffer.from(key).toString('hex')
  const key = hex(KeyPair.generate().publicKey)
  recognize(node, person.certify(key, hex(new KeyPair(node.service(NETWORK_SEED).seed).publicKey)))
  await node.operations.updatePerson({ key, showDid: true })
}

describe.skipIf(missing('chromium-headless-shell'))('the chat app with a real hub', () => {
  const browser = useBrowser()

  test('somebody new sets it up, chats, and has everything again after a restart without the hub', async () => {
    await using dir = await tempDir('hub')
    await using hub = await startHub(dir.path)
    await using site = await serveApp()
    await using ben = await startChatPeer(hub.url, 'Ben')
    const { page, problems } = await browser.open(linkTo(site, hub))
    await setUp(page, 'Ann')
    const conversation = await ben.begin(await didOf(page))
    await conversation.send(message('hello from Ben'))
    await page.getByRole('button', { name: /Ben.*1 unread message/ }).click()
    await page.getByText('Ben wants to write with you').waitFor()
    await screenshot(page, 'chat-app-request')
    await page.getByRole('button', { name: 'Accept' }).click()
    await write(page, 'hello from **Ann**')
    expect(await ben.reads('hello from **Ann**')).toBe(conversation)
    await screenshot(page, 'chat-app')
    await openFiles(page, hub, conversation)
    await shareFile(page, conversation)
    await useContacts(page, hub, ben)

    // The browser's storage does not reveal that, and no script can read the key for logins.
    const readAll = async () => {
      const done = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result)
          request.onerror = () => reject(request.error)
        })
      const texts: string[] = []
      let isReadable = false
      for (const { name } of await indexedDB.databases()) {
        const database = await done(indexedDB.open(name!))
        for (const store of database.objectStoreNames) {
          for (const value of await done(database.transaction(store).objectStore(store).getAll())) {
            isReadable ||= (value as { secret?: CryptoKey }).secret?.extractable ?? false
            if (value instanceof Uint8Array) texts.push(new TextDecoder('latin1').decode(value))
          }
        }
        database.close()
      }
      return { isReadable, records: texts.length, hasText: texts.some(text => text.includes('hello')) }
    }
    const kept = await until('the page reads its databases', () => page.evaluate(readAll))
    expect(kept).toEqual({ isReadable: false, records: expect.any(Number), hasText: false })
    expect(kept.records).toBeGreaterThan(5)

    // Only one window has the chat; another takes it over.
    const second = await page.context().newPage()
    await second.goto(site.url)
    await second.getByText('The chat is open in another window').waitFor()
    await second.getByRole('button', { name: 'Use it here' }).click()
    await second.getByRole('button', { name: /Benno/ }).first().click()
    await second.getByText('hello from Ben').first().waitFor()
    await page.getByText('The chat is open in another window').waitFor()
    await page.close()

    // Neither the hub nor the host of the app is needed to read.
    await site.goAway()
    await hub.process.stop()
    await second.reload()
    await second.getByText('hello from Ben').first().waitFor()
    await write(second, 'written without a hub')
    await second.getByText('Waiting to be sent').first().waitFor({ state: 'attached' })
    // The server of the app has no share page: the app has checked.
    expect(problems.filter(problem => !problem.endsWith('/share/manifest.webmanifest'))).toEqual([])
    await site.serve()
  })
})

describe.skipIf(missing('chromium-headless-shell'))('the chat app and other devices', () => {
  const browser = useBrowser()

  test('a node, a browser and a second browser by 24 words are in one group, also without the hub', async () => {
    await using dir = await tempDir('hub')
    let hub = await startHub(dir.path)
    onTestFinished(() => hub[Symbol.asyncDispose]())
    await using site = await serveApp()
    const { page } = await browser.open(linkTo(site, hub))
    const words = await setUp(page, 'Ann')
    const did = await didOf(page)
    const person = new Person()
    const node = await person.node('Ben')
    const { operations } = node
    await operations.joinHub({ url: hub.url, name: 'Ben' })
    await nameContact(node, new Person(fromSeedWords(words)))
    const group = { name: 'Harbour trip', membersAdd: false, slowSeconds: 0 }
    const { id } = await until('the node can add the browser', () =>
      operations.createGroup({ ...group, add: [did] }).catch(error => {
        if (error.code === 'no-devices') return undefined
        throw error
      }),
    )
    await page.getByRole('button', { name: /Harbour trip/ }).click()
    await page.getByRole('button', { name: 'Accept' }).click()
    await write(page, 'from the browser')
    const texts = async () =>
      (await operations.listMessages({ conversation: id, limit: 50 })).items.map(({ text }) => text)
    await expect.poll(texts).toEqual(['from the browser'])

    const { page: second } = await browser.open(linkTo(site, hub), { locale: 'de-DE', size: 'phone' })
    await second.getByRole('button', { name: 'Weiter' }).click()
    await second.getByLabel('24 Wörter').fill(words)
    await second.getByRole('button', { name: 'Diesen Browser hinzufügen' }).click()
    await second.getByText('Noch keine Unterhaltungen').waitFor()
    // The first browser is notified of its sibling at once, and adds it.
    await second.getByRole('button', { name: /Harbour trip/ }).click()
    await operations.sendMessage({ conversation: id, text: 'to both browsers', mentions: [], files: [] })
    for (const each of [page, second]) await each.getByText('to both browsers').last().waitFor()
    await screenshot(second, 'chat-app-phone-german')

    // The second one receives the earlier messages when the first one reads its code.
    expect(await second.getByText('from the browser').count()).toBe(0)
    await second.getByRole('button', { name: 'Zurück zu den Unterhaltungen' }).click()
    await choose(second, 'Mehr', 'Verlauf auf dieses Gerät holen')
    const code = second.getByRole('img', { name: 'Code dieses Geräts' })
    await code.waitFor()
    await screenshot(second, 'chat-app-history-code-german')
    expect(await findings(second)).toEqual([])
    await choose(page, 'More', 'Send the history to another device')
    await page.getByLabel('Code that the other device shows').fill('shoal-history:mistyped')
    await page.getByRole('button', { name: 'Send', exact: true }).last().click()
    await page.getByText('This is not the code of a device').waitFor()
    await screenshot(page, 'chat-app-history-give')
    await page
      .locator('input[type=file][accept="image/*"]')
      .setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer: await code.screenshot() })
    await page.getByText('2 messages are at the hub, where the other device reads them.').waitFor()
    await second.getByText('Der Verlauf ist angekommen: 1 Nachricht ist neu.').waitFor()
    await screenshot(second, 'chat-app-history-here-german')
    await dialogOf(second).getByRole('button', { name: 'Schließen' }).first().click()
    await second.getByRole('button', { name: /Harbour trip/ }).click()
    await second.getByText('from the browser').first().waitFor()
    await dialogOf(page).getByRole('button', { name: 'Close' }).first().click()

    // A file under a passphrase, which the program age can open, too.
    await choose(page, 'More', 'Export the history')
    await page.getByRole('button', { name: 'Suggest one' }).click()
    const suggested = page.getByLabel('Passphrase', { exact: true })
    // The word list is loaded first.
    await expect.poll(() => suggested.inputValue()).not.toBe('')
    const passphrase = await suggested.inputValue()
    await screenshot(page, 'chat-app-history-export')
    expect(await findings(page)).toEqual([])
    await page.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the file' }).click(),
    ])
    await page.getByText('The file has 2 messages.').waitFor()
    const file = join(dir.path, 'chat.age')
    await download.saveAs(file)
    const sealed = await readFile(file)
    const plain = await openStream(new Blob([sealed]).stream(), passphrase)
    const history = await new Response(plain as ReadableStream<Uint8Array<ArrayBuffer>>).text()
    const lines = history.trimEnd().split('\n')
    expect(lines.flatMap(line => JSON.parse(line).text ?? [])).toEqual([
      'from the browser',
      'to both browsers',
    ])
    await dialogOf(page).getByRole('button', { name: 'Close' }).first().click()
    await choose(page, 'More', 'Import a history')
    // The same in a file whose passphrases are checked at once.
    const quick = await sealStream(new Blob([history]).stream(), passphrase, 10)
    await page.getByLabel('File', { exact: true }).setInputFiles({
      ...{ name: 'chat.age', mimeType: 'application/octet-stream' },
      buffer: Buffer.from(await new Response(quick as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer()),
    })
    const field = page.getByLabel('Passphrase of the file')
    await field.fill('another passphrase')
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('The passphrase is wrong').waitFor()
    await field.fill(passphrase)
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('0 messages were added.').waitFor()
    await screenshot(page, 'chat-app-history-import')
    expect(await findings(page)).toEqual([])
    await dialogOf(page).getByRole('button', { name: 'Cancel' }).click()

    // The first browser, whose contact is Ben, connects to his node and to the second browser, and
    // all continue when the hub is killed.
    await page.addInitScript(watchPeers)
    await page.reload()
    await until('the browsers and the node are connected', async () => (await page.evaluate(connections)) > 1)
    const { port } = hub
    hub.process.child.kill('SIGKILL')
    await hub.process.exited
    await write(page, 'one without the hub')
    await second.getByText('one without the hub').last().waitFor()
    await second.getByRole('textbox', { name: 'Nachricht' }).fill('two without the hub')
    await second.getByRole('button', { name: 'Senden', exact: true }).click()
    await page.getByText('two without the hub').last().waitFor()
    const before = ['from the browser', 'to both browsers', 'one without the hub', 'two without the hub']
    await expect.poll(async () => (await texts()).toSorted()).toEqual(before.toSorted())
    await operations.sendMessage({ conversation: id, text: 'three without it', mentions: [], files: [] })
    for (const each of [page, second]) await each.getByText('three without it').last().waitFor()
    // The second browser ends before the hub is back: the others have its message.
    await second.close()
    hub = await startHub(dir.path, ['--port', String(port)])
    const all = [...before, 'three without it']
    await expect.poll(async () => (await texts()).toSorted()).toEqual(all.toSorted())
    // Each is shown once.
    const shown = page.getByRole('list', { name: 'Messages' })
    for (const text of all) expect(await shown.getByText(text, { exact: true }).count()).toBe(1)
  })
})

describe.skipIf(missing('chromium-headless-shell', 'firefox-esr'))('all kinds of clients', () => {
  const browser = useBrowser()

  test('the console and a terminal of a node and the app in Chromium and Firefox talk in one group and in one room of a share', {
    timeout: limitMs(400),
  }, async () => {
    await using dir = await tempDir('hub')
    await using hub = await startHub(dir.path)
    await using site = await serveApp()
    await using firefox = await launchFirefox()
    await using ada = await home()
    const own = await ada.place.key()
    await ada.ask('devices', 'add', 'desk', ...PASSPHRASE)
    await ada.ask('hub', 'join', hub.url, '--name', 'Ada')
    const { page: app } = await browser.open(linkTo(site, hub))
    await setUp(app, 'Cleo')
    const tab = await firefox.open(linkTo(site, hub))
    const dids = [await didOf(app), await setUpInFirefox(tab, 'Fenna')] as const

    await until('all can be added to a group', async () => {
      const { code, object } = await ada.place.json('chat', 'group', 'Harbour', ...dids)
      if (code !== 0) expect(object.error.code).toBe('no-devices')
      return code === 0
    })
    await app.getByRole('button', { name: /Harbour/ }).click()
    await app.getByRole('button', { name: 'Accept' }).click()
    await shows(tab, 'Harbour')
    await tab.locator('nav ::-p-text(Harbour)').click()
    await click(tab, 'Accept')
    const { page: console } = await browser.open(`${ada.node.url}/chat#token=${ada.node.token}`, {
      localStorage: { 'shoal.welcomed': 'yes' },
    })
    await console.getByRole('button', { name: /Harbour/ }).click()
    const clients = { console, app, tab }
    await allTalk(clients, ada.place.typed(['chat', 'follow', 'Harbour']), 'the group')
    const members = (await ada.ask('chat', 'info', 'Harbour')).members
    expect(members.map(({ did }: Json) => did).toSorted()).toEqual([own, ...dids].toSorted())

    const magnet = `magnet:?xt=urn:btih:${'a'.repeat(40)}&dn=Charts`
    const { link } = await ada.ask('chat', 'room', magnet, '--make')
    await console.getByRole('button', { name: /Charts/ }).click()
    await app.getByRole('button', { name: 'New conversation' }).first().click()
    const dialog = dialogOf(app)
    await dialog.getByText('Room', { exact: true }).click()
    await dialog.getByLabel('Link of the share').fill(link)
    await dialog.getByRole('button', { name: 'Join' }).click()
    await click(tab, 'New conversation')
    await tab.locator('[role=radiogroup] label:nth-child(3)').click()
    await tab.locator('input[name=link]').fill(link)
    await click(tab, 'Join')
    await allTalk(clients, ada.place.typed(['chat', 'follow', 'Charts']), 'the room')
    await talkDirectly(app, tab, dids, hub)
  })
})

interface Clients {
  readonly console: Page
  readonly app: Page
  readonly tab: Tab
}

/**
 * The persons in Chromium and Firefox become contacts, and continue to talk in the group when the
 * hub is killed.
 */
async function talkDirectly(
  app: Page,
  tab: Tab,
  dids: readonly [string, string],
  hub: HubProcess,
): Promise<void> {
  await app.getByRole('button', { name: 'This device', exact: true }).click()
  await app.getByRole('switch', { name: 'Connect directly with contacts' }).scrollIntoViewIfNeeded()
  await screenshot(app, 'chat-app-device')
  await app.keyboard.press('Escape')
  await app.getByRole('button', { name: /Harbour/ }).click()
  await tab.locator('nav ::-p-text(Harbour)').click()
  await choose(app, 'More', 'Contacts')
  await app.getByLabel('Code or DID of the person').fill(dids[1])
  await app.getByRole('button', { name: 'Add a contact' }).click()
  await app.getByText('Fenna is a contact now').waitFor()
  await app.keyboard.press('Escape')
  await click(tab, 'More')
  await tab.locator('[role=menuitem]::-p-text(Contacts)').click()
  await tab.locator('input[name=text]').fill(dids[0])
  await click(tab, 'Add a contact')
  await shows(tab, 'Cleo is a contact now')
  await tab.keyboard.press('Escape')
  await app.addInitScript(watchPeers)
  await app.reload()
  await until('the browsers are connected', async () => (await app.evaluate(connections)) === 1)
  hub.process.child.kill('SIGKILL')
  await hub.process.exited
  await write(app, 'from Chromium without the hub')
  await shows(tab, 'from Chromium without the hub')
  await tab.locator('textarea').fill('from Firefox without the hub')
  await click(tab, 'Send')
  await app.getByText('from Firefox without the hub').last().waitFor()
}

/** Each of them writes locally, and shows each message once. */
async function allTalk({ console, app, tab }: Clients, terminal: PseudoTerminal, place: string) {
  await using _ = terminal
  const texts = ['console', 'terminal', 'Chromium', 'Firefox'].map(from => `from the ${from} to ${place}`)
  const [first, second, third, last] = texts as [string, string, string, string]
  await terminal.until('> ')
  await write(console, first)
  await terminal.until(`: ${first}`)
  terminal.type(`${second}\r`)
  await terminal.until(`You: ${second}`)
  await app.getByText(second).last().waitFor()
  await write(app, third)
  await shows(tab, third)
  await tab.locator('textarea').fill(last)
  await click(tab, 'Send')
  await terminal.until(`: ${last}`)
  const count = (shown: readonly string[]) =>
    texts.map(text => shown.filter(each => each.includes(text)).length)
  const inFirefox = () =>
    tab.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('[data-message]')].map(each => each.innerText),
    )
  for (const shown of [
    () => console.locator('[data-message]').allInnerTexts(),
    () => app.locator('[data-message]').allInnerTexts(),
    inFirefox,
    () => terminal.text.split('\n').filter(line => line.includes(': ')),
  ])
    await expect.poll(async () => count(await shown())).toEqual([1, 1, 1, 1])
}

/** Creates a person in the app, and joins the hub. Returns the person's DID. */
async function setUpInFirefox(tab: Tab, name: string): Promise<string> {
  await click(tab, 'Continue')
  await shows(tab, 'Hub: Harbour')
  await tab.locator('input[autocomplete=nickname]').fill(name)
  await click(tab, 'Create a key')
  await shows(tab, 'Write down your words')
  await tab.locator('input[required]').fill(await askedWord(tab))
  await click(tab, 'Continue')
  await shows(tab, 'No conversations yet')
  const { isReadable, did } = await storedDevice(tab, 'shoal-chat-device')
  return isReadable ? '' : did
}

/** The word of a new key that the app requests. */
function askedWord(tab: Tab): Promise<string> {
  return tab.evaluate(() => {
    const label = [...document.querySelectorAll('label')].find(each => each.innerText.startsWith('Word'))!
    return document.querySelectorAll('ol li')[Number(/\d+/.exec(label.innerText)) - 1]!.textContent!
  })
}
