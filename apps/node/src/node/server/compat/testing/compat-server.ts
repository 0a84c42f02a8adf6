/** A real node with one of these APIs in front of it, for their tests. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { guard } from '@shoal/daemon/http'
import { createTorrent, writeMetainfo } from '@shoal/torrent'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { type TestNode, testNode } from '../../../testing/test-node.ts'
import { Access } from '../../access/access.ts'
import { challenge } from '../../challenge.ts'
import type { CompatPlugin } from '../../server.ts'
import { type Call, createCall } from '../call.ts'

export const TOKEN = 'token-token-token-token-token-token-token-t'

export interface CompatServer extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly node: TestNode
  readonly call: Call
  /** Warnings and errors in the log. */
  readonly problems: string[]
  /**
   * Returns the bytes of a .torrent with files of these names and lengths in a separate folder, or
   * with one file of this length.
   */
  torrent(
    name: string,
    files: Readonly<Record<string, number>> | number,
    trackers?: string[][],
  ): Promise<Buffer>
}

export async function compatServer(open: (node: TestNode) => CompatPlugin): Promise<CompatServer> {
  const node = await testNode()
  const problems: string[] = []
  const note = (text: string) => void problems.push(text)
  const log = { debug() {}, info() {}, warn() {}, error: note }
  const app = guard({ challenge, log, host: '127.0.0.1' })
  const access = new Access({ token: TOKEN })
  app.register(async scope => open(node)({ app: scope, node: { ...node, log }, access }))
  await app.ready()
  return {
    app,
    node,
    problems,
    call: createCall(node.operations),
    async torrent(name, files, trackers = []) {
      for (const [path, length] of Object.entries(typeof files === 'number' ? { '.': files } : files)) {
        const full = join(node.folder, 'made', name, path)
        await mkdir(join(full, '..'), { recursive: true })
        await writeFile(full, Buffer.alloc(length, path))
      }
      return Buffer.from(writeMetainfo(await createTorrent(join(node.folder, 'made', name), { trackers })))
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await node.end()
    },
  }
}

export type Answer = LightMyRequestResponse
