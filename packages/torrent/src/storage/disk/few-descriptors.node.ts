/**
 * Test program: run with a limit of 48 descriptors, it writes and reads 200 files through a pool
 * that would keep 96 open.
 */
import { PieceLayout } from '../../metainfo/layout.ts'
import { testFiles } from '../fixtures.ts'
import { createFileStorage, HandlePool } from './file-storage.node.ts'

const layout = new PieceLayout({
  version: 'v1',
  pieceLengthBytes: 1000,
  files: testFiles(Array.from({ length: 200 }, (_, i) => [`${i}`, 1000])),
})
const storage = createFileStorage({
  layout,
  directory: process.argv[2]!,
  name: 'key',
  handles: new HandlePool(),
})
const pieces = Array.from({ length: 200 }, (_, piece) => piece)
await Promise.all(pieces.map(piece => storage.write(piece * 1000, new Uint8Array(1000).fill(piece))))
const results = await Promise.all(
  pieces.map(async piece => {
    const into = new Uint8Array(1000)
    await storage.read(piece * 1000, into)
    return into.every(byte => byte === piece)
  }),
)
await storage.flush()
await storage.close()
console.log(`200 files, ${results.every(Boolean) ? 'right' : 'wrong'}`)
