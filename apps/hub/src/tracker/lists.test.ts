import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TrackerLists } from '@shoal/tracker'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SetupError } from '../failure.ts'
import { Lists } from './lists.ts'
import { Warnings } from './warnings.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-hub-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** A log and access rules that record the output of lists. */
function seen() {
  const lines: string[] = []
  const set: TrackerLists[] = []
  const line = (message: string, about: object = {}) => void lines.push(`${message} ${JSON.stringify(about)}`)
  return {
    lines,
    set,
    log: { info: line, warn: line },
    access: { setLists: (lists: TrackerLists) => void set.push(lists) },
  }
}

describe('lists in files', () => {
  it('are read at startup', async () => {
    const [passkeyFile, allowFile, banFile] = ['keys', 'allowed', 'banned'].map(name => join(folder, name))
    await writeFile(passkeyFile!, '# members\nsecretkey1 # Ann\n\n')
    await writeFile(allowFile!, `${'01'.repeat(20)}\r\n`)
    await writeFile(banFile!, '203.0.113.0/24\n2001:db8::7\n')
    const given = { passkeyFile: passkeyFile!, allowFile: allowFile!, banFile: banFile!, ban: ['10.0.0.1'] }
    expect(new Lists(given, seen().log).read()).toEqual({
      passkeys: ['secretkey1'],
      allowedHashes: ['01'.repeat(20)],
      bannedAddresses: ['10.0.0.1', '203.0.113.0/24', '2001:db8::7'],
    })
    await writeFile(banFile!, '203.0.113.0/24\nsomebody\n')
    expect(() => new Lists(given, seen().log).read()).toThrow(/line 2 is not a valid address or network$/)
    expect(() => new Lists({ allowFile: join(folder, 'none') }, seen().log).read()).toThrow(SetupError)
  })

  it('are unchanged while their file is invalid, but other files are read', async () => {
    const [passkeyFile, banFile] = [join(folder, 'keys'), join(folder, 'banned')]
    const { log, lines, set, access } = seen()
    await writeFile(passkeyFile, 'secretkey1\n')
    await writeFile(banFile, '')
    const lists = new Lists({ passkeyFile, banFile }, log)
    lists.read()
    lists.readAgain(access)
    expect([set, lines]).toEqual([[], []])
    await writeFile(passkeyFile, 'secretkey1\nsecret key 2\n')
    await writeFile(banFile, '203.0.113.1')
    lists.readAgain(access)
    expect(set).toEqual([{ bannedAddresses: ['203.0.113.1'] }])
    expect(lines[0]).toContain('line 2 is not a valid passkey: the list is unchanged')
    expect(lines.join()).not.toContain('secret key')
    await rm(passkeyFile)
    lists.readAgain(access)
    expect(lines.at(-1)).toContain('Cannot read')
    expect(set).toHaveLength(1)
    await writeFile(passkeyFile, 'secretkey3')
    lists.readAgain(access)
    expect(set[1]).toEqual({ passkeys: ['secretkey3'] })
  })

  it('are reloaded after a file was written, replaced or recreated, once it no longer changes', async () => {
    const passkeyFile = join(folder, 'keys')
    await writeFile(passkeyFile, 'secretkey1')
    const { log, set, access } = seen()
    const lists = new Lists({ passkeyFile }, log)
    lists.read()
    lists.watch(access, { pollMs: 20, quietMs: 60 })
    try {
      const keys = () => set.at(-1)?.passkeys
      await writeFile(passkeyFile, 'secretkey1\nsecretkey2')
      await vi.waitFor(() => expect(keys()).toEqual(['secretkey1', 'secretkey2']))
      await writeFile(`${passkeyFile}.new`, 'secretkey3')
      await rename(`${passkeyFile}.new`, passkeyFile)
      await vi.waitFor(() => expect(keys()).toEqual(['secretkey3']))
      await rm(passkeyFile)
      await writeFile(passkeyFile, 'secretkey4')
      await vi.waitFor(() => expect(keys()).toEqual(['secretkey4']))
    } finally {
      lists.close()
    }
  })
})

describe('warnings', () => {
  it('come once an hour, and name a proxy only if it is local', () => {
    const { log, lines } = seen()
    let nowMs = 0
    const warnings = new Warnings(log, () => nowMs)
    for (const address of ['127.0.0.1', '127.0.0.1', '203.0.113.7']) warnings.unnamedProxy(address)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/--trusted-proxy does not name.*127\.0\.0\.1/)
    nowMs += 3_600_000
    warnings.unnamedProxy('203.0.113.7')
    expect(lines).toHaveLength(2)
    expect(lines[1]).not.toContain('203.0.113.7')
    warnings.storeFailed(new Error('down'))
    expect(lines[2]).toContain('clients are asked to retry later')
  })
})
