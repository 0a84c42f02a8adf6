/** A sealed share on the command line: complete processes, on loopback. */
import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { LOOPBACK } from '../apps/node/src/testing/shoal-process.ts'
import { photos, sealedSeed } from './support/sealed-shares.ts'

test('the key in the link opens a share, and no sealed file remains', async () => {
  const { place, bytes } = await photos()
  await using _end = place
  const { process, link, peer } = await sealedSeed(place)
  const get = place.start('get', link, '-o', 'in', '--peer', peer, ...LOOPBACK, '--json')
  expect(await get.finished).toMatchObject({ code: 0, stderr: '' })
  expect(get.objects.find(({ event }) => event === 'opened')).toMatchObject({
    paths: [place.at('in', 'Photos')],
    length: 700_000,
    leftOut: 0,
  })
  expect((await place.read('in/Photos/sub/Größe.jpg')).equals(bytes)).toBe(true)
  expect(await readdir(place.at('in'))).toEqual(['Photos'])
  expect((await process.interrupt()).code).toBe(0)
  expect(await readdir(place.at('state', 'sealed'))).toEqual([])
})
