import { ed25519 } from '@noble/curves/ed25519.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { KeyPair } from '@shoal/identity'
import { decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { expect, test } from 'vitest'
import { openSuite as openInBrowsers } from '../groups/suite.browser.ts'
import { openSuite as openInNode } from '../groups/suite.node.ts'
import { deviceOf, TestPerson } from '../testing/members.ts'
import { openNote, sealNote, signalKey, signalReceiver } from './sealed-note.ts'

const suites = [
  ['Node', await openInNode()],
  ['browsers', await openInBrowsers()],
] as const
const FIELDS = Uint8Array.of(1, 2, 3)

function sender() {
  const { own } = new TestPerson().device('Ann')
  const { identity } = deviceOf(own)
  return { credential: identity, signer: new KeyPair(own.messageKey.seed) }
}

test('message keys become keys for signals as libsodium converts them', () => {
  // Its test ed25519_convert.c.
  const seed = hexToBytes('421151a459faeade3d247115f94aedae42318124095afabe4d1451a559faedee')
  expect(signalKey(seed)).toEqual(
    hexToBytes('8052030376d47112be7f73ed7a019293dd12ad910b654455798b4667d73de166'),
  )
  const device = { ...deviceOf(new TestPerson().device('Ben').own).device }
  const messageKey = ed25519.getPublicKey(seed)
  const { initKey } = signalReceiver({ hash: new Uint8Array(32), device: { ...device, messageKey } } as never)
  expect(initKey).toEqual(hexToBytes('f1814f0e8ff1043d8a44d25babff3cedcae6c22c3edaa48f857ae70de2baae50'))
})

test.each(suites)('a signal opens as what it is, for its device only: %s', async (_, suite) => {
  const [ben, eve] = ['Ben', 'Eve'].map(name => new TestPerson().device(name).own)
  const to = signalReceiver(deviceOf(ben!))
  const note = await sealNote(suite, 'signal', to, FIELDS, sender())
  const open = (bytes: Uint8Array, of = ben!) => openNote(suite, bytes, () => signalKey(of.messageKey.seed))
  expect(await open(note)).toMatchObject({ kind: 'signal', fields: FIELDS, ref: to.ref })
  await expect(open(note, eve!)).rejects.toMatchObject({ code: 'bad-message' })
  const parts = decodeCbor(note) as [number, Uint8Array, Uint8Array, Uint8Array]
  const changed = [
    // Of another kind; for another device; a point of small order, with which anyone could compute
    // the key.
    [1, ...parts.slice(1)],
    [parts[0], deviceOf(eve!).hash, ...parts.slice(2)],
    [...parts.slice(0, 2), new Uint8Array(32), parts[3]],
  ]
  for (const each of changed)
    await expect(open(encodeCbor(each as never))).rejects.toMatchObject({ code: 'bad-message' })
})

test.each(suites)(
  'nothing is sealed to a message key with which others could open it: %s',
  async (_, suite) => {
    const { hash, device } = deviceOf(new TestPerson().device('Mal').own)
    const seal = async (messageKey: Uint8Array) => {
      const to = signalReceiver({ hash, device: { ...device, messageKey } } as never)
      return sealNote(suite, 'signal', to, FIELDS, sender())
    }
    await seal(device.messageKey)
    // The points of order 1, 2, 4 and 8.
    for (const point of [
      `01${'00'.repeat(31)}`,
      `ec${'ff'.repeat(30)}7f`,
      '00'.repeat(32),
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    ])
      await expect(seal(hexToBytes(point))).rejects.toThrow()
  },
)
