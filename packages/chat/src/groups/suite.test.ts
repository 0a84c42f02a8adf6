import { randomBytes } from 'node:crypto'
import type { PrivateKey } from 'ts-mls'
import { expect, test } from 'vitest'
import { openSuite as openInBrowsers } from './suite.browser.ts'
import { openSuite as openInNode } from './suite.node.ts'

const [browsers, node] = [await openInBrowsers(), await openInNode()]
const directions = [
  ['Node to browsers', node, browsers],
  ['browsers to Node', browsers, node],
] as const
const random = (length: number) => new Uint8Array(randomBytes(length))
const [info, aad] = [random(20), random(5)]

test('both derive the same keys, hashes and signatures', async () => {
  for (const length of [0, 1, 32, 64, 65, 200]) {
    const [key, data] = [random(length), random(300 - length)]
    expect(await node.hash.digest(data)).toEqual(await browsers.hash.digest(data))
    expect(await node.hash.mac(key, data)).toEqual(await browsers.hash.mac(key, data))
    expect(await node.kdf.extract(key, data)).toEqual(await browsers.kdf.extract(key, data))
    const prk = random(32)
    for (const derived of [1, 32, 33, 100])
      expect(await node.kdf.expand(prk, data, derived)).toEqual(await browsers.kdf.expand(prk, data, derived))
  }
  const ikm = random(32)
  const exported = async ({ hpke }: typeof node) => {
    const { privateKey, publicKey } = await hpke.deriveKeyPair(ikm)
    return [await hpke.exportPrivateKey(privateKey), await hpke.exportPublicKey(publicKey)]
  }
  expect(await exported(node)).toEqual(await exported(browsers))
  const { signKey, publicKey } = await node.signature.keygen()
  const message = random(100)
  const signature = await node.signature.sign(signKey, message)
  expect(signature).toEqual(await browsers.signature.sign(signKey, message))
  for (const { signature: each } of [node, browsers]) {
    expect(await each.verify(publicKey, message, signature)).toBe(true)
    expect(await each.verify(publicKey, message.subarray(1), signature)).toBe(false)
  }
})

test.each(directions)('what is encrypted opens, unless it was changed: %s', async (_, from, to) => {
  const [key, nonce, text] = [random(16), random(12), random(70)]
  const sealed = await from.hpke.encryptAead(key, nonce, aad, text)
  expect(await to.hpke.decryptAead(key, nonce, aad, sealed)).toEqual(text)
  for (const changed of [sealed.subarray(1), sealed.subarray(0, 3), sealed.map(byte => byte ^ 1)])
    await expect(to.hpke.decryptAead(key, nonce, aad, changed)).rejects.toThrow()
  await expect(to.hpke.decryptAead(key, nonce, undefined, sealed)).rejects.toThrow()
})

test.each(directions)('a key encrypts for its owner: %s', async (_, from, to) => {
  const pair = await to.hpke.generateKeyPair()
  const publicKey = await from.hpke.importPublicKey(await to.hpke.exportPublicKey(pair.publicKey))
  const own = await to.hpke.importPrivateKey(await to.hpke.exportPrivateKey(pair.privateKey))
  const text = random(70)
  const { enc, ct } = await from.hpke.seal(publicKey, text, info, aad)
  const open = (...[key, at, ciphertext]: [PrivateKey, Uint8Array, Uint8Array]) =>
    to.hpke.open(key, at, ciphertext, info, aad)
  expect(await open(own, enc, ct)).toEqual(text)
  const { privateKey: another } = await to.hpke.generateKeyPair()
  await expect(open(another, enc, ct)).rejects.toThrow()
  await expect(open(own, enc, ct.subarray(1))).rejects.toThrow()
  // A point of small order, with which anyone could compute the key, and bytes of another length.
  await expect(open(own, new Uint8Array(32), ct)).rejects.toThrow()
  await expect(open(own, enc.subarray(1), ct)).rejects.toThrow()
  const { enc: at, secret } = await from.hpke.exportSecret(publicKey, aad, 40, info)
  expect(await to.hpke.importSecret(own, aad, at, 40, info)).toEqual(secret)
})
