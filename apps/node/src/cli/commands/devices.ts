import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { text as readAll } from 'node:stream/consumers'
import type { DeviceItem, Devices, NodeApi } from '@shoal/api'
import { flag, UsageError, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import * as keys from '../alone/keys.ts'
import { askSecret } from '../ask-secret.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { CommandFailure, fileFailure } from '../failure.ts'
import { formatTime } from '../format.ts'
import type { Output } from '../output.ts'
import { refuseOptionsOfOthers, subcommand, takeWords } from '../subcommand.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'
import { inRows } from '../values/words.ts'

const say = texts.devices
const ACTIONS = [
  ...['list', 'add', 'remove', 'rename', 'renew', 'rotate'],
  ...['describe', 'export', 'join', 'send', 'dismiss', 'forget'],
]

const KEY = ['keyFile', 'passphraseFile']
/** Options of each action. */
const OPTIONS_OF = {
  add: [...KEY, 'here', 'description'],
  ...{ remove: KEY, rename: KEY, renew: KEY, rotate: [...KEY, 'wordsFile'], send: KEY },
}

export const devices = defineCommand({
  about: say.about({ shoal: SHOAL }),
  positionals: [
    {
      name: 'ACTION',
      help: say.action,
      optional: true,
      choices: ACTIONS,
    },
    { name: 'NAME', help: say.name, optional: true },
    { name: 'NEW', help: say.newName, optional: true },
  ],
  options: {
    here: flag(say.options.here),
    description: value('TEXT', { help: say.options.description }),
    keyFile: value('FILE', { help: say.options.keyFile }),
    passphraseFile: value('FILE', { help: say.options.passphraseFile }),
    wordsFile: value('FILE', { help: say.options.wordsFile }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['devices', say.examples.list],
    ['devices add', say.examples.add],
    ['devices add laptop --here', say.examples.here],
    ['devices add --description AYRm…', say.examples.description],
    ['devices remove laptop', say.examples.remove],
    ['devices rename home attic', say.examples.rename],
    ['devices describe attic', say.examples.describe],
    ['devices join devices.json', say.examples.join],
    ['devices send --node https://node.example.org --token TOKEN', say.examples.send],
  ],
  async run(
    words,
    { here, description, keyFile, passphraseFile, wordsFile, ...options },
    { output, interrupt },
  ) {
    const { signal } = interrupt
    const [action = 'list', ...rest] = words
    if (here && action !== 'add') throw new UsageError(say.hereOnlyAdd)
    if (description !== undefined && (action !== 'add' || here || rest.length > 0))
      throw new UsageError(say.descriptionOnlyAdd)
    if (wordsFile === '-' && passphraseFile === '-') throw new UsageError(texts.key.bothStdin)
    if (wordsFile !== undefined && action !== 'rotate') throw new UsageError(say.wordsOnlyRotate)
    refuseOptionsOfOthers(OPTIONS_OF, action, { keyFile, passphraseFile })
    const { api } = await openNode(options, signal)
    const file = keyFile ?? keys.defaultKeyFile()
    const secret = { file: passphraseFile, option: '--passphrase-file', signal }
    const signing = () => Signing.open(api, file, secret, { signal, isRotation: action === 'rotate' })
    const show = (known: Devices, successor: string | null = null) => print(output, known, successor)
    return subcommand([action, ...rest], {
      async list(words) {
        takeWords(words)
        show(await api.listDevices({}, { signal }))
      },
      async add(words) {
        const [name = hostname()] = takeWords(words, ...(words.length > 0 ? ['NAME'] : []))
        const it = await signing()
        const device =
          description !== undefined
            ? it.read(description)
            : await (here ? it.describeTerminal(name) : it.describeNode(name))
        const { known, successor } = await it.sign(devices => [
          ...devices.filter(({ loginKey }) => !Buffer.from(loginKey).equals(device.loginKey)),
          device,
        ])
        show(known, successor)
      },
      async remove(words) {
        const [name] = takeWords(words, 'NAME')
        const it = await signing()
        const named = it.devices.filter(device => device.name === name)
        if (named.length === 0) throw new CommandFailure('not-found', say.unknown({ name: name! }))
        show((await it.sign(devices => devices.filter(device => !named.includes(device)))).known)
      },
      async rename(words) {
        const [from, to] = takeWords(words, 'NAME', 'NEW')
        const it = await signing()
        const named = it.devices.filter(device => device.name === from)
        if (named.length === 0) throw new CommandFailure('not-found', say.unknown({ name: from! }))
        // A browser's page keeps its own description, including the name.
        if (named.some(({ kind }) => kind === 'browser'))
          throw new CommandFailure('bad-argument', say.browserName({ name: from! }))
        const { known } = await it.sign(devices =>
          devices.map(device => (named.includes(device) ? { ...device, name: to! } : device)),
        )
        show(known)
      },
      async describe(words) {
        const [name = hostname()] = takeWords(words, ...(words.length > 0 ? ['NAME'] : []))
        const { device } = await api.describeDevice({ name }, { signal })
        if (output.json) output.object({ device })
        else output.line(device)
      },
      async export(words) {
        takeWords(words)
        const { history } = await api.listDevices({}, { signal })
        if (!history) throw new CommandFailure('not-found', say.none({ shoal: SHOAL }))
        // The same with and without --json: `join` reads it.
        if (output.json) output.object(history)
        else output.line(JSON.stringify(history))
      },
      async join(words) {
        const [from] = takeWords(words, 'FILE')
        const { parseDeviceHistory, writeDeviceHistory } = await import('@shoal/identity/devices')
        const { lists, devices } = writeDeviceHistory(parseDeviceHistory(await readText(from!)))
        show(await api.acceptDevices({ lists: [...lists], devices: [...devices] }, { signal }))
      },
      async renew(words) {
        takeWords(words)
        const it = await signing()
        if (it.devices.length === 0) throw new CommandFailure('not-found', say.none({ shoal: SHOAL }))
        show((await it.sign(devices => devices)).known)
      },
      async rotate(words) {
        takeWords(words)
        const { known, successor } = await (await signing()).rotate(wordsFile)
        show(known, successor)
      },
      async send(words) {
        takeWords(words)
        show(await (await signing()).send())
      },
      async dismiss(words) {
        takeWords(words)
        show(await api.dismissDeviceAlarms({}, { signal }))
      },
      async forget(words) {
        takeWords(words)
        show(await api.forgetDevices({}, { signal }))
      },
    })
  },
})

/** Reads a file, or standard input for `-`. */
async function readText(file: string): Promise<string> {
  if (file === '-') return readAll(process.stdin)
  return readFile(file, 'utf8').catch(error => {
    throw fileFailure(error, file)
  })
}

type Secret = Parameters<typeof keys.publicHalf>[1]
type Lists = typeof import('../alone/device-lists.ts')
type Identity = typeof import('@shoal/identity/devices')
type History = import('@shoal/identity/devices').DeviceHistory
type Device = import('@shoal/identity/devices').Device
type Signed = { readonly known: Devices; readonly successor: string | null }

/** Signs the list that follows the newest one known to this machine or the node. */
class Signing {
  readonly #api: NodeApi
  readonly #file: string
  readonly #secret: Secret
  readonly #signal: AbortSignal
  readonly #lists: Lists
  readonly #identity: Identity
  readonly #did: string
  readonly #history: History | null

  private constructor(
    [api, file, secret, signal]: readonly [NodeApi, string, Secret, AbortSignal],
    [lists, identity]: readonly [Lists, Identity],
    did: string,
    history: History | null,
  ) {
    this.#api = api
    this.#file = file
    this.#secret = secret
    this.#signal = signal
    this.#lists = lists
    this.#identity = identity
    this.#did = did
    this.#history = history
  }

  static async open(
    api: NodeApi,
    file: string,
    secret: Secret,
    { signal, isRotation }: { signal: AbortSignal; isRotation: boolean },
  ): Promise<Signing> {
    const [lists, identity] = await Promise.all([
      import('../alone/device-lists.ts'),
      import('@shoal/identity/devices'),
    ])
    const { did } = await keys.publicHalf(file, secret)
    const { history } = await api.listDevices({}, { signal })
    const there = history && identity.readDeviceHistory(history)
    const newest = lists.newerHistory(did, await lists.readLists(file), there, { isRotation })
    return new Signing([api, file, secret, signal], [lists, identity], did, newest)
  }

  get devices(): readonly Device[] {
    return this.#history?.devices ?? []
  }

  /** Parses the description of another device, such as a browser. */
  read(description: string): Device {
    return this.#identity.readDeviceText(description)
  }

  async describeNode(name: string): Promise<Device> {
    const { device } = await this.#api.describeDevice({ name }, { signal: this.#signal })
    return this.#identity.readDeviceText(device)
  }

  describeTerminal(name: string): Promise<Device> {
    return this.#lists.describeTerminal(name, this.#did, unixSeconds())
  }

  /**
   * Signs a changed list of other devices. For the first list, creates the key's successor and
   * returns its words.
   */
  async sign(change: (devices: readonly Device[]) => readonly Device[]): Promise<Signed> {
    const devices = change(this.devices)
    const root = await this.#lists.openRoot(this.#file, this.#history, file => this.#passphrase(file))
    const made = this.#history ? null : await this.#makeSuccessor()
    const successor = made ? { successor: made.publicKey } : {}
    const next = { devices, unixSeconds: unixSeconds(), ...successor }
    return this.#keep(this.#identity.signNextDevices(this.#history, next, root), made?.words ?? null)
  }

  /** Replaces the root key by its successor, asking for its words. */
  async rotate(wordsFile: string | undefined): Promise<Signed> {
    if (!this.#history) throw new CommandFailure('not-found', say.none({ shoal: SHOAL }))
    const { fromSeedWords } = await import('@shoal/identity/seed-words')
    const given = { file: wordsFile, option: '--words-file', signal: this.#signal }
    const root = fromSeedWords(await askSecret(say.askSuccessor, given))
    const made = await this.#makeSuccessor()
    const next = { devices: this.devices, unixSeconds: unixSeconds(), successor: made.publicKey }
    const history = this.#identity.signNextDevices(this.#history, next, root)
    const passphrase = await askSecret(texts.ask.newFilePassphrase, { ...this.#secret, twice: true })
    await this.#lists.saveReplacedRoot(this.#file, root, passphrase)
    return this.#keep(history, made.words)
  }

  /** Sends the newest lists to the node. */
  async send(): Promise<Devices> {
    if (!this.#history) throw new CommandFailure('not-found', say.none({ shoal: SHOAL }))
    return (await this.#keep(this.#history, null)).known
  }

  /**
   * First on this machine: a list that the node rejects is not lost, and its number is never signed
   * again.
   */
  async #keep(history: History, successor: string | null): Promise<Signed> {
    await this.#lists.writeLists(this.#file, history)
    const { lists, devices } = this.#identity.writeDeviceHistory(history)
    const text = { lists: [...lists], devices: [...devices] }
    const known = await this.#api.acceptDevices(text, { signal: this.#signal }).catch(error => {
      // The words are shown once, even if the node fails.
      if (successor !== null)
        throw new CommandFailure(
          error.code ?? 'refused',
          say.notSent({ words: successor, reason: error.message }),
        )
      throw error
    })
    return { known, successor }
  }

  async #makeSuccessor(): Promise<{ words: string; publicKey: Uint8Array }> {
    const [{ KeyPair }, { toSeedWords }] = await Promise.all([
      import('@shoal/identity'),
      import('@shoal/identity/seed-words'),
    ])
    const pair = KeyPair.generate()
    return { words: toSeedWords(pair), publicKey: pair.publicKey }
  }

  #passphrase(file: string): Promise<string> {
    return askSecret(texts.ask.filePassphrase({ file }), this.#secret)
  }
}

function unixSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

function print(output: Output, known: Devices, successor: string | null): void {
  if (output.json) return output.object({ ...known, ...(successor !== null && { successor }) })
  const { did, expiresMs, items, alarms } = known
  for (const { kind, atMs } of alarms) output.line(say.alarms[kind]({ time: formatTime(atMs) }))
  if (did === null || expiresMs === null) return output.line(say.none({ shoal: SHOAL }))
  output.line(say.person({ did }))
  output.line(say.expires({ time: formatTime(expiresMs) }))
  printTable(output, items, COLUMNS, say.noDevices)
  if (successor === null) return
  output.line(say.successor)
  for (const row of inRows(successor.split(' '))) output.line(row)
}

const COLUMNS: Column<DeviceItem>[] = [
  { title: say.columns.name, text: ({ name }) => name },
  { title: say.columns.kind, text: ({ kind, own }) => (own ? say.ownNode : say.kinds[kind]) },
  { title: say.columns.added, text: ({ addedMs }) => formatTime(addedMs), rank: 1 },
]
