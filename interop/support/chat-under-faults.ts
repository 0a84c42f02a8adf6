/**
 * A closed group and a room of a share, whose members are processes that send continuously while
 * they, their hub and the network fail.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { limitMs, until } from '@shoal/testing'
import { ChatMember } from './chat-member.ts'
import type { ChatMemberState, ConversationKind, SeenPoint } from './chat-member-given.ts'
import { FaultyHub, HUB_FAULTS, type HubFault } from './faulty-hub.ts'
import { type TempDir, tempDir } from './files.ts'

export const CHAT_FAULTS = [...HUB_FAULTS, 'member'] as const
export type ChatFault = HubFault | 'member'

/** The last one comes and goes, and only reads in the group; the others are its admins. */
const NAMES = ['Ann', 'Ben', 'Cat', 'Dan']
const ADMINS = 3
const HOME = 'http://hub.example'
const PAUSE_MS = 150
/** Messages of each admin before, during and after a fault. */
const SOME = 6
/** Every fifth message is for the room of the share. */
const SHARE_EVERY = 5
/** Error codes of an unavailable hub. */
const PASSING = /^(?:unreachable|unavailable|busy|stopping|no-answer|too-many-requests):/
const PATIENT = { timeoutMs: limitMs(90), intervalMs: 250 }

interface Acknowledged {
  readonly to: ConversationKind
  readonly text: string
}

export class ChatUnderFaults implements AsyncDisposable {
  readonly #hub: FaultyHub
  readonly #folder: TempDir
  readonly #members: ChatMember[] = []
  /** Messages of all rounds. */
  readonly #acknowledged: Acknowledged[] = []
  /** Messages of this round. */
  #fresh: Acknowledged[] = []
  #counts = new Map<ChatMember, number>()
  #isTalking = false
  #rounds = 0
  #renames = 0

  private constructor(hub: FaultyHub, folder: TempDir) {
    this.#hub = hub
    this.#folder = folder
  }

  static async start(): Promise<ChatUnderFaults> {
    const folder = await tempDir('chat-faults')
    const hub = await FaultyHub.start(['--registration', 'open', '--public-url', HOME])
    const world = new ChatUnderFaults(hub, folder)
    const members = world.#members
    for (const name of NAMES) {
      const gate = await hub.gate()
      members.push(new ChatMember(name, { home: HOME, gate: gate.url }, folder.join(name)))
    }
    const people = members.map(({ did, list }) => ({ did, list }))
    for (const member of members) {
      await member.join(people)
      await member.launch()
    }
    await world.#begin()
    return world
  }

  /** Messages acknowledged to their senders so far. */
  get acknowledged(): number {
    return this.#acknowledged.length
  }

  /**
   * Causes a failure while all are sending, and waits until everyone has everything. Returns the
   * inconsistencies.
   */
  async round(fault: ChatFault, cutMs: number): Promise<string[]> {
    const victim = this.#members[this.#rounds % this.#members.length]!
    return this.#whileTalking(async () => {
      await this.#more()
      const changes = this.#changeMembers()
      if (fault !== 'member') await this.#hub.fail(fault, cutMs, () => this.#more())
      else {
        await sleep(Math.random() * 1000)
        await victim.restart()
      }
      await changes
      await this.#more()
    })
  }

  /** Returns the places where the members write, each with a member who did. */
  async writePoints(): Promise<readonly (SeenPoint & { readonly member: number })[]> {
    const points = new Map<string, SeenPoint & { readonly member: number }>()
    // Those who only read write the least: they die at their places.
    for (const [member, each] of this.#members.entries())
      for (const seen of await each.call<readonly SeenPoint[]>('points'))
        points.set(seen.point, { ...seen, member })
    return [...points.values()]
  }

  /**
   * Lets a member die at a place where it writes, and waits until everyone has everything. Returns
   * the inconsistencies.
   */
  async killAt(at: SeenPoint & { readonly member: number }, isDurable: boolean): Promise<string[]> {
    const victim = this.#members[at.member]!
    const deadly = { point: at.point, isDurable }
    return this.#whileTalking(async () => {
      await this.#more(2)
      if (at.isAtStart) await victim.restart({ deadly })
      else await victim.call('arm', deadly)
      let isDead = false
      const died = victim.exited.then(() => {
        isDead = true
      })
      // Such places are reached when commits coincide, or someone joins: repeatedly, but some of
      // them once a day, a week, or per conversation.
      const work = async () => {
        for (let turn = 0; !isDead && turn < 20; turn++) {
          await this.#changeMembers()
          if (turn < 4 || isDead) continue
          const secret = randomBytes(32).toString('base64url')
          await Promise.allSettled([
            victim.call('arm', { ...deadly, aheadDays: 2 * turn }),
            ...this.#members.map(async member => member.call('meet', { secret })),
          ])
        }
        if (!isDead) throw new Error(`${victim.name} never wrote again: ${at.point}`)
      }
      const working = work()
      working.catch(() => {})
      await Promise.race([died, working])
      await victim.restart({ isDead: true })
      await working
      await this.#more(2)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isTalking = false
    for (const member of this.#members) await member[Symbol.asyncDispose]()
    await this.#hub[Symbol.asyncDispose]()
    await this.#folder.remove()
  }

  get #admins(): readonly ChatMember[] {
    return this.#members.slice(0, ADMINS)
  }

  async #begin(): Promise<void> {
    const [ann] = this.#members
    for (const member of this.#members)
      await until('key packages are published', async () => {
        return (await member.call<{ oneTime: number }>('keyPackages')).oneTime > 0
      })
    await ann!.call('createGroup', { name: 'Harbour' })
    await ann!.call('change', { add: this.#members.slice(1).map(({ did }) => did) })
    await ann!.call('change', { admins: this.#admins.map(({ did }) => did) })
    const secret = Buffer.alloc(32, 7).toString('base64url')
    for (const member of this.#members) await member.call('joinShare', { secret })
    await this.#settle()
  }

  async #whileTalking(run: () => Promise<void>): Promise<string[]> {
    this.#rounds++
    this.#fresh = []
    this.#isTalking = true
    const talks = this.#admins.map(member => this.#talk(member))
    try {
      await run()
    } finally {
      this.#isTalking = false
      await Promise.all(talks)
    }
    return this.#settle()
  }

  async #talk(member: ChatMember): Promise<void> {
    while (this.#isTalking) {
      const number = (this.#counts.get(member) ?? 0) + 1
      this.#counts.set(member, number)
      const sent: Acknowledged = {
        to: number % SHARE_EVERY === 0 ? 'share' : 'group',
        text: `${number} of ${member.name}`,
      }
      await member.up()
      try {
        await member.call('send', sent)
        this.#acknowledged.push(sent)
        this.#fresh.push(sent)
      } catch (error) {
        // It was killed, and is restarted.
        if (!/ ended \(/.test((error as Error).message)) throw error
      }
      await sleep(PAUSE_MS)
    }
  }

  /** Waits until each admin has this many more acknowledged messages. */
  async #more(count = SOME): Promise<void> {
    const had = this.#admins.map(member => this.#counts.get(member) ?? 0)
    await until(
      'members write more',
      () => this.#admins.every((member, at) => (this.#counts.get(member) ?? 0) > had[at]! + count),
      PATIENT,
    )
  }

  /**
   * Everyone renames the group at once, and one of them removes Dan and adds him again. Those
   * killed at that time continue after their restart.
   */
  async #changeMembers(): Promise<void> {
    const dan = this.#members[ADMINS]!
    const by = this.#admins[this.#renames % ADMINS]!
    const name = `Harbour ${++this.#renames}`
    const change = (member: ChatMember, what: object) =>
      member.call('change', what).catch((error: Error) => {
        if (!/ ended \(/.test(error.message)) throw error
      })
    const renames = this.#admins.map(member => change(member, { name: `${name} of ${member.name}` }))
    await change(by, { remove: [dan.did] })
    await Promise.all(renames)
    await by.up()
    await change(by, { add: [dan.did] })
    await by.up()
  }

  /** Waits until all have the same state. Returns the inconsistencies. */
  async #settle(): Promise<string[]> {
    const [ann, ...others] = this.#members
    const dan = this.#members[ADMINS]!
    const last = `Round ${this.#rounds}`
    await ann!.call('change', { add: [dan.did] })
    const isBack = async () => (await dan.state()).group?.state === 'member'
    // Otherwise the comparison reports it.
    await until('Dan is a member', isBack, PATIENT).catch(() => {})
    await ann!.call('send', { to: 'group', text: last })
    this.#acknowledged.push({ to: 'group', text: last })
    let wrong = ['nothing was compared']
    await until(
      'all members have everything',
      async () => {
        wrong = await this.#compare(ann!, others, last)
        return wrong.length === 0
      },
      PATIENT,
    ).catch(() => {})
    return wrong
  }

  async #compare(ann: ChatMember, others: readonly ChatMember[], last: string): Promise<string[]> {
    const wrong: string[] = []
    const truth = await ann.state()
    for (const kind of ['group', 'share'] as const) {
      const due = this.#fresh.filter(({ to }) => to === kind).map(({ text }) => text)
      const texts = await ann.call<readonly string[]>('texts', { of: kind, last: 2 * due.length + 200 })
      const shown = new Set(texts)
      const lost = due.filter(text => !shown.has(text))
      if (lost.length > 0) wrong.push(`Ann lacks ${lost} of the ${kind}, which were acknowledged`)
      const all = this.#acknowledged.filter(({ to }) => to === kind).length
      if (truth[kind]!.count < all)
        wrong.push(`Ann has ${truth[kind]!.count} of ${all} messages of the ${kind}`)
    }
    for (const member of [ann, ...others]) {
      const state: ChatMemberState = member === ann ? truth : await member.state()
      for (const kind of ['group', 'share'] as const) {
        const [own, anns] = [state[kind], truth[kind]!]
        const fault = (text: string) => wrong.push(`${member.name}, ${kind}: ${text}`)
        if (own?.state !== 'member') {
          fault(`is ${own?.state ?? 'not there'}`)
          continue
        }
        if (own.through !== anns.through) fault(`has read up to ${own.through}, Ann to ${anns.through}`)
        if (own.group !== anns.group) fault(`has ${own.group} where Ann has ${anns.group}`)
        if (own.waiting > 0) fault(`${own.waiting} messages have no place`)
        if (own.repeated > 0) fault(`${own.repeated} messages are shown again`)
        // Dan does not see what was written while he was removed.
        const isAlways = kind === 'share' || member.name !== NAMES[ADMINS]
        if (isAlways && own.digest !== anns.digest) fault(`shows ${own.count} messages, Ann ${anns.count}`)
      }
      if (!(await member.call<readonly string[]>('texts', { of: 'group', last: 50 })).includes(last))
        wrong.push(`${member.name} lacks the last message`)
      const lasting = state.problems.filter(problem => !PASSING.test(problem))
      wrong.push(...lasting.map(problem => `${member.name}: ${problem}`))
    }
    return wrong
  }
}
