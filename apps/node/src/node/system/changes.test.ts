import type { NodeOperations } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { expect, test } from 'vitest'
import { whileRoom } from './changes.ts'

test('a full disk prevents changes, but not that others are kept out', async () => {
  const answer = async () => ({})
  const operations = { openUp: answer, closeUp: answer, getReach: answer } as unknown as NodeOperations
  const full = whileRoom(operations, () => {
    throw new Failure('no-space', 'full')
  })
  await expect(full.openUp({})).rejects.toMatchObject({ code: 'no-space' })
  expect(await full.closeUp({})).toEqual({})
  expect(await full.getReach({})).toEqual({})
})
