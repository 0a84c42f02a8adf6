/**
 * Opens the node to others and closes it again: where the server listens, the console's password,
 * the public address, and tests of them.
 */
import { readFile, rm } from 'node:fs/promises'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { type CheckedInputOf, type OutputOf, REACH, type Reach as ReachAnswer } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { writeWholeFile } from '@shoal/daemon/files'
import { isLoopback } from '@shoal/torrent/local-address'
import { SHOAL } from '../../base/program.ts'
import type { HttpPlace } from '../kernel/capability.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { AddressTests } from './address-tests.ts'
import type { ReachCalls } from './calls.ts'
import { networkAddresses, urlOf } from './network-addresses.ts'

/** The password of the console. */
interface KeptPassword {
  /** See HttpDoor. */
  readonly stored: string
  /** Whether it was set separately: it is then kept when the node is closed to others. */
  readonly isChosen: boolean
}

/** State that is kept while the node is open to others. */
interface Kept {
  /** The address of this machine that links start with, as long as the machine has it. */
  readonly preferred: string | null
  /** The public address that was set by opening up. */
  readonly publicUrl: string | null
}

const CLOSED: Kept = { preferred: null, publicUrl: null }

/**
 * The file with the state that survives a restart. Earlier versions lack the first two members:
 * they wrote it only while the node was open to others.
 */
interface KeptFile extends Kept {
  readonly open?: boolean
  readonly isChosen?: boolean
  readonly password: string | null
}

const USER = 'me'

export type Parts = Pick<Kernel, 'dataDir' | 'events' | 'folders' | 'log' | 'reach' | 'settings'>

export class OpenUp {
  readonly #kernel: Parts
  readonly #place: HttpPlace
  readonly #interfaces: typeof networkInterfaces
  readonly #tests: AddressTests
  #kept: Kept | null = null
  /** Null if there is none, or if the command line fixes it. */
  #password: KeptPassword | null = null
  #addresses: readonly string[] = []
  #work: Promise<unknown> = Promise.resolve()

  constructor(kernel: Parts, calls: ReachCalls, place: HttpPlace, interfaces = networkInterfaces) {
    this.#kernel = kernel
    this.#tests = new AddressTests(calls)
    this.#place = place
    this.#interfaces = interfaces
    place.door.acceptLoginsAt(kernel.settings.current.network.publicUrl)
    this.#tell()
  }

  /**
   * Opens the node to others again if it was open at the last stop. Call it when the server
   * listens.
   */
  begin(): Promise<void> {
    return this.#after(async () => {
      await this.#read()
      this.#usePassword()
      if (this.#kept && !this.#mustStayShut) await this.#open()
      this.#tell()
      await this.#testPublic()
    })
  }

  get now(): ReachAnswer {
    const { door } = this.#place
    const { reach, settings } = this.#kernel
    const fixed = [
      ...(door.isHostFixed ? (['host'] as const) : []),
      ...(door.isPasswordFixed ? (['password'] as const) : []),
      ...(settings.fixed.includes('network.publicUrl') ? (['address'] as const) : []),
    ]
    return {
      ...reach.now,
      open: door.isOpen,
      username: door.username,
      addresses: this.#found().map(address => urlOf(address, door.port)),
      tests: this.#tests.results,
      fixed,
    }
  }

  open({ username, password, address }: CheckedInputOf<'openUp'>): Promise<OutputOf<'openUp'>> {
    return this.#after(async () => {
      const { door } = this.#place
      if (this.#mustStayShut)
        throw fixed(
          'host',
          'the command line, the environment or the settings file makes the node listen on this machine only: start it without --host, or with --host 0.0.0.0',
        )
      const url = address === undefined || isIP(address) !== 0 ? null : address.replace(/\/$/, '')
      const preferred = address !== undefined && url === null ? address : (this.#kept?.preferred ?? null)
      const found = this.#found()
      if (url === null && preferred !== null && !found.includes(preferred))
        throw new Failure(
          'bad-argument',
          `${preferred} is not an address of this machine in a network: ${found.join(', ') || 'it has none'}`,
          { field: 'address' },
        )
      if (found.length === 0 && !door.isOpen)
        throw new Failure('no-network', 'this machine is in no network: connect it to one and try again')
      // First, because it can be refused.
      if (url !== null) await this.#kernel.settings.change({ network: { publicUrl: url } })
      const made = await this.#setPassword(username, password)
      const before = this.#kept
      const passwordBefore = this.#password
      this.#password = made.kept
      this.#kept = { preferred, publicUrl: url ?? before?.publicUrl ?? null }
      await this.#open()
      if (this.#addresses.length === 0 && !door.isOpen) {
        this.#kept = before
        this.#password = passwordBefore
        this.#usePassword()
        throw new Failure('address-in-use', `another program uses port ${door.port} of ${found.join(', ')}`)
      }
      // Before the tests, which take time: others have access from here on.
      this.#tell()
      await this.#keep()
      await this.#test()
      await this.#takePublic()
      this.#publish()
      return { ...this.now, password: made.password }
    })
  }

  close(): Promise<ReachAnswer> {
    return this.#after(async () => {
      const { door } = this.#place
      const { settings } = this.#kernel
      if (this.#kept === null && door.isOpen)
        throw fixed(
          'host',
          'the command line, the environment or the settings file lets others in: start the node without --host',
        )
      // First: whatever fails after this, others have no access, now or after a restart.
      door.shut()
      door.allowName(null)
      if (this.#password?.isChosen !== true) this.#password = null
      this.#usePassword()
      const before = this.#kept
      this.#kept = null
      this.#addresses = []
      this.#tests.clear()
      this.#tell()
      await rm(this.#file, { force: true })
      if (this.#password) await this.#keep()
      const { publicUrl } = settings.current.network
      if (before && publicUrl !== null && publicUrl === before.publicUrl)
        await settings.change({ network: { publicUrl: null } })
      this.#publish()
      return this.now
    })
  }

  /** Sets or removes the password of the console. `keepLogin`: see `HttpCallOptions`. */
  setPassword(
    { username, password }: CheckedInputOf<'setPassword'>,
    keepLogin: () => () => void = () => () => {},
  ): Promise<ReachAnswer> {
    return this.#after(async () => {
      const { door } = this.#place
      if (door.isPasswordFixed) throw fixedPassword()
      if (password === null && door.isOpen)
        throw new Failure(
          'no-password',
          `other machines can reach this node, so that its console needs a password: first keep them out with ${SHOAL} open-up --off, or start the node without --host`,
          { field: 'password' },
        )
      const stored = password === null ? null : await door.hash(this.#userName(username), password)
      const before = this.#password
      this.#password = stored === null ? null : { stored, isChosen: true }
      try {
        // First: if only this run knew it, the old password would work again after a restart.
        await this.#keep()
      } catch (error) {
        this.#password = before
        throw error
      }
      const renew = keepLogin()
      this.#usePassword()
      renew()
      this.#publish()
      return this.now
    })
  }

  test(): Promise<ReachAnswer> {
    return this.#after(async () => {
      await this.#test()
      this.#publish()
      return this.now
    })
  }

  /** Call it regularly: the machine may have moved to another network. */
  look(): void {
    if (!this.#kept || this.#mustStayShut) return
    const found = this.#wanted()
    if (found.join() === this.#addresses.join()) return
    void this.#after(async () => {
      await this.#open()
      this.#publish()
    }).catch(error => this.#kernel.log.warn(`others cannot be let in: ${String(error)}`))
  }

  /** Call it when the public address has changed. */
  changed(): void {
    this.#allowName()
    this.#tell()
    void this.#after(() => this.#testPublic()).catch(() => {})
  }

  get problem(): string | null {
    const { problem } = this.#kernel.reach.now
    const { publicUrl } = this.#kernel.settings.current.network
    // Many routers lack hairpinning, so this is not a fault.
    if (problem === null || problem === 'untested') return null
    return problem === 'listens-here-only'
      ? `the public address ${publicUrl} leads nowhere: the node accepts connections from this machine only. ${SHOAL} open-up lets others in`
      : `the public address ${publicUrl} leads nowhere: a test of it failed. Check the address, and that the router forwards its port to this machine`
  }

  /** Makes one change at a time. */
  #after<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#work.catch(() => {}).then(work)
    this.#work = mine
    return mine
  }

  get #mustStayShut(): boolean {
    return this.#place.door.isHostFixed && isLoopback(this.#place.host)
  }

  get #file(): string {
    return join(this.#kernel.dataDir, 'open-up.json')
  }

  #found(): string[] {
    const { host } = this.#place
    const found = networkAddresses(this.#interfaces())
    return isLoopback(host) || host === '0.0.0.0' || host === '::' ? found : [host]
  }

  #wanted(): string[] {
    const found = this.#found()
    const preferred = this.#kept?.preferred ?? null
    return preferred !== null && found.includes(preferred)
      ? [preferred, ...found.filter(each => each !== preferred)]
      : found
  }

  async #open(): Promise<void> {
    this.#usePassword()
    this.#addresses = await this.#place.door.open(this.#wanted())
    this.#allowName()
  }

  /** Allows the name of the public address once the node is open to others. */
  #allowName(): void {
    const { publicUrl } = this.#kernel.settings.current.network
    const name = publicUrl === null || !this.#kept ? null : (URL.parse(publicUrl)?.hostname ?? null)
    this.#place.door.allowName(name)
    this.#place.door.acceptLoginsAt(publicUrl)
  }

  async #setPassword(
    username: string | undefined,
    given: string | undefined,
  ): Promise<{ kept: KeptPassword | null; password: string | null }> {
    const { door } = this.#place
    if (door.isPasswordFixed) {
      if (given === undefined && (username === undefined || username === door.username))
        return { kept: null, password: null }
      throw fixedPassword()
    }
    if (this.#password && given === undefined && username === undefined)
      return { kept: this.#password, password: null }
    const password = given ?? (await makePassword())
    const stored = await door.hash(this.#userName(username), password)
    const isChosen = this.#password?.isChosen ?? false
    return { kept: { stored, isChosen }, password: given === undefined ? password : null }
  }

  /** Throws `bad-argument` for the name reserved for the token. */
  #userName(given: string | undefined): string {
    const name = given ?? this.#place.door.username ?? USER
    if (name !== 'shoal') return name
    throw new Failure('bad-argument', 'the user name shoal belongs to the token: choose another', {
      field: 'username',
    })
  }

  #usePassword(): void {
    const { door } = this.#place
    if (!door.isPasswordFixed) door.usePassword(this.#password?.stored ?? null)
  }

  #test(): Promise<void> {
    const { publicUrl, shareTrackers: trackers } = this.#kernel.settings.current.network
    return this.#tests.testAll({ publicUrl, own: this.#addresses, port: this.#place.door.port, trackers })
  }

  /** Uses the address at which a hub reached the node as the public one. */
  async #takePublic(): Promise<void> {
    const { settings } = this.#kernel
    const reached = this.#tests.results.find(({ outside }) => outside === true)
    if (
      !reached ||
      settings.current.network.publicUrl !== null ||
      settings.fixed.includes('network.publicUrl')
    )
      return
    await settings.change({ network: { publicUrl: reached.address } })
    this.#kept = { ...this.#kept!, publicUrl: reached.address }
    await this.#keep()
  }

  /** From this machine only, since changing a setting should not contact others. */
  async #testPublic(): Promise<void> {
    const { publicUrl } = this.#kernel.settings.current.network
    const { port } = this.#place.door
    if (publicUrl !== null && (await this.#tests.testNew(publicUrl, port))) this.#publish()
  }

  #tell(): void {
    const { door, allowedHosts } = this.#place
    // Not released when the server closes: requests still being answered must not get access to the
    // home folder.
    this.#kernel.folders.isOpen.fill(REACH.name, this.#kept !== null)
    this.#kernel.reach.facts.fill(REACH.name, {
      isOpen: door.isOpen,
      hasProxy: allowedHosts.length > 0,
      addresses: this.#kept ? this.#addresses.map(address => urlOf(address, door.port)) : [],
      tests: this.#tests.results,
    })
  }

  #publish(): void {
    this.#tell()
    this.#kernel.events.publish('settings', { type: 'settings' })
  }

  async #keep(): Promise<void> {
    const { stored = null, isChosen = false } = this.#password ?? {}
    const file: KeptFile = {
      ...(this.#kept ?? CLOSED),
      open: this.#kept !== null,
      password: stored,
      isChosen,
    }
    await writeWholeFile(this.#file, `${JSON.stringify(file)}\n`, { mode: 0o600 })
  }

  async #read(): Promise<void> {
    try {
      const file = JSON.parse(await readFile(this.#file, 'utf8')) as KeptFile
      const { open = true, isChosen = false, password, preferred, publicUrl } = file
      this.#password = password === null ? null : { stored: password, isChosen }
      this.#kept = open ? { preferred, publicUrl } : null
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#kernel.log.warn(`${this.#file} cannot be read, so nobody else is let in: ${String(error)}`)
    }
  }
}

/** Returns six random words. The word list is loaded only for this. */
async function makePassword(): Promise<string> {
  const { makePassphrase } = await import('@shoal/identity/passphrases')
  return makePassphrase()
}

function fixedPassword(): Failure {
  return fixed(
    'password',
    'the command line, the environment or the settings file sets the password: change it there',
  )
}

function fixed(field: string, message: string): Failure {
  return new Failure('fixed', message, { field })
}
