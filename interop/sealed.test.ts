import { readdir, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { LOOPBACK, type ShoalProcess, Workplace } from '../apps/node/src/testing/shoal-process.ts'

const LIMIT = { timeout: 240_000 }

async function sealedSeed(
  place: Workplace,
  ...options: string[]
): Promise<{ process: ShoalProcess; link: string; peer: string }> {
  const process = place.start('seed', 'Photos', '--seal', ...options, ...LOOPBACK, '--json')
  const { port } = await process.event('listening')
  const { link } = await process.event('sharing')
  return { process, link, peer: `127.0.0.1:${port}` }
}

async function photos(): Promise<{ place: Workplace; bytes: Buffer }> {
  const place = await Workplace.create()
  const bytes = await place.file('Photos/sub/Größe.jpg', 700_000)
  await writeFile(place.at('Photos', 'empty'), '')
  return { place, bytes }
}

test('the key in the link opens a share, and no sealed file remains', LIMIT, async () => {
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
