import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectHub } from '@shoal/hub-api/client'
import { openFileStores } from '@shoal/hub-stores/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startHub } from '../hub.ts'
import { NO_LOG } from '../kernel/log.ts'
import { type CommandIo, runBackup, runMove } from './run-command.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-hub-'))
})
afterEach(() => rm(folder, { recursive: true }))

const at = (...names: string[]) => join(folder, ...names)

/** Runs a hub with this data folder and returns its key. */
async function keyOf(data: string, meanwhile = async () => {}): Promise<string> {
  const hub = await startHub({ data, port: 0, noUdp: true }, NO_LOG)
  try {
    await meanwhile()
    return (await connectHub({ url: `http://127.0.0.1:${hub.port}` }).getHub({})).key
  } finally {
    await hub.close()
  }
}

async function addAccounts(data: string, count: number): Promise<void> {
  await using stores = await openFileStores(join(data, 'hub.db'))
  for (let at = 0; at < count; at++) await stores.accounts.create({ did: `did:key:${at}` })
}

async function accountsIn(data: string): Promise<number> {
  await using stores = await openFileStores(join(data, 'hub.db'))
  return (await stores.accounts.list({ limit: 1000 })).length
}

function io(signal = new AbortController().signal) {
  const lines: string[] = []
  const shown: string[] = []
  const it: CommandIo = {
    env: { SHOAL_HUB_DATA: at('hub') },
    cwd: folder,
    signal,
    print: line => void lines.push(line),
    progress: line => void shown.push(line),
  }
  return { it, lines, shown }
}

describe('shoal-hub move', () => {
  it('brings a hub with its key to another folder, and leaves the old one as it is', async () => {
    const key = await keyOf(at('hub'))
    await addAccounts(at('hub'), 50)
    const { it, lines, shown } = io()
    await runMove(['--from', 'hub', '--to', 'new'], it)
    expect(lines).toEqual([expect.stringMatching(/^\d+ rows were moved/)])
    expect(shown[0]).toMatch(/^Moving … \d+ of \d+ \(\d+ %\) rows$/)
    expect(await accountsIn(at('new'))).toBe(50)
    expect(await accountsIn(at('hub'))).toBe(50)
    expect(await keyOf(at('new'))).toBe(key)
  })

  it('refuses places with a hub that runs, places that are in use, and places without a hub', async () => {
    await keyOf(at('hub'), async () => {
      const { it } = io()
      await expect(runMove(['--from', 'hub', '--to', 'new'], it)).rejects.toThrow('stop it first')
      await keyOf(at('other'), async () => {
        await expect(runMove(['--from', 'nothing', '--to', 'other'], it)).rejects.toThrow('does not exist')
      })
    })
    await addAccounts(at('other'), 1)
    const { it } = io()
    await expect(runMove(['--from', 'hub', '--to', 'other'], it)).rejects.toThrow('into an empty one')
    expect(await accountsIn(at('other'))).toBe(1)
    await expect(runMove(['--from', 'hub', '--to', 'hub'], it)).rejects.toThrow('the same')
    await expect(runMove(['--from', 'hub', '--to', 'b.jsonl.gz'], it)).rejects.toThrow('shoal-hub backup')
    await expect(runMove(['--from', 'hub'], it)).rejects.toThrow('both places')
    await expect(runMove(['--from', 'hub', '--to', 'http://x/'], it)).rejects.toThrow('Give a folder')
  })

  it('leaves the new place empty when it is cancelled, so that it can be repeated', async () => {
    await keyOf(at('hub'))
    await addAccounts(at('hub'), 1100)
    const stop = new AbortController()
    const { it } = io(stop.signal)
    const cancelled = runMove(['--from', 'hub', '--to', 'new'], {
      ...it,
      progress: () => stop.abort(new Error('enough')),
    })
    await expect(cancelled).rejects.toThrow('enough')
    await runMove(['--from', 'hub', '--to', 'new'], io().it)
    await using stores = await openFileStores(at('new', 'hub.db'))
    expect((await stores.counts()).accounts).toBe(1100)
  })
})

describe('shoal-hub backup', () => {
  it('backs up a hub that runs, and move restores it', async () => {
    const key = await keyOf(at('hub'), async () => {
      await addAccounts(at('hub'), 3)
      await runBackup([], io().it)
    })
    const [backup] = await readdir(at('hub', 'backups'))
    expect(backup).toMatch(/^hub-\d{8}-\d{6}\.jsonl\.gz$/)
    expect(
      (await readFile(at('hub', 'backups', backup!))).includes(await readFile(at('hub', 'secrets.key'))),
    ).toBe(false)
    const { it, lines } = io()
    await runMove(['--from', `hub/backups/${backup}`, '--to', 'new'], it)
    // The key file is not in it.
    expect(lines.at(-1)).toContain(at('new', 'secrets.key'))
    await expect(keyOf(at('new'))).rejects.toThrow('--key-file')
    await rm(at('new'), { recursive: true })
    await runMove(
      ['--from', `hub/backups/${backup}`, '--to', 'new', '--key-file', 'hub/secrets.key'],
      io().it,
    )
    expect(await keyOf(at('new'))).toBe(key)
    expect(await accountsIn(at('new'))).toBe(3)
  })

  it('overwrites nothing, and refuses other files than backups', async () => {
    await keyOf(at('hub'))
    await runBackup(['--to', 'b.jsonl.gz'], io().it)
    await expect(runBackup(['--to', 'b.jsonl.gz'], io().it)).rejects.toThrow('choose another name')
    expect((await readdir(folder)).sort()).toEqual(['b.jsonl.gz', 'hub'])
    await writeFile(at('bad.jsonl.gz'), 'text')
    await expect(runMove(['--from', 'bad.jsonl.gz', '--to', 'new'], io().it)).rejects.toThrow(
      'no backup of a hub',
    )
    const cut = (await readFile(at('b.jsonl.gz'))).subarray(0, -20)
    await writeFile(at('cut.jsonl.gz'), cut)
    await expect(runMove(['--from', 'cut.jsonl.gz', '--to', 'new'], io().it)).rejects.toThrow('damaged')
    // Nothing read from them is kept.
    await runMove(['--from', 'b.jsonl.gz', '--to', 'new'], io().it)
  })
})
