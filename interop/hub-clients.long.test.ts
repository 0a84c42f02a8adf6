/** Hub, nodes and commands as complete processes, on loopback: hub-members.test.ts has what one process shows. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@shoal/testing'
import { expect, onTestFinished, test } from 'vitest'
import { type Json, Workplace } from '../apps/node/src/testing/shoal-process.ts'
import { home, PASSPHRASE } from './support/home.ts'
import { HubProcess } from './support/hub.ts'

test('what one member publishes another finds at the hub and downloads, and a removed device is out', async () => {
  const data = await Workplace.create()
  onTestFinished(() => data[Symbol.asyncDispose]())
  const [hub, ada, ben, phone] = await Promise.all([
    HubProcess.start(['--host', '127.0.0.1', '--data', data.at('hub'), '--name', 'Friends']),
    home(),
    home(),
    home(),
  ])
  onTestFinished(() => hub[Symbol.asyncDispose]())
  for (const { ask } of [ada, ben]) {
    await ask('key', 'new', ...PASSPHRASE, '--weak-passphrase')
    await ask('devices', 'add', 'desk', ...PASSPHRASE)
  }
  const joined = await ada.place.run('hub', 'join', hub.ownerLink!, '--name', 'Ada')
  expect(joined).toMatchObject({ code: 0, stdout: `You are a member of Friends (${hub.url})\n` })

  const bytes = await ada.place.file('home/harbour.bin', 1_000_000)
  await ada.ask('add', ada.place.at('home/harbour.bin'), '--wait')
  const film = ['--title', 'Film of the harbour', '--category', 'films', '--tag', 'sea', '--tag', 'boats']
  const published = await ada.ask('hub', 'publish', 'friends', 'harbour.bin', ...film)
  expect(published).toMatchObject({ category: 'films', tags: ['sea', 'boats'], sizeBytes: 1_000_000 })

  const { link, uses } = await ada.ask('hub', 'invite', '-', '--uses', '2')
  expect([uses, link]).toEqual([2, expect.stringContaining(`${hub.url}/join#invitation=`)])
  await ben.ask('hub', 'join', link)
  const found = await ben.place.run('hub', 'search', '-', 'harbour', '--tag', 'sea')
  expect(found.stdout).toMatch(/1 +Film of the harbour +1(?:\.00)? MB.*Ada/)
  await ben.ask('hub', 'search', '-', 'harbour', '--download', '1')
  const finished = async () => (await ben.ask('list')).items.find((it: Json) => it.state === 'seeding')
  const { directory } = await until('the download is complete', finished)
  expect((await readFile(join(directory, 'harbour.bin'))).equals(bytes)).toBe(true)

  // Another node of Ada is a member without an invitation.
  const remote = ['--node', phone.node.url, '--token', phone.node.token]
  await ada.ask('devices', 'add', 'phone', ...PASSPHRASE, ...remote)
  await ada.ask('devices', 'send', ...PASSPHRASE)
  await phone.ask('hub', 'join', hub.url)
  const devices = async () =>
    (await ada.ask('hub', 'sessions', '-')).items.map(({ device }: Json) => device).toSorted()
  expect(await devices()).toEqual(['desk', 'phone'])
  await ada.ask('devices', 'remove', 'phone', ...PASSPHRASE)
  await until('the session of the phone has ended', async () => (await devices()).join() === 'desk')
  expect((await phone.place.json('hub', 'search', '-')).object.error).toMatchObject({ code: 'refused' })
  expect((await phone.ask('hub')).items).toMatchObject([
    { name: 'Friends', problem: { message: expect.stringContaining('a device was removed') } },
  ])
  expect((await ben.place.run('hub', 'leave', 'friends')).code).toBe(0)
  expect((await ben.place.run('hub')).stdout).toContain('No hub was joined')
})
