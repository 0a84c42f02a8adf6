import { writeFile } from 'node:fs/promises'
import { jpegOf, pngOf } from '@shoal/identity/testing/pictures'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PASSPHRASE, Workplace } from '../../testing/shoal-process.ts'

let place: Workplace
beforeAll(async () => {
  place = await Workplace.create({ oneProcess: true })
  await place.node()
})
afterAll(() => place[Symbol.asyncDispose]())

test('a profile is set, shown and cleared, once the node is a device', async () => {
  expect((await place.json('profile')).object).toMatchObject({ did: null, name: null, problem: 'no-devices' })
  expect((await place.json('profile', 'set', '--name', 'Ada')).object).toMatchObject({
    error: { code: 'conflict' },
  })
  const did = await place.key()
  await place.ask('devices', 'add', ...PASSPHRASE)
  const picture = place.at('ada.jpg')
  await writeFile(picture, jpegOf(64, 64))
  const set = await place.json('profile', 'set', '--name', 'Ada', '--picture', picture)
  expect(set.object).toMatchObject({ did, name: 'Ada', picture: expect.stringMatching(/^data:image\/jpeg;/) })
  expect((await place.run('profile')).stdout).toMatch(/Name: +Ada\n.*image\/jpeg/)
  expect((await place.json('profile', 'set', '--no-picture')).object).toMatchObject({
    name: 'Ada',
    picture: null,
  })
  expect((await place.json('profile', 'clear')).object).toMatchObject({
    name: null,
    version: expect.any(Number),
  })
})

test('pictures that are too large are refused before they are sent', async () => {
  const picture = place.at('large.png')
  await writeFile(picture, pngOf(4000, 3000))
  const wide = await place.json('profile', 'set', '--picture', picture)
  expect(wide.object).toMatchObject({
    error: { code: 'bad-picture', message: expect.stringContaining('512') },
  })
  await writeFile(picture, Buffer.alloc(40_000))
  expect((await place.json('profile', 'set', '--picture', picture)).object).toMatchObject({
    error: { code: 'bad-picture' },
  })
  for (const words of [
    ['set'],
    ['show', '--name', 'Ada'],
    ['--name', 'Ada'],
    ['set', '--picture', 'x', '--no-picture'],
    ['praise'],
  ])
    expect([words, (await place.run('profile', ...words)).code]).toEqual([words, 2])
})
