/**
 * Nodes of contacts that chat directly while their hub is down. The hub is a separate process, and
 * is killed.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodeOperations } from '@shoal/api'
import { createTorrent, infoHashText, writeMetainfo } from '@shoal/torrent'
import { expect, onTestFinished, test } from 'vitest'
import { HUBS } from '../apps/node/src/node/hubs/service.ts'
import { NETWORK } from '../apps/node/src/node/network/service.ts'
import type { TestNode } from '../apps/node/src/node/testing/test-node.ts'
import { cannotCapture, startCapture } from './support/capture.ts'
import { tempDir } from './support/files.ts'
import { HubProcess } from './support/hub.ts'
import { Person } from './support/person.ts'
import { freePort } from './support/ports.ts'
import { hasTrace } from './support/traces.ts'

/** A person with a node that has joined the hub. */
class Member {
  readonly person: Person
  node: TestNode

  /** `nodes`: bootstrap nodes of the Shoal network; null for a node without it. */
  static async join(name: string, url: string, nodes: readonly string[] | null): Promise<Member> {
    const person = new Person()
    const shoal = { enabled: nodes !== null, port: 0, nodes: [...(nodes ?? [])] }
    // Over the Shoal network only.
    const member = new Member(person, await person.node(name, { webrtc: false }, shoal))
    await person.publish(member.node)
    await member.operations.joinHub({ url, name })
    // Others can add this device once its key packages are published.
    const { getKeyPackages } = member.node.service(HUBS).clientFor(url)
    await expect.poll(async () => (await getKeyPackages({})).oneTime).toBeGreaterThan(0)
    return member
  }

  private constructor(person: Person, node: TestNode) {
    this.person = person
    this.node = node
  }

  get operations(): NodeOperations {
    return this.node.operations
  }

  /** Returns its address in the Shoal network. */
  async address(): Promise<string> {
    await expect.poll(async () => (await this.operations.getNetwork({})).state).toBe('on')
    return (await this.operations.getNetwork({})).addresses[0]!
  }

  async key(): Promise<string> {
    return (await this.operations.listPeople({ limit: 1 })).ownKey!
  }

  async enter(conversation: string): Promise<void> {
    const state = async () => {
      const { items } = await this.operations.listConversations({})
      return items.find(({ id }) => id === conversation)?.state
    }
    await expect.poll(state).toBe('member')
    await this.operations.acceptConversation({ conversation })
  }

  say(conversation: string, text: string) {
    return this.operations.sendMessage({ conversation, text, mentions: [], files: [] })
  }

  async messages(conversation: string) {
    return (await this.operations.listMessages({ conversation, limit: 500 })).items
  }

  async texts(conversation: string): Promise<readonly string[]> {
    return (await this.messages(conversation)).map(({ text }) => text)
  }
}

/** Returns the port of an address of the Shoal network. */
function portOf(address: string): number {
  return Number(/\/tcp\/(\d+)/.exec(address)![1])
}

/** Lets two nodes recognize each other in a swarm, as contacts do, and become contacts. */
async function befriend(one: Member, other: Member): Promise<void> {
  const { directory } = one.node
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'film.bin'), Buffer.alloc(8 << 20, 'film'))
  const metainfo = await createTorrent(join(directory, 'film.bin'))
  const torrent = Buffer.from(writeMetainfo(metainfo)).toString('base64')
  const id = infoHashText(metainfo.info.infoHashes)
  await one.operations.addTorrent({ torrent, directory } as never)
  const state = async () => (await one.operations.getTorrent({ id })).state
  await expect.poll(state).toBe('seeding')
  await one.operations.changeSettings({ limits: { uploadBytesPerSecond: 65_536, limitLocalPeers: true } })
  await other.operations.addTorrent({ torrent } as never)
  await other.operations.addPeers({ id, addresses: [`127.0.0.1:${one.node.engine.port}`] })
  for (const [here, there] of [
    [one, other],
    [other, one],
  ] as const) {
    const key = await there.key()
    const keys = async () => (await here.operations.listPeople({ limit: 10 })).items.map(person => person.key)
    await expect.poll(keys).toContain(key)
  }
  await one.operations.updatePerson({ key: await other.key(), showDid: true })
  await other.operations.updatePerson({ key: await one.key(), showDid: true })
  for (const [here, there] of [
    [one, other],
    [other, one],
  ] as const) {
    const dids = async () => (await here.operations.listContacts({})).items.map(({ did }) => did)
    await expect.poll(dids).toContain(there.person.did)
  }
  for (const { operations } of [one, other])
    await operations.actOnTorrents({ ids: [id], action: 'remove' } as never)
}

// It also asserts the cells of "What each party learns" (docs/chat.md) about contacts that connect
// directly: see chat-privacy.test.ts.
test.skipIf(cannotCapture)(
  'two contacts talk on while the hub is killed; a third member gets everything later, once',
  async () => {
    await using folder = await tempDir('chat-direct')
    const port = await freePort()
    const start = () =>
      HubProcess.start(['--port', String(port), '--data', folder.path, '--registration', 'open', '--no-udp'])
    let hub = await start()
    onTestFinished(() => hub[Symbol.asyncDispose]())
    const ann = await Member.join('Ann', hub.url, [])
    const ben = await Member.join('Ben', hub.url, [await ann.address()])
    const cat = await Member.join('Cat', hub.url, null)
    const ports = [await ann.address(), await ben.address()].map(portOf)
    await befriend(ann, ben)
    await using capture = await startCapture(
      `tcp port ${port} or tcp port ${ports[0]} or tcp port ${ports[1]}`,
    )
    const { id } = await ann.operations.createGroup({
      ...{ name: 'Trip', membersAdd: false, slowSeconds: 0 },
      add: [ben.person.did, cat.person.did],
    })
    for (const member of [ben, cat]) await member.enter(id)
    await ann.say(id, 'with the hub')
    for (const member of [ben, cat]) await expect.poll(() => member.texts(id)).toEqual(['with the hub'])
    // The nodes are connected, and their chats learn that both are in the group.
    const libp2p = () => ann.node.service(NETWORK).host?.libp2p
    const streams = () =>
      libp2p()
        ?.getConnections()
        .flatMap(connection => connection.streams.map(({ protocol }) => protocol))
    await expect.poll(streams).toContain('/shoal/chat/1')

    // The devices of contacts know each other's addresses.
    const { remotePeer, remoteAddr } = libp2p()!
      .getConnections()
      .find(({ streams }) => streams.some(({ protocol }) => protocol === '/shoal/chat/1'))!
    expect(`${remotePeer}`).toBe(`${ben.node.service(NETWORK).host!.libp2p.peerId}`)
    const between = [portOf(`${remoteAddr}`), ...ports]
    const peers = [ann, ben].map(({ node }) => node.service(NETWORK).host!.libp2p.peerId)

    hub.process.child.kill('SIGKILL')
    await hub.process.exited
    const one = await ann.say(id, 'one of Ann')
    await expect.poll(() => ben.texts(id)).toEqual(['with the hub', 'one of Ann'])
    const delivery = async () => (await ann.messages(id)).map(message => message.delivery)
    await expect.poll(delivery).toEqual(['delivered', 'received'])
    await ben.say(id, 'two')
    await expect.poll(() => ann.texts(id)).toEqual(['with the hub', 'one of Ann', 'two'])
    await ben.operations.reactToMessage({ conversation: id, message: one.id, emoji: '👍' })
    const reactions = async () => (await ann.messages(id))[1]!.reactions
    await expect.poll(reactions).toEqual([{ emoji: '👍', by: [ben.person.did] }])
    await cat.say(id, 'from Cat')
    expect(await cat.texts(id)).toEqual(['with the hub', 'from Cat'])
    const { packets } = await capture.stop()
    // The capture shows that Ann and Ben connect, and how much they send. It contains none of their
    // words.
    const direct = packets.filter(packet =>
      [packet.sourcePort!, packet.destinationPort!].every(each => between.includes(each)),
    )
    expect(Buffer.concat(direct.map(({ payload }) => payload)).length).toBeGreaterThan(1000)
    const words = [
      'with the hub',
      'one of Ann',
      'Trip',
      ann.person.did,
      ben.person.did,
      Buffer.from(id, 'hex'),
    ]
    const others = packets.filter(packet => ![packet.sourcePort, packet.destinationPort].includes(port))
    const said = Buffer.concat(others.map(({ payload }) => payload))
    expect(words.filter(word => hasTrace(said, word))).toEqual([])
    // Neither the hub nor Cat, who is not a contact, learns the addresses of the others.
    const told = Buffer.concat(
      packets.flatMap(({ sourcePort, payload }) => (sourcePort === port ? [payload] : [])),
    )
    expect(hasTrace(told, Buffer.from(id, 'hex'))).toBe(true)
    const places = [...peers.map(String), ...peers.map(peer => peer.toMultihash().bytes), '/ip4/', '/tcp/']
    expect(places.filter(place => hasTrace(told, place))).toEqual([])
    // Ben's node ends before the hub is back: Ann's has his message.
    await ben.node.close()

    hub = await start()
    const all = ['from Cat', 'one of Ann', 'two', 'with the hub']
    for (const member of [ann, cat])
      await expect.poll(async () => (await member.texts(id)).toSorted()).toEqual(all)
    // Messages move when the log has them.
    const isSame = async () => (await cat.texts(id)).join() === (await ann.texts(id)).join()
    await expect.poll(isSame).toBe(true)
    const seen = async () => (await cat.messages(id)).find(message => message.id === one.id)?.reactions
    await expect.poll(seen).toEqual([{ emoji: '👍', by: [ben.person.did] }])
    ben.node = await ben.node.restart()
    await expect.poll(() => ben.texts(id)).toEqual(await ann.texts(id))
    for (const member of [ann, ben, cat]) {
      const waiting = async () =>
        (await member.messages(id)).filter(({ delivery }) => delivery !== 'delivered')
      await expect.poll(waiting).toEqual([])
      expect((await member.operations.getConversation({ conversation: id })).problems).toEqual([])
    }
  },
)
