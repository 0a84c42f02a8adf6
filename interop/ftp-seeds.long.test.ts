/**
 * FTP servers as web seeds (BEP 19): real ones that have the files of a torrent, stop, and come
 * back.
 */
import { chmod } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { difference, randomTree, type TempDir, tempDir } from './support/files.ts'
import { FtpServer } from './support/ftp.ts'
import { FtpsServer } from './support/ftps.ts'
import { freePort } from './support/ports.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing } from './support/tools.ts'

/** Files that share pieces, fill them or are empty, and names that must be escaped. */
const TREE = { 'a b.bin': 1_500_000, 'd/é#.bin': 1, 'd/e': 262_144, empty: 0, 'z%?.bin': 700_001 }

interface FtpServerKind {
  readonly name: string
  readonly tools: readonly ['pyftpdlib'] | readonly ['vsftpd', 'openssl']
  start(folder: string, port: number): Promise<AsyncDisposable>
}

const SERVERS: readonly FtpServerKind[] = [
  { name: 'pyftpdlib', tools: ['pyftpdlib'], start: (folder, port) => FtpServer.start(folder, { port }) },
  {
    name: 'vsftpd',
    tools: ['vsftpd', 'openssl'],
    start: (folder, port) => FtpsServer.start(folder, { plain: true, port }),
  },
]

async function makeTree(dir: TempDir, webSeed: string, version: 'v1' | 'v2' | 'hybrid' = 'hybrid') {
  await randomTree(dir.join('seed', 'tree'), TREE)
  for (const folder of ['seed', 'seed/tree', 'seed/tree/d']) await chmod(dir.join(folder), 0o755)
  return makeTorrent(dir.join('seed', 'tree'), dir.join('t.torrent'), { version, webSeeds: [webSeed] })
}

for (const { name, tools, start } of SERVERS)
  describe.skipIf(missing(...tools))(name, () => {
    test.each(['v1', 'v2', 'hybrid'] as const)('%s: it alone has the files of a torrent', async version => {
      await using dir = await tempDir('ftp-seeds')
      const port = await freePort()
      const made = await makeTree(dir, `ftp://127.0.0.1:${port}/`, version)
      await using _server = await start(dir.join('seed'), port)
      await using shoal = await Shoal.open({ directory: dir.join('leech') })
      const torrent = await shoal.get(made.torrent, {})
      expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
      expect(torrent.stats.wastedBytes).toBe(0)
      expect(torrent.peers()).toMatchObject([{ kind: 'webseed', address: `ftp://127.0.0.1:${port}/` }])
    })

    test('it ends during a download, which continues when it is back', async () => {
      await using dir = await tempDir('ftp-seeds')
      const port = await freePort()
      const made = await makeTree(dir, `ftp://127.0.0.1:${port}/`)
      const first = await start(dir.join('seed'), port)
      await using shoal = await Shoal.open({ directory: dir.join('leech') })
      shoal.session.setLimits({ downloadBytesPerSecond: 600_000 }, 'webseed')
      const torrent = await shoal.add(made.torrent, {})
      const lines: string[] = []
      torrent.on('log', line => lines.push(line))
      try {
        await until('a part has arrived', () => torrent.stats.haveBytes > 300_000)
      } finally {
        await first[Symbol.asyncDispose]()
      }
      await until('it is tried again later', () => lines.some(line => line.includes('tried again')))
      const kept = torrent.stats.haveBytes
      expect(kept).toBeLessThan(2_462_146)
      await using _second = await start(dir.join('seed'), port)
      shoal.session.setLimits({ downloadBytesPerSecond: Number.POSITIVE_INFINITY }, 'webseed')
      await shoal.done(torrent)
      expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
      // Only data in flight is downloaded twice.
      expect(torrent.stats.downloadedBytes).toBeLessThan(2 * 2_462_146 - kept)
    })
  })

test.skipIf(missing('pyftpdlib'))('a user name and password of the URL are used, and not shown', async () => {
  await using dir = await tempDir('ftp-seeds')
  const port = await freePort()
  const made = await makeTree(dir, `ftp://me:s3cret@127.0.0.1:${port}/`)
  await using server = await FtpServer.start(dir.join('seed'), { port })
  await using shoal = await Shoal.open({ directory: dir.join('leech') })
  const torrent = await shoal.get(made.torrent, {})
  expect(await difference(dir.join('seed'), dir.join('leech'))).toBeNull()
  expect(JSON.stringify(torrent.peers())).not.toContain('s3cret')
  await until('the server has logged the login', () => server.output().includes("USER 'me' logged in"))
})
