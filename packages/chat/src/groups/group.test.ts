import { randomBytes } from 'node:crypto'
import { gcm } from '@noble/ciphers/aes.js'
import { concatBytes } from '@noble/hashes/utils.js'
import {
  createCommit,
  createGroupInfoWithExternalPubAndRatchetTree,
  createProposal,
  decodeMlsMessage,
  emptyPskIndex,
  encodeMlsMessage,
  joinGroupExternal,
  joinGroupWithExtensions,
  type Proposal,
} from 'ts-mls'
import { defaultClientConfig } from 'ts-mls/clientConfig.js'
import { beforeEach, describe, expect, it } from 'vitest'
import { add, change, NOW, suite, type TestDevice, TestPerson } from '../testing/members.ts'
import { restoreRecords } from './group-records.ts'
import { makeKeyPackage, readKeyPackage } from './key-packages.ts'

const ID = new Uint8Array(32).fill(7)
let ann: TestPerson
let ben: TestPerson
let cat: TestPerson
let annPhone: TestDevice
let annLaptop: TestDevice
let bens: TestDevice
let cats: TestDevice
let all: TestDevice[]

beforeEach(async () => {
  ;[ann, ben, cat] = [new TestPerson(), new TestPerson(), new TestPerson()]
  annPhone = ann.device('Phone')
  annLaptop = ann.device('Laptop')
  bens = ben.device('Ben')
  cats = cat.device('Cat')
  all = [annPhone, bens, cats]
  await annPhone.create([ann.did])
  await add(annPhone, [], [bens, cats])
})

const names = (device: TestDevice) => device.group.members.map(member => member.device.name)
const others = (device: TestDevice) => all.filter(each => each !== device)
const leafOf = (device: TestDevice, name: string) =>
  device.group.members.find(member => member.device.name === name)!.leaf

describe('a group', () => {
  it('lets its members read, and says who wrote', async () => {
    expect(names(cats)).toEqual(['Phone', 'Ben', 'Cat'])
    expect(cats.group.policy.name).toBe('Friends')
    const bytes = await bens.say('hello')
    for (const each of others(bens)) {
      const { sender, content } = await each.group.open(bytes)
      expect([sender.did, sender.device.name]).toEqual([ben.did, 'Ben'])
      expect(new TextDecoder().decode(content)).toBe('hello')
    }
    expect(Buffer.from(bytes).includes('hello')).toBe(false)
  })

  it('opens messages in any order and late, but each once', async () => {
    const sent = []
    for (let n = 0; n < 40; n++) sent.push(await bens.say(`${n}`))
    await change(annPhone, [bens, cats], [])
    await change(annPhone, [bens, cats], [])
    const heard = []
    for (const bytes of sent.toReversed()) heard.push(await cats.hear(bytes))
    expect(heard).toEqual(Array.from({ length: 40 }, (_, n) => `${39 - n}`))
    await expect(cats.hear(sent[3]!)).rejects.toMatchObject({ code: 'repeated' })
  })

  it('cannot be read by a member who was removed, nor its past by one who was added', async () => {
    const before = await annPhone.say('before')
    await change(annPhone, [bens, cats], [{ kind: 'remove', leaf: leafOf(annPhone, 'Cat') }])
    expect(cats.group.isMember).toBe(false)
    const after = await bens.say('after')
    await expect(cats.hear(after)).rejects.toMatchObject({ code: 'unknown-epoch' })
    await expect(cats.say('still here')).rejects.toMatchObject({ code: 'removed' })
    await add(annPhone, [bens], [annLaptop])
    await expect(annLaptop.hear(before)).rejects.toMatchObject({ code: 'unknown-epoch' })
    expect(await annLaptop.hear(await bens.say('welcome'))).toBe('welcome')
  })

  it('takes the first commit of an epoch, whose maker made no other, and the loser tries again', async () => {
    const first = await annPhone.group.commit([{ kind: 'add', device: await annLaptop.keyPackage() }])
    const second = await bens.group.commit([])
    await expect(bens.group.commit([])).rejects.toMatchObject({ code: 'commit-pending' })
    // The log has Ben's first.
    for (const each of all) {
      expect(await each.group.receive(second.bytes)).toMatchObject({
        kind: 'changed',
        by: { did: ben.did },
        lost: each === annPhone,
      })
      expect(await each.group.receive(first.bytes)).toMatchObject({ kind: 'ignored' })
    }
    expect(new Set(all.map(each => each.group.epoch)).size).toBe(1)
    await change(annPhone, [bens, cats], [{ kind: 'add', device: await annLaptop.keyPackage() }], [annLaptop])
    expect(await annLaptop.hear(await cats.say('all in step'))).toBe('all in step')
  })

  it('continues after a crash at any record, without using a key twice', async () => {
    const outgoing = []
    for (let n = 0; n < 3; n++) outgoing.push(await annPhone.say(`${n}`))
    await bens.hear(outgoing[1]!)
    bens.restart()
    await expect(bens.hear(outgoing[1]!)).rejects.toMatchObject({ code: 'repeated' })
    expect(await bens.hear(outgoing[0]!)).toBe('0')
    const commit = await bens.group.commit([])
    bens.restart()
    expect(bens.group.pending?.bytes).toEqual(commit.bytes)
    await expect(bens.group.commit([])).rejects.toMatchObject({ code: 'commit-pending' })
    for (const each of all) await each.group.receive(commit.bytes)
    for (const each of all) each.restart()
    expect(await bens.hear(outgoing[2]!)).toBe('2')
    // Three messages of Ann await their places in the log, with the same bytes as before.
    expect(annPhone.group.sent.map(({ bytes }) => bytes)).toEqual(outgoing)
    await annPhone.group.delivered(annPhone.group.sent[0]!.id)
    annPhone.restart()
    expect(annPhone.group.sent).toHaveLength(2)
    const next = await annPhone.say('next')
    expect([await bens.hear(next), await cats.hear(next)]).toEqual(['next', 'next'])
  })

  it('keeps little of each message in its journal', async () => {
    const size = () => bens.records.reduce((sum, { length }) => sum + length, 0)
    const before = size()
    const bytes = await annPhone.say('x'.repeat(100))
    await bens.hear(bytes)
    expect(size() - before).toBeLessThan(200)
  })

  it('keeps what epochs share once in its journal, and opens messages of each after a restart', async () => {
    const added = []
    for (let n = 0; n < 12; n++)
      added.push({ kind: 'add' as const, device: await new TestPerson().device(`${n}`).keyPackage() })
    await change(annPhone, [bens, cats], added)
    const members = names(bens)
    const size = () => bens.records.reduce((sum, { length }) => sum + length, 0)
    const sent = [await annPhone.say('0')]
    const before = size()
    for (let n = 1; n < 6; n++) {
      await change(annPhone, [bens, cats], [])
      sent.push(await annPhone.say(`${n}`))
    }
    // Of fifteen leaves with a credential, Ann's changes each time.
    expect((size() - before) / 5).toBeLessThan(before / 3)
    await add(annPhone, [bens, cats], [annLaptop])
    await change(annPhone, [bens, cats, annLaptop], [{ kind: 'remove', leaf: leafOf(annPhone, 'Laptop') }])
    bens.restart()
    expect(names(bens)).toEqual(members)
    for (const [n, bytes] of sent.entries()) expect(await bens.hear(bytes)).toBe(`${n}`)
    bens.restart()
    await expect(bens.hear(sent[3]!)).rejects.toMatchObject({ code: 'repeated' })
    await change(bens, [annPhone, cats], [])
    expect(await cats.hear(await bens.say('in step'))).toBe('in step')
  })

  it('lets a member leave by the next commit of another', async () => {
    const bytes = await cats.group.leave()
    cats.restart()
    await expect(cats.group.commit([])).rejects.toMatchObject({ code: 'not-allowed' })
    for (const each of [annPhone, bens]) expect((await each.group.receive(bytes)).kind).toBe('leaving')
    await change(bens, [annPhone, cats], [])
    expect(names(annPhone)).toEqual(['Phone', 'Ben'])
    expect(cats.group.isMember).toBe(false)
  })

  it('binds a message to the entry around it', async () => {
    const binding = new Uint8Array(32).fill(1)
    const bytes = await bens.group.encrypt(randomBytes(16), new Uint8Array(3), binding)
    await expect(cats.group.open(bytes)).rejects.toMatchObject({ code: 'bad-message' })
    expect((await cats.group.open(bytes, binding)).content).toEqual(new Uint8Array(3))
  })
})

describe('its rules', () => {
  it('say who adds and removes', async () => {
    const device = await annLaptop.keyPackage()
    for (const changes of [
      [{ kind: 'add', device }],
      [{ kind: 'remove', leaf: leafOf(bens, 'Cat') }],
      [{ kind: 'policy', policy: { ...bens.group.policy, admins: [ben.did] } }],
    ] as const)
      await expect(bens.group.commit(changes)).rejects.toMatchObject({ code: 'not-allowed' })
    const policy = { ...annPhone.group.policy, membersAdd: true, allowed: [ben.did, cat.did] }
    await change(annPhone, [bens, cats], [{ kind: 'policy', policy }])
    expect(bens.group.policy).toEqual(policy)
    // Someone who is not on the list, and another device of a member.
    const stranger = new TestPerson().device('Stranger')
    await expect(
      bens.group.commit([{ kind: 'add', device: await stranger.keyPackage() }]),
    ).rejects.toMatchObject({ code: 'not-allowed' })
    const tablet = ben.device('Tablet')
    await add(bens, [annPhone, cats], [tablet])
    expect(names(cats)).toContain('Tablet')
  })

  it('hold against a member whose program does not know them', async () => {
    const state = stateOf(bens)
    const remove = { proposalType: 'remove' as const, remove: { removed: leafOf(bens, 'Phone') } }
    const made = await createCommit({ state, cipherSuite: suite }, { extraProposals: [remove] })
    const bytes = await wrapped(bens, encodeMlsMessage(made.commit))
    for (const each of [annPhone, cats]) {
      const outcome = await each.group.receive(bytes)
      expect(outcome).toMatchObject({
        ...{ kind: 'ignored', reason: 'only admins remove others from this group' },
        by: { did: ben.did },
      })
    }
    expect(names(cats)).toHaveLength(3)
    expect(await cats.hear(await annPhone.say('undisturbed'))).toBe('undisturbed')
  })

  it('refuse those who let themselves in', async () => {
    const stranger = new TestPerson().device('Stranger')
    const { keyPackage } = await stranger.keyPackage()
    const info = await createGroupInfoWithExternalPubAndRatchetTree(stateOf(bens), [], suite)
    const { publicMessage } = await joinGroupExternal(
      info,
      keyPackage,
      stranger.keyPackages[0]!.keys,
      false,
      suite,
    )
    const bytes = encodeMlsMessage({ version: 'mls10', wireformat: 'mls_public_message', publicMessage })
    for (const each of [bytes, await wrapped(bens, bytes)])
      expect((await annPhone.group.receive(each)).kind).toBe('ignored')
    expect(names(annPhone)).toHaveLength(3)
  })

  it('refuse what members propose to others, except to leave', async () => {
    const stranger = new TestPerson().device('Stranger')
    const { keyPackage } = await stranger.keyPackage()
    const { extensions } = stateOf(bens).groupContext
    const proposals: Proposal[] = [
      { proposalType: 'remove', remove: { removed: leafOf(bens, 'Cat') } },
      { proposalType: 'add', add: { keyPackage } },
      { proposalType: 'group_context_extensions', groupContextExtensions: { extensions } },
    ]
    for (const proposal of proposals) {
      const { message } = await createProposal(stateOf(bens), false, proposal, suite)
      const bytes = await wrapped(bens, encodeMlsMessage(message))
      for (const each of [annPhone, cats])
        expect(await each.group.receive(bytes)).toMatchObject({
          ...{ kind: 'ignored', reason: 'only leaving a group can be proposed to others' },
          by: { did: ben.did },
        })
    }
    await change(annPhone, [bens, cats], [])
    expect(names(cats)).toEqual(['Phone', 'Ben', 'Cat'])
  })

  it('refuse a commit that changes the key of its device', async () => {
    const tablet = ben.device('Tablet').own
    const state = stateOf(bens)
    const at = 2 * leafOf(bens, 'Ben')
    const node = state.ratchetTree[at]!
    if (node.nodeType !== 'leaf') throw new Error('it is not a leaf')
    // Its new leaf has the credential and the key of another device of the person, and is signed
    // with that.
    const { credential, messageKey } = tablet
    const leaf = { ...node.leaf, credential, signaturePublicKey: messageKey.publicKey }
    const ratchetTree = state.ratchetTree.with(at, { nodeType: 'leaf', leaf })
    const { signature } = suite
    const sign: typeof signature.sign = (key, message) =>
      signature.sign(Buffer.from(message).includes('LeafNodeTBS') ? messageKey.seed : key, message)
    const cipherSuite = { ...suite, signature: { ...signature, sign } }
    const made = await createCommit({ state: { ...state, ratchetTree }, cipherSuite })
    const bytes = await wrapped(bens, encodeMlsMessage(made.commit))
    for (const each of [annPhone, cats])
      expect(await each.group.receive(bytes)).toMatchObject({
        ...{ kind: 'ignored', reason: 'a commit cannot change the key of its device' },
      })
    expect(names(cats)).toEqual(['Phone', 'Ben', 'Cat'])
  })

  it('give nobody a GroupInfo with which others could let themselves in', async () => {
    const guest = new TestPerson().device('Guest')
    const device = await guest.keyPackage()
    const { bytes, welcome } = await annPhone.group.commit([{ kind: 'add', device }])
    // The log has the commit, encrypted for members.
    const key = await bens.group.export('shoal handshake', ID, 32)
    const inner = gcm(key, bytes.subarray(0, 12)).decrypt(bytes.subarray(12))
    expect(decodeMlsMessage(inner, 0)![0].wireformat).toBe('mls_private_message')
    // The one in the welcome, which only the new member opens, lacks the key for external commits.
    const [message] = decodeMlsMessage(welcome!, 0)!
    if (message.wireformat !== 'mls_welcome') throw new Error('it is not a welcome')
    const { keys } = guest.keyPackages[0]!
    const [, extensions] = await joinGroupWithExtensions(
      message.welcome,
      device.keyPackage,
      keys,
      emptyPskIndex,
      suite,
    )
    expect(extensions.map(({ extensionType }) => extensionType)).toEqual(['ratchet_tree'])
  })

  it('refuse a key package with a key of another device, or from long ago', async () => {
    await cats.keyPackage()
    const { bytes } = cats.keyPackages.at(-1)!
    await expect(readKeyPackage(suite, bytes, NOW)).resolves.toMatchObject({ device: { did: cat.did } })
    for (const late of [NOW + 365 * 86_400, NOW - 86_400])
      await expect(readKeyPackage(suite, bytes, late)).rejects.toMatchObject({ code: 'bad-credential' })
    const thief = new TestPerson().device('Thief')
    const stolen = { ...thief.own, credential: cats.own.credential }
    const forged = await makeKeyPackage(suite, stolen, { unixSeconds: NOW })
    await expect(readKeyPackage(suite, forged.bytes, NOW)).rejects.toMatchObject({ code: 'bad-credential' })
  })
})

it('ignores or refuses any entry of which a byte was changed', async () => {
  const message = await bens.say('hello')
  const commit = (await annPhone.group.commit([])).bytes
  for (let at = 0; at < message.length; at += 7) {
    const bad = message.slice()
    bad[at]! ^= 1
    await expect(cats.hear(bad)).rejects.toHaveProperty('code')
  }
  for (let at = 0; at < commit.length; at += 97) {
    const bad = commit.slice()
    bad[at]! ^= 1
    expect((await cats.group.receive(bad)).kind).toBe('ignored')
  }
  expect(await cats.hear(message)).toBe('hello')
  expect((await cats.group.receive(commit)).kind).toBe('changed')
})

it('is not joined by a welcome for others, or for another group', async () => {
  const guest = new TestPerson().device('Guest')
  const { welcome } = await annPhone.group.commit([{ kind: 'add', device: await guest.keyPackage() }])
  await expect(cats.join(welcome!)).rejects.toMatchObject({ code: 'bad-message' })
  await expect(guest.join(welcome!, new Uint8Array(32))).rejects.toMatchObject({ code: 'bad-message' })
  await expect(guest.join(welcome!.subarray(1))).rejects.toMatchObject({ code: 'bad-message' })
  await guest.join(welcome!)
  expect(guest.group.id).toEqual(ID)
})

/** Exposes the state of a device, for use by a hostile program. */
function stateOf({ records }: TestDevice) {
  return restoreRecords(records, defaultClientConfig).state
}

/** Encrypts a handshake as members do. */
async function wrapped({ group }: TestDevice, bytes: Uint8Array): Promise<Uint8Array> {
  const nonce = new Uint8Array(randomBytes(12))
  const key = await group.export('shoal handshake', ID, 32)
  return concatBytes(nonce, gcm(key, nonce).encrypt(bytes))
}
