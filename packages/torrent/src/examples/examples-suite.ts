/**
 * Runs the examples as separate processes, in a project that has the package installed:
 * `interop/packages.long.test.ts`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { limitMs, until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { parseMetainfo } from '../metainfo/parse-metainfo.ts'
import { Loopback } from '../session/testing/loopback.ts'

const LIMIT_MS = limitMs(60)

export interface ExamplePlace {
  /** Path of the Node binary that runs them. */
  readonly node: string
  /** Folder of the compiled examples. */
  readonly folder: string
}

/** `place` is called when the tests run. `isShort`: run only an example that downloads. */
export function testExamples(
  name: string,
  place: () => ExamplePlace,
  { isShort = false }: { isShort?: boolean } = {},
): void {
  /**
   * Runs an example to its end. If `interrupt` is given, calls it with the first printed line, then
   * stops the example by SIGINT.
   */
  async function run(
    name: string,
    args: readonly string[],
    interrupt?: (printed: string) => Promise<unknown>,
  ) {
    const { node, folder } = place()
    const file = (name: string) => join(folder, `${name}.js`)
    const program = ['--import', file('loopback-only.node'), file(name), ...args]
    const child = spawn(node, program, { stdio: ['ignore', 'pipe', 'pipe'] })
    const exited = once(child, 'exit')
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
    const out: Buffer[] = []
    let errors = ''
    child.stdout.on('data', chunk => out.push(chunk))
    child.stderr.on('data', chunk => {
      errors += chunk
    })
    try {
      if (interrupt) {
        await until('the example prints', () => out.join('').endsWith('\n') || child.exitCode !== null, {
          timeoutMs: LIMIT_MS,
        })
        await interrupt(out.join(''))
        child.kill('SIGINT')
      }
      const [code] = await exited
      return { code, out: Buffer.concat(out), errors }
    } finally {
      clearTimeout(timer)
      child.kill('SIGKILL')
    }
  }

  describe.concurrent(name, { timeout: 2 * LIMIT_MS }, () => {
    test('download downloads', async () => {
      await using at = await seeded()
      const { code, out } = await run('download', [at.link, at.loop.path('down')])
      expect(code).toBe(0)
      const files = out.toString().trim().split('\n')
      expect(files).toEqual(['a.bin', 'b.bin'].map(name => at.loop.path('down', 'content', name)))
      expect(await at.same('b.bin', await readFile(files[1]!))).toBe(true)
    })

    if (isShort) return

    test('share creates a torrent and seeds it', async () => {
      await using loop = await Loopback.make()
      await loop.torrent('content', { 'a.bin': 100_000 })
      const file = loop.path('content.torrent')
      const { code } = await run('share.node', [loop.path('content'), file], async printed => {
        const [, link, port] = /^(magnet:\S+) from port (\d+)$/m.exec(printed)!
        const session = await loop.open({ directory: loop.path('down') })
        const torrent = await session.add(link!, { peers: [`127.0.0.1:${port}`] })
        await torrent.whenComplete()
        expect(torrent.infoHashes).toEqual(parseMetainfo(await readFile(file)).info.infoHashes)
      })
      expect(code).toBe(0)
    })

    test('watch prints progress and state', async () => {
      await using at = await seeded()
      const { code, out } = await run('watch', [at.link, at.loop.path('down')])
      expect(code).toBe(0)
      expect(out.toString()).toMatch(/content: 500000 bytes[\s\S]*downloading[\s\S]*seeding[\s\S]*complete/)
    })

    test('stream writes a file to its output', async () => {
      await using at = await seeded()
      const { code, out } = await run('stream', [at.link, 'b.bin'])
      expect(code).toBe(0)
      expect(await at.same('b.bin', out)).toBe(true)
    })

    test('keep resumes its torrents', async () => {
      await using at = await seeded()
      const folders = [await realpath(at.loop.folder), at.loop.path('state')]
      const first = await run('keep', [...folders, at.link])
      expect(first).toMatchObject({ code: 0, errors: '' })
      const second = await run('keep', folders)
      expect(second.out.toString()).toBe('content is complete\n')
    })

    test('transport downloads through a transport of its own', async () => {
      await using loop = await Loopback.make()
      await loop.torrent('content', { 'a.bin': 300_000 })
      const { code, out } = await run('transport.node', [loop.path('content'), loop.path('down')])
      expect([code, out.toString()]).toEqual([0, 'content came through a pipe\n'])
      const [sent, arrived] = await Promise.all(
        ['content', 'down/content'].map(folder => readFile(loop.path(folder, 'a.bin'))),
      )
      expect(arrived!.equals(sent!)).toBe(true)
    })
  })
}

/** A seed, and a magnet link that names its address. */
async function seeded() {
  const loop = await Loopback.make()
  const metainfo = await loop.torrent('content', { 'a.bin': 300_000, 'b.bin': 200_000 })
  const session = await loop.open({ directory: loop.folder })
  const seed = await session.add(metainfo)
  await seed.whenComplete()
  const link = `${seed.magnet}&x.pe=127.0.0.1:${session.port}`
  const same = async (name: string, bytes: Uint8Array) =>
    Buffer.compare(await readFile(loop.path('content', name)), bytes) === 0
  return { loop, link, same, [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose]() }
}
