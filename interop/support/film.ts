/**
 * Films that do not compress well, partial copies of them, and the requests that browsers send to
 * play them.
 */
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { toolPath } from './tools.ts'

export const FILM_SECONDS = 20

/**
 * Creates a film (.mp4) of 1.8 MB, with its index at the front and a complete picture every second.
 * It takes a quarter of a second.
 */
export async function makeFilm(path: string): Promise<void> {
  const source = `testsrc2=size=320x180:rate=10:duration=${FILM_SECONDS},noise=alls=40:allf=t`
  const coding = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p',
    '-b:v',
    '700k',
    '-g',
    '10',
  ]
  await ffmpeg('-i', source, ...coding, '-movflags', '+faststart', path)
}

/** Runs FFmpeg with a generated source, such as `testsrc2`. */
export async function ffmpeg(...args: readonly string[]): Promise<void> {
  await promisify(execFile)(toolPath('ffmpeg'), ['-v', 'error', '-f', 'lavfi', ...args])
}

/**
 * Writes a copy of the file into a folder, in which everything but a part is zeros. `from` and `to`
 * are shares of its length.
 */
export async function copyPart(path: string, folder: string, from: number, to: number): Promise<void> {
  const bytes = await readFile(path)
  bytes.fill(0, 0, Math.floor(from * bytes.length)).fill(0, Math.floor(to * bytes.length))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, basename(path)), bytes)
}

/**
 * Collects the offsets from which a page requests the rest of a file whose address matches
 * `pattern`.
 */
export function watchOffsets(page: Page, pattern: RegExp): number[] {
  const offsets: number[] = []
  page.on('request', request => {
    // Does not wait for the headers that the browser adds: it does so only when the node responds.
    const [, from] = /^bytes=(\d+)-/.exec(request.headers().range ?? '') ?? []
    if (from !== undefined && pattern.test(request.url())) offsets.push(Number(from))
  })
  return offsets
}
