import { delimiter, resolve } from 'node:path'
import { parseWords, variableName } from '@shoal/options'
import { describe, expect, test } from 'vitest'
import { readStartOptions, START_OPTIONS, START_VARIABLES } from './start-options.ts'

const CWD = resolve('/home/me')
const DATA = resolve('/data')

interface Given {
  env?: Record<string, string>
  files?: Record<string, string>
}

function read(args: readonly string[], { env = {}, files = {} }: Given = {}) {
  return readStartOptions(parseWords(args, START_OPTIONS, [], CWD).options, {
    env,
    cwd: CWD,
    defaultDataDir: DATA,
    readFile: path => files[path] ?? null,
  })
}
const config = (value: unknown, path = resolve(DATA, 'config.json')) => ({
  [path]: typeof value === 'string' ? value : JSON.stringify(value),
})

describe('options of a node', () => {
  test('by default, only this machine can connect', () => {
    expect(read([])).toEqual({
      port: 8420,
      host: '127.0.0.1',
      hasHost: false,
      dataDir: DATA,
      dir: undefined,
      username: undefined,
      passwordFile: undefined,
      config: undefined,
      peerPort: undefined,
      peerHost: undefined,
      allowDir: [],
      allowedHost: [],
      trustedProxy: [],
      noTracker: false,
      publicUrl: undefined,
      logLevel: 'info',
      set: [],
      open: false,
    })
  })

  test('the command line overrides the environment, which overrides the file', () => {
    const files = config({ port: 1, peerPort: 1, logLevel: 'warn', allowedHost: ['file.example'] })
    const env = { SHOAL_PORT: '2', SHOAL_PEER_PORT: '2', SHOAL_HOST: '' }
    expect(read(['--port', '3'], { env, files })).toMatchObject({
      port: 3,
      peerPort: 2,
      logLevel: 'warn',
      allowedHost: ['file.example'],
      host: '127.0.0.1',
      config: resolve(DATA, 'config.json'),
    })
  })

  test('each can be given in all three places', () => {
    const texts: Record<string, string> = {
      port: '1',
      host: '::1',
      dataDir: '/d',
      dir: '/x',
      username: 'me',
      passwordFile: '/p',
      peerPort: '2',
      peerHost: '127.0.0.1',
      allowDir: '/a',
      allowedHost: 'a.example',
      trustedProxy: '10.0.0.0/8',
      noDht: 'true',
      dhtNode: 'dht.example:6881',
      noLsd: 'true',
      noPortMapping: 'true',
      noPex: 'true',
      noTrackers: 'true',
      noUtp: 'true',
      noWebrtc: 'true',
      noNetwork: 'true',
      noTracker: 'true',
      publicUrl: 'http://203.0.113.7:8420',
      logLevel: 'debug',
      set: 'queue.maxDownloads=3',
      ipFilter: '/l',
      proxy: 'socks5://127.0.0.1:1080',
      proxyMode: 'strict',
      interface: 'wg0',
      dnsServer: '10.64.0.1',
      open: 'true',
    }
    const keys = Object.keys(START_OPTIONS).filter(key => key !== 'config')
    expect(Object.keys(texts).sort()).toEqual(keys.sort())
    const place = resolve(CWD, 'other.json')
    const env = Object.fromEntries(keys.map(key => [variableName(START_VARIABLES, key), texts[key]!]))
    const byEnv = read([], { env })
    const byFile = read(['--config', 'other.json'], { files: config(texts, place) })
    const byWords = read(
      keys.flatMap(key => {
        const name = `--${key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
        return key === 'open' || key.startsWith('no') ? [name] : [name, texts[key]!]
      }),
    )
    expect(byEnv).toEqual(byWords)
    expect({ ...byFile, config: undefined }).toEqual(byWords)
    expect(byWords).toMatchObject({ host: '::1', username: 'me', allowedHost: ['a.example'], open: true })
    expect(byWords.set).toContainEqual(expect.objectContaining({ section: 'network', value: false }))
    const dhtNodes = { section: 'network', name: 'dhtNodes', value: ['dht.example:6881'] }
    expect(byWords.set).toContainEqual(dhtNodes)
    expect(read(['--dht-node', '[::1]:1', '--dht-node', 'a.example:2']).set).toEqual([
      { ...dhtNodes, value: ['[::1]:1', 'a.example:2'] },
    ])
    expect(() => read(['--dht-node', 'a.example'])).toThrow('write a DHT node as HOST:PORT')
  })

  test('paths are relative to the folder of their source', () => {
    const files = config({ dir: 'downloads' })
    expect(read([], { files }).dir).toBe(resolve(DATA, 'downloads'))
    expect(read(['--dir', 'downloads'], { files }).dir).toBe(resolve(CWD, 'downloads'))
    expect(read([], { env: { SHOAL_ALLOW_DIR: ['a', '/b', ''].join(delimiter) } }).allowDir).toEqual([
      resolve(CWD, 'a'),
      resolve('/b'),
    ])
  })

  test('the settings file of another data folder is found there', () => {
    const files = config({ port: 7 }, resolve('/other/config.json'))
    expect(read([], { env: { SHOAL_DATA_DIR: '/other' }, files })).toMatchObject({
      port: 7,
      dataDir: resolve('/other'),
    })
  })

  test.each<[string, string[], Given, RegExp]>([
    ['environment', [], { env: { SHOAL_PORT: 'abc' } }, /^SHOAL_PORT=abc: "abc" is not an integer/],
    ['command line', ['--port', '70000'], {}, /^--port: "70000" is not an integer from 0 to 65535/],
    ['file', [], { files: config({ port: 'x' }) }, /config\.json: port: "x" is not an integer/],
    ['a list for one', [], { files: config({ port: [1, 2] }) }, /config\.json: port: give one value/],
    ['an object', [], { files: config({ port: {} }) }, /config\.json: port: give a string/],
    ['unknown', [], { files: config({ prot: 1 }) }, /there is no option prot: did you mean port/],
    ['config in the file', [], { files: config({ config: 'x' }) }, /there is no option config/],
    [
      'dataDir in its own file',
      [],
      { files: config({ dataDir: '/x' }) },
      /give --data-dir or SHOAL_DATA_DIR/,
    ],
    ['no JSON', [], { files: config('{ port') }, /config\.json is not valid JSON/],
    ['no object', [], { files: config('[]') }, /write one JSON object/],
    ['named and missing', ['--config', 'x.json'], {}, /there is no settings file .*x\.json/],
    ['half a login', ['--username', 'me'], {}, /also give --password-file FILE/],
    ['the other half', ['--password-file', 'x'], {}, /also give --username NAME/],
    ['a colon', ['--username', 'a:b', '--password-file', 'x'], {}, /no colon/],
    ['a URL as host', ['--host', 'http://x'], {}, /--host: "http:\/\/x" is neither an address/],
    ['a name as proxy', ['--trusted-proxy', 'proxy.example'], {}, /neither an IP address nor a network/],
    ['too many bits', ['--trusted-proxy', '10.0.0.0/33'], {}, /neither an IP address nor a network/],
    [
      'a level',
      [],
      { env: { SHOAL_LOG_LEVEL: 'loud' } },
      /^SHOAL_LOG_LEVEL=loud: "loud" is not one of debug/,
    ],
    ['yes or no', [], { env: { SHOAL_OPEN: 'maybe' } }, /SHOAL_OPEN=maybe: "maybe" is neither/],
    ['a NUL', [], { files: config({ dir: 'a\0b' }) }, /dir: a path cannot contain NUL/],
  ])('an error names the source of the value: %s', (_name, args, given, message) =>
    expect(() => read(args, given)).toThrow(message),
  )
})
