/** Nodes as members of a hub, in one process; hub-clients.long.test.ts covers the programs. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RoomsClient } from '@shoal/hub-api/rooms'
import { infoHashText } from '@shoal/torrent'
import { systemClock, systemRandom } from '@shoal/torrent/base'
import { parseMagnet } from '@shoal/torrent/magnet'
import { TestProxy } from '@shoal/torrent/testing/proxy'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openTestHub, TestPerson } from '../apps/hub/src/testing/test-hub.ts'
import { HUBS } from '../apps/node/src/node/hubs/service.ts'
import { testNode } from '../apps/node/src/node/testing/test-node.ts'
import { torrentFile } from '../apps/node/src/node/testing/torrent-file.ts'
import { Person } from './support/person.ts'

async function hubForTest(given: Parameters<typeof openTestHub>[0] = {}) {
  const hub = await openTestHub(given)
  onTestFinished(() => hub[Symbol.asyncDispose]())
  return { hub, url: hub.urls[0]!, link: hub.hubs[0]!.ownerLink! }
}

const refused = (code: string, field: string, message = '') =>
  expect.objectContaining({ code, field, message: expect.stringContaining(message) })

describe('a node joins a hub', () => {
  test('with the link that the hub prints, and invites others with a link that their nodes take', async () => {
    const { url, link } = await hubForTest({ name: 'Friends' })
    const ada = await new Person().node('desk')
    const hub = await ada.operations.joinHub({ url: link, name: 'Ada' })
    const account = { account: 'Ada', accountDid: expect.stringMatching(/^did:key:/) }
    expect(hub).toMatchObject({
      url,
      name: 'Friends',
      did: null,
      knowsDevices: true,
      problem: null,
      ...account,
    })
    expect(await ada.operations.listHubs({})).toEqual({ items: [hub] })

    const { link: invitation } = await ada.operations.inviteToHub({
      hub: 'friends',
      uses: 1,
      days: 1,
      note: '',
    })
    const ben = new Person()
    const node = await ben.node('laptop')
    await node.operations.joinHub({ url: invitation, name: 'Ben' })
    // An existing account is logged in, also from another device and with a used invitation.
    await node.operations.joinHub({ url })
    await node.operations.joinHub({ url: invitation })
    const second = await ben.node('phone')
    expect(await second.operations.joinHub({ url })).toMatchObject({ url, account: 'Ben' })
    await expect
      .poll(async () => (await second.operations.listHubs({})).items)
      .toMatchObject([{ url, knowsDevices: true }])
    const { items } = await second.operations.listHubSessions({ hub: url })
    expect(items.filter(({ own }) => own)).toMatchObject([{ device: 'phone', label: 'phone' }])
    expect(items.map(({ device }) => device)).toContain('laptop')
  })

  test('only with an invitation to this hub', async () => {
    const { url } = await hubForTest()
    const nobody = await testNode()
    onTestFinished(() => nobody.end())
    await expect(nobody.operations.joinHub({ url })).rejects.toEqual(
      refused('conflict', 'url', 'devices add'),
    )
    const ben = await new Person().node('laptop')
    const { joinHub } = ben.operations
    await expect(joinHub({ url })).rejects.toEqual(refused('refused', 'invitation', 'by invitation'))
    const guessed = { url, invitation: 'a'.repeat(22) }
    await expect(joinHub(guessed)).rejects.toEqual(refused('not-found', 'invitation'))
    const elsewhere = { url, invitation: 'https://other.example/join#invitation=aaaaaaaaaaaaaaaaaaaaaa' }
    await expect(joinHub(elsewhere)).rejects.toEqual(refused('bad-argument', 'invitation'))
    await expect(joinHub({ url: 'ftp://hub.example' })).rejects.toEqual(refused('bad-argument', 'url'))
    expect(await ben.operations.listHubs({})).toEqual({ items: [] })
  })

  test('but not another one at the same address', async () => {
    const { hub, url, link } = await hubForTest()
    const ada = await new Person().node('desk')
    await ada.operations.joinHub({ url: link })
    await hub.hubs[0]!.close()
    const { link: other } = await hubForTest({ port: Number(new URL(url).port) })
    await expect(ada.operations.joinHub({ url: other })).rejects.toEqual(
      refused('refused', 'url', 'another key than when it was joined'),
    )
    await ada.operations.leaveHub({ hub: url })
    expect(await ada.operations.joinHub({ url: other })).toMatchObject({ url })
  })
})

test('a server that is not a hub, hangs up or sends too much is refused, and gets no invitation', async () => {
  const seen: string[] = []
  let body = '<!doctype html>'
  const server = createServer((request, response) => {
    seen.push(request.url!)
    if (body === '') return request.socket.destroy()
    if (body === 'redirect') return response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()
    response.end(body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { operations } = await new Person().node('desk')
  const join = () => operations.joinHub({ url: `${url}/join#invitation=${'s'.repeat(22)}` })
  await expect(join()).rejects.toEqual(refused('bad-answer', 'url', 'not that of a hub'))
  body = JSON.stringify({ name: 'x', registration: 'open' })
  await expect(join()).rejects.toEqual(refused('bad-answer', 'url', 'not that of a hub'))
  body = 'redirect'
  await expect(join()).rejects.toEqual(refused('bad-answer', 'url', 'not that of a hub'))
  body = ' '.repeat(9 * 1024 * 1024)
  await expect(join()).rejects.toEqual(refused('no-answer', 'url', 'no hub answers'))
  body = ''
  await expect(join()).rejects.toEqual(refused('no-answer', 'url', 'no hub answers'))
  expect([...new Set(seen)]).toEqual(['/api/hub'])
})

describe('a member', () => {
  test('loses the hub when another node removes the device, and keeps it with a newer list', async () => {
    const { hub, url, link } = await hubForTest()
    const ada = new Person()
    const desk = await ada.node('desk')
    await desk.operations.joinHub({ url: link })
    // A session that has ended is replaced automatically.
    const [own] = (await desk.operations.listHubSessions({ hub: url })).items
    expect((await desk.operations.endHubSession({ hub: url, session: own!.id })).items).toEqual([])
    expect((await desk.operations.listHubSessions({ hub: url })).items).toMatchObject([
      { id: expect.not.stringContaining(own!.id), own: true },
    ])
    const phone = await ada.node('phone')
    await phone.operations.joinHub({ url })
    expect((await phone.operations.searchHub({ hub: url, text: '', limit: 1 })).items).toEqual([])
    // The desk publishes the list without the phone, which does not know it yet.
    await ada.remove('phone')
    await ada.send(desk)
    // The phone's chat has a connection, which ends.
    await expect
      .poll(async () => (await phone.operations.listHubs({})).items)
      .toMatchObject([{ problem: { message: expect.stringContaining('a device was removed') } }])
    await expect(phone.operations.listHubSessions({ hub: url })).rejects.toEqual(
      refused('refused', 'hub', 'a device was removed'),
    )
    expect((await phone.operations.listHubs({})).items).toMatchObject([
      { problem: { message: expect.stringContaining('a device was removed') } },
    ])
    await expect
      .poll(async () => (await desk.operations.listHubs({})).items)
      .toMatchObject([{ knowsDevices: true, problem: null }])
    const { items } = await desk.operations.listHubSessions({ hub: url })
    expect(items.map(({ device }) => device)).toEqual(['desk'])
    // An unavailable hub is known from the list, until it answers again.
    await hub.hubs[0]!.close()
    await expect(desk.operations.listHubSessions({ hub: url })).rejects.toEqual(refused('no-answer', 'hub'))
    expect((await desk.operations.listHubs({})).items[0]!.problem?.message).toContain('no hub answers')
    expect(await desk.operations.leaveHub({ hub: url })).toEqual({ items: [] })
    await expect(desk.operations.listHubSessions({ hub: url })).rejects.toEqual(refused('not-found', 'hub'))
  })
})

test('a torrent is published without the secrets of its trackers, and announced at the tracker of the hub', async () => {
  const { url, link } = await hubForTest()
  const { operations } = await new Person().node('desk')
  await operations.joinHub({ url: link, name: 'Ada' })
  const { id, bytes } = await torrentFile('map.txt')
  await operations.addTorrent({ torrent: Buffer.from(bytes).toString('base64'), paused: true } as never)
  const secret = 'http://127.0.0.1:9/0123456789abcdef/announce'
  await operations.setTrackers({ id, tiers: [[secret], ['http://127.0.0.1:9/announce']] })
  const given = { hub: url, category: 'data' as const, tags: ['Maps'], description: '' }
  const published = await operations.publishAtHub({ ...given, torrent: id })
  expect(published).toMatchObject({ title: 'map.txt', category: 'data', author: 'Ada', fileCount: 1 })
  const { trackers, infoHashes } = parseMagnet(published.link)
  expect(infoHashText(infoHashes)).toBe(id)
  expect(trackers).toEqual(expect.arrayContaining([`${url}/announce`, 'http://127.0.0.1:9/announce']))
  expect(published.link).not.toContain('0123456789abcdef')
  const { items } = await operations.listTrackers({ id })
  expect(items.map(each => each.announce ?? each.url)).toEqual(expect.arrayContaining([`${url}/announce`]))
  const search = (text: string, more = {}) => operations.searchHub({ hub: url, text, limit: 10, ...more })
  expect((await search('MAP')).items).toEqual([published])
  expect((await search('', { tag: 'maps', category: 'data' })).items).toHaveLength(1)
  expect((await search('', { category: 'films' })).items).toEqual([])

  const wrong = (input: object) => operations.publishAtHub({ ...given, ...input })
  await expect(wrong({})).rejects.toEqual(refused('bad-argument', 'torrent'))
  await expect(wrong({ torrent: id, link: published.link })).rejects.toEqual(refused('bad-argument', 'link'))
  await expect(wrong({ link: published.link })).rejects.toEqual(refused('bad-argument', 'title'))
  await expect(wrong({ link: 'https://example.org/', title: 'x' })).rejects.toEqual(
    refused('refused', 'link'),
  )
  await expect(wrong({ torrent: 'a'.repeat(40) })).rejects.toEqual(refused('not-found', 'torrent'))
})

test('behind a strict proxy, operations and rooms go through it, and nowhere when it is gone', async () => {
  const { url, link } = await hubForTest()
  const proxy = await TestProxy.open()
  onTestFinished(() => proxy.close())
  const node = await new Person().node('desk', { proxy: proxy.url, proxyMode: 'strict' })
  await node.operations.joinHub({ url: link })
  const requests = proxy.connects.length
  const { device, connect } = node.service(HUBS).accessFor(url)
  const [connected, lost] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const rooms = new RoomsClient(
    { connect: connect(await device.session()), clock: systemClock, random: systemRandom },
    { connected: connected.resolve, disconnected: () => lost.resolve() },
  )
  onTestFinished(() => rooms.close())
  await connected.promise
  expect(proxy.connects.length).toBeGreaterThan(requests)
  expect(new Set(proxy.connects)).toEqual(new Set([new URL(url).host]))
  await proxy.close()
  await lost.promise
  await expect(node.operations.listHubSessions({ hub: url })).rejects.toEqual(refused('no-answer', 'hub'))
})

test('the account at a hub that was joined by an older version is known after the next login', async () => {
  const { url, link } = await hubForTest()
  const node = await new Person().node('desk')
  await node.operations.joinHub({ url: link })
  const { accountDid } = (await node.operations.listHubs({})).items[0]!
  // Without a name it is shown by its DID.
  expect((await node.operations.listHubs({})).items).toMatchObject([{ account: accountDid }])
  await node.service(HUBS).clientFor(url).changeAccount({ name: 'Ada' })
  node.kernel.database.prepare('UPDATE hubs SET account = NULL').run()
  const restarted = await node.restart()
  await restarted.operations.listHubSessions({ hub: url })
  expect((await restarted.operations.listHubs({})).items).toMatchObject([{ account: 'Ada', accountDid }])
})

test('an account that has to be approved is shown as one that waits', async () => {
  const { url, link } = await hubForTest({ registration: 'approval' })
  const ada = await new Person().node('desk')
  await ada.operations.joinHub({ url: link })
  const person = new Person()
  const { operations } = await person.node('laptop')
  const joined = await operations.joinHub({ url, name: 'Ben' })
  expect([joined.account, joined.problem?.message]).toEqual(['Ben', expect.stringContaining('waits until')])
  const search = () => operations.searchHub({ hub: url, text: '', limit: 1 })
  await expect(search()).rejects.toEqual(refused('refused', 'hub', 'waits until'))
  await ada.service(HUBS).clientFor(url).approveAccount({ did: person.did })
  expect((await search()).items).toEqual([])
  expect((await operations.listHubs({})).items).toMatchObject([{ problem: null }])
})

test('a node that the hub asks to wait a little, since others at its address had no account, joins then', async () => {
  const { url } = await hubForTest({ registration: 'open' })
  for (let at = 0; at < 4; at++) {
    const stranger = new TestPerson()
    const device = stranger.connect(url, stranger.device())
    await expect(device.session()).rejects.toMatchObject({ code: 'bad-login', field: 'token' })
  }
  // Its own login is the fifth.
  const node = await new Person().node('desk')
  expect(await node.operations.joinHub({ url, name: 'Eve' })).toMatchObject({ url, problem: null })
})
