/**
 * Another implementation of MLS (Core Crypto, over OpenMLS) in a group of the library and suite
 * that ours use. A closed group of Shoal has rules as an extension and device lists as credentials,
 * which other programs do not support: this one has neither. Skipped if the package cannot be
 * downloaded.
 */
import { expect, test } from 'vitest'
import { BareDevice } from '../packages/chat/src/testing/bare-device.ts'
import { TestPerson } from '../packages/chat/src/testing/members.ts'
import { CoreCryptoClient, installCoreCrypto } from './support/core-crypto.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (read: Uint8Array | null) => read && new TextDecoder().decode(read)

test.skipIf(!(await installCoreCrypto()))(
  'another implementation of MLS joins, both read each other, and each follows the commits of the other',
  async () => {
    const peer = await CoreCryptoClient.open('11111111-1111-4111-8111-111111111111')
    // Format of its client names.
    const identity = bytes('22222222-2222-4222-8222-222222222222:2@example.org')
    const { messageKey } = new TestPerson().device('Ann').own
    const ours = new BareDevice({ credential: { credentialType: 'basic', identity }, messageKey })
    await ours.prepare()
    await ours.create(null)
    const { welcome } = await ours.addEncoded(await peer.keyPackage())
    await peer.join(welcome!)
    const both = async (epoch: bigint) => {
      expect([ours.epoch, await peer.epoch()]).toEqual([epoch, epoch])
      expect(text(await peer.receive(await ours.send(bytes('from here'))))).toBe('from here')
      expect(text(await ours.receive(await peer.encrypt(bytes('from there'))))).toBe('from there')
    }
    await both(1n)
    expect(await ours.receive(await peer.update())).toBeNull()
    await both(2n)
    expect(text(await peer.receive((await ours.update({ isPublic: true })).bytes))).toBeNull()
    await both(3n)
  },
)
