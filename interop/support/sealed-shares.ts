/** Shares that are sealed, on the command line and in a file. */
import { writeFile } from 'node:fs/promises'
import { LOOPBACK, type ShoalProcess, Workplace } from '../../apps/node/src/testing/shoal-process.ts'
import { bytesSource, createSeal, SealedContent } from '../../packages/sealed/src/index.ts'
import type { TempDir } from './files.ts'

export const NOTES = 'The key is under the third stone.\n'

/** A folder `Photos` with a file of 700,000 bytes and an empty one. */
export async function photos(): Promise<{ place: Workplace; bytes: Buffer }> {
  const place = await Workplace.create({ oneProcess: true })
  const bytes = await place.file('Photos/sub/Größe.jpg', 700_000)
  await writeFile(place.at('Photos', 'empty'), '')
  return { place, bytes }
}

/** Seals the folder with `shoal seed`. */
export async function sealedSeed(
  place: Workplace,
  ...options: string[]
): Promise<{ process: ShoalProcess; link: string; peer: string }> {
  const process = place.start('seed', 'Photos', '--seal', ...options, ...LOOPBACK, '--json')
  const { port } = await process.event('listening')
  const { link } = await process.event('sharing')
  return { process, link, peer: `127.0.0.1:${port}` }
}

/** Seals notes and three megabytes into a file. */
export async function sealFiles(dir: TempDir, to: Parameters<typeof createSeal>[0]) {
  const seal = await createSeal(to)
  const large = new Uint8Array(3_000_000).map((_, index) => index * 7)
  await writeFile(dir.join('large.bin'), large)
  const content = new SealedContent(
    [
      { path: ['Plans', 'notes.txt'], content: bytesSource(new TextEncoder().encode(NOTES)) },
      { path: ['Plans', 'large.bin'], content: bytesSource(large) },
    ],
    seal,
  )
  const path = dir.join('sealed.age')
  await writeFile(path, await content.read(0, content.lengthBytes))
  return { path, key: seal.key }
}
