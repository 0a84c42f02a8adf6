import { KeyPair } from '@shoal/identity'
import { deviceHash, didOf, judgeDeviceLists, readDevice, readDeviceList } from '@shoal/identity/devices'
import { fromSeedWords } from '@shoal/identity/seed-words'
import { expect, test } from 'vitest'
import {
  addThisBrowser,
  createIdentity,
  describeThisBrowser,
  fromText,
  openRoot,
  rootOfWords,
  sealRoot,
  signsNext,
  toText,
} from './identity.ts'

test('a new person has a list with this browser, and words that are the root key', async () => {
  const { device, words, successorWords } = await createIdentity('Browser')
  const [bytes] = device.lists
  const signed = readDeviceList(bytes!)
  expect([didOf(signed.list), rootOfWords(words).did]).toEqual([device.did, device.did])
  expect(signed.list.devices).toEqual([deviceHash(device.description)])
  expect(readDevice(device.description)).toMatchObject({ name: 'Browser', kind: 'browser' })
  expect(readDevice(device.description).loginKey).toEqual(device.publicKey)
  expect(fromSeedWords(successorWords).did).not.toBe(device.did)
})

test('the key of the browser cannot be read', async () => {
  const { device } = await createIdentity('Browser')
  expect(device.secret).toBeInstanceOf(CryptoKey)
  await expect(crypto.subtle.exportKey('pkcs8', device.secret as CryptoKey)).rejects.toThrow()
})

test('another browser joins the list by the words, and the list continues', async () => {
  const { device, words } = await createIdentity('First')
  const second = await addThisBrowser(rootOfWords(words), device.lists, 'Second')
  const [known, next] = second.lists.map(readDeviceList)
  expect(judgeDeviceLists(device.did, known!, [next!]).kind).toBe('newer')
  expect(next!.list.devices).toEqual([device.description, second.description].map(deviceHash))
})

test('words of somebody else sign nothing', async () => {
  const [{ device }, { words }] = [await createIdentity('First'), await createIdentity('Other')]
  await expect(addThisBrowser(rootOfWords(words), device.lists, 'Second')).rejects.toMatchObject({
    code: 'bad-argument',
  })
  expect(() => rootOfWords('abandon')).toThrow(expect.objectContaining({ code: 'bad-words' }))
})

test('a passkey opens the root key that it was given, for its owner only', async () => {
  const [{ device, words }, other] = [await createIdentity('First'), await createIdentity('Other')]
  const [root, secret, { did }] = [rootOfWords(words), KeyPair.generate().publicKey, device]
  expect([signsNext(root, device.lists), signsNext(root, other.device.lists)]).toEqual([true, false])
  const sealed = sealRoot(root, { secret, did })
  expect(openRoot(sealed, { secret, did }).did).toBe(did)
  const wrong = [
    { secret: KeyPair.generate().publicKey, did },
    { secret, did: other.device.did },
  ]
  for (const by of wrong)
    expect(() => openRoot(sealed, by)).toThrow(expect.objectContaining({ code: 'bad-key' }))
})

test('a browser describes itself for a person, before a list has it', async () => {
  const { did } = KeyPair.generate()
  const { description, publicKey, ...device } = await describeThisBrowser(did, 'Tablet')
  expect(device).toMatchObject({ did, lists: [] })
  expect(readDevice(description)).toMatchObject({ name: 'Tablet', kind: 'browser', loginKey: publicKey })
})

test('bytes are base64url without padding, as the hub has them', () => {
  const { publicKey } = KeyPair.generate()
  expect(toText(publicKey)).toMatch(/^[\w-]{43}$/)
  expect(fromText(toText(publicKey))).toEqual(publicKey)
})
