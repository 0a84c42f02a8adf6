import { KeyPair } from '@shoal/identity'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Workplace } from '../../testing/shoal-process.ts'

const { did } = KeyPair.generate()

let place: Workplace
beforeAll(async () => {
  place = await Workplace.create({ oneProcess: true })
  await place.node()
})
afterAll(() => place[Symbol.asyncDispose]())

test('blocks and unblocks publishers, and lists them', async () => {
  expect((await place.json('people', '--block', did)).object.items).toMatchObject([{ did, note: null }])
  expect((await place.run('people', '--blocked')).stdout).toContain(did)
  const unknown = await place.json('people', '--block', 'did:key:z6Mkwrong')
  expect([unknown.code, unknown.object]).toMatchObject([2, { error: { code: 'bad-argument' } }])
  expect((await place.json('people', '--unblock', did)).object.items).toEqual([])
  expect((await place.json('people', '--unblock', did)).object).toMatchObject({
    error: { code: 'not-found' },
  })
})

test('names and shows itself to recognized peers only', async () => {
  const { object } = await place.json('people')
  expect(object).toMatchObject({ ownKey: expect.stringMatching(/^[0-9a-f]{64}$/), ownDid: null, items: [] })
  const nobody = await place.run('people', 'Ada', '--show')
  expect([nobody.code, nobody.stderr]).toEqual([
    1,
    expect.stringContaining('no recognized peer has the name'),
  ])
  for (const words of [
    ['Ada'],
    ['--show'],
    ['Ada', '--blocked'],
    ['Ada', '--show', '--hide'],
    ['verify'],
    ['praise', 'Ada'],
    ['verify', 'Ada', '--show'],
    ['verify', 'Ada', '--matches', '--code', 'x'],
    ['dismiss', 'Ada', '--matches'],
  ])
    expect([words, (await place.run('people', ...words)).code]).toEqual([words, 2])
  // Nothing was shown, and no key was created for it.
  expect((await place.json('people')).object.ownDid).toBe(null)
})

test('verifies, asks and dismisses contacts only', async () => {
  for (const words of [
    ['verify', did],
    ['unverify', did],
    ['dismiss', did],
    ['verify', did, '--code', 'x'],
  ])
    expect([words, (await place.json('people', ...words)).object]).toMatchObject([
      words,
      { error: { code: 'not-found' } },
    ])
  // The network is off in tests.
  expect((await place.json('people', 'ask')).object).toMatchObject({ error: { code: 'unsupported' } })
  expect((await place.json('people')).object.contacts).toEqual([])
})
