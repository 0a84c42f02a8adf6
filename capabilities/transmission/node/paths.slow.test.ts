/**
 * The calls that take a path, with only the password. A new one has to be classified here first.
 */
import { join } from 'node:path'
import {
  AUTHORIZATION,
  listed,
  type PathCall,
  REFUSED,
  useGuestServer,
} from '@shoal/node/node/server/compat/testing/guest-server.ts'
import { expect, test } from 'vitest'
import { METHODS } from './rpc.ts'

const MAGNET = `magnet:?xt=urn:btih:${'a'.repeat(40)}`
const open = useGuestServer()

/** Returns `success`, or what was wrong. */
async function rpc(method: string, args: object): Promise<string> {
  const { app } = open()
  const url = '/transmission/rpc'
  const headers = { host: 'localhost', authorization: AUTHORIZATION }
  const first = await app.inject({ method: 'POST', url, headers, payload: {} })
  const session = { 'x-transmission-session-id': String(first.headers['x-transmission-session-id']) }
  const payload = { method, arguments: args }
  const answer = await app.inject({ method: 'POST', url, headers: { ...headers, ...session }, payload })
  return answer.json().result
}

/** Called with a folder, or a path in it, wherever a call takes a path. */
const CALLS: Readonly<Record<string, readonly PathCall[]>> = {
  'torrent-add': [
    folder => [{ filename: MAGNET, 'download-dir': folder, paused: true }],
    folder => [{ filename: join(folder, 'a.torrent'), paused: true }],
  ],
  'torrent-set': [location => [{ ids: [open().id], location }]],
  'torrent-set-location': [
    location => [{ ids: [open().id], location, move: true }],
    location => [{ ids: [open().id], location, move: false }],
  ],
  'session-set': [folder => [{ 'download-dir': folder }]],
  'free-space': [path => [{ path }]],
}
/** Its only path is relative to the torrent's folder. */
const INNER = ['torrent-rename-path']
const OTHERS =
  'torrent-start torrent-start-now torrent-stop torrent-verify torrent-reannounce torrent-remove queue-move-top queue-move-up queue-move-down queue-move-bottom session-get session-stats session-close blocklist-update port-test group-get group-set torrent-get'

test('every call is judged', () => {
  expect([...METHODS.keys()].sort()).toEqual([...Object.keys(CALLS), ...INNER, ...OTHERS.split(' ')].sort())
})

test.each(listed(CALLS))('$name ($at) takes no hidden folder', async ({ name, call }) => {
  const { node } = open()
  for (const folder of ['.ssh', 'films/../.ssh'])
    expect(await rpc(name, call(`${node.folder}/${folder}`)[0])).toMatch(REFUSED)
  expect(await rpc(name, call(join(node.folder, 'films'))[0])).not.toMatch(REFUSED)
})

test('no file is renamed into a hidden folder', async () => {
  const { node, id } = open()
  await node.operations.moveTorrent({ id, directory: node.folder })
  for (const method of INNER)
    expect(await rpc(method, { ids: [id], path: 'plain.bin', name: '.bashrc' })).toMatch(REFUSED)
  const { items } = await node.operations.listFiles({ id, limit: 10 })
  expect(items.map(({ path }) => path)).toEqual(['plain.bin'])
})
