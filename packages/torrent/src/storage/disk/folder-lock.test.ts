import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockFolder } from '#resume-store'
import { temporaryFolder } from '../temporary.node.ts'

let folder: ReturnType<typeof temporaryFolder>
let directory: string
beforeEach(() => {
  folder = temporaryFolder()
  directory = join(folder.path, 'state')
})
afterEach(() => folder.remove())

const lockFile = () => join(directory, 'session.lock')

test('only one session holds the lock of a folder, even under another path', async () => {
  const unlock = await lockFolder(directory)
  fs.symlinkSync(directory, join(folder.path, 'link'))
  for (const name of [directory, join(folder.path, 'link')])
    await expect(lockFolder(name)).rejects.toMatchObject({ code: 'in-use' })
  await unlock()
  expect(fs.readdirSync(directory)).toEqual([])
  const again = await lockFolder(directory)
  // Unlocking twice does not release the lock of the next holder.
  await unlock()
  await expect(lockFolder(directory)).rejects.toMatchObject({ code: 'in-use' })
  await again()
})

test('another live process keeps the lock; a killed one does not', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")'])
  const exit = once(child, 'exit')
  await once(child.stdout, 'data')
  fs.mkdirSync(directory)
  fs.writeFileSync(lockFile(), `${child.pid} ${beginOf(child.pid!)}\n`)
  await expect(lockFolder(directory)).rejects.toThrow(`process ${child.pid}`)
  child.kill('SIGKILL')
  await exit
  await (await lockFolder(directory))()
  expect(fs.readdirSync(directory)).toEqual([])
})

test.each([
  ['a process with a reused ID', `${process.ppid} 1\n`],
  ['an earlier process with our ID', `${process.pid} 1\n`],
  ['no process (nonsense)', 'nonsense'],
  ['no process (empty)', ''],
])('ignores a lock of %s', async (_, text) => {
  fs.mkdirSync(directory)
  fs.writeFileSync(lockFile(), text)
  await (await lockFolder(directory))()
  expect(fs.readdirSync(directory)).toEqual([])
})

test('rejects with an error if the folder cannot exist', async () => {
  fs.writeFileSync(directory, 'in the way')
  await expect(lockFolder(directory)).rejects.toMatchObject({ name: 'ShoalError', code: 'unsafe-path' })
})

/** The start time as in the lock file; see proc(5). */
function beginOf(pid: number): string {
  if (process.platform !== 'linux') return ''
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!
}
