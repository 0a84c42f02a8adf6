/**
 * Members and hubs that violate the rules on purpose. The table in docs/chat.md refers to these
 * tests.
 */
import { encodeCbor } from '@shoal/identity/signed-cbor'
import { hex, latin1 } from '@shoal/torrent/base'
import {
  createGroupInfoWithExternalPubAndRatchetTree,
  encodeMlsMessage,
  joinGroupExternal,
  type Proposal,
} from 'ts-mls'
import { defaultClientConfig } from 'ts-mls/clientConfig.js'
import { beforeEach, expect, it } from 'vitest'
import { encodeContent } from '../conversations/index.ts'
import { encodeEnvelope } from '../envelope/envelope.ts'
import { restoreRecords } from '../groups/group-records.ts'
import { makeKeyPackage, readKeyPackage } from '../groups/key-packages.ts'
import { POLICY_EXTENSION } from '../groups/policy.ts'
import { type ChatMember, ChatWorld, HOME, text } from '../testing/chat-world.ts'
import { forgedCommit, forgedHandshake, type HostileMember } from '../testing/forged-commit.ts'
import { NOW, suite } from '../testing/members.ts'

let world: ChatWorld
let ann: ChatMember
let ben: ChatMember
let cat: ChatMember

beforeEach(async () => {
  world = new ChatWorld(1, 4)
  ann = await world.member('Ann')
  ben = await world.member('Ben')
  cat = await world.member('Cat')
})

async function begin(...others: ChatMember[]): Promise<void> {
  const group = await world.until(ann.chat!.createGroup({ home: HOME, name: 'Friends' }))
  await world.until(group!.change({ add: others.map(({ did }) => did) }))
  await world.advance(3000)
}
const say = async (member: ChatMember, words: string) => {
  await world.until(member.only.send(text(words)))
  await world.advance(1000)
}
const namesOf = (member: ChatMember) => member.only.members.map(({ device }) => device.name).sort()
const inject = async (bytes: Uint8Array) => {
  world.hub.inject(ann.only.id, world.random.bytes(16), bytes)
  await world.advance(1000)
}
/** The keys of a member, for a program that can abuse them freely. */
const keysOf = (member: ChatMember) => member.recordsOf(`keys-${hex(ann.only.id)}`)
const stateOf = (member: ChatMember) => restoreRecords(keysOf(member), defaultClientConfig).state
const hostile = (member: ChatMember): HostileMember => ({
  ...{ records: keysOf(member), device: member.own.own, id: ann.only.id },
  randomBytes: length => world.random.bytes(length),
})
const handshake = (member: ChatMember, bytes: Uint8Array) => forgedHandshake(hostile(member), bytes)
const commitOf = (member: ChatMember, proposals: Proposal[], options = {}) =>
  forgedCommit(hostile(member), proposals, options)
const leafOf = (name: string) => ann.only.members.find(({ device }) => device.name === name)!.leaf

it('names a member whose commit removes somebody against the rules, and removes nobody', async () => {
  await begin(ben, cat)
  await inject(await commitOf(ben, [{ proposalType: 'remove', remove: { removed: leafOf('Ann') } }]))
  expect([ann.problems, cat.problems]).toEqual([['not-allowed'], ['not-allowed']])
  await say(cat, 'all here')
  for (const each of [ann, ben, cat]) {
    expect(namesOf(each)).toEqual(['Ann', 'Ben', 'Cat'])
    expect(each.texts).toEqual(['all here'])
  }
})

it('names a member whose program ignores slow mode, and notifies nobody of what is too fast', async () => {
  await begin(ben, cat)
  await world.until(ann.only.change({ policy: { ...ann.only.policy!, slowSeconds: 60 } }))
  await world.advance(1000)
  let arrived = 0
  ann.listener = { arrived: () => arrived++ }
  // Without the check of `send`.
  const force = async (member: ChatMember, words: string) => {
    const { exchange } = member.only.internals
    const content = encodeContent({ kind: 'text', text: words, replyTo: null, mentions: [], files: [] })
    await world.until(exchange.inTurn(() => exchange.sender.write('text', content)))
    await world.advance(5000)
  }
  for (const words of ['one', 'two', 'three']) await force(ben, words)
  await say(cat, 'slow')
  await force(ann, 'of an admin')
  await force(ann, 'who is exempt')
  await world.advance(60_000)
  await say(cat, 'slow again')
  await say(ben, 'slow now')
  const all = ['one', 'two', 'three', 'slow', 'of an admin', 'who is exempt', 'slow again', 'slow now']
  for (const each of [ann, ben, cat]) expect(each.texts).toEqual(all)
  expect([ann.problems, ben.problems, cat.problems]).toEqual([['too-fast'], [], ['too-fast']])
  expect(arrived).toBe(4)
})

it('refuses the external commit of a joiner that removes a member', async () => {
  await begin(ben, cat)
  const info = await createGroupInfoWithExternalPubAndRatchetTree(stateOf(ben), [], suite)
  // With the key of Ben's device, it joins by itself, and removes that device's leaf.
  const own = await makeKeyPackage(suite, ben.own.own, { unixSeconds: NOW })
  const { keyPackage } = await readKeyPackage(suite, own.bytes, NOW)
  const isOwn = (
    one: { leafNode: { signaturePublicKey: Uint8Array } },
    leaf: { signaturePublicKey: Uint8Array },
  ) => latin1(one.leafNode.signaturePublicKey) === latin1(leaf.signaturePublicKey)
  const keyPackageEqualityConfig = { compareKeyPackages: () => false, compareKeyPackageToLeafNode: isOwn }
  const config = { ...defaultClientConfig, keyPackageEqualityConfig }
  const { publicMessage } = await joinGroupExternal(
    info,
    keyPackage,
    own.keys,
    true,
    suite,
    undefined,
    config,
  )
  const bytes = encodeMlsMessage({ version: 'mls10', wireformat: 'mls_public_message', publicMessage })
  const { epoch } = ann.only
  await inject(encodeEnvelope({ kind: 'handshake', commitment: null, ciphertext: bytes }))
  await inject(await handshake(ben, bytes))
  await say(cat, 'all here')
  for (const each of [ann, ben, cat])
    expect([each.only.epoch, namesOf(each), each.texts]).toEqual([epoch, ['Ann', 'Ben', 'Cat'], ['all here']])
})

it('does not read an entry of several megabytes, though it is a valid commit', async () => {
  await begin(ben, cat)
  const { epoch } = ann.only
  await inject(await commitOf(ben, [], { authenticatedData: new Uint8Array(10 << 20) }))
  expect(ann.only.epoch).toBe(epoch)
  await say(ben, 'small')
  expect([ann.texts, cat.texts]).toEqual([['small'], ['small']])
})

it('refuses rules outside the limits, also of an admin', async () => {
  await begin(ben, cat)
  const fields = [1, '<script>'.repeat(1000), [ann.did], 0, null, 0]
  const [required] = stateOf(ann).groupContext.extensions
  const extensions = [required!, { extensionType: POLICY_EXTENSION, extensionData: encodeCbor(fields) }]
  const proposal: Proposal = {
    proposalType: 'group_context_extensions',
    groupContextExtensions: { extensions },
  }
  await inject(await commitOf(ann, [proposal]))
  expect([ben.only.policy!.name, cat.only.policy!.name]).toEqual(['Friends', 'Friends'])
  // Within the limits a name is ordinary text: screens and terminals show it as such.
  const script = '<img src=x onerror=alert(1)>'
  await world.until(ann.only.change({ policy: { ...ann.only.policy!, name: script } }))
  await world.advance(1000)
  expect([ben.only.policy!.name, cat.only.policy!.name]).toEqual([script, script])
})

it('does not let a device invite that its person has removed, though a hub shows its old list', async () => {
  const phone = await world.member('Phone', ben.person)
  ben.person.remove(phone.own)
  // The stolen phone still has its credential, which contains the earlier list.
  const group = await world.until(phone.chat!.createGroup({ home: HOME, name: 'Trap' }))
  await world.until(group!.change({ add: [cat.did] }))
  await world.advance(3000)
  expect(cat.chat!.conversations).toEqual([])
  await begin(ben, cat)
  expect(cat.only.policy!.name).toBe('Friends')
})

it('reads nothing behind an entry that the hub leaves out, and everything once it is there', async () => {
  await begin(ben, cat)
  await say(ben, 'one')
  // Cat's hub omits what the others receive.
  let isMissing = true
  const missing = world.hub.rooms.get(latin1(ann.only.id))!.entries.length + 1
  world.hub.rehash = (place, process) =>
    isMissing && process === cat.process && place.sequence === missing
      ? { ...place, sequence: 10_000 }
      : place
  await world.until(ann.only.change({ policy: { ...ann.only.policy!, name: 'Changed' } }))
  await say(ann, 'two')
  expect([cat.texts, cat.only.policy!.name]).toEqual([['one'], 'Friends'])
  isMissing = false
  await cat.restart()
  await world.advance(3000)
  expect([cat.texts, cat.only.policy!.name]).toEqual([['one', 'two'], 'Changed'])
})
