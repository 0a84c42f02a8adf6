import { writeFile } from 'node:fs/promises'
import type { NodeApi } from '@shoal/api'
import { readDeviceText } from '@shoal/identity/devices'
import { parseShareLink } from '@shoal/links'
import { until } from '@shoal/testing'
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startHub } from '../../apps/hub/src/hub.ts'
import { NO_LOG } from '../../apps/hub/src/kernel/log.ts'
import { dialogOf } from '../../apps/web/e2e/testing/dialog.ts'
import { seekTo, shownAt, startPlaying } from '../../apps/web/e2e/testing/player.ts'
import { screenshot } from '../support/browser.ts'
import { sha256Of, tempDir } from '../support/files.ts'
import { FILM_SECONDS, ffmpeg, makeFilm } from '../support/film.ts'
import { Node } from '../support/node.ts'
import { Person } from '../support/person.ts'
import { missing } from '../support/tools.ts'
import { openConsole, type Scene, skipped, useConsole } from './setup.ts'

const withNode = useConsole()

/** A square of 8 pixels. */
const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR42mNgqPqPFTEMLQkAPKJfgSnQTQ0AAAAASUVORK5CYII='

/** Starts a hub with open registration. Returns its address. */
async function openHub(): Promise<string> {
  const folder = await tempDir('console-chat-hub')
  const hub = await startHub({ port: 0, noUdp: true, data: folder.path, registration: 'open' }, NO_LOG)
  onTestFinished(async () => {
    await hub.close()
    await folder[Symbol.asyncDispose]()
  })
  return `http://127.0.0.1:${hub.port}`
}

/**
 * Makes a node the device of a new person, who joins the hub and can be added to groups. Returns
 * the person's DID.
 */
async function join(api: NodeApi, url: string, name: string): Promise<string> {
  const person = new Person()
  const { device } = await api.describeDevice({ name })
  await person.sign([readDeviceText(device)])
  await person.send({ operations: api })
  await api.joinHub({ url, name })
  await until('the chat is open', () =>
    api.listConversations({}).then(
      () => true,
      () => false,
    ),
  )
  return person.did
}

const messages = (page: Page) => page.locator('[data-message]')
const message = (page: Page, text: string) => messages(page).filter({ hasText: text }).last()

async function say(page: Page, text: string, shown: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await message(page, shown).waitFor()
}

/**
 * A picture and a film that Ann drops into the conversation are shown and played by Ben, who has
 * never downloaded them.
 */
async function plays(scene: Scene, ann: Page, bens: Page, ben: Node): Promise<void> {
  const [picture, film] = [scene.dir.join('harbour.png'), scene.dir.join('waves.mp4')]
  await makePicture(picture)
  await makeFilm(film)
  const requests: string[] = []
  bens.on('request', request => requests.push(request.url()))
  const send = async (path: string, text: string) => {
    await ann.locator('form input[type=file]').setInputFiles(path)
    await say(ann, text, text)
  }
  await send(picture, 'The harbour:')
  const harbour = message(bens, 'The harbour:')
  await harbour.getByText('harbour.png', { exact: true }).waitFor()
  await harbour.getByText(/^Picture/).waitFor()
  expect(await harbour.getByRole('img').count()).toBe(0)
  const [torrent] = (await scene.node.api.listTorrents({})).items.filter(({ sealed }) => sealed)
  const { link } = await scene.node.api.getTorrent({ id: torrent!.id })
  // Both are on this machine, and no tracker gives Ben Ann's address.
  const address = `127.0.0.1:${await scene.node.peerPort()}`
  await harbour.getByRole('button', { name: 'Show here' }).click()
  await introduce(ben, torrent!.id, address)
  const shown = harbour.getByRole('img', { name: 'harbour.png' })
  await shown.waitFor()
  expect(await shown.evaluate((it: HTMLImageElement) => it.naturalWidth)).toBe(640)
  await harbour.getByText('downloaded', { exact: false }).first().waitFor()
  const saving = bens.waitForEvent('download')
  await harbour.getByRole('link', { name: 'Save decrypted harbour.png' }).click()
  expect(await sha256Of(await (await saving).path())).toBe(await sha256Of(picture))

  await send(film, 'The waves:')
  const waves = message(bens, 'The waves:')
  await waves.getByText(/^Film/).waitFor()
  const sealed = (await scene.node.api.listTorrents({})).items.filter(each => each.sealed)
  const other = sealed.find(({ id }) => id !== torrent!.id)!
  await waves.getByRole('button', { name: 'Show here' }).click()
  await introduce(ben, other.id, address)
  const video = waves.locator('video')
  await video.waitFor()
  await startPlaying(video)
  await until('the film is shown', async () => (await shownAt(video)) >= 0)
  const sought = 0.8 * FILM_SECONDS
  await seekTo(video, sought)
  await until('the film is shown where it was sought', async () => (await shownAt(video)) >= sought)
  await screenshot(bens, 'console-chat-film')
  // Nothing was decrypted to disk, and no URL contained the key.
  expect((await ben.api.listJobs({})).items.filter(({ kind }) => kind === 'unseal')).toEqual([])
  const { seal } = parseShareLink(link!)
  const key = seal?.by === 'key' ? Buffer.from(seal.key) : Buffer.alloc(0)
  expect(key).toHaveLength(32)
  for (const url of requests)
    for (const form of ['#s1', '#s2', key.toString('hex'), key.toString('base64url'), 'harbour', 'waves'])
      expect(url).not.toContain(form)
  await waves.getByRole('button', { name: 'Close' }).click()
  await harbour.getByRole('button', { name: 'Close' }).click()
  const addresses = requests.filter(url => /\/api\/sealed\/[\w-]{22}\/files\/0$/.test(url))
  const [address0] = addresses
  await expect.poll(() => bens.evaluate(async url => (await fetch(url)).status, address0!)).toBe(404)
}

async function introduce({ api }: Node, id: string, address: string): Promise<void> {
  await until('the share is added', async () =>
    (await api.listTorrents({})).items.some(each => each.id === id),
  )
  await api.addPeers({ id, addresses: [address] })
}

async function makePicture(path: string): Promise<void> {
  await ffmpeg('-i', 'testsrc2=size=640x400', '-frames:v', '1', path)
}

async function openChat(scene: Pick<Scene, 'node' | 'browser'>): Promise<Page> {
  const { page } = await openConsole(scene, '/chat')
  await page.getByRole('navigation', { name: 'Conversations' }).waitFor()
  return page
}

describe.skipIf(skipped ?? missing('ffmpeg'))('the console of real nodes: chat', () => {
  test('two consoles and a node talk in a closed group at a hub', async () => {
    await withNode(async scene => {
      await using folder = await tempDir('console-chat')
      await using ben = await Node.start({ folder: folder.join('ben') })
      await using cat = await Node.start({ folder: folder.join('cat') })
      const url = await openHub()
      await join(scene.node.api, url, 'Ann')
      const dids = [await join(ben.api, url, 'Ben'), await join(cat.api, url, 'Cat')]

      const ann = await openChat(scene)
      await ann.getByRole('button', { name: 'New conversation' }).first().click()
      const dialog = dialogOf(ann)
      await dialog.getByText('Group', { exact: true }).click()
      await dialog.getByLabel('Name of the group').fill('Trip')
      await dialog.getByLabel('DIDs of other people').fill(dids.join('\n'))
      await dialog.getByRole('button', { name: 'Begin' }).click()
      await ann.getByText('Closed group, 3 members').waitFor()
      await say(ann, 'Who has the **map**?', 'Who has the map?')
      await message(ann, 'Who has the map?').getByText('Sent', { exact: true }).waitFor()

      // Ann is a stranger to Ben: he accepts before anything is shown in full.
      const bens = await openChat({ node: ben, browser: scene.browser })
      await bens.getByRole('button', { name: 'Trip' }).click()
      await message(bens, 'Who has the map?').waitFor()
      expect(await bens.getByLabel('Message', { exact: true }).count()).toBe(0)
      await bens.getByRole('button', { name: 'Accept' }).click()
      await say(bens, 'I do.', 'I do.')
      await message(ann, 'I do.').waitFor()
      await message(ann, 'Who has the map?').getByText('Read by').waitFor()

      const conversation = await until('Cat is invited', async () => {
        const { items } = await cat.api.listConversations({})
        return items.find(({ name, state }) => name === 'Trip' && state === 'member')?.id ?? false
      })
      await cat.api.acceptConversation({ conversation })
      const texts = async () => (await cat.api.listMessages({ conversation })).items.map(({ text }) => text)
      await expect.poll(texts).toEqual(['Who has the **map**?', 'I do.'])
      await cat.api.sendMessage({ conversation, text: '<b>Me too.</b>' })
      for (const page of [ann, bens]) await message(page, '<b>Me too.</b>').waitFor()

      // A picture in the message is loaded from the other node, and only on demand.
      const path = scene.dir.join('gulls.png')
      await writeFile(path, Buffer.from(PICTURE, 'base64'))
      const { torrent } = await scene.node.ended(await scene.node.api.createTorrent({ path }))
      const { magnet } = await scene.node.api.getTorrent({ id: torrent! })
      await say(ann, `The gulls: ${magnet}&x.pe=127.0.0.1:${await scene.node.peerPort()}`, 'The gulls:')
      const gulls = message(bens, 'The gulls:')
      await gulls.getByText('gulls.png', { exact: true }).waitFor()
      expect(await gulls.getByRole('img').count()).toBe(0)
      expect((await ben.api.listTorrents({})).items).toEqual([])
      await gulls.getByRole('button', { name: 'Show here' }).click()
      const picture = gulls.getByRole('img', { name: 'gulls.png' })
      await picture.waitFor()
      expect(await picture.evaluate((it: HTMLImageElement) => it.naturalWidth)).toBe(8)

      await plays(scene, ann, bens, ben)

      await message(ann, 'I do.').hover()
      await message(ann, 'I do.').getByRole('button', { name: 'React' }).click()
      await dialogOf(ann).getByRole('button', { name: '😎' }).click()
      await message(bens, 'I do.').getByRole('button', { name: '😎' }).waitFor()
    })
  })
})
