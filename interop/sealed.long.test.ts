/** Sealed shares on the command line: complete processes, on loopback. */
import { execFileSync } from 'node:child_process'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { identityText, KeyPair, writeKeyFile } from '@shoal/identity'
import { expect, test } from 'vitest'
import { LOOPBACK } from '../apps/node/src/testing/shoal-process.ts'
import { photos, sealedSeed } from './support/sealed-shares.ts'
import { missing, toolPath } from './support/tools.ts'

test('others see no names, age opens a share with the key in its link, and a changed link is rejected', async () => {
  const { place } = await photos()
  await using _end = place
  const { process, link } = await sealedSeed(place, '--out', 'kept')
  const sharing = await process.event('sharing')
  expect(sharing.path).toBe(place.at('kept', 'sealed.age'))
  const sealed = await place.read('kept/sealed.age')
  for (const name of ['Photos', 'Größe', 'empty']) expect(sealed.includes(name)).toBe(false)
  const info = await place.json('info', link, '--no-fetch')
  expect(info.object).toMatchObject({ name: 'sealed.age', sealed: 'key', infoHashes: sharing.infoHashes })
  expect(JSON.stringify(info.object)).not.toContain(link.slice(10, 60))
  if (!missing('age')) {
    const exported = await place.json('key', 'export', link)
    expect(exported).toMatchObject({ code: 0 })
    await writeFile(place.at('key.txt'), exported.object.identity)
    const age = ['-d', '-i', place.at('key.txt'), place.at('kept', 'sealed.age')]
    expect(execFileSync(toolPath('age'), age).includes('Photos/sub/')).toBe(true)
    const changed = `${link.slice(0, -4)}AAAA`
    expect((await place.json('key', 'export', changed)).object.error.code).toBe('bad-request')
  }
  const get = (text: string) => place.json('get', text, '-o', 'in', '--timeout', '1s', ...LOOPBACK)
  expect((await get(link.slice(0, -4))).object.error.code).toBe('cut-short')
  const other = link[60] === 'A' ? 'B' : 'A'
  expect((await get(`${link.slice(0, 60)}${other}${link.slice(61)}`)).object.error.code).toBe('altered')
  // A kept file can be shared again under the same link.
  await process.interrupt()
  const again = place.start('seed', 'kept/sealed.age', ...LOOPBACK, '--json')
  expect((await again.event('sharing')).infoHashes).toEqual(sharing.infoHashes)
})

test('a wrong passphrase is reported before anything is written, and the correct one opens the share', async () => {
  const { place, bytes } = await photos()
  await using _end = place
  await writeFile(place.at('right'), 'correct herring lamp boat\nnot this\n')
  await writeFile(place.at('wrong'), 'wrong horse\n')
  const { link, peer } = await sealedSeed(place, '--passphrase-file', 'right')
  const get = (file: string) =>
    place.json('get', link, '-o', 'in', '--peer', peer, '--passphrase-file', file, ...LOOPBACK)
  const wrong = await get('wrong')
  expect(wrong).toMatchObject({ code: 1, object: { error: { code: 'wrong-passphrase' } } })
  expect((await readdir(place.at('in'))).filter(name => !name.startsWith('.'))).toEqual([])
  expect((await get('right')).code).toBe(0)
  expect((await place.read('in/Photos/sub/Größe.jpg')).equals(bytes)).toBe(true)
})

test('a passphrase entered on the terminal is not echoed', async () => {
  const { place } = await photos()
  await using _end = place
  await using terminal = place.typed(['seed', 'Photos', '--seal', '--passphrase', ...LOOPBACK])
  await terminal.until('Passphrase for the share: ')
  terminal.type('green horse lamp boat\r')
  const shown = await terminal.until('again: ')
  terminal.type('green horse lamp boat\r')
  const after = await terminal.until('Sharing Photos, sealed')
  expect(shown + after).not.toContain('horse')
  terminal.type('\x03')
  expect(await terminal.ended()).toBe(0)
})

test('a share sealed to a key of shoal key and to another opens only with their key files', async () => {
  const { place, bytes } = await photos()
  await using _end = place
  await writeFile(place.at('weak'), 'key pass\n')
  const weak = await place.json('key', 'new', '--passphrase-file', 'weak')
  expect(weak.object.error.code).toBe('weak-passphrase')
  expect((await place.json('key', 'show')).object.error.message).toContain('key new')
  await writeFile(place.at('pass'), `${(await place.json('passphrase')).object.passphrase}\n`)
  const made = await place.json('key', 'new', '--passphrase-file', 'pass')
  expect((await stat(made.object.keyFile)).mode & 0o777).toBe(0o600)
  expect((await place.json('key', 'new', '--passphrase-file', 'pass')).object.error.code).toBe('exists')
  const shown = await place.json('key', 'show')
  expect(shown.object.did).toBe(made.object.did)
  // Opening these costs little, unlike the files of `shoal key`.
  await writeFile(place.at('other pass'), 'other pass\n')
  const other = await writeKeyFile(KeyPair.generate(), 'other pass', { workFactor: 10 })
  await writeFile(place.at('other.age'), other)
  const pair = KeyPair.generate()
  await writeFile(place.at('agekey.txt'), identityText(pair))
  const { link, peer } = await sealedSeed(place, '--to', shown.object.did, '--to', pair.recipient)
  const get = (...more: string[]) => place.json('get', link, '-o', 'in', '--peer', peer, ...more, ...LOOPBACK)
  const getWith = async (file: string, passphrase: string) =>
    (await get('--key-file', file, '--passphrase-file', passphrase)).object.error.code
  expect(await getWith('other.age', 'other pass')).toBe('wrong-key')
  expect(await getWith('other.age', 'pass')).toBe('wrong-passphrase')
  // The words on paper restore the key, under another passphrase.
  const { words } = (await place.json('key', 'words', '--passphrase-file', 'pass')).object
  expect(words.split(' ')).toHaveLength(24)
  await writeFile(place.at('words'), `${words}\n`)
  await writeFile(place.at('new'), `${(await place.json('passphrase')).object.passphrase}\n`)
  const restore = (file: string, ...more: string[]) =>
    place.json('key', 'restore', '--words-file', file, '--passphrase-file', 'new', ...more)
  expect((await restore('pass')).object.error.code).toBe('bad-words')
  expect((await restore('words')).object.error.code).toBe('exists')
  expect((await restore('words', '--replace')).object.did).toBe(made.object.did)
  expect((await get('--passphrase-file', 'new')).code).toBe(0)
  expect((await place.read('in/Photos/sub/Größe.jpg')).equals(bytes)).toBe(true)
  // A plain identity file, like those of age-keygen, needs no passphrase.
  const getPlain = (file: string) =>
    place.json('get', link, '-o', 'plain', '--peer', peer, '--key-file', file, ...LOOPBACK)
  expect((await getPlain('missing.txt')).object.error.code).toBe('not-found')
  expect((await getPlain('agekey.txt')).code).toBe(0)
  expect((await place.read('plain/Photos/sub/Größe.jpg')).equals(bytes)).toBe(true)
})

test('the next process removes the leftovers of a killed one', async () => {
  const { place } = await photos()
  await using _end = place
  const { process } = await sealedSeed(place)
  await process.kill()
  const [left] = await readdir(place.at('state', 'sealed'))
  expect(left).toBeDefined()
  await sealedSeed(place)
  const now = await readdir(place.at('state', 'sealed'))
  expect(now).toHaveLength(1)
  expect(now).not.toContain(left)
})

test('contradictory options are rejected', async () => {
  const { place } = await photos()
  await using _end = place
  for (const words of [
    ['--passphrase'],
    ['--to', 'age1x'],
    ['--seal', '--weak-passphrase'],
    ['--seal', '--keep-links'],
    ['--seal', '--passphrase', '--to', 'age1x'],
  ])
    expect((await place.run('seed', 'Photos', ...words, ...LOOPBACK)).code, words.join(' ')).toBe(2)
})

test('one node seals a share and another opens it', async () => {
  const { place, bytes } = await photos()
  await using _end = place
  await place.node('--dir', 'up', '--allow-dir', place.path)
  const made = await place.json('seed', 'Photos', '--seal', '--node', 'local')
  expect(made.code).toBe(0)
  expect(made.object.link).toMatch(/^http:.*\/share\/#s2/)
  const { items } = (await place.json('list')).object
  expect(items[0]).toMatchObject({ name: 'Photos' })
  const listed = JSON.stringify(items)
  expect(listed).not.toContain(made.object.link.split('#')[1])
  const peer = `127.0.0.1:${(await place.json('api', 'getNode')).object.peerPort}`
  const got = await place.json('get', made.object.link, '-o', 'in', '--peer', peer, ...LOOPBACK)
  expect(got.code).toBe(0)
  expect((await place.read('in/Photos/sub/Größe.jpg')).equals(bytes)).toBe(true)
})
