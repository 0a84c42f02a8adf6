/** Nodes that chat over a hub, in one process. */
import type { ChatConversation, ChatEvent, NodeOperations } from '@shoal/api'
import { beforeEach, expect, onTestFinished } from 'vitest'
import { type Hub, startHub } from '../../apps/hub/src/hub.ts'
import { NO_LOG } from '../../apps/hub/src/kernel/log.ts'
import type { Given } from '../../apps/hub/src/options.ts'
import { HUBS } from '../../apps/node/src/node/hubs/service.ts'
import type { TestNode } from '../../apps/node/src/node/testing/test-node.ts'
import { tempDir } from './files.ts'
import { Person } from './person.ts'

type Inputs = { readonly [Name in keyof NodeOperations]: Parameters<NodeOperations[Name]>[0] }

/** A hub for each test of a file. */
export class ChatHub {
  #hub: Hub | undefined
  #folder = ''
  readonly #options: Pick<Given, 'roomGuests'>

  private constructor(options: Pick<Given, 'roomGuests'>) {
    this.#options = options
  }

  /** `roomGuests`: see the options of a hub. */
  static forEachTest(options: Pick<Given, 'roomGuests'> = {}): ChatHub {
    const hub = new ChatHub(options)
    beforeEach(async () => {
      const folder = await tempDir('chat-nodes')
      onTestFinished(() => folder[Symbol.asyncDispose]())
      hub.#folder = folder.path
      await hub.start(0)
      onTestFinished(() => hub.stop())
    })
    return hub
  }

  /** The folder with its database. */
  get folder(): string {
    return this.#folder
  }

  get port(): number {
    return this.#hub!.port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Starts at its last port, unless another one is given. */
  async start(port = this.port): Promise<void> {
    this.#hub = await startChatHub(this.#folder, port, this.#options)
  }

  async stop(): Promise<void> {
    await this.#hub?.close()
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  async join(name: string, person = new Person()): Promise<Member> {
    const member = new Member(person, await person.node(name))
    await member.operations.joinHub({ url: this.url, name })
    await member.findAt(this.url)
    return member
  }
}

export function startChatHub(data: string, port = 0, options: Pick<Given, 'roomGuests'> = {}): Promise<Hub> {
  return startHub({ port, noUdp: true, data, registration: 'open', ...options }, NO_LOG)
}

/** A person with a node that has joined the hub. */
export class Member {
  readonly person: Person
  node: TestNode
  readonly events: ChatEvent[] = []

  constructor(person: Person, node: TestNode) {
    this.person = person
    this.node = node
    this.#listen()
  }

  get did(): string {
    return this.person.did
  }

  get operations(): NodeOperations {
    return this.node.operations
  }

  /** Waits until others can add this device at a hub, because its key packages are there. */
  async findAt(hub: string): Promise<void> {
    const { getKeyPackages } = this.node.service(HUBS).clientFor(hub)
    await expect.poll(async () => (await getKeyPackages({})).oneTime).toBeGreaterThan(0)
  }

  async restart(): Promise<void> {
    this.node = await this.node.restart()
    this.#listen()
  }

  async conversations(): Promise<readonly ChatConversation[]> {
    return (await this.operations.listConversations({})).items
  }

  async say(conversation: string, text: string, more: Partial<Inputs['sendMessage']> = {}) {
    return this.operations.sendMessage({ conversation, text, mentions: [], files: [], ...more })
  }

  async messages(conversation: string) {
    return (await this.operations.listMessages({ conversation, limit: 500 })).items
  }

  async texts(conversation: string): Promise<readonly string[]> {
    return (await this.messages(conversation)).map(({ text }) => text)
  }

  /** Waits until this device is a member, and accepts if required. */
  async enter(conversation: string): Promise<void> {
    await expect
      .poll(async () => (await this.conversations()).find(({ id }) => id === conversation)?.state)
      .toBe('member')
    await this.operations.acceptConversation({ conversation })
  }

  /** The texts of announced messages. */
  get announced(): readonly string[] {
    return this.events.flatMap(event => (event.type === 'chat-message' ? [event.message.text] : []))
  }

  #listen(): void {
    this.node.events.subscribe('chat', ({ event }) => this.events.push(event as ChatEvent))
  }
}

export function createGroup(member: Member, add: readonly Member[], name = 'Trip') {
  return member.operations.createGroup({
    ...{ name, add: add.map(({ did }) => did), membersAdd: false, slowSeconds: 0 },
  })
}

/** Waits until all have these messages. */
export async function allHave(
  members: readonly Member[],
  conversation: string,
  texts: readonly string[],
): Promise<void> {
  for (const member of members) await expect.poll(() => member.texts(conversation)).toEqual(texts)
}
