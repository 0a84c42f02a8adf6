/**
 * A node with all APIs of other programs, for calls with only the password, which cannot access
 * hidden folders.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll } from 'vitest'
import { type TestNode, testNode } from '../../../testing/test-node.ts'
import { torrentFile } from '../../../testing/torrent-file.ts'
import { Access } from '../../access/access.ts'
import { hashPassword } from '../../access/password.ts'
import { buildServer } from '../../server.ts'
import { TOKEN } from '../../testing/served.ts'

/** The error for a path that only the node's token gives access to. */
export const REFUSED = /only the node's token opens/

/** The login of the user. */
export const AUTHORIZATION = `Basic ${Buffer.from('ann:correct horse').toString('base64')}`

export interface GuestServer {
  readonly app: FastifyInstance
  /** Its home folder contains `.ssh` and `films`. */
  readonly node: TestNode
  /** A torrent of one file, `plain.bin`, in the home folder. */
  readonly id: string
}

/**
 * Returns a function that opens a server shared by all tests of the file: later calls return the
 * same one.
 */
export function useGuestServer(): () => GuestServer {
  let opened: GuestServer | undefined
  beforeAll(async () => {
    const node = await testNode()
    await mkdir(join(node.folder, '.ssh'))
    await mkdir(join(node.folder, 'films'))
    const { id, bytes } = await torrentFile('plain.bin')
    await node.torrents.add(bytes, { directory: node.folder, paused: true })
    const secret = await hashPassword('ann', 'correct horse', { N: 1024 })
    const app = buildServer({
      ...{ node, port: 0, access: new Access({ token: TOKEN, secret }) },
      plugins: node.running.flatMap(({ routes }) => routes ?? []),
    })
    opened = { app, node, id }
  })
  afterAll(async () => {
    await opened?.app.close()
    await opened?.node.end()
  })
  return () => opened!
}

/**
 * A call for each place where such an API takes a path: its arguments with a folder, and the answer
 * to a hidden one.
 */
export type PathCall = (folder: string) => [args: object, answer?: RegExp]

/** Returns the calls of all methods, with their names. */
export function listed(calls: Readonly<Record<string, readonly PathCall[]>>) {
  return Object.entries(calls).flatMap(([name, each]) => each.map((call, at) => ({ name, at, call })))
}
