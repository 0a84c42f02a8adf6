import { expect, test } from 'vitest'
import { assemble } from './assemble.ts'
import type { Kernel } from './kernel.ts'

const kernel = {
  jobs: { end: async () => {}, unfinished: () => [] },
  problems: { messages: ['the disk is full'] },
} as unknown as Kernel

test('operations and files of absent capabilities are rejected', async () => {
  const node = await assemble([], kernel)
  await expect(node.operations.listFindable({})).rejects.toMatchObject({ code: 'unsupported' })
  await expect(node.files.open('a', 'b')).rejects.toMatchObject({ code: 'unsupported' })
})

test('problems of the kernel are among those of the node', async () => {
  expect((await assemble([], kernel)).health()).toEqual(['the disk is full'])
})
