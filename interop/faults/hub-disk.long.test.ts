/** A hub whose data folder is on a disk that is full. */
import { fileURLToPath } from 'node:url'
import { connectRooms, type RoomsClient } from '@shoal/hub-api/rooms'
import { until } from '@shoal/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { joined } from '../../apps/hub/src/testing/test-hub.ts'
import type { ManagedProcess } from '../support/process.ts'
import { noSmallDisk, type SmallDisk, smallDisk } from '../support/small-disk.ts'

const ENTRY = fileURLToPath(new URL('../../apps/hub/src/shoal-hub.ts', import.meta.url))
const PORT = ['--port', '0', '--no-udp']
const FULL = 'the disk of the database is full: free some space'

function runHub({ path, run }: SmallDisk): Promise<ManagedProcess> {
  return run(process.execPath, ENTRY, '--data', `${path}/data`, ...PORT, '--registration', 'open')
}

async function startHub(disk: SmallDisk): Promise<{ hub: ManagedProcess; url: string }> {
  const hub = await runHub(disk)
  const url = await until('the hub listens', () => /"(http:[^"]+)\/announce"/.exec(hub.output())?.[1])
  return { hub, url }
}

function connect(url: string, session: string): RoomsClient {
  const client = connectRooms({ url, session })
  onTestFinished(() => client.close())
  return client
}

/** Returns the texts of a room, which grow while it is followed. */
function follow(client: RoomsClient, room: Uint8Array): string[] {
  const texts: string[] = []
  client.follow(
    { room },
    { entries: entries => void texts.push(...entries.map(({ bytes }) => Buffer.from(bytes).toString())) },
  )
  return texts
}

const textOf = async (url: string) => (await fetch(url)).text()

describe.skipIf(noSmallDisk)(`a hub on a small disk${noSmallDisk ? ` (${noSmallDisk})` : ''}`, () => {
  test('that is full says so, serves what it has, and stores again once there is room', async () => {
    const disk = await smallDisk('hub-disk')
    const { hub, url } = await startHub(disk)
    const [ann, ben] = [await joined(url, { name: 'Ann' }), await joined(url, { name: 'Ben' })]
    const session = await ben.client.session()
    const [client, other] = [connect(url, await ann.client.session()), connect(url, session)]
    await until('both are connected', () => client.isConnected && other.isConnected)
    // It connects again later: then its inbox exists.
    other.close()
    const access = { manage: null, read: null, post: null }
    const create = (salt: Uint8Array) =>
      client.request('create', { creator: ann.did, salt, kind: 'group', access, after: null, home: null })
    const { room } = await create(new Uint8Array(32))
    const log = client.follow({ room }, { entries() {} })
    await log.append(Buffer.from('one'))
    expect(await textOf(`${url}/health`)).toBe('ok\n')

    await disk.fill()
    await expect(joined(url)).rejects.toMatchObject({
      status: 507,
      code: 'no-space',
      message: 'the disk of the hub is full: try again when its operator has freed some space',
    })
    await expect(create(new Uint8Array(32).fill(1))).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The hub cannot store anything at the moment: try again later',
    })
    const second = log.append(Buffer.from('two'))
    expect(await textOf(`${url}/health`)).toContain(`ok, but ${FULL}`)
    expect(await textOf(`${url}/ready`)).toBe('ready\n')
    expect(hub.output()).toContain('hub.db: the disk is full')
    expect(await ann.api.getAccount({})).toMatchObject({ name: 'Ann' })
    const texts = follow(connect(url, session), room)
    await until('the room is read', () => texts.length > 0)
    expect(texts).toEqual(['one'])

    await disk.giveBack()
    expect(await second).toMatchObject({ sequence: 2 })
    await until('it has all', () => texts.length === 2)
    expect(await textOf(`${url}/health`)).toBe('ok\n')
    expect(hub.output()).toContain('The database stores changes again')
    await joined(url)
    hub.child.kill('SIGKILL')
    await hub.exited

    await disk.fill()
    const refused = await runHub(disk)
    expect(await refused.exited).toBe(78)
    expect(refused.output()).toContain('hub.db: the disk is full: free some space and try again')
    await disk.giveBack()
    const again = await startHub(disk)
    const stored = follow(connect(again.url, session), room)
    await until('it has all', () => stored.length === 2)
    expect(stored).toEqual(['one', 'two'])
  })
})
