import { flagName, isGiven } from '@shoal/options'
import { describe, expect, it } from 'vitest'
import { helpText } from './help.ts'
import { OPTIONS } from './options.ts'
import { readOptions } from './read-options.ts'

function read(args: string[], env: Record<string, string> = {}, file = '{}') {
  const given = readOptions({ args, env, cwd: '/srv/hub', readFile: () => file })
  return Object.fromEntries(Object.entries(given).filter(([, value]) => isGiven(value)))
}

describe('options of a hub', () => {
  it('come from the command line, then the environment, then the settings file', () => {
    const file = '{ "port": 3, "interval": 30, "ban": ["10.0.0.0/8"], "allowFile": "list", "noUdp": true }'
    expect(
      read(
        ['--port', '1', '--config', '/etc/hub/hub.json'],
        { SHOAL_HUB_PORT: '2', SHOAL_HUB_INTERVAL: '20' },
        file,
      ),
    ).toEqual({
      port: 1,
      interval: 20,
      ban: ['10.0.0.0/8'],
      allowFile: '/etc/hub/list',
      noUdp: true,
      config: '/etc/hub/hub.json',
    })
  })

  it('take lists', () => {
    expect(read(['--host', '::', '--host', '[::1]'], { SHOAL_HUB_BAN: '1.2.3.4, 10.0.0.0/8' })).toEqual({
      host: ['::', '::1'],
      ban: ['1.2.3.4', '10.0.0.0/8'],
    })
  })

  it('take a number of processes, or as many as the machine has cores', () => {
    expect(read(['--workers', '3'])).toEqual({ workers: 3 })
    expect(read(['--workers', 'auto']).workers).toBeGreaterThan(0)
  })

  it.each([
    [['--workers', '0'], '--workers: "0" is not an integer from 1 to 64'],
    [['--redis', 'http://127.0.0.1'], '--redis: The URL of a Redis server looks like'],
    [['--redis', 'redis://127.0.0.1/name'], '--redis: The URL'],
    [['--port', 'x'], '--port: "x" is not an integer from 0 to 65535'],
    [['--port', '1', '--port', '2'], '--port: give one value'],
    [['--host', 'example.org'], '--host: "example.org" is not an IP address'],
    [['--ban', '10.0.0.0/99'], 'neither an IP address nor a network'],
    [['--nonsense'], 'nonsense'],
    [['word'], 'word'],
  ])('%j is refused', (args, message) => {
    expect(() => read(args)).toThrow(message)
  })

  it('do not show the password of a server in an error', () => {
    expect(() => read(['--redis', 'redis://:geheim@'])).toThrow(/^(?!.*geheim)/)
    expect(read(['--redis', 'rediss://user:word@redis.example:6380/2'])).toEqual({
      redis: 'rediss://user:word@redis.example:6380/2',
    })
  })

  it('report the location of a mistake in the file', () => {
    const config = ['--config', 'hub.json']
    expect(() => read(config, {}, '[]')).toThrow('/srv/hub/hub.json: write one JSON object')
    expect(() => read(config, {}, '{"prot":1}')).toThrow('there is no option prot')
    expect(() => read(config, {}, '{"port":"x"}')).toThrow('/srv/hub/hub.json: port: "x"')
  })

  it('are all in the help', () => {
    for (const key of Object.keys(OPTIONS)) expect(helpText()).toContain(`  ${flagName(key)} `)
  })
})
