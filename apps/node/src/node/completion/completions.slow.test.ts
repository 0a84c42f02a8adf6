import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Job } from '@shoal/api'
import { until } from '@shoal/testing'
import { VirtualClock } from '@shoal/torrent/testing'
import { afterEach, expect, test } from 'vitest'
import { testSettings } from '../testing/settings.ts'
import { SimulatedTorrents } from '../testing/simulated-torrents.ts'
import { Entries } from '../transfers/testing/entries.ts'
import { quickClock } from '../transfers/testing/quick-clock.ts'
import { temporaryFolder } from '../transfers/testing/temporary.ts'
import { Completions } from './completions.ts'

const opened: Completions[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

/**
 * A node with five torrents, and the ids of handled ones. `moveFault`: the error that every move
 * rejects with.
 */
async function open(
  onComplete: readonly string[],
  { completeDirectory = null as string | null, clock = quickClock(), moveFault = null as Job['error'] } = {},
) {
  const { automation } = testSettings().settings()
  const settings = testSettings({ automation: { ...automation, onComplete: [...onComplete] } })
  settings.change({ downloads: { ...settings.settings().downloads, completeDirectory } })
  const { node } = new SimulatedTorrents()
  const log = new Entries()
  const claimed = new Set<string>()
  const ids: string[] = []
  for (let at = 0; at < 5; at++) {
    const source = `magnet:?xt=urn:btih:${String(at).repeat(40)}&dn=Big%20Film%20${at}`
    ids.push(
      (await node.operations.addTorrent({ source, label: 'films', directory: '/downloads' })).torrent!.id,
    )
  }
  const start = () => {
    const completions = new Completions({
      clock,
      log,
      ...settings,
      operations: node.operations,
      async whenEnded(id) {
        const isRunning = async () => (await node.operations.getJob({ id })).endedMs === null
        while (!moveFault && (await isRunning())) node.tick(10)
      },
      contentPath: id => {
        const { directory, name } = node.state.torrents.get(id)!.row
        return join(directory, name)
      },
      claim: id => !claimed.has(id) && claimed.add(id) !== null,
    })
    opened.push(completions)
    return completions
  }
  return { node, log, ids, claimed, start, settings }
}

/**
 * A program that writes its arguments and environment to a file, then does what the script says.
 */
async function recorder(more = '') {
  const folder = await temporaryFolder()
  const out = join(folder, 'out')
  const script = join(folder, 'hook.mjs')
  await writeFile(
    script,
    `import { appendFileSync } from 'node:fs'
     const { SHOAL_NAME, SHOAL_ID } = process.env
     appendFileSync(${JSON.stringify(out)}, JSON.stringify({ args: process.argv.slice(2), SHOAL_NAME, SHOAL_ID }) + '\\n')
     ${more}`,
  )
  const runs = async () =>
    (await readFile(out, 'utf8').catch(() => ''))
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line))
  return { command: [process.execPath, script], runs, folder }
}

test('the program runs once for a completion, with its placeholders replaced, also over restarts', async () => {
  const { command, runs } = await recorder('console.log("all is well")')
  const { ids, log, start, node } = await open([...command, '{path}', '{label}; echo {bytes}'])
  const completions = start()
  completions.completed(ids[1]!)
  completions.completed(ids[1]!)
  await completions.settled()
  completions.completed(ids[1]!)
  await completions.settled()
  await completions.close()
  const restarted = start()
  restarted.completed(ids[1]!)
  await restarted.settled()
  expect(await runs()).toEqual([
    {
      args: ['/downloads/Big Film 1', `films; echo ${node.state.torrents.get(ids[1]!)!.row.totalBytes}`],
      SHOAL_NAME: 'Big Film 1',
      SHOAL_ID: '1'.repeat(40),
    },
  ])
  expect(log.text).toContain('all is well')
})

test('a program that fails or does not exist is reported', async () => {
  const { command } = await recorder('console.error("no such player"); process.exit(3)')
  const { ids, log, start, settings } = await open(command)
  const completions = start()
  completions.completed(ids[0]!)
  await completions.settled()
  expect(log.list.at(-1)).toMatchObject({
    level: 'warn',
    message: expect.stringMatching(/failed with exit code 3: no such player/),
  })
  const { automation } = settings.settings()
  settings.change({ automation: { ...automation, onComplete: ['/no/such/program'] } })
  completions.completed(ids[1]!)
  await completions.settled()
  expect(log.list.at(-1)).toMatchObject({
    level: 'error',
    message: expect.stringContaining('/no/such/program cannot be run'),
  })
})

test('only the end of its output is kept', async () => {
  const { command } = await recorder('process.stdout.write("a".repeat(1_000_000) + "the end")')
  const { ids, log, start } = await open(command)
  const completions = start()
  completions.completed(ids[0]!)
  await completions.settled()
  const { message } = log.list.at(-1)!
  expect(message.endsWith('the end')).toBe(true)
  expect(message.length).toBeLessThan(66_000)
})

test('at most two run at once', async () => {
  const folder = await temporaryFolder()
  const go = join(folder, 'go')
  const wait = `import { existsSync } from 'node:fs'
    setInterval(() => existsSync(${JSON.stringify(go)}) && process.exit(0), 10)`
  const { command, runs } = await recorder(wait)
  const { ids, start } = await open(command)
  const completions = start()
  for (const id of ids) completions.completed(id)
  await until('two run', async () => (await runs()).length === 2)
  await new Promise(resolve => setTimeout(resolve, 300))
  expect((await runs()).length).toBe(2)
  await writeFile(go, '')
  await completions.settled()
  expect((await runs()).length).toBe(5)
})

test('a program that runs for ten minutes is stopped with its child processes', async () => {
  const clock = new VirtualClock()
  const { command, runs } = await recorder(
    `import { spawn } from 'node:child_process'
     process.on('SIGTERM', () => {})
     const child = spawn('sleep', ['1000'])
     appendFileSync(process.argv[2], String(child.pid))
     setInterval(() => {}, 1000)`,
  )
  const pidFile = join(await temporaryFolder(), 'pid')
  const { ids, log, start } = await open([...command, pidFile], { clock })
  const completions = start()
  completions.completed(ids[0]!)
  await until('it runs', async () => (await runs()).length === 1)
  const pid = Number(await until('its child runs', () => readFile(pidFile, 'utf8').catch(() => '')))
  await clock.advance(10 * 60_000)
  // It ignores SIGTERM.
  await clock.advance(10_000)
  await completions.settled()
  expect(log.text).toContain('was stopped after ten minutes')
  await until('its child has ended', () => !isRunning(pid))
})

test('programs are stopped with the node', async () => {
  const { command, runs } = await recorder('setInterval(() => {}, 1000)')
  const { ids, start } = await open(command)
  const completions = start()
  for (const id of ids) completions.completed(id)
  await until('two run', async () => (await runs()).length === 2)
  await completions.close()
  expect((await runs()).length).toBe(2)
})

test('files are moved first, except for labels with their own folder', async () => {
  const { command, runs } = await recorder()
  const { ids, node, start, claimed } = await open([...command, '{path}'], { completeDirectory: '/complete' })
  const completions = start()
  completions.completed(ids[0]!)
  await completions.settled()
  expect(await node.operations.getTorrent({ id: ids[0]! })).toMatchObject({ directory: '/complete' })
  await node.operations.putLabel({ name: 'films', directory: '/films' })
  completions.completed(ids[1]!)
  await completions.settled()
  expect(node.state.jobs.size).toBe(1)
  expect((await runs()).map(({ args }) => args)).toEqual([
    ['/complete/Big Film 0'],
    ['/downloads/Big Film 1'],
  ])
  expect(claimed.size).toBe(2)
})

test('the program runs even if the move fails', async () => {
  const { command, runs } = await recorder()
  const moveFault = { code: 'no-space', message: 'no space left on /full' }
  const { ids, node, start } = await open(command, { completeDirectory: '/full', moveFault })
  const completions = start()
  completions.completed(ids[0]!)
  await completions.settled()
  expect(node.state.jobs.size).toBe(1)
  expect((await runs()).length).toBe(1)
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return true
}
