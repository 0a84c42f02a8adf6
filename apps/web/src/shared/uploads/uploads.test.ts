import { expect, test } from 'vitest'
import { NodeStore } from '../node/node-store.ts'
import { simulatedLink } from '../node/simulated-link.ts'
import { toContent, UploadTask, uploads } from './uploads.ts'

const file = (path: string, bytes = 10) => ({ path, file: new File([new Uint8Array(bytes)], path) })

function newNode() {
  const link = simulatedLink({ traffic: 'fresh', torrents: 0 })
  return { link, node: new NodeStore(link) }
}

test('a folder is shared under its own name, its files below it', () => {
  const { name, files } = toContent([file('Lisbon/1.jpg'), file('Lisbon/day 2/2.jpg')])
  expect([name, ...files.map(({ path }) => path)]).toEqual(['Lisbon', '1.jpg', 'day 2/2.jpg'])
})

test('several files and folders side by side keep their paths', () => {
  const { name, files } = toContent([file('a.txt'), file('b/c.txt')])
  expect(name).toBe('2 files')
  expect(files.map(({ path }) => path)).toEqual(['a.txt', 'b/c.txt'])
})

test('what was sent is shared, and progress ends at its size', async () => {
  const { link, node } = newNode()
  const task = new UploadTask(node, 'Lisbon', [file('1.jpg', 300), file('2.jpg', 200)])
  const job = await task.run({ version: 'hybrid' })
  expect(task.progress.get()).toMatchObject({ stage: 'preparing', sentBytes: 500, error: null })
  expect(uploads.get()).toEqual([])
  for (let step = 0; step < 30 && link.node.state.jobs.get(job!.id)!.job.state === 'running'; step++)
    link.node.tick(1)
  const shared = [...link.node.state.torrents.values()].map(({ row, files }) => [
    row.name,
    row.totalBytes,
    files.length,
  ])
  expect(shared).toEqual([['Lisbon', 500, 2]])
  link.close()
})

test('a cancelled upload leaves nothing at the node', async () => {
  const { link, node } = newNode()
  const task = new UploadTask(node, 'big', [file('a'), file('b')])
  const running = task.run({})
  await expect.poll(() => link.node.state.uploads.size).toBe(1)
  task.cancel()
  expect(await running).toBe(null)
  expect(task.progress.get().stage).toBe('cancelled')
  expect(link.node.state.uploads.size).toBe(0)
  expect(uploads.get()).toEqual([])
  link.close()
})
