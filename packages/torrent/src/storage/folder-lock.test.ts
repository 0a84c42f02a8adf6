import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockFolder } from '#resume-store'
import { temporaryFolder } from './temporary.node.ts'

let folder: ReturnType<typeof temporaryFolder>
let directory: string
beforeEach(() => {
  folder = temporaryFolder()
  directory = join(folder.path, 'state')
})
afterEach(() => folder.remove())

const lockFile = () => join(directory, 'session.lock')

test('one at a time has the folder, also by another name of it', async () => {
  const unlock = await lockFolder(directory)
  fs.symlinkSync(directory, join(folder.path, 'link'))
  for (const name of [directory, join(folder.path, 'link')])
    await expect(lockFolder(name)).rejects.toMatchObject({ code: 'in-use' })
  await unlock()
  expect(fs.readdirSync(directory)).toEqual([])
  const again = await lockFolder(directory)
  // Unlocking twice takes nothing from whoever came after.
  await unlock()
  await expect(lockFolder(directory)).rejects.toMatchObject({ code: 'in-use' })
  await again()
})

test('another process that lives keeps it; one that was killed does not', async () => {
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
  ['a process that got the number later', `${process.ppid} 1\n`],
  ['this process before it began anew', `${process.pid} 1\n`],
  ['nobody', 'nonsense'],
  ['nobody at all', ''],
])('a lock of %s does not count', async (_, text) => {
  fs.mkdirSync(directory)
  fs.writeFileSync(lockFile(), text)
  await (await lockFolder(directory))()
  expect(fs.readdirSync(directory)).toEqual([])
})

test('a folder that cannot be is an error that says so', async () => {
  fs.writeFileSync(directory, 'in the way')
  await expect(lockFolder(directory)).rejects.toMatchObject({ name: 'ShoalError', code: 'unsafe-path' })
})

/** As the lock notes it: see proc(5). */
function beginOf(pid: number): string {
  if (process.platform !== 'linux') return ''
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!
}
