/**
 * The nodes of two contacts, both behind NATs, whose hub and relay are killed: WebRTC carries their
 * chat, and the relay only its offers. Then browsers behind the same NATs, which connect with the
 * help of their hub's STUN server.
 */
import type { NodeOperations } from '@shoal/api'
import { KeyPair } from '@shoal/identity'
import { fromSeedWords } from '@shoal/identity/seed-words'
import { limitMs } from '@shoal/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connections, descriptions, didOf, setUp, watchPeers, write } from './support/chat-app.ts'
import { type TempDir, tempDir } from './support/files.ts'
import { HubProcess } from './support/hub.ts'
import { cannotCreateNats, NatNetwork, type NatPlace, PUBLIC } from './support/nat-network.ts'
import { Person } from './support/person.ts'
import { startPlacedBrowser } from './support/placed-browser.ts'
import { PlacedNode } from './support/placed-node.ts'
import { missing } from './support/tools.ts'

const PATIENT = { timeout: limitMs(120), interval: 200 }
const HUB_PORT = 8800
const HUB = `http://${PUBLIC.north}:${HUB_PORT}`
const MIDDLE = `/ip4/${PUBLIC.middle}/tcp/6882`

class Member {
  readonly person = new Person()
  readonly node: PlacedNode

  static async join(network: NatNetwork, place: NatPlace, dir: TempDir): Promise<Member> {
    const node = await PlacedNode.start(network, place, dir, { shoal: { nodes: [MIDDLE] } })
    onTestFinished(() => node[Symbol.asyncDispose]())
    const member = new Member(node)
    await member.person.add(node, place)
    await member.person.publish(node)
    await member.operations.joinHub({ url: HUB, name: place })
    return member
  }

  private constructor(node: PlacedNode) {
    this.node = node
  }

  get operations(): NodeOperations {
    return this.node.operations
  }

  async key(): Promise<string> {
    return (await this.operations.listPeople({ limit: 1 })).ownKey!
  }

  async names(other: Member): Promise<void> {
    const key = await other.key()
    await this.node.recognize(other.person.certify(key, await this.key()))
    await this.operations.updatePerson({ key, showDid: true })
  }

  async messages(conversation: string) {
    return (await this.operations.listMessages({ conversation, limit: 50 })).items
  }

  async texts(conversation: string): Promise<readonly string[]> {
    return (await this.messages(conversation)).map(({ text }) => text)
  }

  say(conversation: string, text: string) {
    return this.operations.sendMessage({ conversation, text, mentions: [], files: [] })
  }

  async isRelayed(): Promise<boolean> {
    const { addresses } = await this.operations.getNetwork({})
    return addresses.some(each => each.startsWith(`/ip4/${PUBLIC.middle}/`) && each.includes('p2p-circuit'))
  }
}

/**
 * Browsers behind both routers, and Ben's node, learn their addresses from the hub's STUN server,
 * and continue to talk without it.
 */
async function browsersMeet(network: NatNetwork, dir: TempDir, hub: HubProcess, ben: Member): Promise<void> {
  const [left, right] = [
    await startPlacedBrowser(network, 'left', dir),
    await startPlacedBrowser(network, 'right', dir),
  ]
  onTestFinished(() => left[Symbol.asyncDispose]())
  onTestFinished(() => right[Symbol.asyncDispose]())
  const link = (app: string) => `${app}#hub=${encodeURIComponent(HUB)}`
  const { page } = await left.browser.open(link(left.app))
  const words = await setUp(page, 'Cat')
  const did = await didOf(page)
  const cat = new Person(fromSeedWords(words))
  // Ben has recognized another node of Cat.
  const key = Buffer.from(KeyPair.generate().publicKey).toString('hex')
  await ben.node.recognize(cat.certify(key, await ben.key()))
  await ben.operations.updatePerson({ key, showDid: true })
  const create = () => ben.operations.createPrivate({ person: did }).catch(() => null)
  await expect.poll(create, PATIENT).not.toBeNull()
  const { id } = (await create())!
  await page.getByRole('button', { name: /right/ }).click()
  await page.getByRole('button', { name: 'Accept' }).click()
  const { page: second } = await right.browser.open(link(right.app))
  await second.getByRole('button', { name: 'Continue' }).click()
  await second.getByLabel('24 words').fill(words)
  await second.getByRole('button', { name: 'Add this browser' }).click()
  await second.getByRole('button', { name: /right/ }).click()
  await page.addInitScript(watchPeers)
  await page.reload()
  await expect.poll(() => page.evaluate(connections), PATIENT).toBe(2)
  const [own, one, , other] = await page.evaluate(descriptions)
  expect(own).toContain(`${PUBLIC.left} `)
  for (const each of [one, other]) expect(each).toMatch(new RegExp(`${PUBLIC.right} .*typ srflx`))
  hub.process.child.kill('SIGKILL')
  await hub.process.exited
  await write(page, 'from the browser on the left')
  await second.getByText('from the browser on the left').last().waitFor()
  await write(second, 'from the browser on the right')
  await page.getByText('from the browser on the right').last().waitFor()
  await ben.say(id, 'from the node')
  await page.getByText('from the node').last().waitFor()
  const all = ['from the browser on the left', 'from the browser on the right', 'from the node']
  await expect.poll(async () => (await ben.texts(id)).toSorted(), PATIENT).toEqual(all.toSorted())
}

describe.skipIf(cannotCreateNats ?? missing('chromium-headless-shell'))(
  'contacts behind NATs',
  { timeout: limitMs(400) },
  () => {
    it('talk on while the hub and the relay are away, and their log has each message once', async () => {
      await using dir = await tempDir('chat-nats')
      const network = new NatNetwork()
      onTestFinished(() => network[Symbol.dispose]())
      const arguments_ = ['--host', PUBLIC.north, '--port', String(HUB_PORT), '--name', 'Harbour']
      const data = ['--data', dir.join('hub'), '--registration', 'open']
      const startHub = (...more: readonly string[]) =>
        HubProcess.start([...arguments_, ...data, ...more], { within: network.within('north') })
      // Without STUN, so that the nodes need the relay.
      let hub = await startHub('--no-udp')
      onTestFinished(() => hub[Symbol.asyncDispose]())
      await using middle = await PlacedNode.start(network, 'middle', dir)
      const ann = await Member.join(network, 'left', dir)
      const ben = await Member.join(network, 'right', dir)
      for (const member of [ann, ben]) await expect.poll(() => member.isRelayed(), PATIENT).toBe(true)
      await ann.names(ben)
      await ben.names(ann)
      // The other device can be added once its key packages are published.
      const begin = () => ann.operations.createPrivate({ person: ben.person.did }).catch(() => null)
      await expect.poll(begin, PATIENT).not.toBeNull()
      const { id } = (await begin())!
      await ann.say(id, 'with the hub')
      await expect.poll(() => ben.texts(id).catch(() => []), PATIENT).toEqual(['with the hub'])

      hub.process.child.kill('SIGKILL')
      await hub.process.exited
      await ann.say(id, 'from the left')
      await expect.poll(() => ben.texts(id), PATIENT).toEqual(['with the hub', 'from the left'])
      // The relay has carried an offer and its answer, and is no longer needed.
      await middle.kill()
      await ben.say(id, 'from the right')
      const all = ['with the hub', 'from the left', 'from the right']
      await expect.poll(() => ann.texts(id), PATIENT).toEqual(all)

      hub = await startHub()
      for (const member of [ann, ben]) {
        const waiting = async () =>
          (await member.messages(id)).filter(({ delivery }) => delivery !== 'delivered')
        await expect.poll(waiting, PATIENT).toEqual([])
        expect((await member.texts(id)).toSorted()).toEqual(all.toSorted())
      }
      expect(await ann.texts(id)).toEqual(await ben.texts(id))
      await browsersMeet(network, dir, hub, ben)
    })
  },
)
