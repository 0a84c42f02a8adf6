import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeEvent } from '@shoal/api'
import { identityText, KeyPair } from '@shoal/identity'
import {
  type DeviceHistory,
  newestList,
  readDeviceText,
  signNextDevices,
  writeDeviceHistory,
} from '@shoal/identity/devices'
import { pngOf } from '@shoal/identity/testing/pictures'
import { limitMs } from '@shoal/testing'
import { createTorrent, infoHashText, writeMetainfo } from '@shoal/torrent'
import { expect, onTestFinished, test } from 'vitest'
import { CAPABILITIES } from '../capabilities.ts'
import { LogEntries } from '../kernel/log/log-entries.ts'
import { type OpenNode, runNode } from '../run-node.ts'
import { ENGINE } from '../torrents/service.ts'

const PATIENT = { timeout: limitMs(90), interval: 200 }
const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'shoal-contacts-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

/** The node of a person who signs device lists. */
class Home {
  readonly root = KeyPair.generate()
  readonly next = KeyPair.generate()
  history: DeviceHistory | null = null
  readonly events: NodeEvent[] = []
  readonly node: OpenNode
  readonly directory: string

  private constructor(node: OpenNode, directory: string) {
    this.node = node
    this.directory = directory
    node.kernel.events.subscribe('people', ({ event }) => this.events.push(event))
  }

  static async open(nodes: readonly string[] = []): Promise<Home> {
    const base = await folder()
    const directory = join(base, 'downloads')
    const node = await runNode(
      {
        ...{ dataDir: join(base, 'data'), directory, allowedDirectories: [base], log: QUIET },
        fixed: {
          network: { port: 0, dht: false, lsd: false, pex: false, trackers: false },
          shoal: { port: 0, nodes: [...nodes] },
        },
        ...{ logEntries: new LogEntries(), peerHost: '127.0.0.1', onStop() {} },
      },
      CAPABILITIES,
    )
    onTestFinished(() => node.close())
    return new Home(node, directory)
  }

  get operations() {
    return this.node.operations
  }

  async address(): Promise<string> {
    await expect.poll(async () => (await this.operations.getNetwork({})).state, PATIENT).toBe('on')
    return (await this.operations.getNetwork({})).addresses[0]!
  }

  /** Makes the node a device that shows the person's own key. */
  async settle(): Promise<this> {
    await this.operations.setPublisher({ identity: identityText(this.root) })
    const { device } = await this.operations.describeDevice({ name: 'node' })
    await this.accept(this.signed([readDeviceText(device)]))
    return this
  }

  signed(devices = this.history!.devices, history = this.history, signer = this.root): DeviceHistory {
    const isFirst = history === null || signer !== this.root
    const successor = signer === this.root ? this.next : KeyPair.generate()
    const named = isFirst ? { successor: successor.publicKey } : {}
    return signNextDevices(history, { devices, unixSeconds: Math.floor(Date.now() / 1000), ...named }, signer)
  }

  async accept(history: DeviceHistory): Promise<void> {
    const { lists, devices } = writeDeviceHistory(history)
    await this.operations.acceptDevices({ lists: [...lists], devices: [...devices] })
    this.history = history
  }

  async key(): Promise<string> {
    return (await this.operations.listPeople({ limit: 1 })).ownKey!
  }

  async contact(did: string) {
    return (await this.operations.listContacts({})).items.find(each => each.did === did)
  }

  async problems(): Promise<string> {
    return JSON.stringify(await this.operations.getHealth({}))
  }

  alarms() {
    return this.events.flatMap(event => (event.type === 'contact-alarm' ? [event.alarm.kind] : []))
  }
}

/** Lets nodes recognize each other in a swarm, which then ends. */
async function meet(first: Home, ...others: readonly Home[]): Promise<void> {
  await mkdir(first.directory, { recursive: true })
  const path = join(first.directory, 'film.bin')
  await writeFile(path, Buffer.alloc(32 * 2 ** 20, 'film'))
  const metainfo = await createTorrent(path)
  const torrent = Buffer.from(writeMetainfo(metainfo)).toString('base64')
  const id = infoHashText(metainfo.info.infoHashes)
  await first.operations.addTorrent({ torrent, directory: first.directory } as never)
  const state = async (home: Home) => (await home.operations.getTorrent({ id })).state
  await expect.poll(() => state(first), PATIENT).toBe('seeding')
  // They stay connected until all have met.
  await first.operations.changeSettings({
    limits: { uploadBytesPerSecond: 65_536, limitLocalPeers: true },
  })
  for (const other of others) {
    await other.operations.addTorrent({ torrent } as never)
    await other.operations.addPeers({ id, addresses: [`127.0.0.1:${first.node.service(ENGINE).port}`] })
    const key = await first.key()
    const seen = async () => (await other.operations.listPeople({ limit: 10 })).items.map(each => each.key)
    await expect.poll(seen, PATIENT).toContain(key)
    const own = await other.key()
    const met = async () => (await first.operations.listPeople({ limit: 10 })).items.map(each => each.key)
    await expect.poll(met, PATIENT).toContain(own)
  }
  for (const home of [first, ...others])
    await home.operations.actOnTorrents({ ids: [id], action: 'remove' } as never)
}

test('two nodes exchange certificates, device lists and profiles; a stranger receives nothing', async () => {
  const ada = await (await Home.open()).settle()
  const address = await ada.address()
  const [ben, cleo] = [await (await Home.open([address])).settle(), await Home.open([address])]
  await Promise.all([ben.address(), cleo.address()])
  await meet(ada, ben, cleo)
  const picture = Buffer.from(pngOf(64, 64)).toString('base64')
  expect(await ada.operations.setProfile({ name: 'Ada', picture })).toMatchObject({
    ...{ did: ada.root.did, name: 'Ada', picture: `data:image/png;base64,${picture}`, problem: null },
  })

  // Ben learns it without meeting again in a swarm; Cleo, who also names Ada, does not.
  await ada.operations.updatePerson({ key: await ben.key(), name: 'Ben', showDid: true })
  for (const other of [ben, cleo]) await other.operations.updatePerson({ key: await ada.key(), name: 'Ada' })
  await cleo.operations.askContacts({})
  await expect
    .poll(() => ben.contact(ada.root.did), PATIENT)
    .toMatchObject({ name: 'Ada', lists: 1, devices: 1, verifiedMs: null, alarms: [] })
  await cleo.operations.askContacts({})
  expect((await cleo.operations.listContacts({})).items).toEqual([])
  // Ben has not shown a person.
  expect((await ada.operations.listContacts({})).items).toEqual([])

  // Mutual verification.
  await ben.operations.updatePerson({ key: await ada.key(), showDid: true })
  await expect.poll(() => ada.contact(ben.root.did), PATIENT).toMatchObject({ lists: 1 })
  const there = await ada.operations.getVerification({ did: ben.root.did })
  const here = await ben.operations.getVerification({ did: ada.root.did })
  expect([there.words, there.words.length]).toEqual([here.words, 12])
  const seen = here.words.join(' ')
  expect((await ada.operations.verifyContact({ did: ben.root.did, seen })).verifiedMs).toBeGreaterThan(0)
  const wrong = { code: 'conflict' }
  await expect(
    ben.operations.verifyContact({ did: ada.root.did, seen: here.words.toReversed().join(' ') }),
  ).rejects.toMatchObject(wrong)
  await expect(ben.operations.verifyContact({ did: ada.root.did, seen: here.ownCode })).rejects.toMatchObject(
    wrong,
  )
  await ben.operations.verifyContact({ did: ada.root.did, seen: there.ownCode })
  expect((await ben.contact(ada.root.did))?.verifiedMs).toBeGreaterThan(0)

  // Changes reach the connected contact automatically.
  await ada.operations.setProfile({ name: 'Ada L.' })
  await expect.poll(() => ben.contact(ada.root.did), PATIENT).toMatchObject({ name: 'Ada L.' })
  const before = ada.history!
  await ada.accept(ada.signed())
  await expect.poll(() => ben.contact(ada.root.did), PATIENT).toMatchObject({ lists: 2 })
  expect(ben.alarms()).toEqual([])

  // A node that was rolled back withholds the second list.
  await ada.operations.forgetDevices({})
  await ada.accept(before)
  await ben.operations.askContacts({ did: ada.root.did })
  expect([(await ben.contact(ada.root.did))?.lists, ben.alarms()]).toEqual([2, ['older']])
  expect(await ben.problems()).toContain('older than the known one')
  await ben.operations.dismissContactAlarms({ did: ada.root.did })
  expect(await ben.problems()).not.toContain('older than the known one')

  // A conflicting second list.
  await ada.accept(ada.signed([]))
  await ben.operations.askContacts({ did: ada.root.did })
  expect([(await ben.contact(ada.root.did))?.devices, ben.alarms()]).toEqual([1, ['older', 'forked']])

  // The successor resolves the conflict, which ends the verification and raises an alarm.
  const devices = before.devices
  await ada.accept(ada.signed(devices, before, ada.next))
  await ben.operations.askContacts({ did: ada.root.did })
  expect(await ben.contact(ada.root.did)).toMatchObject({ lists: 2, devices: 1, verifiedMs: null })
  expect(ben.alarms().slice(2)).toEqual(['rotated', 'unverified'])
  const again = await ben.operations.getVerification({ did: ada.root.did })
  expect(again.words).not.toEqual(here.words)
  expect(newestList(ada.history!).list.root).toEqual(ada.next.publicKey)
  await ada.operations.clearProfile({})
  await expect.poll(() => ben.contact(ada.root.did), PATIENT).toMatchObject({ name: null, picture: null })
})

test('a profile needs a device list with the node, and the same key for contacts', async () => {
  const home = await Home.open()
  await home.address()
  expect(await home.operations.getProfile({})).toEqual({
    ...{ did: null, name: null, picture: null, version: null, problem: 'no-devices' },
  })
  await expect(home.operations.setProfile({ name: 'Ada' })).rejects.toMatchObject({ code: 'conflict' })
  const { device } = await home.operations.describeDevice({ name: 'node' })
  await home.accept(home.signed([]))
  expect(await home.operations.getProfile({})).toMatchObject({ problem: 'not-a-device' })
  await home.accept(home.signed([readDeviceText(device)]))
  await home.operations.setPublisher({ identity: identityText(KeyPair.generate()) })
  expect(await home.operations.setProfile({ name: 'Ada' })).toMatchObject({
    name: 'Ada',
    problem: 'other-key',
  })
  await home.operations.setPublisher({ identity: identityText(home.root) })
  expect(await home.operations.getProfile({})).toMatchObject({ name: 'Ada', problem: null })
  for (const picture of ['AAAA', Buffer.from(pngOf(4000, 4000)).toString('base64')])
    await expect(home.operations.setProfile({ picture })).rejects.toMatchObject({ code: 'bad-picture' })
  // Added again, the device has a different description, so the profile is signed again.
  await home.accept(home.signed([{ ...readDeviceText(device), added: 1 }]))
  expect(await home.operations.getProfile({})).toMatchObject({ name: 'Ada', problem: null })
})
