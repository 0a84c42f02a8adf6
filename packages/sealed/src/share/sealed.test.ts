import { KeyPair } from '@shoal/identity'
import { formatRecipient, formatSecretKey, x25519PublicKey } from '@shoal/identity/age'
import { Decrypter, Encrypter } from 'age-encryption'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { chunkCipher as browserCipher } from '../age/chunk-cipher.browser.ts'
import { chunkCipher as nodeCipher } from '../age/chunk-cipher.node.ts'
import { padmeLength } from '../age/padme.ts'
import { plainLength, sealedLength } from '../age/stream.ts'
import {
  type ByteSource,
  bytesSource,
  createSeal,
  OpenedShare,
  type Seal,
  SealedContent,
  SealedError,
  type SealInput,
  type SealTo,
  sealedTo,
  type Unlock,
} from '../index.ts'

const CHUNK = 64 * 1024
const content = new Uint8Array(5 * CHUNK + 1234).map((_, at) => (at * 31 + (at >> 8)) & 255)
const FILES: SealInput[] = [
  { path: ['Trip', 'film.mkv'], content: bytesSource(content), modifiedMs: 1.7e12 },
  { path: ['Trip', 'note.txt'], content: bytesSource(new TextEncoder().encode('hello')) },
]

let seal: Seal
let unlock: Unlock
let sealed: Uint8Array
beforeAll(async () => {
  seal = await createSeal({ by: 'key' })
  unlock = { key: seal.key! }
  const share = new SealedContent(FILES, seal)
  sealed = await share.read(0, share.lengthBytes)
})

async function errorCode(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    error => (error instanceof SealedError ? error.code : String(error)),
  )
}

/** Reads a complete share: its index and all bytes of its files. */
async function readAll(source: ByteSource, by: Unlock): Promise<Map<string, Uint8Array>> {
  const share = await OpenedShare.open(source, by)
  const files = new Map<string, Uint8Array>()
  for (const { path, lengthBytes } of share.entries)
    files.set(path.join('/'), await (await share.file(path)).read(0, lengthBytes))
  return files
}

async function sealedBytes(to: SealTo): Promise<Uint8Array> {
  const share = new SealedContent([FILES[1]!], await createSeal(to))
  return share.read(0, share.lengthBytes)
}

test('the example in the package documentation works', async () => {
  const files = await readAll(bytesSource(sealed), unlock)
  expect([...files.keys()]).toEqual(['Trip/film.mkv', 'Trip/note.txt'])
  expect(files.get('Trip/film.mkv')).toEqual(content)
})

test('the same seal gives the same bytes in any order and any ranges', async () => {
  const again = new SealedContent(FILES, seal)
  expect(again.lengthBytes).toBe(sealed.length)
  await fc.assert(
    fc.asyncProperty(fc.nat(sealed.length), fc.nat(3 * CHUNK), async (offset, length) => {
      const end = Math.min(sealed.length, offset + length)
      expect(await again.read(offset, end - offset)).toEqual(sealed.subarray(offset, end))
    }),
    { numRuns: 50 },
  )
})

test('reading a range of a file reads only its chunks', async () => {
  let readBytes = 0
  const counting: ByteSource = {
    lengthBytes: sealed.length,
    read: async (offset, length) => {
      readBytes += length
      return sealed.subarray(offset, offset + length)
    },
  }
  const film = await (await OpenedShare.open(counting, unlock)).file(['Trip', 'film.mkv'])
  await fc.assert(
    fc.asyncProperty(fc.nat(content.length), fc.nat(2 * CHUNK), async (start, length) => {
      const end = Math.min(content.length, start + length)
      readBytes = 0
      const parts: Uint8Array[] = []
      for await (const part of film.stream({ start, end })) parts.push(part)
      expect(Buffer.concat(parts).equals(content.subarray(start, end))).toBe(true)
      expect(readBytes).toBeLessThanOrEqual(length + 2 * (CHUNK + 16))
    }),
    { numRuns: 30 },
  )
})

test('any range beyond 8 GiB can be sealed and opened independently', async () => {
  const at = 9 * 2 ** 30 + 12_345
  const long: ByteSource = {
    lengthBytes: 10 * 2 ** 30,
    read: async (offset, length) =>
      Uint8Array.from({ length }, (_, index) => ((offset + index) / 1024) & 255),
  }
  const share = new SealedContent([{ path: ['long'], content: long }, FILES[1]!], seal)
  const opened = await OpenedShare.open(share, unlock)
  expect(opened.entries[0]).toMatchObject({ path: ['long'], lengthBytes: long.lengthBytes })
  const file = await opened.file(['long'])
  expect(await file.read(at, 1000)).toEqual(await long.read(at, 1000))
  expect(await file.read(long.lengthBytes - 5, 5)).toEqual(await long.read(long.lengthBytes - 5, 5))
  const note = await opened.file(['Trip', 'note.txt'])
  expect(new TextDecoder().decode(await note.read(0, 5))).toBe('hello')
})

test('opening reads only the beginning', async () => {
  let farthest = 0
  const source: ByteSource = {
    lengthBytes: sealed.length,
    read: async (offset, length) => {
      farthest = Math.max(farthest, offset + length)
      return sealed.subarray(offset, offset + length)
    },
  }
  expect((await OpenedShare.open(source, unlock)).entries).toHaveLength(2)
  expect(farthest).toBeLessThan(CHUNK + 1024)
})

test('is compatible with the age library in both directions', async () => {
  const decrypter = new Decrypter()
  decrypter.addIdentity(formatSecretKey(seal.key!))
  const tar = await decrypter.decrypt(sealed)
  const encrypter = new Encrypter()
  encrypter.addRecipient(formatRecipient(x25519PublicKey(seal.key!)))
  const back = await encrypter.encrypt(tar)
  expect((await readAll(bytesSource(back), unlock)).get('Trip/film.mkv')).toEqual(content)
})

test('each kind of seal opens only with its kind of key', async () => {
  const [me, other] = [KeyPair.generate(), KeyPair.generate()]
  const mine = { identities: [me.ageIdentity()] }
  const byPassphrase = bytesSource(
    await sealedBytes({ by: 'passphrase', passphrase: 'pass', workFactor: 10 }),
  )
  const toMe = bytesSource(await sealedBytes({ by: 'recipients', recipients: [other.recipient, me.did] }))
  expect(await sealedTo(byPassphrase)).toBe('passphrase')
  expect(await sealedTo(toMe)).toBe('keys')
  expect((await readAll(byPassphrase, { passphrase: 'pass' })).size).toBe(1)
  expect((await readAll(toMe, mine)).size).toBe(1)
  expect(await errorCode(readAll(byPassphrase, { passphrase: 'Pass' }))).toBe('wrong-passphrase')
  expect(await errorCode(readAll(byPassphrase, mine))).toBe('passphrase-needed')
  expect(await errorCode(readAll(toMe, { identities: [KeyPair.generate().ageIdentity()] }))).toBe('wrong-key')
  expect(await errorCode(readAll(toMe, { passphrase: 'pass' }))).toBe('key-needed')
  expect(await errorCode(readAll(bytesSource(sealed), { key: new Uint8Array(32).fill(1) }))).toBe('wrong-key')
})

test('invalid arguments are rejected', async () => {
  expect(await errorCode(createSeal({ by: 'recipients', recipients: [] }))).toBe('bad-argument')
  expect(await errorCode(createSeal({ by: 'recipients', recipients: ['age1x'] }))).toBe('bad-argument')
  expect(await errorCode(createSeal({ by: 'passphrase', passphrase: '' }))).toBe('bad-argument')
  expect(await errorCode(createSeal({ by: 'key', key: new Uint8Array(31) }))).toBe('bad-argument')
})

test('excessive work is rejected immediately', async () => {
  const bytes = await sealedBytes({ by: 'passphrase', passphrase: 'pass', workFactor: 10 })
  const heavy = Buffer.from(
    Buffer.from(bytes)
      .toString('latin1')
      .replace(/(-> scrypt \S+) 10/, '$1 40'),
    'latin1',
  )
  expect(await errorCode(readAll(bytesSource(heavy), { passphrase: 'pass' }))).toBe('too-much-work')
})

test('a share truncated anywhere is damaged or not a sealed share', async () => {
  const begin = seal.header.length + 16
  const cuts = [
    0,
    10,
    40,
    seal.header.length,
    begin,
    begin + 8,
    begin + 16,
    begin + CHUNK + 16,
    sealed.length - 1,
  ]
  for (const cut of cuts)
    expect(['damaged', 'not-sealed'], `cut at ${cut}`).toContain(
      await errorCode(readAll(bytesSource(sealed.subarray(0, cut)), unlock)),
    )
})

test('swapped, repeated and dropped chunks are detected', async () => {
  const begin = seal.header.length + 16
  const chunk = (index: number) =>
    sealed.subarray(begin + index * (CHUNK + 16), begin + (index + 1) * (CHUNK + 16))
  for (const order of [
    [0, 2, 1, 3, 4, 5],
    [0, 1, 1, 3, 4, 5],
    [0, 1, 3, 4, 5],
    [0, 1, 2],
  ]) {
    const bytes = Buffer.concat([sealed.subarray(0, begin), ...order.map(chunk)])
    expect(await errorCode(readAll(bytesSource(bytes), unlock)), String(order)).toBe('damaged')
  }
})

test('any changed byte is detected when it is read', async () => {
  const padding = sealed.length - 3 * CHUNK
  await fc.assert(
    fc.asyncProperty(fc.nat(padding), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const bytes = sealed.slice()
      bytes[at]! ^= change
      const code = await errorCode(readAll(bytesSource(bytes), unlock))
      expect(['damaged', 'not-sealed', 'wrong-key', 'key-needed', 'passphrase-needed']).toContain(code)
    }),
    { numRuns: 150 },
  )
})

test('input that is not a share is rejected', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), fc.boolean(), async (bytes, magic) => {
      const all = magic ? Buffer.concat([Buffer.from('age-encryption.org/v1\n-> '), bytes]) : bytes
      expect(['not-sealed', 'damaged']).toContain(await errorCode(readAll(bytesSource(all), unlock)))
    }),
  )
  const endless = Buffer.from(`age-encryption.org/v1\n${'-> X25519 a\n\n'.repeat(100_000)}`)
  expect(await errorCode(readAll(bytesSource(endless), unlock))).toBe('damaged')
})

test('a truncated file is reported, not filled with zeros', async () => {
  const source: ByteSource = { lengthBytes: 100, read: async () => new Uint8Array(50) }
  const share = new SealedContent([{ path: ['x'], content: source }], seal)
  expect(await errorCode(share.read(0, share.lengthBytes))).toBe('changed')
})

test('padded lengths reveal little, cost little and match age', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 2 ** 45 }), length => {
      const padded = padmeLength(length)
      expect(padded).toBeGreaterThanOrEqual(length)
      expect(padded).toBeLessThanOrEqual(length * 1.12 + 1)
      expect(padmeLength(padded)).toBe(padded)
      expect(plainLength(sealedLength(length))).toBe(length)
    }),
  )
  const lengths = new Set(Array.from({ length: 1000 }, (_, at) => padmeLength(2 ** 30 + at * 1000)))
  expect(lengths.size).toBe(2)
})

test('the ciphers of both platforms agree', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 3000 }),
      fc.uint8Array({ minLength: 12, maxLength: 12 }),
      (plain, nonce) => {
        const [one, two] = [nodeCipher(new Uint8Array(32).fill(7)), browserCipher(new Uint8Array(32).fill(7))]
        const [a, b] = [new Uint8Array(plain.length + 16), new Uint8Array(plain.length + 16)]
        one.seal(nonce, plain, a)
        two.seal(nonce, plain, b)
        expect(a).toEqual(b)
        const opened = new Uint8Array(plain.length)
        for (const cipher of [one, two]) {
          expect(cipher.open(nonce, a, opened)).toBe(true)
          expect(opened).toEqual(plain)
          const wrong = a.slice()
          wrong[wrong.length - 1]! ^= 1
          expect(cipher.open(nonce, wrong, opened.slice())).toBe(false)
        }
      },
    ),
  )
})
