import { until } from '@shoal/testing'
import { expect, test } from 'vitest'
import { start } from './process.ts'

const shell = (commands: string) => start('a shell', 'sh', ['-c', commands])

test('a process that ignores SIGTERM is stopped', async () => {
  const process = await shell('trap "" TERM; echo ready; while :; do sleep 0.1; done')
  await until('it ignores the signal', () => process.output().includes('ready'))
  await process.stop()
  expect(await process.exited).toBe('SIGKILL')
})

test('a process is stopped although another one holds its output open', async () => {
  const shells = await shell('sleep 1000 & echo $!; wait')
  const pid = Number(await until('it has started the other', () => shells.output().trim()))
  try {
    await shells.stop()
    expect(await shells.exited).toBe('SIGTERM')
  } finally {
    process.kill(pid)
  }
})
