import { expect, test } from 'vitest'
import { openStream, sealStream } from './streams.ts'

const WORK = 8

function streamOf(bytes: Uint8Array, step = 10_000): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + step))
      at += step
    },
  })
}
const bytesOf = async (stream: ReadableStream<Uint8Array>) =>
  new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer())
const seal = async (plain: Uint8Array) => bytesOf(await sealStream(streamOf(plain), 'six words', WORK))
const open = async (sealed: Uint8Array, passphrase = 'six words') =>
  bytesOf(await openStream(streamOf(sealed), passphrase))

test.each([0, 1, 65_536, 200_001])('opens a stream of %i bytes that it sealed', async length => {
  const plain = Uint8Array.from({ length }, (_, at) => at % 251)
  expect(await open(await seal(plain))).toEqual(plain)
})

test('says what is wrong', async () => {
  const sealed = await seal(new Uint8Array(200_000))
  const changed = sealed.slice()
  changed[150_000]! ^= 1
  await expect(open(sealed, 'other words')).rejects.toMatchObject({ code: 'wrong-passphrase' })
  await expect(open(changed)).rejects.toMatchObject({ code: 'damaged' })
  await expect(open(sealed.slice(0, -1))).rejects.toMatchObject({ code: 'damaged' })
  await expect(open(sealed.slice(0, 70_000))).rejects.toMatchObject({ code: 'damaged' })
  await expect(open(new Uint8Array(100))).rejects.toMatchObject({ code: 'damaged' })
  await expect(sealStream(streamOf(new Uint8Array(1)), '')).rejects.toMatchObject({ code: 'bad-argument' })
  const unread = new ReadableStream<Uint8Array>({
    pull: controller => controller.error(new Error('no disk')),
  })
  await expect(openStream(unread, 'x')).rejects.toThrow('no disk')
})
